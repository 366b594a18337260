"""Estimators against values worked out by hand, and against the truth by going through every outcome."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.ope.blocks import Blocks
from recommender.ope.estimators import (
    ESTIMATORS,
    Evidence,
    clipped_ips,
    direct,
    doubly_robust,
    dros,
    gather,
    ips,
    lift,
    rips,
    snips,
    switch,
)
from recommender.ope.intervals import calibrated
from recommender.ope.reward_model import Predictions
from recommender.ope.worlds import KINDS, make_world, simulate, strengths, target_table, true_value, types_of
from tests.recommender.ope.logs import drawn, one_slot, same_table


def _evidence() -> Evidence:
    """Weights 2, 0.5, 0.5 (target 1/2 each, logged with 1/4 and 1), rewards 1, 0, 4; the model says 0.5 of all."""
    log = one_slot([0.25, 1.0], [0, 1, 1], [1.0, 0.0, 4.0])
    ratios = np.array([[2.0], [0.5], [0.5]])
    model = Predictions(np.full((3, 1), 0.5), np.array([[0.5, 0.0]] * 3))
    return Evidence(log, same_table(log, [0.5, 0.5]), ratios, model)


def test_known_values() -> None:
    evidence = _evidence()
    assert ips(evidence).value == pytest.approx((2 * 1 + 0.5 * 0 + 0.5 * 4) / 3)
    assert snips(evidence).value == pytest.approx(4 / 3)
    assert rips(evidence).value == pytest.approx(4 / 3)
    assert direct(evidence).value == pytest.approx(0.5)
    assert doubly_robust(evidence).value == pytest.approx(0.5 + (2 * 0.5 + 0.5 * -0.5 + 0.5 * 3.5) / 3)


def test_the_direct_method_claims_no_interval() -> None:
    assert [one(_evidence()).name for one in ESTIMATORS if not one(_evidence()).has_interval] == ["dm"]


def test_clipping_cuts_the_largest_weights_only() -> None:
    log = drawn([0.02, 0.98], [1.0, 0.0], 2000, seed=1)
    evidence = gather(log, same_table(log, [0.9, 0.1]))
    assert clipped_ips(evidence).value <= ips(evidence).value
    even = gather(log, same_table(log, [0.02, 0.98]))
    assert clipped_ips(even).value == ips(even).value == pytest.approx(log.values.mean())


@pytest.mark.parametrize("estimator", [dros, switch])
def test_tuned_estimators_trust_the_model_where_weights_are_wild(estimator: object) -> None:
    """The model is right and the weights are huge: leaving them out is better, and is what tuning finds."""
    rng = np.random.default_rng(3)
    n = 300
    log = one_slot([0.5, 0.5], [0] * n, list(0.5 + 0.01 * rng.normal(size=n)))
    ratios = np.where(rng.random((n, 1)) < 0.01, 500.0, 0.2)
    model = Predictions(np.full((n, 1), 0.5), np.tile([0.5, 0.0], (n, 1)))
    evidence = Evidence(log, same_table(log, [0.5, 0.5]), ratios, model)
    assert callable(estimator)
    assert abs(estimator(evidence).value - 0.5) < abs(doubly_robust(evidence).value - 0.5)


@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_a_policy_told_from_its_own_log_is_worth_what_was_logged(estimator: object) -> None:
    log = drawn([0.3, 0.7], [0.2, 0.6], 500, seed=2)
    assert callable(estimator)
    found = estimator(gather(log, same_table(log, [0.3, 0.7]))).value
    assert found == pytest.approx(log.values.mean(), abs=0.01)


@given(
    st.lists(st.floats(0.05, 1.0), min_size=3, max_size=3),
    st.lists(st.floats(0.05, 1.0), min_size=3, max_size=3),
    st.lists(st.floats(0.0, 1.0), min_size=3, max_size=3),
    st.lists(st.floats(-1.0, 1.0), min_size=3, max_size=3),
)
def test_ips_and_dr_are_unbiased_whatever_the_model_says(
    logging: list[float], target: list[float], rates: list[float], model: list[float]
) -> None:
    """Every outcome of one decision, weighted by its chance: the mean of the estimates is the truth."""
    p0, p1 = np.array(logging) / sum(logging), np.array(target) / sum(target)
    q, mean = np.array(model), {"ips": 0.0, "dr": 0.0}
    for action, reward in product(range(3), (0.0, 1.0)):
        chance = p0[action] * (rates[action] if reward else 1.0 - rates[action])
        log = one_slot(list(p0), [action], [reward])
        ratios = np.array([[p1[action] / p0[action]]])
        predictions = Predictions(q[[[action]]], np.array([[float(p1 @ q), 0.0]]))
        evidence = Evidence(log, same_table(log, list(p1)), ratios, predictions)
        for estimator in (ips, doubly_robust):
            found = estimator(evidence)
            mean[found.name] += chance * found.value
    truth = float(p1 @ np.array(rates))
    assert mean["ips"] == pytest.approx(truth, abs=1e-6)
    assert mean["dr"] == pytest.approx(truth, abs=1e-6)


@given(st.integers(0, 2**31))
def test_snips_stays_inside_the_rewards(seed: int) -> None:
    log = drawn([0.2, 0.3, 0.5], [0.1, 0.5, 0.9], 50, seed=seed)
    evidence = gather(log, same_table(log, [0.6, 0.3, 0.1]))
    assert 0.0 <= snips(evidence).value <= 1.0
    assert (evidence.weights >= 0).all()


@pytest.mark.parametrize("name", ["slate", "cascade"])
def test_slates_are_told_right_on_a_large_log(name: str) -> None:
    rng = np.random.default_rng(5)
    world = make_world(KINDS[name], rng)
    target = strengths(world.rates, 1.0)
    log = simulate(world, strengths(world.rates, 0.3), 30_000, rng)
    evidence = gather(log, target_table(log, types_of(world, log), target))
    truth = true_value(world, target)
    for estimator in (ips, snips, rips, doubly_robust, dros, switch):
        assert estimator(evidence).value == pytest.approx(truth, rel=0.04), estimator.__name__


def test_the_lift_of_a_policy_over_itself_is_nothing() -> None:
    log = drawn([0.3, 0.7], [0.2, 0.6], 500, seed=2)
    evidence = gather(log, same_table(log, [0.5, 0.5]))
    found = lift(evidence, evidence)
    assert found.value == 0
    assert not found.numerators.any()


@pytest.mark.parametrize("estimator", [dros, switch])
def test_intervals_of_tuned_estimators_hold_the_truth_though_the_limit_was_chosen_on_the_same_rows(
    estimator: object,
) -> None:
    """With the scatter of what was left alone they held it in 84 to 88 of 100."""
    assert callable(estimator)
    hits = []
    for number in range(150):
        rng = np.random.default_rng([930001, number])
        kind = KINDS[tuple(KINDS)[number % len(KINDS)]]
        world = make_world(kind, rng)
        target = strengths(world.rates, 1.2)
        log = simulate(world, strengths(rng.normal(size=world.rates.shape), 0.5), kind.n_rows, rng)
        evidence = gather(log, target_table(log, types_of(world, log), target))
        hits.append(true_value(world, target) in calibrated(estimator(evidence), Blocks(log.blocks)))
    assert np.mean(hits) >= 0.92
