from __future__ import annotations

import numpy as np
import pytest

from recommender.bandit.cold_start import fit_content_prior, shopper_prior
from recommender.errors import NotEnoughEvents, RecommenderError

NOISE = 0.2


def _shop(n: int, seed: int, told: float, own: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    content = rng.normal(size=(n, 3))
    truth = 0.3 + content @ np.array([[told], [0.0], [-told]]) + own * rng.normal(size=(n, 1))
    impressions = rng.integers(20, 400, n).astype(float)
    return content, truth, truth + rng.normal(size=(n, 1)) * np.sqrt(NOISE / impressions)[:, None], impressions


def test_the_regression_and_what_it_leaves_over_are_found() -> None:
    content, _, measured, impressions = _shop(4000, 1, 0.05, 0.03)
    prior = fit_content_prior(content, measured, impressions, NOISE)
    assert prior.intercept == pytest.approx([0.3], abs=0.005)
    assert prior.weights[:, 0] == pytest.approx([0.05, 0.0, -0.05], abs=0.005)
    assert np.sqrt(prior.covariance[0, 0]) == pytest.approx(0.03, rel=0.15)
    assert prior.n0 == pytest.approx(NOISE / 0.03**2, rel=0.3)


def test_shrinking_is_nearer_the_truth_than_content_or_outcomes_alone() -> None:
    content, _, measured, impressions = _shop(300, 2, 0.05, 0.03)
    prior = fit_content_prior(content, measured, impressions, NOISE)
    fresh, fresh_truth, fresh_measured, few = _shop(300, 3, 0.05, 0.03)
    errors = [
        np.mean((guess - fresh_truth) ** 2)
        for guess in (prior.shrunk(fresh, fresh_measured, few), prior.mean(fresh), fresh_measured)
    ]
    assert errors[0] < min(errors[1:])


def test_a_new_item_is_its_content_and_an_old_one_itself() -> None:
    content, _, measured, impressions = _shop(50, 4, 0.05, 0.03)
    prior = fit_content_prior(content, measured, impressions, NOISE)
    asked, effects = content[:2], np.array([[9.0], [9.0]])
    got = prior.shrunk(asked, effects, np.array([0.0, prior.n0]))
    assert got[0] == pytest.approx(prior.mean(asked)[0])
    assert got[1] == pytest.approx((prior.mean(asked)[1] + 9.0) / 2)


def test_too_few_items_are_refused() -> None:
    with pytest.raises(NotEnoughEvents, match="three items"):
        fit_content_prior(np.zeros((2, 1)), np.zeros((2, 1)), np.ones(2), NOISE)


def test_a_stated_wish_outweighs_any_history() -> None:
    stated = np.array([1.0, np.nan])
    got = shopper_prior(np.zeros(2), np.array([-1.0, -1.0]), 1e12, 10.0, stated, 0.8)
    assert got == pytest.approx([0.6, -1.0])
    with pytest.raises(RecommenderError, match="may not outweigh"):
        shopper_prior(np.zeros(2), np.zeros(2), 1.0, 10.0, stated, 0.4)


def test_history_grows_into_the_segment() -> None:
    silent = np.full(1, np.nan)
    for outcomes, expected in ((0.0, 0.2), (10.0, 0.5), (1e9, 0.8)):
        got = shopper_prior(np.array([0.2]), np.array([0.8]), outcomes, 10.0, silent, 1.0)
        assert got == pytest.approx([expected])
