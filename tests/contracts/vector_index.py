"""What every vector index must do. Inherit, and give `build` as a method."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from retrieval.index import VectorIndex

DIM = 16


def unit_vectors(n_rows: int, seed: int, dim: int = DIM) -> NDArray[np.float32]:
    """Draw unit vectors in a few clusters, shape (n_rows, dim)."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(8, dim))
    raw = centres[rng.integers(0, 8, n_rows)] + 0.4 * rng.normal(size=(n_rows, dim))
    return np.asarray(raw / np.linalg.norm(raw, axis=1, keepdims=True), np.float32)


class VectorIndexContract:
    """Nearest allowed rows by cosine, best first."""

    def build(self, vectors: NDArray[np.float32], folder: Path) -> VectorIndex:
        raise NotImplementedError

    @pytest.fixture
    def vectors(self) -> NDArray[np.float32]:
        return unit_vectors(400, seed=3)

    @pytest.fixture
    def index(self, vectors: NDArray[np.float32], tmp_path: Path) -> VectorIndex:
        return self.build(vectors, tmp_path / "index")

    def check(
        self, index: VectorIndex, vectors: NDArray[np.float32], k: int, allowed: NDArray[np.bool_] | None, seed: int
    ) -> None:
        query = unit_vectors(1, seed)[0]
        rows, cosines = index.search(query, k, allowed)
        true = vectors @ query
        pool = np.flatnonzero(allowed) if allowed is not None else np.arange(len(vectors))
        expected = pool[np.lexsort((pool, -true[pool]))][:k]
        assert rows.tolist() == expected.tolist()
        assert rows.dtype == np.int64
        assert cosines.dtype == np.float32
        assert np.allclose(cosines, true[expected], atol=1e-5)

    def test_the_nearest_rows_come_best_first(self, index: VectorIndex, vectors: NDArray[np.float32]) -> None:
        for seed in range(5):
            self.check(index, vectors, 10, None, seed)

    @pytest.mark.parametrize("share", [0.01, 0.1, 0.5, 0.9, 1.0])
    def test_under_a_filter_exactly_the_nearest_allowed_rows_come(
        self, index: VectorIndex, vectors: NDArray[np.float32], share: float
    ) -> None:
        rng = np.random.default_rng(11)
        for seed in range(5):
            allowed = rng.random(len(vectors)) < share
            allowed[rng.integers(len(vectors))] = True
            self.check(index, vectors, 20, allowed, seed)

    def test_where_fewer_rows_are_allowed_fewer_come(self, index: VectorIndex, vectors: NDArray[np.float32]) -> None:
        allowed = np.zeros(len(vectors), np.bool_)
        allowed[[5, 17]] = True
        self.check(index, vectors, 50, allowed, seed=1)

    def test_where_no_row_is_allowed_none_comes(self, index: VectorIndex, vectors: NDArray[np.float32]) -> None:
        rows, cosines = index.search(vectors[0], 5, np.zeros(len(vectors), np.bool_))
        assert rows.size == cosines.size == 0

    def test_more_rows_than_there_are_can_be_asked_for(self, index: VectorIndex, vectors: NDArray[np.float32]) -> None:
        rows, _ = index.search(vectors[0], len(vectors) + 50)
        assert sorted(rows.tolist()) == list(range(len(vectors)))

    def test_a_row_finds_itself(self, index: VectorIndex, vectors: NDArray[np.float32]) -> None:
        rows, cosines = index.search(vectors[42], 1)
        assert rows.tolist() == [42]
        assert cosines[0] == pytest.approx(1.0, abs=1e-5)

    def test_a_single_row_can_be_searched(self, tmp_path: Path) -> None:
        vectors = unit_vectors(1, seed=9)
        rows, _ = self.build(vectors, tmp_path / "one").search(vectors[0], 3)
        assert rows.tolist() == [0]
