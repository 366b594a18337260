from __future__ import annotations

import numpy as np
import pytest

from recommender.policies.base import Policy, draw_slate
from recommender.policies.greedy import Greedy
from tests.contracts.policy import PolicyContract


class TestGreedy(PolicyContract):
    @pytest.fixture
    def policy(self) -> Policy:
        return Greedy()


def test_it_keeps_the_order_with_certainty() -> None:
    draw = draw_slate(Greedy(), np.array([0.1, 0.9, 0.5]), 2, np.random.default_rng(1))
    assert draw.chosen == (0, 1)
    assert draw.probabilities == (1.0, 1.0)
