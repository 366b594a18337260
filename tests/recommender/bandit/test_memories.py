"""Heads that forget at different rates: which one is trusted, and what all of them say together."""

from __future__ import annotations

import numpy as np
import pytest

from recommender.bandit.memories import combined, end_days, foresee, judge, new_memories, shares
from recommender.bandit.posterior import observe

KEPT = (0.95, 0.5)


def _day(heads, chance: float, rng: np.random.Generator, n: int = 200):  # type: ignore[no-untyped-def]
    """A day of impressions of one thing that is clicked with a chance; judged before it is learned."""
    for click in (rng.random(n) < chance).astype(float):
        heads = judge(heads, foresee(heads, np.ones((1, 1)))[0], np.array(click), np.array(1.0))
        posterior = observe(heads.posterior, np.ones((1, 1)), np.full(2, click), np.ones(2))
        heads = type(heads)(heads.kept, posterior, heads.evidence)
    return end_days(heads, 1)


def test_after_a_change_the_short_memory_is_trusted_and_the_long_one_again_once_nothing_changes() -> None:
    rng = np.random.default_rng(1)
    heads = new_memories(1, np.array(1.0), np.array(0.2), KEPT)
    for _ in range(8):
        heads = _day(heads, 0.2, rng)
    assert shares(heads)[0] > 0.4
    for _ in range(3):
        heads = _day(heads, 0.6, rng)
    assert shares(heads)[1] > 0.99
    assert combined(heads).mean[0] == pytest.approx(0.6, abs=0.06)
    for _ in range(80):
        heads = _day(heads, 0.6, rng)
    assert shares(heads)[0] > 0.4


def test_the_likelihood_is_hand_worked_and_fades_by_the_day() -> None:
    heads = new_memories(2, np.array(1.0), np.array(0.2), KEPT)
    assert shares(heads).tolist() == [0.5, 0.5]
    heads = judge(heads, np.array([0.8, 0.4]), np.array(1.0), np.array(1.0))
    assert shares(heads) == pytest.approx([2 / 3, 1 / 3])
    heads = judge(heads, np.array([0.9, 0.6]), np.array(0.0), np.array(1.0))
    assert shares(heads) == pytest.approx([0.08 / 0.24, 0.16 / 0.24])
    later = end_days(heads, 7)
    assert np.diff(later.evidence) == pytest.approx(np.diff(heads.evidence) * 0.9**7)
    # A chance outside of what is possible refutes nobody for good.
    assert np.isfinite(judge(heads, np.array([-0.3, 1.4]), np.array(1.0), np.array(1.0)).evidence).all()


def test_all_together_have_the_mean_and_variance_of_the_mixture() -> None:
    heads = new_memories(1, np.array(4.0), np.array(0.2), KEPT)
    posterior = observe(heads.posterior, np.ones((1, 1)), np.array([1.0, 0.0]), np.ones(2))
    heads = judge(
        type(heads)(heads.kept, posterior, heads.evidence), np.array([0.6, 0.2]), np.array(1.0), np.array(1.0)
    )
    one = combined(heads)
    # Precision 4 + 5 = 9, means 5/9 and 0, shares 3/4 and 1/4.
    assert one.mean == pytest.approx([0.75 * 5 / 9])
    assert one.covariance == pytest.approx(np.array([[1 / 9 + 0.75 * 0.25 * (5 / 9) ** 2]]))


def test_one_memory_is_one_head_and_rows_stand_side_by_side() -> None:
    heads = new_memories(3, np.array([1.0, 2.0]), np.array(0.2), (0.9,))
    assert combined(heads).covariance == pytest.approx(np.array([np.eye(3), np.eye(3) / 2]))
    assert foresee(heads, np.ones((2, 5, 3))).shape == (2, 5, 1)
