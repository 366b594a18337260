"""Floors of any policy, and what inverse gaps have in common with SquareCB."""

from __future__ import annotations

import numpy as np
import pytest

from recommender.policies.base import with_floor
from recommender.policies.inverse_gap import InverseGap, growing_gamma


def test_a_floor_bounds_the_weight_of_every_slot() -> None:
    got = with_floor(np.array([1.0, 0.0, 0.0, 0.0]), 0.02)
    assert got == pytest.approx([0.985, 0.005, 0.005, 0.005])
    assert (1 / got).max() == pytest.approx(4 / 0.02)


def test_inverse_gap_is_square_cb_without_its_limits() -> None:
    scores = np.array([1.0, 0.9, 0.5])
    got = InverseGap(gamma=10.0, share=1.0, width=99, reach=1e9).probabilities(scores)
    assert got == pytest.approx([1 - 1 / 4 - 1 / 8, 1 / 4, 1 / 8])


def test_gamma_grows_as_the_square_root() -> None:
    assert growing_gamma(10.0, 0) == 10.0
    assert growing_gamma(10.0, 99) == pytest.approx(100.0)
