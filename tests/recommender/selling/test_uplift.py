"""Uplift: effects and curves by hand, and models on people whose effects are known."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from recommender.selling.uplift import (
    Trial,
    average_effect,
    linear,
    logistic,
    qini,
    t_learner,
    trees,
    x_learner,
)


def people(n: int, seed: int) -> tuple[Trial, np.ndarray]:
    """A test in which the treatment helps the more, the higher the first feature; the second only says who visits."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(n, 2))
    treated = rng.random(n) < 0.5
    effect = 0.1 + 0.15 * np.tanh(features[:, 0])
    chance = 0.4 + 0.2 * np.tanh(features[:, 1]) + effect * treated
    return Trial(features, treated, (rng.random(n) < chance).astype(float)), effect


def test_an_effect_worked_by_hand() -> None:
    trial = Trial(np.zeros((6, 1)), np.array([1, 1, 1, 0, 0, 0], bool), np.array([1.0, 1, 0, 1, 0, 0]))
    found = average_effect(trial)
    assert found.value == pytest.approx(1 / 3)
    assert (found.treated, found.control) == (pytest.approx(2 / 3), pytest.approx(1 / 3))
    assert found.interval.high - found.value == pytest.approx(1.959964 * np.sqrt(2 * (1 / 3) / 3))


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    hits = 0
    for seed in range(200):
        trial, effect = people(400, seed)
        hits += float(effect.mean()) in average_effect(trial).interval
    assert 0.91 <= hits / 200 <= 0.99


def test_a_covariate_narrows_the_interval_and_keeps_the_truth() -> None:
    rng = np.random.default_rng(1)
    before = rng.normal(10, 3, 4_000)
    treated = rng.random(4_000) < 0.5
    trial = Trial(before[:, None], treated, before + 0.5 * treated + rng.normal(size=4_000))
    plain, cuped = average_effect(trial), average_effect(trial, before)
    assert 0.5 in cuped.interval
    assert cuped.interval.width < 0.5 * plain.interval.width
    assert (cuped.treated, cuped.control) == (plain.treated, plain.control), "means are told as they were"


def test_a_covariate_that_says_nothing_changes_nothing() -> None:
    trial, _ = people(300, 2)
    assert average_effect(trial, np.ones(300)) == average_effect(trial)


def test_the_logistic_regression_agrees_with_scikit_learn() -> None:
    trial, _ = people(2_000, 3)
    standard = (trial.features - trial.features.mean(0)) / trial.features.std(0)
    theirs = LogisticRegression(C=1.0, tol=1e-10).fit(standard, trial.outcome).predict_proba(standard)[:, 1]
    assert np.allclose(logistic(trial.features, trial.outcome)(trial.features), theirs, atol=1e-5)


@pytest.mark.parametrize(
    "fit",
    [
        lambda trial: t_learner(trial, logistic),
        lambda trial: t_learner(trial, trees),
        lambda trial: x_learner(trial, logistic, linear),
    ],
    ids=["t-logistic", "t-trees", "x"],
)
def test_models_find_whom_the_treatment_helps(fit) -> None:  # type: ignore[no-untyped-def]
    trial, _ = people(8_000, 4)
    other, effect = people(8_000, 5)
    told = fit(trial).uplift(other.features)
    assert np.corrcoef(told, effect)[0, 1] > 0.7
    found = qini(other, told, resamples=100)
    best = qini(other, effect)
    assert found.interval is not None
    assert found.interval.low > 0
    assert found.area > 0.6 * best.area


def test_a_curve_worked_by_hand() -> None:
    # The two whom it helps come first: both visit where treated, neither otherwise.
    trial = Trial(np.zeros((4, 1)), np.array([1, 0, 1, 0], bool), np.array([1.0, 0, 0, 0]))
    found = qini(trial, np.array([0.9, 0.9, 0.1, 0.1]))
    assert found.shares.tolist() == [0.0, 0.5, 1.0]
    assert found.gains.tolist() == [0.0, 0.5, 0.5]
    assert found.auuc == pytest.approx(0.375)
    assert found.area == pytest.approx(0.125)


def test_one_who_knows_nothing_has_no_area() -> None:
    trial, _ = people(2_000, 6)
    assert qini(trial, np.zeros(2_000)).area == pytest.approx(0.0)
    rng = np.random.default_rng(7)
    areas = [qini(trial, rng.random(2_000)).area for _ in range(100)]
    assert abs(np.mean(areas)) < 3 * np.std(areas) / 10


def test_the_worst_order_is_worth_less_than_none() -> None:
    trial, effect = people(8_000, 8)
    assert qini(trial, -effect).area < -0.005
