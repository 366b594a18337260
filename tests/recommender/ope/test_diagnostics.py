from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from recommender.ope.diagnostics import diagnose, drift, propensity_p, unlogged_mass
from recommender.ope.estimators import gather
from tests.recommender.ope.logs import drawn, one_slot, same_table


def test_weights_by_hand() -> None:
    log = one_slot([0.5, 0.5], [0, 0, 1, 1], [1, 0, 1, 0])
    found = diagnose(gather(log, same_table(log, [0.75, 0.25])))
    # weights 1.5, 1.5, 0.5, 0.5
    assert found.n == 4
    assert found.ess == pytest.approx(16 / 5)
    assert found.ess_ratio == pytest.approx(0.8)
    assert found.max_share == pytest.approx(1.5 / 4)
    assert found.mean_weight == pytest.approx(1.0)


def test_what_the_log_never_showed_is_counted_and_the_sample_size_does_not_tell() -> None:
    log = one_slot([0.5, 0.5, 0.0], [0, 1, 0, 1], [1, 0, 1, 0])
    target = same_table(log, [0.2, 0.2, 0.6])
    assert unlogged_mass(log, target) == pytest.approx(0.6)
    assert diagnose(gather(log, target)).ess_ratio == pytest.approx(1.0)


def test_an_item_that_happened_never_to_be_shown_counts_too() -> None:
    log = one_slot([0.4, 0.4, 0.2], [0, 1, 0, 1], [1, 0, 1, 0])
    assert unlogged_mass(log, same_table(log, [0.0, 0.0, 1.0])) == pytest.approx(1.0)
    assert unlogged_mass(replace(log, logging=None), same_table(log, [0.0, 0.5, 0.5])) == pytest.approx(0.5)


def test_true_probabilities_agree_with_what_was_shown() -> None:
    found = [propensity_p(drawn([0.2, 0.3, 0.5], [0, 0, 0], 2000, seed=seed)) for seed in range(100)]
    assert np.mean(np.array(found) < 0.05) <= 0.1
    single = [
        propensity_p(replace(drawn([0.2, 0.3, 0.5], [0, 0, 0], 2000, seed=seed), logging=None)) for seed in range(100)
    ]
    assert np.mean(np.array(single) < 0.05) <= 0.12


@pytest.mark.parametrize("whole_table", [True, False])
def test_wrong_probabilities_do_not(whole_table: bool) -> None:
    log = drawn([0.2, 0.3, 0.5], [0, 0, 0], 2000, seed=1)
    wrong = np.array([0.3, 0.3, 0.4])
    table = same_table(log, list(wrong)) if whole_table else None
    assert propensity_p(replace(log, logging=table, probabilities=wrong[log.chosen])) < 1e-6


def test_a_table_that_contradicts_itself_is_wrong_for_sure() -> None:
    log = drawn([0.2, 0.3, 0.5], [0, 0, 0], 200, seed=1)
    assert log.logging is not None
    assert propensity_p(replace(log, logging=log.logging / 2, probabilities=log.probabilities / 2)) == 0
    assert propensity_p(replace(log, probabilities=log.probabilities / 2)) == 0


def test_no_drift_is_seldom_found() -> None:
    found = [drift(np.random.default_rng(seed).random(800), n_periods=8, scale=0.5).p for seed in range(200)]
    assert np.mean(np.array(found) < 0.05) <= 0.08


def test_a_step_and_a_trend_are_found_with_their_size() -> None:
    noise = 0.1 * np.random.default_rng(1).normal(size=800)
    step = drift(noise + np.where(np.arange(800) < 400, 1.0, 2.0), n_periods=8, scale=1.5)
    assert step.p < 1e-9
    assert step.change == pytest.approx(np.std([1.0] * 4 + [2.0] * 4, ddof=1) / 1.5, rel=0.05)
    assert drift(noise + np.linspace(0, 0.1, 800), n_periods=8, scale=1.0).p < 1e-6


def test_nothing_at_all_does_not_drift() -> None:
    assert drift(np.zeros(80), n_periods=8, scale=1.0).p == 1.0
