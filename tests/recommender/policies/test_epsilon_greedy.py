from __future__ import annotations

import numpy as np
import pytest

from recommender.policies.base import Policy
from recommender.policies.epsilon_greedy import EpsilonGreedy
from tests.contracts.policy import PolicyContract


class TestEpsilonGreedy(PolicyContract):
    @pytest.fixture
    def policy(self) -> Policy:
        return EpsilonGreedy()


def test_each_has_its_even_share_and_the_first_the_rest() -> None:
    assert EpsilonGreedy(0.2).probabilities(np.array([3.0, 2.0, 1.0, 0.0])) == pytest.approx([0.85, 0.05, 0.05, 0.05])
