from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.ctr.calibration import IDENTITY, Line, apply, fit_line, logit
from recommender.data.calibration import calibration_error


def _world(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """True chances, and what happened."""
    rng = np.random.default_rng(seed)
    truth = 1 / (1 + np.exp(-rng.normal(-1.5, 1.0, n)))
    return truth, (rng.random(n) < truth).astype(np.float64)


def _error(truth: np.ndarray, p: np.ndarray) -> float:
    return float(np.abs(truth - p).mean())


@pytest.mark.parametrize("distort", [lambda z: 2.0 * z + 1.0, lambda z: np.where(z > -1.5, 3 * z + 3, z - 0.5)])
def test_a_distorted_score_becomes_a_probability_again(distort: object) -> None:
    truth, labels = _world(20_000, 1)
    distorted = 1 / (1 + np.exp(-distort(logit(truth))))  # type: ignore[operator]
    line = fit_line(labels[:10_000], distorted[:10_000], np.arange(10_000))
    after = line(distorted[10_000:])
    assert _error(truth[10_000:], after) < 0.25 * _error(truth[10_000:], distorted[10_000:])
    assert calibration_error(labels[10_000:], after) < 0.03


def test_a_sound_score_is_hardly_changed() -> None:
    truth, labels = _world(20_000, 2)
    assert _error(truth, fit_line(labels, truth, np.arange(20_000))(truth)) < 0.01


def test_too_few_outcomes_leave_a_score_as_it_is() -> None:
    assert fit_line(np.r_[1.0, np.zeros(99)], np.full(100, 0.3), np.arange(100)) is IDENTITY


@given(st.lists(st.floats(1e-6, 1 - 1e-6), min_size=2, max_size=30), st.integers(0, 5))
def test_order_is_kept(scores: list[float], seed: int) -> None:
    truth, labels = _world(2_000, seed)
    line = fit_line(labels, 1 / (1 + np.exp(-3 * logit(truth) - 1)), np.arange(2_000))
    after = line(np.sort(scores))
    assert (np.diff(after) >= 0).all()


def test_no_head_exceeds_the_one_before() -> None:
    lines = (Line(np.zeros(1), np.array([-2.0])), IDENTITY, IDENTITY)
    found = apply(lines, np.array([[0.5, 0.4, 0.1]]))
    assert found[0].tolist() == pytest.approx([1 / (1 + np.exp(2.0))] * 2 + [0.1])
