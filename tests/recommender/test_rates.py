"""Rates with intervals: Wilson's as elsewhere, and people counted rather than cards."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from recommender.rates import Mean, Z, clustered_mean, clustered_rate, wilson


@pytest.mark.parametrize(("hits", "tries"), [(0, 10), (1, 10), (17, 100), (499, 500), (10, 10)])
def test_the_interval_is_that_of_scipy(hits: int, tries: int) -> None:
    known = binomtest(hits, tries).proportion_ci(0.95, "wilson")
    assert wilson(hits / tries, tries) == pytest.approx((known.low, known.high), abs=1e-12)


def test_one_card_each_gives_nearly_the_plain_interval() -> None:
    found = clustered_rate([(1, 1)] * 30 + [(0, 1)] * 70)
    assert (found.low, found.high) == pytest.approx(wilson(0.3, 100), abs=0.002)


def test_ten_clicks_of_one_shopper_are_not_ten_shoppers() -> None:
    spread = clustered_rate([(1, 10)] * 20)
    lumped = clustered_rate([(10, 10)] * 2 + [(0, 10)] * 18)
    assert spread.value == lumped.value == 0.1
    assert lumped.high - lumped.low > 2 * (spread.high - spread.low)
    # Two of twenty people clicked: no narrower than what twenty tries would say.
    low, high = wilson(0.1, 20)
    assert lumped.high - lumped.low >= 0.95 * (high - low)


def test_nothing_to_count_says_nothing() -> None:
    found = clustered_rate([(0, 0)])
    assert (found.value, found.low, found.high, found.clusters) == (None, 0.0, 1.0, 0)


def test_where_nobody_clicks_each_shopper_counts_once() -> None:
    found = clustered_rate([(0, 50)] * 4)
    assert (found.low, found.high) == wilson(0.0, 4)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)).map(lambda pair: (min(pair), max(pair))), min_size=1))
def test_the_rate_lies_in_its_interval(counts: list[tuple[int, int]]) -> None:
    found = clustered_rate(counts)
    assert 0.0 <= found.low <= found.high <= 1.0
    if found.value is not None:
        assert found.low - 1e-12 <= found.value <= found.high + 1e-12


def test_an_amount_of_one_try_each_has_the_plain_interval() -> None:
    found = clustered_mean([(0, 1), (0, 1), (600, 1), (200, 1)])
    half = Z * (80_000 / 4) ** 0.5  # Sample variance 80,000.
    assert (found.value, found.low, found.high) == pytest.approx((200, 200 - half, 200 + half))


def test_visits_of_one_shopper_belong_together() -> None:
    spread = clustered_mean([(100, 1), (300, 1)] * 10)
    lumped = clustered_mean([(1000, 10), (3000, 10)])
    assert spread.value == lumped.value == 200
    assert (lumped.high or 0) - (lumped.low or 0) > 3 * ((spread.high or 0) - (spread.low or 0))
    assert clustered_mean([(500, 3), (0, 0)]) == Mean(500, 3, None, None)
