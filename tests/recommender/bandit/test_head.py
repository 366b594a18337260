"""The head against ridge regression, whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.bandit.head import BayesianLinearHead
from recommender.errors import RecommenderError

D, NOISE, PRECISION = 5, 0.2, 2.0


def _outcomes(n: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, D)), rng.normal(size=n), rng.uniform(0.1, 2.0, n), rng.integers(100, 130, n)


def _ridge(phi: np.ndarray, rewards: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    covariance = np.linalg.inv(PRECISION * np.eye(D) + (phi.T * weights) @ phi / NOISE)
    return covariance @ (phi.T @ (weights * rewards)) / NOISE, covariance


def _taught(order: np.ndarray, gamma: float, seed: int) -> BayesianLinearHead:
    head = BayesianLinearHead(D, PRECISION, NOISE, (gamma,))
    phi, rewards, weights, days = _outcomes(len(order), seed)
    for i in order:
        assert head.update(f"e{i}", phi[i], rewards[i], weights[i], int(days[i]))
    return head


def test_it_equals_weighted_ridge_regression() -> None:
    phi, rewards, weights, _ = _outcomes(200, 1)
    head = BayesianLinearHead(D, PRECISION, NOISE, (1.0,))
    for i in range(200):
        head.update(str(i), phi[i], rewards[i], weights[i])
    mean, covariance = _ridge(phi, rewards, weights)
    asked = np.random.default_rng(2).normal(size=(7, D))
    got_mean, got_variance = head.predict(asked)
    assert got_mean == pytest.approx(asked @ mean)
    assert got_variance == pytest.approx(np.einsum("nd,de,ne->n", asked, covariance, asked))


@settings(deadline=None, max_examples=20, database=None)
@given(st.permutations(range(30)))
def test_the_order_of_arrival_does_not_matter_and_old_days_count_less(order: list[int]) -> None:
    gamma = 0.97
    head = _taught(np.array(order), gamma, 3)
    phi, rewards, weights, days = _outcomes(30, 3)
    mean, _ = _ridge(phi, rewards, weights * gamma ** (days.max() - days))
    assert head.snapshot().posterior.mean == pytest.approx(mean, rel=1e-8, abs=1e-10)


def test_an_id_counts_once() -> None:
    head = BayesianLinearHead(D)
    phi = np.ones(D)
    assert head.update("e1", phi, 1.0)
    before = head.state
    assert not head.update("e1", phi, 1.0)
    assert not head.correct("e1", phi, 1.0)
    assert head.state is before
    assert before.outcomes == 1


def test_ids_are_remembered_up_to_a_limit() -> None:
    head = BayesianLinearHead(D, n_ids=2)
    for name in ("a", "b", "c"):
        head.update(name, np.ones(D), 1.0)
    assert head.seen == ("b", "c")


def test_a_late_click_is_as_if_it_had_been_known_at_once() -> None:
    phi, _, weights, days = _outcomes(20, 4)
    late, known = BayesianLinearHead(D, kept=(0.98, 0.9)), BayesianLinearHead(D, kept=(0.98, 0.9))
    for i in range(20):
        late.update(f"shown{i}", phi[i], 0.0, weights[i], int(days[i]))
        known.update(f"shown{i}", phi[i], float(i % 3 == 0), weights[i], int(days[i]))
    for i in range(0, 20, 3):
        assert late.correct(f"click{i}", phi[i], 1.0, weights[i], int(days[i]))
    assert late.snapshot().posterior.mean == pytest.approx(known.snapshot().posterior.mean)
    assert late.snapshot().outcomes == known.snapshot().outcomes == 20


def test_a_snapshot_never_changes() -> None:
    head = BayesianLinearHead(D)
    head.update("a", np.ones(D), 1.0, day=1)
    taken = head.snapshot()
    before = taken.posterior.mean.copy(), taken.posterior.covariance.copy()
    head.update("b", np.arange(D, dtype=float), 0.0, day=9)
    assert (taken.posterior.mean == before[0]).all()
    assert (taken.posterior.covariance == before[1]).all()


def test_forgetting_widens_the_variance_but_never_past_the_prior() -> None:
    head = BayesianLinearHead(D, PRECISION, NOISE, (0.9,))
    for i in range(50):
        head.update(str(i), np.eye(D)[i % D], 1.0, day=0)
    asked = np.eye(D)
    narrow = head.predict(asked)[1]
    head.update("later", np.eye(D)[0], 1.0, day=300)
    wide = head.predict(asked)[1]
    assert (wide > narrow).all()
    assert wide[1:] == pytest.approx(np.full(D - 1, 1 / PRECISION), rel=1e-6)


def test_a_startled_head_keeps_the_prior_and_a_part_of_the_rest() -> None:
    head = BayesianLinearHead(D, PRECISION, NOISE, (0.99,))
    for i in range(50):
        head.update(str(i), np.eye(D)[i % D], 1.0, day=0)
    head.startle(0.5)
    # Ten outcomes of variance 0.2 are a precision of 50; half of it stays.
    assert head.predict(np.eye(D))[1] == pytest.approx(np.full(D, 1 / (PRECISION + 25)))


def test_the_bonus_is_in_standard_deviations() -> None:
    head = BayesianLinearHead(D, prior_precision=4.0)
    mean, bonus = head.snapshot().utilities(np.eye(D), 2.0)
    assert mean == pytest.approx(np.zeros(D))
    assert bonus == pytest.approx(np.full(D, 1.0))


@pytest.mark.parametrize("bad", [{"d": 0}, {"d": 2, "noise": 0.0}, {"d": 2, "kept": (1.5,)}, {"d": 2, "kept": ()}])
def test_senseless_numbers_are_refused(bad: dict[str, object]) -> None:
    with pytest.raises(RecommenderError, match="A head needs"):
        BayesianLinearHead(**bad)  # type: ignore[arg-type]
