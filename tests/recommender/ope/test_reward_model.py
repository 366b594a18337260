from __future__ import annotations

import numpy as np
import pytest

from recommender.ope.reward_model import cross_fit, fold_of
from tests.recommender.ope.logs import drawn, same_table


def test_it_learns_what_each_item_brings() -> None:
    log = drawn([0.3, 0.7], [0.2, 0.6], 6000, seed=2)
    found = cross_fit(log, same_table(log, [1.0, 0.0]))
    assert found.expected[:, 0].mean() == pytest.approx(0.2, abs=0.03)
    assert found.shown[log.chosen[:, 0] == 1].mean() == pytest.approx(0.6, abs=0.03)
    assert not found.expected[:, 1].any()


def test_a_block_is_predicted_by_models_that_have_not_seen_it() -> None:
    log = drawn([0.5, 0.5], [0.2, 0.6], 90, seed=2)
    before = cross_fit(log, same_table(log, [0.5, 0.5]))
    own = fold_of(log.blocks, 3) == 0
    log.rewards[own] += 5.0
    after = cross_fit(log, same_table(log, [0.5, 0.5]))
    assert np.array_equal(before.shown[own], after.shown[own])
    assert not np.array_equal(before.shown[~own], after.shown[~own])


def test_blocks_stay_together() -> None:
    folds = fold_of(np.array([7, 7, 3, 3, 9]), 2)
    assert folds[0] == folds[1]
    assert folds[2] == folds[3]
    assert set(folds) == {0, 1}
