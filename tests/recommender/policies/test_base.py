"""Marginals and floors of any policy."""

from __future__ import annotations

import numpy as np
import pytest

from recommender.policies.base import item_marginals, with_floor
from recommender.policies.greedy import Greedy
from recommender.policies.inverse_gap import InverseGap, growing_gamma
from recommender.policies.plackett_luce import PlackettLuce


def test_marginals_of_one_slot_are_its_probabilities_exactly() -> None:
    scores = np.array([0.9, 0.85, 0.8])
    got = item_marginals(InverseGap(), scores, 1, np.random.default_rng(1), 3)
    assert got == pytest.approx(InverseGap().probabilities(scores), abs=1e-15)


def test_marginals_agree_with_a_hand_worked_slate_of_two() -> None:
    # Worths 2, 1, 1: P(first in two slots) = 1/2 + 2 * 1/4 * 2/3 = 5/6.
    got = item_marginals(
        PlackettLuce(temperature=1.0), np.log(np.array([2.0, 1.0, 1.0])), 2, np.random.default_rng(2), 4000
    )
    assert got == pytest.approx([5 / 6, 7 / 12, 7 / 12], abs=0.02)
    assert got.sum() == pytest.approx(2.0)


def test_marginals_of_more_slots_than_candidates_are_one() -> None:
    assert item_marginals(Greedy(), np.array([2.0, 1.0]), 5, np.random.default_rng(1), 2) == pytest.approx([1.0, 1.0])


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
