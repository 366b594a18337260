from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.errors import SequencesBroken
from recommender.sequences.data import from_lists, read_attributes, read_sequences

LISTS = st.lists(st.lists(st.integers(0, 6), max_size=6), min_size=1, max_size=8)


@given(LISTS, st.integers(0, 3))
def test_taking_off_the_latest_items_is_slicing(lists: list[list[int]], n: int) -> None:
    data = from_lists(lists, 7).without_last(n)
    assert [list(data.of(user)) for user in range(data.n_users)] == [one[: max(0, len(one) - n)] for one in lists]


@given(LISTS, st.data())
def test_a_part_holds_the_users_asked_for_in_order(lists: list[list[int]], data: st.DataObject) -> None:
    users = data.draw(st.lists(st.integers(0, len(lists) - 1), max_size=5))
    part = from_lists(lists, 7).part(np.array(users, dtype=np.int64))
    assert [list(part.of(i)) for i in range(part.n_users)] == [lists[user] for user in users]


@given(LISTS)
def test_the_latest_come_first_and_are_filled_with_minus_one(lists: list[list[int]]) -> None:
    latest = from_lists(lists, 7).latest(4)
    assert latest.tolist() == [([*reversed(one)] + [-1] * 4)[:4] for one in lists]


def test_who_took_what_adds_up_weights() -> None:
    data = from_lists([[0, 1, 0], [2]], 3)
    assert data.matrix().toarray().tolist() == [[2, 1, 0], [0, 0, 1]]
    assert data.matrix(data.age_weights(0.5)).toarray().tolist() == [[1.25, 0.5, 0], [0, 0, 1]]


def test_a_file_of_sequences_is_read_compressed_and_attributes_by_id(tmp_path: Path) -> None:
    path, attributes = tmp_path / "shop.txt.gz", tmp_path / "attributes.json"
    path.write_bytes(gzip.compress(b"7 b a c\n8 c c a\n\n"))
    attributes.write_text(json.dumps({"c": [5, 6], "a": [5], "stranger": [9]}))
    named = read_sequences(path)
    assert [named.item_ids[row] for row in named.sequences.of(1)] == ["c", "c", "a"]
    known = dict(
        zip(named.item_ids, read_attributes(attributes, named.item_ids).sum(axis=1).ravel().tolist()[0], strict=True)
    )
    assert known == {"a": 1, "b": 0, "c": 2}


def test_an_items_number_does_not_tell_where_it_stands_in_the_file(tmp_path: Path) -> None:
    ids = [f"i{i}" for i in range(90)]
    numbered = []
    for name, order in (("one", ids), ("other", ids[::-1])):
        path = tmp_path / name
        path.write_text("".join(f"u {' '.join(order[i : i + 3])}\n" for i in range(0, 90, 3)))
        numbered.append(read_sequences(path).item_ids)
    assert numbered[0] == numbered[1] != tuple(ids)


@pytest.mark.parametrize(
    ("text", "said"),
    [("7 a b c\n8 a b\n", "Line 2 of shop.txt has 2 items"), ("\n", "holds no sequences")],
)
def test_a_file_that_cannot_be_split_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "shop.txt"
    path.write_text(text)
    with pytest.raises(SequencesBroken, match=said):
        read_sequences(path)


def test_files_that_are_missing_or_no_attributes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(SequencesBroken, match="There is no file"):
        read_sequences(tmp_path / "none.txt")
    for text in ("[1]", "{", '{"a": 1}'):
        (tmp_path / "a.json").write_text(text)
        with pytest.raises(SequencesBroken, match=r"a\.json"):
            read_attributes(tmp_path / "a.json", ["a"])
