from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.errors import RecommenderError
from recommender.policies import make_policy
from recommender.policies.base import Policy, draw_slate, slate_probabilities
from recommender.policies.inverse_gap import InverseGap
from tests.contracts.policy import PolicyContract


class TestInverseGap(PolicyContract):
    @pytest.fixture
    def policy(self) -> Policy:
        return InverseGap()


def test_hand_worked_probabilities() -> None:
    policy = InverseGap(gamma=10.0, share=0.5, width=3, reach=0.25)
    # Short list of three: 0.5 / (3 + 10 * 0.1) = 0.125 and 0.5 / (3 + 10 * 0.2) = 0.1; the fourth is past the width.
    assert policy.probabilities(np.array([1.0, 0.9, 0.8, 0.79])) == pytest.approx([0.775, 0.125, 0.1, 0.0])


def test_candidates_far_below_the_best_are_never_tried() -> None:
    probabilities = InverseGap(reach=0.15).probabilities(np.array([1.0, 0.9, 0.8]))
    assert probabilities[1] > 0
    assert probabilities[2] == 0


def test_however_much_was_learned_the_weight_of_a_slot_stays_bounded() -> None:
    """Gamma grows with the root of the outcomes: after millions of them the floor, shared by the short list, holds."""
    scores = np.array([1.0, 0.95, 0.9, 0.5])
    sure = InverseGap(gamma=1e6, floor=0.03).probabilities(scores)
    assert sure == pytest.approx([0.98, 0.01, 0.01, 0.0])
    assert InverseGap(gamma=30.0, floor=0.03).probabilities(scores) == pytest.approx(
        InverseGap(gamma=30.0, floor=0.0).probabilities(scores)
    )


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=20))
def test_the_first_stays_first_mostly_and_nearer_rivals_are_likelier(values: list[float]) -> None:
    probabilities = InverseGap().probabilities(np.sort(values)[::-1])
    assert probabilities[0] >= 0.65
    assert (np.diff(probabilities[1:]) <= 1e-15).all()


def test_the_last_possible_candidate_takes_what_rounding_left() -> None:
    class AlmostOne(np.random.Generator):
        def random(self, *args: object, **kwargs: object) -> float:  # type: ignore[override]
            return 1.0 - 2**-53

    draw = draw_slate(InverseGap(), np.array([1.0, 0.99, 0.5]), 1, AlmostOne(np.random.PCG64(1)))
    assert draw.chosen == (1,)


def test_an_impossible_slate_has_probability_zero() -> None:
    assert slate_probabilities(InverseGap(), np.array([1.0, 0.2]), (1, 0)) == (0.0, 1.0)


@pytest.mark.parametrize("name", ["coin", "inverse_gap/0"])
def test_an_unknown_policy_or_version_is_refused(name: str) -> None:
    with pytest.raises(RecommenderError, match="There is no policy"):
        make_policy(name)
