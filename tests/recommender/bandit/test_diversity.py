from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.bandit.diversity import different_penalties, dpp_penalties, mmr_penalties

COPIES = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])


def test_a_copy_loses_its_place_to_something_else() -> None:
    utilities = np.array([1.0, 0.9, 0.8])
    for penalties in (mmr_penalties, dpp_penalties):
        order = np.argsort(-(utilities + penalties(utilities, COPIES, 0.2, 3)))
        assert order.tolist() == [0, 2, 1]


def test_mmr_is_hand_worked() -> None:
    vectors = np.array([[1.0, 0.0], [0.6, 0.8], [0.0, 1.0]])
    got = mmr_penalties(np.array([1.0, 0.5, 0.1]), vectors, 0.5, 3)
    # The second is 0.6 like the first and is chosen before the third, which is 0.8 like the second.
    assert got == pytest.approx([0.0, -0.3, -0.4])


def test_dpp_takes_the_log_of_what_lies_outside() -> None:
    vectors = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.6, 0.48, 0.64]])
    got = dpp_penalties(np.array([2.0, 1.0, 0.5]), vectors, 1.0, 3)
    # 1 - 0.36 - 0.2304 of the third is outside the plane of the first two.
    assert got == pytest.approx([0.0, 0.0, np.log(0.4096)])


@settings(deadline=None, max_examples=30, database=None)
@given(st.integers(0, 10_000), st.integers(2, 12))
def test_dpp_agrees_with_determinants(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(n, 16))
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    utilities = rng.normal(size=n)
    penalties = dpp_penalties(utilities, vectors, 1.0, n)
    order = np.argsort(-(utilities + penalties))
    gram = vectors @ vectors.T
    chosen: list[int] = []
    for item in order:
        inside = np.linalg.det(gram[np.ix_(chosen, chosen)]) if chosen else 1.0
        with_it = np.linalg.det(gram[np.ix_([*chosen, item], [*chosen, item])])
        assert penalties[item] == pytest.approx(np.log(max(with_it / inside, 1e-3)), abs=1e-6)
        chosen.append(int(item))


def test_something_different_goes_away_from_what_was_shown() -> None:
    likeness = COPIES[:, :1].T
    assert different_penalties(likeness, 0.4) == pytest.approx([-0.4, -0.4, 0.0])
    assert different_penalties(np.vstack([likeness, 1.0 - likeness]), 0.4) == pytest.approx([-0.4, -0.4, -0.4])
    assert different_penalties(np.zeros((0, 3)), 0.4) == pytest.approx([0.0, 0.0, 0.0])
