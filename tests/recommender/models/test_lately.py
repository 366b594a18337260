from __future__ import annotations

import numpy as np
import pytest

from recommender.bandit.head import BayesianLinearHead
from recommender.models.base import Part, Ranker, RankRequest
from recommender.models.lately import PHI_CODES, PHI_WIDTH, LearnedLately, phi_of, surely_different
from recommender.reasons import Code
from tests.contracts.ranker import RankerContract
from tests.recommender.shop import busy_request


def _said(request: RankRequest, *, hidden: float = 1.0) -> RankRequest:
    """What a click model with a last layer of three, and one other ranker, said of six candidates."""
    n = len(request.candidates)
    layer = hidden * (np.arange(3 * n, dtype=np.float32).reshape(n, 3) - 8)
    request.said[Code.PREDICTED] = Part(np.zeros(n), ("",) * n, beside={"click": np.full(n, 0.2), "hidden": layer})
    request.said[Code.POPULAR] = Part(np.array([0.5] + [0.0] * (n - 1)), ("",) * n)
    return request


def _taught(times: int, reward: float) -> BayesianLinearHead:
    """A head that saw popular things clicked more often, or less, than predicted."""
    head = BayesianLinearHead(PHI_WIDTH, prior_precision=100.0)
    phi = np.zeros(PHI_WIDTH)
    phi[1 + PHI_CODES.index(Code.POPULAR)] = 1.0
    for i in range(times):
        head.update(f"e{i}", phi, reward)
    return head


class TestLearnedLately(RankerContract):
    @pytest.fixture(params=["unlearned", "learned"])
    def ranker(self, request: pytest.FixtureRequest) -> Ranker:
        return LearnedLately(_taught(100, 0.3).snapshot() if request.param == "learned" else None)


def test_features_are_what_others_said_and_the_last_layer_squashed() -> None:
    request = _said(busy_request())
    phi = phi_of(request, request.said[Code.PREDICTED])
    assert phi.shape == (6, PHI_WIDTH)
    assert (phi[:, 0] == 1.0).all()
    assert phi[0, 1 + PHI_CODES.index(Code.POPULAR)] == 0.5
    first = 1 + len(PHI_CODES)
    assert phi[0, first : first + 3] == pytest.approx(np.tanh(np.array([-8, -7, -6]) / 2))
    assert not phi[:, first + 3 :].any()
    assert np.abs(phi).max() <= 1.0


def test_without_a_click_model_nothing_is_said_or_kept() -> None:
    part = LearnedLately(_taught(500, 0.3).snapshot()).rank(busy_request())
    assert not part.values.any()
    assert part.shown == {}


def test_what_learning_needs_is_kept_before_there_is_a_head() -> None:
    part = LearnedLately().rank(_said(busy_request()))
    assert not part.values.any()
    assert part.shown["phi"].shape == (6, PHI_WIDTH)
    assert part.shown["click"].tolist() == pytest.approx([0.2] * 6)


@pytest.mark.parametrize("reward", [0.3, -0.3])
def test_what_is_clicked_more_than_predicted_goes_up_and_what_is_clicked_less_goes_down(reward: float) -> None:
    values = LearnedLately(_taught(500, reward).snapshot()).rank(_said(busy_request(), hidden=0.0)).values
    assert np.sign(values[0]) == np.sign(reward)
    assert abs(values[0]) > 4 * np.abs(values[1:]).max()


def test_one_outcome_is_no_reason_and_neither_is_what_was_learned_of_other_things() -> None:
    assert not LearnedLately(_taught(1, 0.9).snapshot()).rank(_said(busy_request(), hidden=0.0)).values.any()
    # Here the candidates differ mostly in a last layer of which nothing is known yet.
    assert not LearnedLately(_taught(500, 0.3).snapshot()).rank(_said(busy_request())).values.any()


def test_only_what_sets_candidates_apart_counts_and_only_beyond_the_doubt() -> None:
    head = BayesianLinearHead(2, prior_precision=1.0, noise=0.25)
    for i in range(99):
        head.update(f"e{i}", np.array([0.0, 1.0]), 1.0)
    alike = surely_different(head.snapshot(), np.ones((4, 2), dtype=np.float32))
    assert alike.tolist() == [0.0] * 4
    apart = surely_different(head.snapshot(), np.array([[1.0, 1.0], [1.0, 0.0]], dtype=np.float32))
    # Precision 1 + 99 / 0.25 = 397, weight 396 / 397; each is half a step from the mean, with half a doubt.
    sure = 0.5 * 396 / 397 - 0.5 / np.sqrt(397)
    assert apart == pytest.approx([sure, -sure])
