"""Nearest vectors by looking at every allowed row: exact, and fast because most of it happens on one byte a number.

First the compact rows are compared with the query, and each gives a cosine with a proven bound on its error. Rows that
could be among the best are then compared with full precision. Both matrices are memory-mapped: opening costs nothing,
processes share the pages, and of the float vectors only what is near rows that were looked at is in memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import simsimd
from numpy.typing import NDArray

from retrieval.compact import CompactVectors
from retrieval.index import Mask, Rows, Scores

_BATCH = 8_192
_SPAN = 4.0
"""Rows far apart cost about this many times as much as the same number side by side (docs/experiments.md)."""
_ROUNDING = 4e-6
"""More than floats can add to the error of one comparison."""

Bounds = NDArray[np.floating]


class FloatRows(Protocol):
    """Unit vectors, of which any rows can be read."""

    def __getitem__(self, rows: Rows, /) -> NDArray[np.float32]: ...


class ExactScan:
    """Exact nearest rows of a matrix of unit vectors; safe to use from several threads.

    Args:
        vectors: shape (n_rows, dim).
        compact: the same rows.
    """

    def __init__(self, vectors: FloatRows, compact: CompactVectors) -> None:
        self._vectors = vectors
        self._compact = compact

    @classmethod
    def over(cls, vectors: NDArray[np.float32]) -> ExactScan:
        """Make one in memory."""
        return cls(vectors, CompactVectors.make(vectors))

    def search(self, vector: NDArray[np.float32], k: int, allowed: Mask | None = None) -> tuple[Rows, Scores]:
        """Find the nearest allowed rows; see VectorIndex.search."""
        query = _Query.of(vector, self._compact.longest)
        kept = _Kept(k)
        for rows in _batches(len(self._compact.codes), allowed):
            near, error = self._estimate(rows, query)
            kept.add(rows, near - error, near + error)
        return self._settle(*kept.rest(), vector.astype(np.float64), k)

    def _estimate(self, rows: Rows, query: _Query) -> tuple[Bounds, Bounds]:
        """Return inner products of rows, in ascending order, with the query, and bounds on their errors."""
        compact, first, behind = self._compact, int(rows[0]), int(rows[-1]) + 1
        side_by_side = behind - first == len(rows)
        if side_by_side or behind - first <= _SPAN * len(rows):
            products = _products(query.codes, compact.codes[first:behind])
        else:
            products = _products(query.codes, compact.codes.take(rows, axis=0))
        if side_by_side:
            scales, errors = compact.scales[first:behind], compact.errors[first:behind]
        else:
            scales, errors = compact.scales[rows], compact.errors[rows]
            products = products if len(products) == len(rows) else products[rows - first]
        return products * scales * query.scale, errors * query.length + query.error

    def _settle(self, rows: Rows, high: Bounds, vector: NDArray[np.float64], k: int) -> tuple[Rows, Scores]:
        """Compare candidates with full precision, those that can be nearest first, until no other can be."""
        order = np.argsort(-high, kind="stable")
        first = rows[order[:k]]
        scores = self._exact(first, vector)
        if len(rows) <= k:
            return best(first, scores, k)
        others = rows[order[k:][high[order[k:]] >= scores.min()]]
        return best(np.concatenate((first, others)), np.concatenate((scores, self._exact(others, vector))), k)

    def _exact(self, rows: Rows, vector: NDArray[np.float64]) -> Scores:
        # Row by row and not as one product of matrices, which gives equal rows unequal last digits.
        parts = [
            np.einsum("ij,j->i", self._vectors[rows[start : start + _BATCH]].astype(np.float64), vector)
            for start in range(0, len(rows), _BATCH)
        ]
        return np.concatenate([np.empty(0, np.float64), *parts]).astype(np.float32)


@dataclass(frozen=True, slots=True)
class _Query:
    """A query in one byte a number.

    Args:
        codes: shape (1, dim).
        scale: what a code counts.
        length: of the query, in full precision.
        error: what an inner product with any compact row is off because of the query's own codes.
    """

    codes: NDArray[np.int8]
    scale: float
    length: float
    error: float

    @classmethod
    def of(cls, vector: NDArray[np.float32], longest: float) -> _Query:
        """Make it from a vector of shape (dim,) and the greatest length of a compact row."""
        made = CompactVectors.make(vector[None])
        length = float(np.linalg.norm(vector))
        return cls(made.codes, float(made.scales[0]), length, float(made.errors[0]) * longest + _ROUNDING * length)


class _Kept:
    """Rows that could still be among the `k` best, by bounds on their scores."""

    def __init__(self, k: int) -> None:
        self._k = k
        self._floor = -np.inf
        self._rows: list[Rows] = []
        self._low: list[Bounds] = []
        self._high: list[Bounds] = []
        self._since = 0

    def add(self, rows: Rows, low: Bounds, high: Bounds) -> None:
        """Take rows in, with scores between `low` and `high`."""
        hopeful = np.flatnonzero(high >= self._floor)
        self._rows.append(rows[hopeful])
        self._low.append(low[hopeful])
        self._high.append(high[hopeful])
        self._since += len(hopeful)
        if self._since > self._k:
            self._sift()

    def rest(self) -> tuple[Rows, Bounds]:
        """Return the rows that are left, and what each of them could score at most."""
        self._sift()
        return self._rows[0], self._high[0]

    def _sift(self) -> None:
        rows = np.concatenate([np.empty(0, np.int64), *self._rows])
        low, high = (np.concatenate([np.empty(0), *parts]) for parts in (self._low, self._high))
        if len(rows) > self._k:
            # As many as are wanted score at least this.
            self._floor = float(np.partition(low, len(low) - self._k)[len(low) - self._k])
            hopeful = np.flatnonzero(high >= self._floor)
            rows, low, high = rows[hopeful], low[hopeful], high[hopeful]
        self._rows, self._low, self._high, self._since = [rows], [low], [high], 0


def best(rows: Rows, scores: Scores, k: int) -> tuple[Rows, Scores]:
    """Return the `k` best rows, best first; equal scores in row order."""
    if len(rows) > k:
        cut = np.partition(scores, len(scores) - k)[len(scores) - k]
        above = np.flatnonzero(scores > cut)
        equal = np.flatnonzero(scores == cut)
        chosen = np.concatenate((above, equal[np.argsort(rows[equal])][: k - len(above)]))
        rows, scores = rows[chosen], scores[chosen]
    order = np.lexsort((rows, -scores))
    return rows[order], scores[order]


def _batches(n_rows: int, allowed: Mask | None) -> Iterator[Rows]:
    """Yield the allowed rows in ascending order, a batch at a time."""
    if allowed is None:
        for start in range(0, n_rows, _BATCH):
            yield np.arange(start, min(start + _BATCH, n_rows), dtype=np.int64)
        return
    rows = np.flatnonzero(allowed).astype(np.int64, copy=False)
    for start in range(0, len(rows), _BATCH):
        yield rows[start : start + _BATCH]


def _products(query: NDArray[np.int8], codes: NDArray[np.int8]) -> NDArray[np.float64]:
    """Inner products of rows of codes with codes of shape (1, dim): whole numbers, exact."""
    return np.asarray(simsimd.cdist(query, codes, "dot"), np.float64).reshape(len(codes))
