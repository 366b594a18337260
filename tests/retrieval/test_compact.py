"""Compact vectors are as near as they say, and only those of the served vectors are opened."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from retrieval.compact import CompactVectors
from retrieval.errors import IndexBroken
from tests.contracts.vector_index import unit_vectors

SHA = "5c1e"


@given(arrays(np.float32, (5, 8), elements=st.floats(-1, 1, width=32)))
def test_no_row_is_further_off_than_its_error(vectors: NDArray[np.float32]) -> None:
    made = CompactVectors.make(vectors)
    near = made.scales[:, None].astype(np.float64) * made.codes
    assert (np.linalg.norm(vectors - near, axis=1) <= made.errors).all()
    assert (np.linalg.norm(near, axis=1) <= made.longest).all()


def test_a_row_of_nothing_stays_nothing() -> None:
    made = CompactVectors.make(np.zeros((2, 4), np.float32))
    assert made.codes.tolist() == [[0] * 4] * 2
    assert made.errors.max() < 1e-5


def test_a_number_takes_one_byte_and_is_off_by_less_than_a_hundredth() -> None:
    made = CompactVectors.make(unit_vectors(20_000, seed=5, dim=384))
    assert made.codes.nbytes == 20_000 * 384
    assert made.errors.max() < 0.015


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    CompactVectors.make(unit_vectors(30, seed=1)).write(tmp_path / "compact", SHA)
    return tmp_path / "compact"


def test_what_was_written_is_opened(folder: Path) -> None:
    made, opened = CompactVectors.make(unit_vectors(30, seed=1)), CompactVectors.open(folder, (30, 16), SHA)
    assert np.array_equal(made.codes, opened.codes)
    assert np.array_equal(made.scales, opened.scales)
    assert np.array_equal(made.errors, opened.errors)
    assert made.longest == opened.longest
    assert not opened.codes.flags.writeable


@pytest.mark.parametrize("name", ["codes.npy", "scales.npy", "errors.npy", "about.json"])
@pytest.mark.parametrize("damage", ["remove", "cut"])
def test_a_lost_or_cut_off_file_is_broken(folder: Path, name: str, damage: str) -> None:
    content = (folder / name).read_bytes()
    (folder / name).unlink()
    if damage == "cut":
        (folder / name).write_bytes(content[:-10])
    with pytest.raises(IndexBroken, match="aisle import"):
        CompactVectors.open(folder, (30, 16), SHA)


def test_those_of_other_vectors_are_broken(folder: Path) -> None:
    with pytest.raises(IndexBroken, match="aisle import"):
        CompactVectors.open(folder, (30, 16), "another")


@pytest.mark.parametrize("shape", [(31, 16), (30, 8)])
def test_those_of_another_shape_are_broken(folder: Path, shape: tuple[int, int]) -> None:
    with pytest.raises(IndexBroken, match="aisle import"):
        CompactVectors.open(folder, shape, SHA)


def test_those_of_another_type_are_broken(folder: Path) -> None:
    np.save(folder / "codes.npy", np.zeros((30, 16), np.float32))
    with pytest.raises(IndexBroken, match="aisle import"):
        CompactVectors.open(folder, (30, 16), SHA)


def test_what_it_is_of_is_written_beside_it(folder: Path) -> None:
    assert json.loads((folder / "about.json").read_text())["source_sha256"] == SHA
