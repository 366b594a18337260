from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from recommender.ope.blocks import Blocks
from recommender.ope.estimators import Estimate
from recommender.ope.intervals import (
    Interval,
    around,
    bootstrap,
    calibrated,
    empirical_bernstein,
    normal,
    standard_error,
    wider,
)

Z = 1.959963984540054


def _mean_of(rows: list[float]) -> Estimate:
    return Estimate("mean", np.array(rows), np.ones(len(rows)))


def test_the_standard_error_of_a_plain_mean() -> None:
    rows = [1.0, 2.0, 4.0, 5.0]
    assert standard_error(_mean_of(rows), Blocks(np.arange(4))) == pytest.approx(np.std(rows, ddof=1) / 2)


def test_rows_of_a_block_count_as_one() -> None:
    rows = [1.0, 1.0, 4.0, 4.0]
    whole = standard_error(_mean_of(rows), Blocks(np.array([0, 0, 1, 1])))
    assert whole == pytest.approx(np.std([1.0, 4.0], ddof=1) / math.sqrt(2))
    assert whole > standard_error(_mean_of(rows), Blocks(np.arange(4)))


def test_a_ratio_has_the_error_of_its_linear_form() -> None:
    rng = np.random.default_rng(1)
    weights = rng.exponential(size=20_000)
    rewards = rng.random(20_000)
    ratio = Estimate("snips", weights * rewards, weights)
    pulls = weights * (rewards - ratio.value) / weights.mean()
    assert standard_error(ratio, Blocks(np.arange(20_000))) == pytest.approx(pulls.std() / math.sqrt(20_000), rel=0.01)


def test_one_block_says_nothing() -> None:
    blocks = Blocks(np.zeros(3, dtype=np.int64))
    assert standard_error(_mean_of([1.0, 2.0, 3.0]), blocks) == math.inf
    assert empirical_bernstein(_mean_of([1.0, 2.0, 3.0]), blocks) == Interval(-math.inf, math.inf)


def test_bernstein_by_hand() -> None:
    rows = [0.0, 1.0] * 50
    log_term = math.log(80.0)
    radius = math.sqrt(2 * np.var(rows, ddof=1) * log_term / 100) + 7 * log_term / (3 * 99)
    found = empirical_bernstein(_mean_of(rows), Blocks(np.arange(100)))
    assert (found.low, found.high) == pytest.approx((0.5 - radius, 0.5 + radius))


def test_a_right_tail_moves_the_interval_up_and_symmetry_does_not() -> None:
    rng = np.random.default_rng(1)
    blocks = Blocks(np.arange(400))
    skewed = _mean_of(list(rng.lognormal(sigma=1.5, size=400)))
    assert calibrated(skewed, blocks).low > normal(skewed, blocks).low
    even = _mean_of([-1.0, 1.0] * 200)
    assert calibrated(even, blocks) == normal(even, blocks)


def test_intervals_of_a_skewed_mean_hold_it_in_about_95_of_100() -> None:
    hits = {"calibrated": 0, "bootstrap": 0, "bernstein": 0}
    truth = math.exp(0.5)
    for seed in range(200):
        rows = np.random.default_rng(seed).lognormal(size=400)
        blocks, one = Blocks(np.arange(400)), _mean_of(list(rows))
        hits["calibrated"] += truth in calibrated(one, blocks)
        hits["bootstrap"] += truth in bootstrap((one,), blocks, seed=seed)[0]
        hits["bernstein"] += truth in empirical_bernstein(one, blocks)
    assert 0.91 <= hits["calibrated"] / 200 <= 0.98
    assert 0.89 <= hits["bootstrap"] / 200 <= 0.98
    assert hits["bernstein"] >= hits["calibrated"]


def test_an_interval_around_what_departs_is_the_same_without_a_departure_and_one_sided_with_a_large_one() -> None:
    unbiased = Interval(-Z, Z)
    same = around(0.0, unbiased)
    assert (same.low, same.high) == pytest.approx((-Z, Z))
    # 95 % of a standard normal lie above -1.645; the far end is where nothing of it is left.
    assert around(10.0, unbiased).low == pytest.approx(-1.6449, abs=1e-3)
    assert around(10.0, unbiased).high == pytest.approx(21.6449, abs=1e-3)
    assert around(3.0, Interval(1.0, 1.0)) == Interval(1.0, 3.0)


def test_what_was_cut_away_is_in_every_interval_of_what_is_left() -> None:
    """Large rows are cut; their own scatter is in the interval all the same, and so is what they would have added."""
    rng = np.random.default_rng(4)
    rows = rng.normal(size=400) + np.where(rng.random(400) < 0.05, 20.0, 0.0)
    blocks, whole = Blocks(np.arange(400)), _mean_of(list(rows))
    alone = _mean_of(list(np.minimum(rows, 3.0)))
    cut = replace(alone, unbiased=whole)
    for find in (calibrated, normal, empirical_bernstein):
        assert find(cut, blocks).width > find(whole, blocks).width > find(alone, blocks).width
    drawn = bootstrap((cut, whole, alone), blocks, seed=1)
    assert drawn[0].width > drawn[1].width > drawn[2].width
    assert whole.value in normal(cut, blocks)
    assert (normal(cut, blocks).low + normal(cut, blocks).high) / 2 == pytest.approx(cut.value)


def test_the_wider_one_is_taken() -> None:
    assert wider(Interval(0, 1), Interval(-1, 1)) == Interval(-1, 1)
    assert 1.0 in Interval(0, 1)
    assert "x" not in Interval(0, 1)
