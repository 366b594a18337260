from __future__ import annotations

import numpy as np
import pytest

from recommender.bandit.diversity import different_penalties

LIKENESS = np.array([[1.0, 1.0, 0.0]])


def test_something_different_goes_away_from_what_was_shown() -> None:
    assert different_penalties(LIKENESS, 0.4) == pytest.approx([-0.4, -0.4, 0.0])
    assert different_penalties(np.vstack([LIKENESS, 1.0 - LIKENESS]), 0.4) == pytest.approx([-0.4, -0.4, -0.4])
    assert different_penalties(np.zeros((0, 3)), 0.4) == pytest.approx([0.0, 0.0, 0.0])


def test_what_is_opposite_is_not_lifted() -> None:
    assert different_penalties(np.array([[-0.5, 0.5]]), 0.4) == pytest.approx([0.0, -0.2])
