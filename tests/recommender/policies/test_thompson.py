from __future__ import annotations

import numpy as np
import pytest

from recommender.policies.base import Policy
from recommender.policies.thompson import Thompson
from tests.contracts.policy import PolicyContract


class TestThompson(PolicyContract):
    @pytest.fixture
    def policy(self) -> Policy:
        return Thompson()


def test_two_candidates_agree_with_the_normal_distribution() -> None:
    # The gap of 0.1 has standard deviation 0.1 * sqrt(2): P(first best) = Phi(0.7071) = 0.7602.
    probabilities = Thompson(spread=0.1, draws=20_000).probabilities(np.array([0.6, 0.5]))
    assert probabilities[0] == pytest.approx(0.7602, abs=0.01)
