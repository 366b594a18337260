from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve

from recommender.data.calibration import calibration_error, reliability


def _draw(n: int, seed: int) -> tuple[np.ndarray[tuple[int], np.dtype[np.float64]], ...]:
    """True chances, and what happened."""
    rng = np.random.default_rng(seed)
    p = rng.beta(1.0, 9.0, size=n)
    return p, (rng.random(n) < p).astype(np.float64)


def test_worked_by_hand() -> None:
    labels, p = np.array([0.0, 1.0, 1.0, 1.0]), np.array([0.1, 0.3, 0.6, 0.8])
    low, high = reliability(labels, p, 2)
    assert (low.n, low.happened, high.n, high.happened) == (2, 0.5, 2, 1.0)
    assert (low.predicted, high.predicted) == pytest.approx((0.2, 0.7))
    assert calibration_error(labels, p, 2) == pytest.approx(0.3)


def test_bins_are_those_of_scikit_learns_quantile_strategy() -> None:
    p, labels = _draw(3000, 1)
    happened, predicted = calibration_curve(labels, p, n_bins=15, strategy="quantile")
    bins = reliability(labels, p, 15)
    assert [one.predicted for one in bins] == pytest.approx(predicted, abs=2e-4)
    assert [one.happened for one in bins] == pytest.approx(happened, abs=0.01)


def test_the_true_chances_have_about_the_error_of_chance_and_wrong_ones_more() -> None:
    p, labels = _draw(200_000, 2)
    assert calibration_error(labels, p) < 0.003
    assert calibration_error(labels, p / 2) == pytest.approx(p.mean() / 2, abs=0.003)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40), st.integers(1, 20))
def test_every_example_is_in_one_bin(p: list[float], n_bins: int) -> None:
    bins = reliability(np.zeros(len(p)), np.array(p), n_bins)
    assert sum(one.n for one in bins) == len(p)
    assert max(one.n for one in bins) - min(one.n for one in bins) <= 1
