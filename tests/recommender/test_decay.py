from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.decay import DecayedSums, Recent

AMOUNTS = st.lists(st.tuples(st.floats(0.1, 10), st.floats(0, 1000)), min_size=1, max_size=20)


@given(AMOUNTS, st.randoms())
def test_a_sum_is_that_of_its_faded_amounts_whatever_the_order(amounts: list[tuple[float, float]], rng: object) -> None:
    sums: DecayedSums[str] = DecayedSums(half_life_s=100.0)
    rng.shuffle(amounts)  # type: ignore[attr-defined]
    for amount, at in amounts:
        sums.add("a", amount, at)
    expected = sum(amount * 0.5 ** ((2000.0 - at) / 100.0) for amount, at in amounts)
    assert sums.read("a", 2000.0) == pytest.approx(expected)


def test_the_later_of_two_equal_amounts_ranks_first() -> None:
    sums: DecayedSums[str] = DecayedSums(half_life_s=100.0)
    for key, amount, at in (("old", 1.0, 0.0), ("new", 1.0, 50.0), ("disliked", -1.0, 50.0)):
        sums.add(key, amount, at)
    assert sums.ranked() == ["new", "old"]


def test_an_unknown_key_and_an_empty_sum_are_zero() -> None:
    sums: DecayedSums[str] = DecayedSums(half_life_s=100.0)
    assert sums.read("a", 5.0) == 0.0


def test_a_time_beyond_all_reason_stays_finite() -> None:
    sums: DecayedSums[str] = DecayedSums(half_life_s=1.0)
    sums.add("a", 1.0, 0.0)
    sums.add("a", 1.0, 1e12)
    assert 0 < sums.read("a", 1e12) < float("inf")


def test_the_oldest_entry_is_let_go_and_looking_does_not_count_as_touching() -> None:
    recent: Recent[str, list[int]] = Recent(2, list)
    recent.touch("a").append(1)
    recent.touch("b")
    recent.touch("a")
    assert recent.find("b") == []
    recent.touch("c")
    assert recent.find("a") == [1]
    assert recent.find("b") is None
    assert len(recent) == 2
