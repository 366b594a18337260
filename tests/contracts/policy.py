"""What every bandit policy must do. Inherit, and give `policy` as a fixture."""

from __future__ import annotations

from collections import Counter
from itertools import permutations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recommender.policies import POLICIES, make_policy
from recommender.policies.base import Policy, draw_slate, slate_probabilities

SCORES = st.lists(st.floats(-10, 10), min_size=1, max_size=30).map(lambda values: np.sort(values)[::-1])
# One inherited method runs for several policies; policies hold no state, and no example is replayed from a database.
EXAMPLES = settings(
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.differing_executors],
)


class PolicyContract:
    """Propensities that are exact: they sum to 1, match the sampling, and can be recomputed from the log."""

    @pytest.fixture
    def policy(self) -> Policy:
        raise NotImplementedError

    def test_it_is_listed_under_its_name(self, policy: Policy) -> None:
        assert type(policy) is POLICIES[policy.name.split("/")[0]]

    @EXAMPLES
    @given(scores=SCORES)
    def test_probabilities_sum_to_one_over_the_remaining(self, policy: Policy, scores: np.ndarray) -> None:
        probabilities = policy.probabilities(scores)
        assert probabilities.shape == scores.shape
        assert (probabilities >= 0).all()
        assert probabilities.sum() == pytest.approx(1.0, abs=1e-12)

    @EXAMPLES
    @given(scores=SCORES, k=st.integers(1, 12), seed=st.integers(0, 2**32))
    def test_a_slate_has_distinct_items_each_of_positive_probability(
        self, policy: Policy, scores: np.ndarray, k: int, seed: int
    ) -> None:
        draw = draw_slate(policy, scores, k, np.random.default_rng(seed))
        assert len(draw.chosen) == len(set(draw.chosen)) == min(k, len(scores))
        assert all(0 < p <= 1 for p in draw.probabilities)

    @EXAMPLES
    @given(scores=SCORES, k=st.integers(1, 12), seed=st.integers(0, 2**32))
    def test_logged_scores_and_parameters_give_the_same_probabilities_again(
        self, policy: Policy, scores: np.ndarray, k: int, seed: int
    ) -> None:
        draw = draw_slate(policy, scores, k, np.random.default_rng(seed))
        again = make_policy(policy.name, policy.params)
        assert slate_probabilities(again, scores, draw.chosen) == draw.probabilities

    @EXAMPLES
    @given(scores=SCORES, seed=st.integers(0, 2**32))
    def test_the_same_seed_gives_the_same_slate(self, policy: Policy, scores: np.ndarray, seed: int) -> None:
        first, second = (draw_slate(policy, scores, 4, np.random.default_rng(seed)) for _ in range(2))
        assert first == second

    def test_probabilities_of_all_slates_sum_to_one(self, policy: Policy) -> None:
        scores = np.array([0.9, 0.85, 0.8, 0.5])
        total = sum(np.prod(slate_probabilities(policy, scores, slate)) for slate in permutations(range(4), 3))
        assert total == pytest.approx(1.0, abs=1e-12)

    @pytest.mark.parametrize("seed", [1, 2, 3])
    def test_slates_are_drawn_as_often_as_their_probabilities_say(self, policy: Policy, seed: int) -> None:
        scores, n, rng = np.array([0.9, 0.88, 0.8, 0.78]), 4000, np.random.default_rng(seed)
        drawn = Counter(draw_slate(policy, scores, 2, rng).chosen for _ in range(n))
        slates = list(permutations(range(4), 2))
        expected = {slate: n * np.prod(slate_probabilities(policy, scores, slate)) for slate in slates}
        assert all(expected[slate] > 0 for slate in drawn)
        possible = [slate for slate in slates if expected[slate] > 0]
        chi_square = sum((drawn[slate] - expected[slate]) ** 2 / expected[slate] for slate in possible)
        # The 0.999 quantile of chi-square with 11 degrees of freedom; fewer possible slates have a smaller one.
        assert chi_square < 31.3
