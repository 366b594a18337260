"""Tokens by row and field: counted, placed, kept on disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from retrieval.errors import IndexBroken
from retrieval.field_index import FieldIndex

_NUMBERS = {"red": 0, "mug": 1, "big": 2}
_ROWS = [
    (["red", "mug"], ["mug"], [], ["red"], ["mug", "big", "mug"]),
    (["big"], [], [], [], []),
]


@pytest.fixture
def index() -> FieldIndex:
    return FieldIndex.build(_ROWS, _NUMBERS)


def test_each_field_is_counted_for_itself(index: FieldIndex) -> None:
    found = index.count(np.array([1, 0]), [1, 2, -1])
    assert found.counts[1, :, 0].tolist() == [1, 1, 0, 0, 2]
    assert found.counts[0, :, 1].tolist() == [1, 0, 0, 0, 0]
    assert not found.counts[:, :, 2].any()
    assert found.lengths.tolist() == [[1, 0, 0, 0, 0], [2, 1, 0, 1, 3]]
    assert index.mean_lengths.tolist() == [1.5, 0.5, 1e-9, 0.5, 1.5]


def test_the_first_place_in_a_field_is_told(index: FieldIndex) -> None:
    first = index.count(np.array([0]), [1, 2]).first[0]
    assert (first[0, 0], first[4, 0], first[4, 1]) == (1, 0, 1)
    assert first[0, 1] > 1_000_000


def test_an_index_comes_back_from_disk_and_another_size_is_broken(index: FieldIndex, tmp_path: Path) -> None:
    index.save(tmp_path)
    again = FieldIndex.open(tmp_path, 2)
    assert (again.count(np.arange(2), [0, 1, 2]).counts == index.count(np.arange(2), [0, 1, 2]).counts).all()
    with pytest.raises(IndexBroken, match="fit"):
        FieldIndex.open(tmp_path, 3)
    with pytest.raises(IndexBroken, match="read"):
        FieldIndex.open(tmp_path / "none", 2)


def test_nothing_can_be_counted_in_no_rows(index: FieldIndex) -> None:
    assert index.count(np.empty(0, np.int64), [0]).counts.shape == (0, 5, 1)
    assert FieldIndex.build([], {}).n_rows == 0
