"""Who answers a search by meaning: the exact scan or Chroma, by what each costs on this machine with this catalogue.

A few searches are timed when a catalogue is opened, so where one becomes cheaper than the other follows machine and
catalogue. What is planned changes only the time that an answer takes; under a filter also Chroma's answers are allowed
rows alone, and as many as were asked for.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrieval.exact_scan import best
from retrieval.index import Mask, Rows, Scores, VectorIndex

PATIENCE_S = 0.08
"""A filtered search is exact up to this time: Chroma's graph loses neighbours, and where few rows fit they matter."""
MEASURED_K = 200
_SAMPLE_ROWS = 65_536
_SAMPLE_APART = 4_096
_REPEATS = 3
_MARGIN = 1.5
"""How many more than expected are asked of Chroma, where a filter is applied to what it returns."""


@dataclass(frozen=True, slots=True)
class Costs:
    """Seconds, as measured.

    Args:
        scan_s: a scan of next to nothing.
        row_s: each further row, side by side with others.
        apart_s: each further row, far from others.
        chroma_s: a search of Chroma without a filter, for MEASURED_K rows.
    """

    scan_s: float
    row_s: float
    apart_s: float
    chroma_s: float

    def scan(self, n_rows: int, n_allowed: int) -> float:
        """Return what a scan of `n_allowed` of `n_rows` rows takes."""
        return self.scan_s + min(self.row_s * n_rows, self.apart_s * n_allowed)

    def chroma(self, wanted: int) -> float:
        """Return what Chroma takes to find `wanted` rows without a filter."""
        return self.chroma_s * max(1.0, wanted / MEASURED_K)


class PlannedIndex:
    """Asks the index that is cheaper, see VectorIndex; safe to use from several threads.

    Args:
        scan: exact under any filter.
        chroma: asked without a filter only.
        n_rows: of both.
        costs: of both.
    """

    def __init__(self, scan: VectorIndex, chroma: VectorIndex, n_rows: int, costs: Costs) -> None:
        self._scan = scan
        self._chroma = chroma
        self._n_rows = n_rows
        self._costs = costs

    def search(self, vector: NDArray[np.float32], k: int, allowed: Mask | None = None) -> tuple[Rows, Scores]:
        """Find the nearest allowed rows; see VectorIndex.search."""
        n_allowed = self._n_rows if allowed is None else int(np.count_nonzero(allowed))
        wanted = self._asked_of_chroma(k, n_allowed)
        if wanted is None:
            return self._scan.search(vector, k, allowed)
        rows, scores = self._chroma.search(vector, wanted)
        if allowed is not None:
            fits = allowed[rows]
            rows, scores = rows[fits], scores[fits]
        if len(rows) < min(k, n_allowed):
            return self._scan.search(vector, k, allowed)
        return best(rows, scores, k)

    def _asked_of_chroma(self, k: int, n_allowed: int) -> int | None:
        """Return how many rows Chroma is asked for; None where the scan answers."""
        if not n_allowed:
            return None
        filtered = n_allowed < self._n_rows
        wanted = min(self._n_rows, math.ceil(k * self._n_rows / n_allowed * _MARGIN) if filtered else k)
        scan_s = self._costs.scan(self._n_rows, n_allowed)
        if scan_s <= max(self._costs.chroma(wanted), PATIENCE_S if filtered else 0.0):
            return None
        return wanted


def measure(
    scan: VectorIndex,
    chroma: VectorIndex,
    vectors: NDArray[np.float32],
    clock: Callable[[], float] = time.perf_counter,
) -> Costs:
    """Time some searches of both, well under a second in all.

    Args:
        vectors: of both, shape (n_rows, dim); a few are searched for.
        clock: seconds that only grow.
    """
    n_rows = len(vectors)
    rng = np.random.default_rng(0)
    queries = [np.array(vectors[row]) for row in rng.integers(0, n_rows, _REPEATS)]

    def fastest(index: VectorIndex, allowed: Mask | None) -> float:
        # What else the machine did only ever adds.
        times = []
        for query in queries:
            began = clock()
            index.search(query, MEASURED_K, allowed)
            times.append(clock() - began)
        return min(times)

    few, beside, apart = (np.zeros(n_rows, np.bool_) for _ in range(3))
    few[:1] = True
    beside[:_SAMPLE_ROWS] = True
    apart[rng.integers(0, n_rows, _SAMPLE_APART)] = True
    scan_s = fastest(scan, few)
    row_s, apart_s = (max(0.0, fastest(scan, m) - scan_s) / np.count_nonzero(m) for m in (beside, apart))
    return Costs(scan_s, float(row_s), float(apart_s), fastest(chroma, None))
