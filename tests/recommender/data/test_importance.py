from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from recommender.data.importance import Dense, Importance, Predict, permutation_importance, select_features
from recommender.item_table import FloatArray, IntArray

NAMES = ("strong", "weak", "noise", "visit", "copy of strong")


def _world(n_slates: int, seed: int) -> tuple[Dense, FloatArray, IntArray]:
    rng = np.random.default_rng(seed)
    decisions = np.repeat(np.arange(n_slates), 6)
    x = rng.normal(size=(len(decisions), len(NAMES))).astype(np.float32)
    x[:, 3] = rng.normal(size=n_slates)[decisions]
    x[:, 4] = x[:, 0] + 0.02 * rng.normal(size=len(x))
    logits = 1.5 * x[:, 0] + 0.3 * x[:, 1] + 0.8 * x[:, 3] - 1.5
    return x, (rng.random(len(x)) < 1 / (1 + np.exp(-logits))).astype(np.float64), decisions


class Fitted:
    """Logistic regression on some columns; counts its fits."""

    def __init__(self) -> None:
        self.train, self.valid = _world(1500, 1), _world(800, 2)
        self.asked: list[tuple[str, ...]] = []

    def fit(self, names: Sequence[str]) -> FloatArray:
        self.asked.append(tuple(names))
        return self.predictor(names)(self.valid[0])

    def predictor(self, names: Sequence[str]) -> Predict:
        columns = [NAMES.index(name) for name in names]
        model = LogisticRegression(C=1.0).fit(self.train[0][:, columns], self.train[1])

        def predict(dense: Dense) -> FloatArray:
            return np.asarray(model.predict_proba(dense[:, columns])[:, 1], np.float64)

        return predict


@pytest.fixture(scope="module")
def fitted() -> Fitted:
    return Fitted()


def test_what_drives_the_outcome_matters_and_noise_does_not(fitted: Fitted) -> None:
    predict = fitted.predictor(NAMES[:4])
    found = permutation_importance(predict, fitted.valid[0], *fitted.valid[1:], names=NAMES, seed=1)
    by_name = {one.name: one for one in found}
    assert by_name["strong"].mean > by_name["visit"].mean > by_name["weak"].mean > 0
    assert by_name["weak"].low > 0
    assert by_name["noise"].low <= 0 <= by_name["noise"].high
    assert by_name["copy of strong"].mean == pytest.approx(0.0, abs=1e-12)
    # Shuffling half of the variance of a logit away: the loss of the model without it is a bound from below.
    assert by_name["strong"].mean > 0.2


def test_a_group_is_shuffled_as_one(fitted: Fitted) -> None:
    predict = fitted.predictor(NAMES)
    groups = {"both": ("strong", "copy of strong"), "one": ("strong",)}
    found = permutation_importance(
        predict,
        fitted.valid[0],
        *fitted.valid[1:],
        names=NAMES,
        groups=groups,
        seed=1,
    )
    both, one = found
    assert both.mean > 1.5 * one.mean


def test_noise_is_dropped_and_the_rest_fitted_again(fitted: Fitted) -> None:
    predict = fitted.predictor(NAMES[:4])
    found = permutation_importance(predict, fitted.valid[0], *fitted.valid[1:], names=NAMES, seed=1)[:4]
    before = predict(fitted.valid[0])
    selection = select_features(fitted.fit, before, found, *fitted.valid[1:], seed=1)
    assert selection.kept == ("strong", "weak", "visit")
    assert selection.dropped == ("noise",)
    assert selection.cost_low <= 0 <= selection.cost_high + 1e-4


def test_twins_that_hide_each_other_are_not_dropped() -> None:
    """Each of two equal columns looks useless to a model that leans on the other; the second look tells."""
    fitted = Fitted()
    hidden = [
        Importance("strong", 0.001, -0.001, 0.003),
        Importance("copy of strong", 0.0005, -0.001, 0.002),
        Importance("visit", 0.05, 0.04, 0.06),
    ]
    before = fitted.fit([one.name for one in hidden])
    selection = select_features(fitted.fit, before, hidden, *fitted.valid[1:], seed=1)
    assert selection.kept == ("strong", "copy of strong", "visit")
    assert (selection.dropped, selection.cost_low > 0) == ((), True)
    assert fitted.asked[1:] == [("visit",)]
