"""Files of float vectors: what does not fit is refused, and pages that are let go are read again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from retrieval import vector_file
from retrieval.bench.machine import mapped_mb
from retrieval.errors import IndexBroken
from retrieval.vector_file import MappedRows, open_vectors
from tests.contracts.vector_index import unit_vectors


def test_a_missing_file_is_broken(tmp_path: Path) -> None:
    with pytest.raises(IndexBroken, match="aisle import"):
        open_vectors(tmp_path / "vectors.npy", 3)


def test_a_cut_off_file_is_broken(tmp_path: Path) -> None:
    path = tmp_path / "vectors.npy"
    np.save(path, unit_vectors(50, seed=1))
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(IndexBroken, match="aisle import"):
        open_vectors(path, 50)


@pytest.mark.parametrize("array", [np.zeros((4, 2), np.float32), np.zeros(3, np.float32), np.zeros((3, 2), np.float64)])
def test_a_matrix_of_another_shape_or_type_is_broken(tmp_path: Path, array: NDArray[np.float64]) -> None:
    np.save(tmp_path / "vectors.npy", array)
    with pytest.raises(IndexBroken, match="do not fit"):
        open_vectors(tmp_path / "vectors.npy", 3)


def test_rows_are_read_as_they_lie_in_the_file(tmp_path: Path) -> None:
    vectors = unit_vectors(50, seed=1)
    np.save(tmp_path / "vectors.npy", vectors)
    rows = MappedRows.open(tmp_path / "vectors.npy", 50)
    assert len(rows) == 50
    assert np.array_equal(rows[np.array([7, 0, 49, 7])], vectors[[7, 0, 49, 7]])
    assert rows[np.array([], np.int64)].shape == (0, 16)


def test_a_large_file_is_read_anew_rather_than_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = unit_vectors(40_000, seed=1, dim=64)
    np.save(tmp_path / "vectors.npy", vectors)
    rows, held = MappedRows.open(tmp_path / "vectors.npy", len(vectors)), []
    for kept_bytes in (2**29, 1_000_000):
        monkeypatch.setattr(vector_file, "_KEPT_BYTES", kept_bytes)
        for start in range(0, len(vectors), 50):
            wanted = np.arange(start, start + 50)
            assert np.array_equal(rows[wanted], vectors[wanted])
        held.append(mapped_mb([tmp_path]))
    if held[0] is None or held[1] is None:
        pytest.skip("this system does not tell what is in memory")
    assert held[0] > 10
    assert held[1] < 5
