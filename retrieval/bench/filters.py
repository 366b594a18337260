"""Filtered nearest neighbours: the exact scan beside Chroma's own `where`, on the same vectors, in one process.

Both are asked one after the other for each query (A B A B), so what else the machine does meets both. Which rows were
right is worked out afterwards with floats of 64 bits, so that it is not in the time and not in the memory.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.bench.bootstrap import Interval, times_as_long
from retrieval.bench.clusters import draw_queries
from retrieval.bench.machine import mapped_mb, resident_mb
from retrieval.chroma_index import ChromaIndex, new_collection
from retrieval.compact import CompactVectors
from retrieval.errors import IndexBroken
from retrieval.exact_scan import ExactScan
from retrieval.index import Mask, Rows, VectorIndex
from retrieval.planner import Costs, PlannedIndex, measure
from retrieval.storage import file_sha256
from retrieval.vector_file import MappedRows, open_vectors

SELECTIVITIES = (0.001, 0.01, 0.1, 0.5)
CURVE_SIZES = (1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000)
CHROMA_ITEMS = 50_000
_CURVE_QUERIES = 20
_CHROMA_BATCH = 5_000
_TRUTH_BLOCK = 32_768
_LOOKED_AT = 1_000
_EQUAL = 1e-9
"""Scores that differ by less are equal: two ways to add 384 products differ by about 1e-16."""

Progress = Callable[[str, int, int | None], None]
Search = Callable[[NDArray[np.float32]], Rows]


@dataclass(frozen=True, slots=True)
class Side:
    """How one of the two did.

    Args:
        p50_ms, p95_ms: wall-clock time of a search.
        cpu_ms: median of the processor time of a search, which other programs disturb less.
        recall: share of the true `k` nearest allowed rows that came.
    """

    p50_ms: float
    p95_ms: float
    cpu_ms: float
    recall: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both at one selectivity; 1.0 is without a filter. `chroma` and the interval are None where it was not asked."""

    selectivity: float
    ours: Side
    chroma: Side | None = None
    times_faster_interval: Interval | None = None

    @property
    def times_faster(self) -> float | None:
        """Chroma's median time over ours."""
        return None if self.chroma is None else self.chroma.p50_ms / self.ours.p50_ms


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Median milliseconds of a search among so many rows: by the clock, and of processor time."""

    items: int
    selectivity: float
    ours_ms: float
    chroma_ms: float | None
    ours_cpu_ms: float
    chroma_cpu_ms: float | None


@dataclass(frozen=True, slots=True)
class FilterFigures:
    """What was measured.

    Args:
        index_mb: of the index's mapped files, in memory after the searches; None where the system does not tell.
        resident_mb: of the whole process then, Chroma included if it was asked.
        costs: what the planner measured; None where Chroma was not asked.
    """

    items: int
    k: int
    queries: int
    filtered: tuple[Comparison, ...]
    unfiltered: Comparison
    curve: tuple[CurvePoint, ...]
    index_mb: float | None
    resident_mb: float | None
    costs: Costs | None


@dataclass(frozen=True, slots=True)
class _Runs:
    """Seconds of wall-clock and processor time, and rows found, by query."""

    wall_s: list[float]
    cpu_s: list[float]
    found: list[Rows]


def compare_filters(
    source: Path,
    folder: Path,
    *,
    n_queries: int = 100,
    k: int = 100,
    chroma_items: int = CHROMA_ITEMS,
    with_curve: bool = True,
    seed: int = 7,
    progress: Progress = lambda _what, _done, _total: None,
) -> FilterFigures:
    """Measure one set of vectors.

    Args:
        source: .npy file of unit vectors, float32, shape (n_rows, dim).
        folder: an empty one, for the indexes; `source` may lie in it.
        n_queries: searches per selectivity and side, after one that is not counted.
        k: rows wanted.
        chroma_items: put Chroma beside up to so many rows; it loads 1,000 to 3,000 a second.
        with_curve: measure also smaller parts of the vectors.
        seed: of queries and filters.
        progress: told of each step.

    Raises:
        IndexBroken: `source` holds no such vectors.
    """
    vectors, compact = _open_index(source, folder / "compact")
    column = np.random.default_rng(seed).permutation(len(vectors))
    queries = draw_queries(vectors, n_queries, seed)
    selectivities = (*SELECTIVITIES, 1.0)
    index: VectorIndex = ExactScan(MappedRows.open(source, len(vectors)), compact)
    costs = None
    with _rival(folder / "chroma", vectors, column, chroma_items, progress) as rival:
        if rival is not None:
            costs = measure(index, rival.index, vectors)
            index = PlannedIndex(index, rival.index, len(vectors), costs)
        runs = []
        for done, selectivity in enumerate(selectivities):
            progress("searching", done, len(selectivities))
            runs.append(_both(index, rival, column, selectivity, k, queries))
    memory = mapped_mb((folder / "compact", source)), resident_mb()
    curve = []
    if with_curve:
        curve = _curve(vectors, compact, column, k, queries[:_CURVE_QUERIES], folder, chroma_items, progress)
    limits = [_limit(len(vectors), selectivity) for selectivity in selectivities]
    progress("checking", 0, None)
    floors = _true_floors(vectors, queries, [column < limit for limit in limits], k)
    compared = [
        _compared(selectivity, [_side(run, vectors, queries, floor, min(k, limit)) for run in both], both)
        for selectivity, both, floor, limit in zip(selectivities, runs, floors, limits, strict=True)
    ]
    curve += [_point(len(vectors), selectivity, both) for selectivity, both in zip(selectivities, runs, strict=True)]
    return FilterFigures(
        items=len(vectors),
        k=k,
        queries=n_queries,
        filtered=tuple(compared[:-1]),
        unfiltered=compared[-1],
        curve=tuple(curve),
        index_mb=memory[0],
        resident_mb=memory[1],
        costs=costs,
    )


class ChromaWhere:
    """A collection with one number a row, searched with Chroma's own filter.

    Args:
        path: an empty or missing folder.
        vectors: unit vectors, shape (n_rows, dim).
        column: a whole number per row.
        progress: told of the rows that are loaded.
    """

    def __init__(self, path: Path, vectors: NDArray[np.float32], column: NDArray[np.int64], progress: Progress) -> None:
        self._client, self._collection = new_collection(path, len(vectors))
        for start in range(0, len(vectors), _CHROMA_BATCH):
            part = slice(start, min(start + _CHROMA_BATCH, len(vectors)))
            self._collection.add(
                ids=[str(row) for row in range(part.start, part.stop)],
                embeddings=vectors[part],
                metadatas=[{"number": number} for number in column[part].tolist()],
            )
            progress("loading Chroma", part.stop, len(vectors))
        self.index = ChromaIndex(self._client, self._collection, len(vectors))

    def search(self, vector: NDArray[np.float32], k: int, below: int | None) -> Rows:
        """Find the nearest rows whose number is less than `below`; None is no filter."""
        where: dict[str, Any] | None = None if below is None else {"number": {"$lt": below}}
        found = self._collection.query(query_embeddings=[vector], n_results=k, where=where, include=["distances"])
        return np.array([int(row) for row in found["ids"][0]], np.int64)


def _open_index(source: Path, folder: Path) -> tuple[NDArray[np.float32], CompactVectors]:
    """Write the compact vectors, and map both files anew, so that only what is read from now on is in memory."""
    rows = _read_vectors(source)
    sha256 = file_sha256(source)
    CompactVectors.make(rows).write(folder, sha256)
    vectors = open_vectors(source, len(rows))
    return vectors, CompactVectors.open(folder, vectors.shape, sha256)


def _read_vectors(source: Path) -> NDArray[np.float32]:
    try:
        rows = np.lib.format.open_memmap(source, mode="r")
    except (OSError, ValueError, EOFError) as error:
        raise IndexBroken(f"{source.name} is no .npy file, or is cut off.") from error
    if rows.ndim != 2 or rows.dtype != np.float32 or not rows.size:
        shape = " × ".join(map(str, rows.shape)) or "one number"
        raise IndexBroken(
            f"{source.name} holds no vectors, which are float32, one row a product; it holds {shape} of {rows.dtype}."
        )
    if not np.allclose(np.linalg.norm(rows[:_LOOKED_AT], axis=1), 1, atol=1e-3):
        raise IndexBroken(f"{source.name} holds vectors that are not of length 1: divide each by its length.")
    return rows


@contextmanager
def _rival(
    path: Path, vectors: NDArray[np.float32], column: NDArray[np.int64], most: int, progress: Progress
) -> Iterator[ChromaWhere | None]:
    if len(vectors) > most:
        yield None
        return
    rival = ChromaWhere(path, vectors, column, progress)
    try:
        yield rival
    finally:
        rival.index.close()


def _limit(n_rows: int, selectivity: float) -> int:
    return max(1, round(n_rows * selectivity))


def _both(
    index: VectorIndex,
    rival: ChromaWhere | None,
    column: NDArray[np.int64],
    selectivity: float,
    k: int,
    queries: NDArray[np.float32],
) -> list[_Runs]:
    """Ask both, in turns; making the mask is part of our time as reading the metadata is of Chroma's."""
    filtered = selectivity < 1
    limit = _limit(len(column), selectivity)
    searches: list[Search] = [lambda query: index.search(query, k, column < limit if filtered else None)[0]]
    if rival is not None:
        searches.append(lambda query: rival.search(query, k, limit if filtered else None))
    for search in searches:
        search(queries[0])
    runs = [_Runs([], [], []) for _ in searches]
    for query in queries:
        for search, run in zip(searches, runs, strict=True):
            wall, cpu = time.perf_counter(), time.process_time()
            run.found.append(search(query))
            run.cpu_s.append(time.process_time() - cpu)
            run.wall_s.append(time.perf_counter() - wall)
    return runs


def _side(
    run: _Runs, vectors: NDArray[np.float32], queries: NDArray[np.float32], floors: NDArray[np.float64], wanted: int
) -> Side:
    right = 0
    for query, found, floor in zip(queries, run.found, floors, strict=True):
        rows = np.unique(found)
        scores = vectors[rows].astype(np.float64) @ query.astype(np.float64)
        right += int(np.count_nonzero(scores >= floor - _EQUAL))
    wall_ms = np.array(run.wall_s) * 1e3
    return Side(
        p50_ms=float(np.percentile(wall_ms, 50)),
        p95_ms=float(np.percentile(wall_ms, 95)),
        cpu_ms=float(np.percentile(run.cpu_s, 50) * 1e3),
        recall=right / (wanted * len(queries)),
    )


def _compared(selectivity: float, sides: Sequence[Side], runs: Sequence[_Runs]) -> Comparison:
    if len(runs) == 1:
        return Comparison(selectivity, sides[0])
    ours, theirs = (np.array(run.wall_s) for run in runs)
    return Comparison(selectivity, sides[0], sides[1], times_as_long(theirs, ours))


def _true_floors(
    vectors: NDArray[np.float32], queries: NDArray[np.float32], masks: Sequence[Mask], k: int
) -> list[NDArray[np.float64]]:
    """Return for each mask, and each query, the score of the k-th nearest allowed row (the last one, where fewer)."""
    exact_queries = queries.astype(np.float64)
    tops = [np.full((len(queries), 0), -np.inf) for _ in masks]
    for start in range(0, len(vectors), _TRUTH_BLOCK):
        block = slice(start, start + _TRUTH_BLOCK)
        scores = exact_queries @ vectors[block].astype(np.float64).T
        for place, mask in enumerate(masks):
            together = np.concatenate((tops[place], scores[:, mask[block]]), axis=1)
            if together.shape[1] > k:
                together = np.partition(together, together.shape[1] - k, axis=1)[:, -k:]
            tops[place] = together
    return [top.min(axis=1) for top in tops]


def _curve(
    vectors: NDArray[np.float32],
    compact: CompactVectors,
    column: NDArray[np.int64],
    k: int,
    queries: NDArray[np.float32],
    folder: Path,
    chroma_items: int,
    progress: Progress,
) -> list[CurvePoint]:
    """Measure the first rows of the vectors, for each size below their number."""
    points = []
    for n in (size for size in CURVE_SIZES if size < len(vectors)):
        first = CompactVectors(compact.codes[:n], compact.scales[:n], compact.errors[:n], compact.longest)
        ranks = np.argsort(np.argsort(column[:n]))
        with _rival(folder / f"chroma-{n}", vectors[:n], ranks, chroma_items, progress) as rival:
            for selectivity in (*SELECTIVITIES, 1.0):
                runs = _both(ExactScan(vectors[:n], first), rival, ranks, selectivity, min(k, n), queries)
                points.append(_point(n, selectivity, runs))
    return points


def _point(n_rows: int, selectivity: float, runs: Sequence[_Runs]) -> CurvePoint:
    wall = [float(np.median(run.wall_s) * 1e3) for run in runs]
    cpu = [float(np.median(run.cpu_s) * 1e3) for run in runs]
    return CurvePoint(n_rows, selectivity, wall[0], _second(wall), cpu[0], _second(cpu))


def _second(values: Sequence[float]) -> float | None:
    return values[1] if len(values) > 1 else None
