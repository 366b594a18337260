"""Embedded Chroma keeps the vector-index contract, and damage of any kind is IndexBroken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from retrieval.chroma_index import ChromaIndex
from retrieval.errors import IndexBroken
from retrieval.index import VectorIndex
from tests.contracts.vector_index import VectorIndexContract, unit_vectors


class TestChromaIndex(VectorIndexContract):
    @pytest.fixture(autouse=True)
    def _close(self) -> Iterator[None]:
        self.opened: list[ChromaIndex] = []
        yield
        for index in self.opened:
            index.close()

    def build(self, vectors: NDArray[np.float32], folder: Path) -> VectorIndex:
        ChromaIndex.create(folder, vectors).close()
        self.opened.append(ChromaIndex.open(folder, len(vectors)))
        return self.opened[-1]


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    ChromaIndex.create(tmp_path / "chroma", unit_vectors(60, seed=2)).close()
    return tmp_path / "chroma"


def test_a_missing_folder_is_broken_and_not_created(tmp_path: Path) -> None:
    with pytest.raises(IndexBroken, match="aisle import"):
        ChromaIndex.open(tmp_path / "chroma", 3)
    assert not (tmp_path / "chroma").exists()


def test_another_number_of_rows_is_broken(stored: Path) -> None:
    with pytest.raises(IndexBroken, match="60 of 61 rows"):
        ChromaIndex.open(stored, 61)


def test_a_damaged_database_is_broken(stored: Path) -> None:
    database = stored / "chroma.sqlite3"
    database.write_bytes(b"no database at all" * 100)
    with pytest.raises(IndexBroken, match="aisle import"):
        ChromaIndex.open(stored, 60)


def test_a_damaged_page_is_broken(stored: Path) -> None:
    database = stored / "chroma.sqlite3"
    content = bytearray(database.read_bytes())
    content[4096 * 3 : 4096 * 5] = b"\xff" * 8192
    database.write_bytes(bytes(content))
    with pytest.raises(IndexBroken, match="aisle import"):
        ChromaIndex.open(stored, 60)


def test_progress_is_told_in_rows(tmp_path: Path) -> None:
    told: list[int] = []
    ChromaIndex.create(tmp_path / "chroma", unit_vectors(30, seed=4), told.append).close()
    assert told[-1] == 30
