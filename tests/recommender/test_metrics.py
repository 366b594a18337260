from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import log_loss, roc_auc_score

from recommender.metrics import auc, log_losses, paired_gain


def test_auc_worked_by_hand() -> None:
    # Positives 0.8 and 0.4 against negatives 0.6 and 0.4: wins 1 + 1 + 0 + half a tie, of four pairs.
    assert auc(np.array([1.0, 1.0, 0.0, 0.0]), np.array([0.8, 0.4, 0.6, 0.4])) == pytest.approx(2.5 / 4)


def test_auc_of_one_class_is_not_a_number() -> None:
    assert np.isnan(auc(np.ones(3), np.arange(3.0)))


def test_log_loss_worked_by_hand() -> None:
    losses = log_losses(np.array([1.0, 0.0]), np.array([0.5, 0.75]))
    assert losses == pytest.approx([0.6931471805599453, 1.3862943611198906])


def test_a_certain_mistake_costs_much_but_not_infinitely_much() -> None:
    assert 20 < log_losses(np.array([1.0]), np.array([0.0]))[0] < 40


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 9)), min_size=2, max_size=60))
def test_parity_with_scikit_learn(pairs: list[tuple[bool, int]]) -> None:
    labels = np.array([float(label) for label, _ in pairs])
    scores = np.array([score / 10 for _, score in pairs])
    assert log_losses(labels, scores).mean() == pytest.approx(log_loss(labels, scores, labels=[0, 1]))
    if 0 < labels.sum() < len(labels):
        assert auc(labels, scores) == pytest.approx(roc_auc_score(labels, scores))


def test_a_gain_that_every_group_has_is_certain() -> None:
    groups = np.repeat(np.arange(50), 2)
    assert paired_gain(np.full(100, 0.6), np.full(100, 0.5), groups, seed=1) == pytest.approx((0.1, 0.1, 0.1))


def test_a_gain_that_rests_on_one_group_is_not() -> None:
    worse = np.zeros(100)
    worse[0] = 5.0
    _, low, high = paired_gain(worse, np.zeros(100), np.repeat(np.arange(50), 2), seed=1)
    assert low == 0.0 < high
