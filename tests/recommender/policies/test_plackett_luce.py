from __future__ import annotations

import numpy as np
import pytest

from recommender.policies.base import Policy, slate_probabilities
from recommender.policies.plackett_luce import PlackettLuce
from tests.contracts.policy import PolicyContract


class TestPlackettLuce(PolicyContract):
    @pytest.fixture
    def policy(self) -> Policy:
        return PlackettLuce()


def test_slates_follow_plackett_and_luce() -> None:
    worths = np.array([4.0, 2.0, 1.0])
    got = slate_probabilities(PlackettLuce(temperature=1.0), np.log(worths), (1, 0, 2))
    assert got == pytest.approx((2 / 7, 4 / 5, 1.0))


def test_the_floor_holds_for_every_remaining_candidate() -> None:
    probabilities = PlackettLuce(temperature=0.01, floor=0.1).probabilities(np.array([1.0, 0.0, -1.0, -2.0]))
    assert probabilities.min() == pytest.approx(0.025)
    assert probabilities.sum() == pytest.approx(1.0)
