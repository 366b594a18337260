"""Columns say key by key what they say for many keys at once, and what a dictionary of faded sums says."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.columns import Column, DecayedColumn, Places
from recommender.decay import DecayedSums

KEYS = "abcdef"
AMOUNTS = st.lists(st.tuples(st.sampled_from(KEYS), st.floats(-5, 10), st.floats(0, 1000)), max_size=30)


@given(AMOUNTS)
def test_a_column_of_faded_sums_is_a_dictionary_of_them_to_the_last_bit(
    amounts: list[tuple[str, float, float]],
) -> None:
    places: Places[str] = Places()
    there = places.of_all(["z", *KEYS[::-1], None])
    column, sums = DecayedColumn(100.0, places), DecayedSums[str](100.0)
    for key, amount, at in amounts:
        column.add(key, amount, at)
        sums.add(key, amount, at)
    expected = [0.0, *(sums.read(key, 1500.0) for key in KEYS[::-1]), 0.0]
    assert column.at(there, 1500.0).tolist() == expected
    assert [column.read(key, 1500.0) for key in KEYS] == [sums.read(key, 1500.0) for key in KEYS]
    assert set(column.ranked()) == set(sums.ranked())


def test_keys_keep_their_places_and_columns_follow_those_that_come_later() -> None:
    places: Places[str] = Places()
    early, late = Column(places), Column(places)
    assert early.add("a", 2.0) == 2.0
    there = places.of_all(["b", "a", None, "a"])
    assert there.tolist() == [2, 1, 0, 1]
    assert early.at(there).tolist() == [0.0, 2.0, 0.0, 2.0]
    assert late.at(there).tolist() == [0.0, 0.0, 0.0, 0.0]
    assert late.add("b", 1.0) == 1.0
    assert late.known() == {"b": 1.0}
    assert late.read("never heard of") == 0.0
    assert places.keys_at(there) == ["b", "a", None, "a"]


def test_equal_sums_rank_by_key_whatever_came_first() -> None:
    for order in ("ab", "ba"):
        column: DecayedColumn[str] = DecayedColumn(100.0, Places())
        for key in order:
            column.add(key, 1.0, 5.0)
        assert column.ranked() == ["a", "b"]
        assert column.largest(105.0) == pytest.approx(0.5)


def test_what_was_found_is_spread_over_the_places_and_the_rest_is_nothing() -> None:
    places: Places[str] = Places()
    places.of_all(["a", "b", "c"])
    assert np.array_equal(places.spread({"c": 3.0, "unknown": 9.0}), [0.0, 0.0, 0.0, 3.0])
