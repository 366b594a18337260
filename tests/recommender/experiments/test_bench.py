"""The bench of experiments, at a small size: what it shows must hold there as well."""

from __future__ import annotations

import pytest

from recommender.experiments.bench import detectable_lift, peeking, sensitivity
from recommender.experiments.planning import plan_rate


def test_looking_costs_no_false_alarms_and_some_power() -> None:
    said: list[str] = []
    no_difference, found, twice, money = peeking(40, 6_000, 2, lambda what, *_: said.append(what))
    assert no_difference.always_valid <= 0.075
    assert money.always_valid <= 0.075
    assert no_difference.fixed_peeked > 0.2
    assert found.always_valid < found.fixed_once
    assert twice.always_valid > 0.9
    assert twice.stopped_after is not None
    assert twice.stopped_after < 0.7
    assert money.exact is None
    assert said.count("clicks, no difference") == 40


def test_the_lift_is_the_one_that_the_planner_would_plan_for() -> None:
    assert plan_rate(0.1, detectable_lift(20_000)).per_arm == pytest.approx(10_000, rel=0.01)


def test_interleaving_needs_far_fewer_sessions_and_names_the_right_ranker() -> None:
    (world,) = sensitivity(20, 3, lambda *_: None, n_worlds=1)
    assert world.rate_b > world.rate_a
    assert world.times_fewer > 4
    assert world.interleaved_looked < world.ab_looked / 4
    assert world.wrong <= 0.05
