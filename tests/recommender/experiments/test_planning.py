"""Numbers of units: those of the textbook, and enough for a test that is looked at all the time."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import norm

from recommender.errors import ExperimentWrong
from recommender.experiments.planning import findable_lift, plan_mean, plan_rate
from recommender.experiments.sequential import Moments, compare_means


# The design note's figures are by the rule 16 p (1 - p) / d^2, which takes both variances as one and 15.7 as 16.
@pytest.mark.parametrize(("rate", "noted"), [(0.0046, 346_000), (0.05, 30_000), (0.01, 158_000)])
def test_rates_need_what_the_design_note_says(rate: float, noted: int) -> None:
    plan = plan_rate(rate, 0.1)
    assert plan.per_arm == pytest.approx(noted, rel=0.045)
    assert 15.7 * rate * (1 - rate) / plan.effect**2 == pytest.approx(plan.per_arm, rel=0.05)


def test_the_planned_size_has_the_power_that_was_asked_for() -> None:
    plan = plan_rate(0.04, -0.2, power=0.9)
    p, q = 0.04, 0.032
    spread = math.sqrt((p * (1 - p) + q * (1 - q)) / plan.per_arm)
    assert norm.cdf(0.008 / spread - norm.ppf(0.975)) == pytest.approx(0.9, abs=1e-4)


def test_means_need_what_the_normal_formula_says() -> None:
    expected = 2 * (norm.ppf(0.975) + norm.ppf(0.8)) ** 2 * 40.0**2 / 1.5**2
    assert plan_mean(30.0, 40.0, 0.05).per_arm == math.ceil(expected)


def test_looking_all_the_time_finds_the_effect_by_the_planned_size() -> None:
    plan = plan_rate(0.2, 0.15, units_per_day=1_000)
    rng = np.random.default_rng(5)
    n, found = plan.per_arm_peeking, 0
    for _ in range(200):
        control, treatment = np.cumsum(rng.random(n) < 0.2), np.cumsum(rng.random(n) < 0.23)
        found += any(
            compare_means(
                Moments.of_rate(int(control[t]), t + 1), Moments.of_rate(int(treatment[t]), t + 1), planned_n=2 * n
            ).p_value
            < 0.05
            for t in np.linspace(n / 10, n - 1, 10).astype(int)
        )
    # 0.8 was asked for; two standard errors of 200 runs are 0.057.
    assert found / 200 >= 0.8 - 0.057
    assert plan.days == pytest.approx(2 * n / 1_000)


@pytest.mark.parametrize(
    "call", [lambda: plan_rate(0.0, 0.1), lambda: plan_rate(0.9, 0.2), lambda: plan_mean(0, 1, 0.1)]
)
def test_impossible_plans_are_refused(call: object) -> None:
    with pytest.raises(ExperimentWrong):
        call()  # type: ignore[operator]


def test_what_a_traffic_can_find_is_the_smallest_change_whose_plan_fits() -> None:
    found = findable_lift(0.4, 1_000)
    assert found is not None
    assert 2 * plan_rate(0.4, found).per_arm_peeking <= 1_000 < 2 * plan_rate(0.4, found - 0.01).per_arm_peeking
    assert findable_lift(0.4, 4) is None
