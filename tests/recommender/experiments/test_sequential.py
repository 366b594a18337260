"""Statistics that may be looked at after every observation: exact where they say so, and never alarmed by looking."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import betabinom

from recommender.experiments.sequential import (
    Moments,
    compare_means,
    mean_interval,
    p_value_of,
    rate_interval,
    rates_evidence,
    shares_p_value,
)

ALPHA = 0.05


def peeked(p_control: float, p_treatment: float, *, share: float, n: int, runs: int, seed: int) -> dict[str, float]:
    """Return the share of runs in which each test ever called a difference, looked at 50 times."""
    rng = np.random.default_rng(seed)
    looks = np.unique(np.geomspace(100, n, 50).astype(int)) - 1
    called = {"means": 0, "evidence": 0, "fixed": 0}
    for _ in range(runs):
        treated = rng.random(n) < share
        hit = rng.random(n) < np.where(treated, p_treatment, p_control)
        units, hits = np.cumsum(treated), np.cumsum(treated & hit)
        others = np.cumsum(~treated & hit)
        pairs = [
            (Moments.of_rate(int(others[t]), int(t + 1 - units[t])), Moments.of_rate(int(hits[t]), int(units[t])))
            for t in looks
        ]
        called["means"] += any(compare_means(c, r, planned_n=n).p_value < ALPHA for c, r in pairs)
        called["evidence"] += any(rates_evidence(c, r, share) > math.log(1 / ALPHA) for c, r in pairs)
        called["fixed"] += any(abs(z_of(c, r)) > 1.96 for c, r in pairs)
    return {name: count / runs for name, count in called.items()}


def z_of(control: Moments, treatment: Moments) -> float:
    """The test that may be looked at once only."""
    pooled = (control + treatment).mean
    spread = math.sqrt(pooled * (1 - pooled) * (1 / control.n + 1 / treatment.n))
    return (treatment.mean - control.mean) / spread if spread else 0.0


@pytest.mark.parametrize(("rate", "share"), [(0.02, 0.5), (0.3, 0.5), (0.05, 0.1)])
def test_looking_all_the_time_raises_no_false_alarms_where_a_fixed_test_does(rate: float, share: float) -> None:
    called = peeked(rate, rate, share=share, n=8_000, runs=250, seed=3)
    assert called["means"] <= ALPHA
    assert called["evidence"] <= ALPHA
    assert called["fixed"] > 2 * ALPHA


def test_a_real_difference_is_found() -> None:
    called = peeked(0.05, 0.065, share=0.5, n=12_000, runs=100, seed=4)
    assert called["means"] > 0.75
    assert called["evidence"] > 0.55


def test_a_canary_that_sells_less_is_found() -> None:
    assert peeked(0.05, 0.02, share=0.1, n=12_000, runs=100, seed=5)["evidence"] > 0.9


def test_rate_interval_covers_the_truth_at_all_times() -> None:
    rng = np.random.default_rng(6)
    missed = 0
    for _ in range(200):
        hits = np.cumsum(rng.random(2_000) < 0.03)
        missed += any(
            not rate_interval(int(hits[t]), t + 1).holds(0.03)
            for t in np.unique(np.geomspace(1, 1_999, 40).astype(int))
        )
    assert missed / 200 <= ALPHA


def test_mean_interval_covers_the_truth_of_skewed_money_at_all_times() -> None:
    rng = np.random.default_rng(7)
    missed = 0
    for _ in range(200):
        money = np.where(rng.random(4_000) < 0.1, rng.lognormal(3.0, 0.8, 4_000), 0.0)
        truth = 0.1 * math.exp(3.0 + 0.8**2 / 2)
        looks = np.unique(np.geomspace(250, 4_000, 25).astype(int))
        missed += any(not mean_interval(Moments.of_values(money[:t]), planned_n=2_000).holds(truth) for t in looks)
    assert missed / 200 <= ALPHA


def test_rate_interval_ends_where_the_mixture_says() -> None:
    # The mixture's probability of exactly these successes is that of a beta-binomial with a uniform prior: 1 / (n + 1).
    interval = rate_interval(12, 200, 0.05)
    assert betabinom.pmf(12, 200, 1, 1) == pytest.approx(1 / 201)
    for end in (interval.low, interval.high):
        likelihood = math.comb(200, 12) * end**12 * (1 - end) ** 188
        assert betabinom.pmf(12, 200, 1, 1) / likelihood == pytest.approx(1 / 0.05, rel=1e-6)


@pytest.mark.parametrize("share", [0.5, 0.2])
@pytest.mark.parametrize("rate", [0.1, 0.7])
def test_evidence_is_one_on_average_where_rates_are_equal(share: float, rate: float) -> None:
    # All sequences of five units: arm by the share, outcome by the rate. This is what makes the test exact.
    mean = 0.0
    for sequence in itertools.product(itertools.product((0, 1), (0, 1)), repeat=5):
        chance = math.prod((share if arm else 1 - share) * (rate if hit else 1 - rate) for arm, hit in sequence)
        arms = [
            Moments.of_rate(sum(h for a, h in sequence if a == arm), sum(a == arm for a, _ in sequence))
            for arm in (0, 1)
        ]
        mean += chance * math.exp(rates_evidence(arms[0], arms[1], share))
    assert mean == pytest.approx(1.0, abs=1e-12)


def test_wrong_shares_are_found_and_right_ones_are_not() -> None:
    rng = np.random.default_rng(8)
    false_alarms = 0
    for _ in range(200):
        counts = np.cumsum(rng.multinomial(1, [0.5, 0.25, 0.25], 3_000), axis=0)
        false_alarms += any(
            shares_p_value(list(map(int, counts[t])), (0.5, 0.25, 0.25)) < ALPHA for t in range(50, 3_000, 59)
        )
    assert false_alarms / 200 <= ALPHA
    assert shares_p_value((5_000, 4_600), (0.5, 0.5)) < 0.01
    assert shares_p_value((5_000, 4_950), (0.5, 0.5)) == 1.0


@given(
    st.integers(60, 5_000), st.integers(60, 5_000), st.floats(0.02, 0.9), st.floats(0.02, 0.9), st.integers(100, 9_999)
)
def test_the_interval_leaves_zero_out_exactly_where_the_p_value_is_small(
    n: int, m: int, p: float, q: float, planned: int
) -> None:
    found = compare_means(Moments.of_rate(int(n * p), n), Moments.of_rate(int(m * q), m), planned_n=planned)
    if abs(found.p_value - ALPHA) > 1e-9:
        assert (found.p_value < ALPHA) == (not found.interval.holds(0.0))


@given(st.integers(0, 400), st.integers(0, 400), st.floats(0.001, 0.5))
def test_rate_interval_holds_the_observed_rate_and_grows_with_certainty(hits: int, misses: int, alpha: float) -> None:
    interval = rate_interval(hits, hits + misses, alpha)
    assert 0.0 <= interval.low <= interval.high <= 1.0
    assert hits + misses == 0 or interval.holds(hits / (hits + misses))
    assert rate_interval(hits, hits + misses, alpha / 2).width >= interval.width - 1e-12


@given(st.lists(st.floats(0, 1e4), max_size=30), st.lists(st.floats(0, 1e4), max_size=30))
def test_moments_add_up_in_any_order(first: list[float], second: list[float]) -> None:
    both = Moments.of_values(first) + Moments.of_values(second)
    whole = Moments.of_values([*second, *first])
    assert (both.n, both.hits) == (whole.n, whole.hits)
    assert both.mean == pytest.approx(whole.mean)
    if len(first) + len(second) > 1:
        assert whole.variance == pytest.approx(np.var([*first, *second], ddof=1), rel=1e-6, abs=1e-3)


def test_too_little_says_nothing() -> None:
    assert compare_means(Moments.of_rate(49, 1_000), Moments.of_rate(90, 1_000), planned_n=2_000).p_value == 1.0
    assert mean_interval(Moments(), planned_n=10).width == math.inf
    assert rate_interval(0, 0).width == 1.0
    assert p_value_of(-3.0) == 1.0
    assert p_value_of(math.log(20)) == pytest.approx(0.05)
