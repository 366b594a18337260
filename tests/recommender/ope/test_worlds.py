from __future__ import annotations

import numpy as np
import pytest

from recommender.ope.worlds import KINDS, Kind, make_world, simulate, strengths, true_value, types_of


@pytest.mark.parametrize("name", sorted(KINDS))
def test_the_exact_value_is_what_long_logs_bring(name: str) -> None:
    rng = np.random.default_rng(4)
    world = make_world(KINDS[name], rng)
    policy = strengths(world.rates, 0.8)
    log = simulate(world, policy, 60_000, rng)
    error = log.values.std() / np.sqrt(log.n) * (2.0 if name == "sessions" else 1.0)
    assert true_value(world, policy) == pytest.approx(log.values.mean(), abs=4 * error)


def test_one_slot_by_hand() -> None:
    world = make_world(Kind(base=0.0), np.random.default_rng(1))
    policy = np.ones_like(world.rates)
    assert true_value(world, policy) == pytest.approx(world.rates.mean())


def test_logged_probabilities_are_those_of_the_draw() -> None:
    rng = np.random.default_rng(2)
    world = make_world(KINDS["plain"], rng)
    policy = strengths(world.rates, 1.0)
    log = simulate(world, policy, 50_000, rng)
    types = types_of(world, log)
    shown = np.bincount(log.chosen[types == 3, 0], minlength=policy.shape[1]) / (types == 3).sum()
    assert shown == pytest.approx(policy[3] / policy[3].sum(), abs=0.03)


def test_a_shopper_who_stops_takes_one_thing_at_most() -> None:
    rng = np.random.default_rng(2)
    world = make_world(KINDS["cascade"], rng)
    log = simulate(world, np.ones_like(world.rates), 2000, rng)
    assert log.values.max() == 1
