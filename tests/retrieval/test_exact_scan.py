"""The exact scan keeps the vector-index contract and refuses files that do not fit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from retrieval.errors import IndexBroken
from retrieval.exact_scan import ExactScan, best
from retrieval.index import VectorIndex
from tests.contracts.vector_index import VectorIndexContract, unit_vectors


class TestExactScan(VectorIndexContract):
    def build(self, vectors: NDArray[np.float32], folder: Path) -> VectorIndex:
        folder.mkdir()
        np.save(folder / "vectors.npy", vectors)
        return ExactScan.open(folder / "vectors.npy", len(vectors))


def test_a_missing_file_is_broken(tmp_path: Path) -> None:
    with pytest.raises(IndexBroken, match="aisle import"):
        ExactScan.open(tmp_path / "vectors.npy", 3)


def test_a_cut_off_file_is_broken(tmp_path: Path) -> None:
    path = tmp_path / "vectors.npy"
    np.save(path, unit_vectors(50, seed=1))
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(IndexBroken, match="aisle import"):
        ExactScan.open(path, 50)


@pytest.mark.parametrize("array", [np.zeros((4, 2), np.float32), np.zeros(3, np.float32), np.zeros((3, 2), np.float64)])
def test_a_matrix_of_another_shape_or_type_is_broken(tmp_path: Path, array: NDArray[np.float64]) -> None:
    np.save(tmp_path / "vectors.npy", array)
    with pytest.raises(IndexBroken, match="do not fit"):
        ExactScan.open(tmp_path / "vectors.npy", 3)


def test_equal_scores_come_in_row_order() -> None:
    rows, scores = best(np.array([9, 2, 7, 4]), np.array([0.5, 0.5, 0.9, 0.5], np.float32), 3)
    assert rows.tolist() == [7, 2, 4]
    assert scores.tolist() == pytest.approx([0.9, 0.5, 0.5])
