"""Who is in which arm: the same for ever, even, independent, and nobody moves when more are let in."""

from __future__ import annotations

import math

import pytest
from scipy.stats import chisquare

from recommender.experiments.assignment import assign, assigned
from recommender.experiments.definitions import Experiment, Layer
from tests.recommender.experiments.some import an_experiment

KEYS = [f"s:{number}" for number in range(6_000)]


def arms_of(experiment: Experiment) -> list[str | None]:
    found = [assign(experiment, key) for key in KEYS]
    return [arm.name if arm else None for arm in found]


def test_assignment_is_fixed_for_ever() -> None:
    # Written down once: another hash would move every shopper of every running experiment.
    letters = "".join(str(arm)[0] for arm in arms_of(an_experiment("fixed"))[:8])
    assert letters == "cttccctt"


def test_shares_are_kept() -> None:
    arms = arms_of(an_experiment("shares", shares=(0.7, 0.3)))
    n = len(arms)
    assert chisquare([arms.count("control"), arms.count("treatment")], [0.7 * n, 0.3 * n]).pvalue > 0.01


@pytest.mark.parametrize("names", [("one", "two"), ("rank-1", "rank-2"), ("a", "aa")])
def test_experiments_are_independent_of_each_other(names: tuple[str, str]) -> None:
    first, second = (arms_of(an_experiment(name)) for name in names)
    both = sum(a == b for a, b in zip(first, second, strict=True))
    assert abs(both - len(KEYS) / 2) < 3.3 * math.sqrt(len(KEYS)) / 2


def test_more_traffic_keeps_everybody_in_their_arm() -> None:
    few = arms_of(an_experiment("ramp", traffic=0.1))
    many = arms_of(an_experiment("ramp", traffic=0.5))
    assert {arm for arm in few if arm} == {"control", "treatment"}
    assert all(later == earlier for earlier, later in zip(few, many, strict=True) if earlier is not None)
    assert sum(arm is not None for arm in few) / len(few) == pytest.approx(0.1, abs=0.015)
    assert sum(arm is not None for arm in many) / len(many) == pytest.approx(0.5, abs=0.025)


def test_parts_of_a_layer_never_meet() -> None:
    left = an_experiment("left", layer=Layer(name="ranking", start=0.0, end=0.4))
    right = an_experiment("right", layer=Layer(name="ranking", start=0.4, end=1.0))
    inside = [(assign(left, key) is not None) + (assign(right, key) is not None) for key in KEYS]
    assert set(inside) == {1}


def test_the_unit_decides_by_what_key() -> None:
    by_session = an_experiment("unit", unit="session")
    by_shopper = an_experiment("unit", unit="shopper")
    ((_, arm),) = assigned([by_session], "c:1", "s:1")
    assert arm == assign(by_session, "s:1")
    ((_, arm),) = assigned([by_shopper], "c:1", "s:1")
    assert arm == assign(by_shopper, "c:1")
