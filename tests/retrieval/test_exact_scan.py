"""The exact scan keeps the vector-index contract: what it finds is what floats would find."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from retrieval.compact import CompactVectors
from retrieval.exact_scan import ExactScan, best
from retrieval.index import VectorIndex
from retrieval.vector_file import MappedRows
from tests.contracts.vector_index import VectorIndexContract, unit_vectors


class TestExactScan(VectorIndexContract):
    def build(self, vectors: NDArray[np.float32], folder: Path) -> VectorIndex:
        folder.mkdir()
        np.save(folder / "vectors.npy", vectors)
        CompactVectors.make(vectors).write(folder / "compact", "abc")
        return ExactScan(
            MappedRows.open(folder / "vectors.npy", len(vectors)),
            CompactVectors.open(folder / "compact", vectors.shape, "abc"),
        )


def test_equal_scores_come_in_row_order() -> None:
    rows, scores = best(np.array([9, 2, 7, 4]), np.array([0.5, 0.5, 0.9, 0.5], np.float32), 3)
    assert rows.tolist() == [7, 2, 4]
    assert scores.tolist() == pytest.approx([0.9, 0.5, 0.5])


@st.composite
def searches(draw: st.DrawFn) -> tuple[NDArray[np.float32], NDArray[np.float32], int, NDArray[np.bool_] | None]:
    """Some rows, of which many are equal or nearly so, a query, a number of rows wanted and a mask."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    n_rows, dim = draw(st.integers(1, 300)), draw(st.sampled_from([1, 3, 16, 384]))
    kinds = rng.normal(size=(draw(st.integers(1, 40)), dim))
    raw = kinds[rng.integers(0, len(kinds), n_rows)] + draw(st.sampled_from([0.0, 1e-4, 0.3])) * rng.normal(
        size=(n_rows, dim)
    )
    vectors = (raw / np.maximum(np.linalg.norm(raw, axis=1, keepdims=True), 1e-9)).astype(np.float32)
    query = vectors[rng.integers(n_rows)] if draw(st.booleans()) else unit_vectors(1, int(rng.integers(99)), dim)[0]
    share = draw(st.sampled_from([None, 0.0, 0.02, 0.3, 0.9, 1.0]))
    return vectors, query, draw(st.integers(1, 350)), None if share is None else rng.random(n_rows) < share


@settings(max_examples=300, deadline=None)
@given(searches())
def test_what_is_found_is_what_floats_would_find(
    search: tuple[NDArray[np.float32], NDArray[np.float32], int, NDArray[np.bool_] | None],
) -> None:
    vectors, query, k, allowed = search
    true = np.array([np.sum(row.astype(np.float64) * query.astype(np.float64)) for row in vectors]).astype(np.float32)
    pool = np.arange(len(vectors)) if allowed is None else np.flatnonzero(allowed)
    rows, scores = ExactScan.over(vectors).search(query, k, allowed)
    assert len(set(rows.tolist())) == len(rows) == min(k, len(pool))
    assert set(rows.tolist()) <= set(pool.tolist())
    assert np.allclose(scores, true[rows], atol=1e-6)
    assert np.allclose(np.sort(true[rows])[::-1], np.sort(true[pool])[::-1][:k], atol=2e-7)
    assert rows.tolist() == rows[np.lexsort((rows, -scores))].tolist()


def test_equal_vectors_come_in_row_order_wherever_they_lie() -> None:
    vectors = np.tile(unit_vectors(3, seed=8, dim=384), (7_000, 1))
    rows, scores = ExactScan.over(vectors).search(vectors[1], 50)
    assert rows.tolist() == list(range(1, 151, 3))
    assert len(set(scores.tolist())) == 1


@pytest.mark.parametrize("share", [None, 0.9, 0.3, 0.05, 0.001])
def test_many_batches_give_what_one_multiplication_gives(share: float | None) -> None:
    vectors = unit_vectors(40_000, seed=4)
    rng = np.random.default_rng(6)
    allowed = None if share is None else rng.random(len(vectors)) < share
    for seed in range(5):
        VectorIndexContract().check(ExactScan.over(vectors), vectors, 30, allowed, seed)


def test_rows_that_one_byte_cannot_tell_apart_are_told_apart_in_any_batch() -> None:
    rng = np.random.default_rng(3)
    raw = unit_vectors(1, seed=2, dim=64) + 0.01 * rng.normal(size=(30_000, 64))
    vectors = (raw / np.linalg.norm(raw, axis=1, keepdims=True)).astype(np.float32)
    for seed in range(3):
        query = unit_vectors(1, seed, dim=64)[0]
        true = vectors.astype(np.float64) @ query.astype(np.float64)
        rows, _ = ExactScan.over(vectors).search(query, 100)
        assert np.allclose(true[rows], np.sort(true)[::-1][:100], atol=1e-7)


def test_several_threads_find_the_same() -> None:
    vectors = unit_vectors(30_000, seed=4)
    scan, queries = ExactScan.over(vectors), unit_vectors(40, seed=5)
    allowed = np.random.default_rng(6).random(len(vectors)) < 0.4
    alone = [scan.search(query, 20, allowed)[0].tolist() for query in queries]
    with ThreadPoolExecutor(8) as pool:
        together = [found[0].tolist() for found in pool.map(lambda query: scan.search(query, 20, allowed), queries)]
    assert together == alone


def test_few_float_vectors_are_looked_at() -> None:
    vectors = unit_vectors(20_000, seed=4, dim=384)
    seen: list[int] = []

    class Watched:
        def __getitem__(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
            seen.extend(rows.tolist())
            return np.asarray(vectors[rows])

    scan = ExactScan(Watched(), CompactVectors.make(vectors))
    rows, _ = scan.search(unit_vectors(1, seed=77, dim=384)[0], 100)
    assert set(rows.tolist()) <= set(seen)
    assert len(seen) < 2_000
