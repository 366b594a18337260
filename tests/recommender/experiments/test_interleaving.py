"""Interleaved slates: fair where the rankers are equally good, exact in what they log."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.experiments.interleaving import (
    credit,
    logged_order,
    replayed,
    slot_probabilities,
    team_draft,
)

orders = st.integers(2, 7).flatmap(lambda n: st.tuples(st.permutations(range(n)), st.permutations(range(n))))


@given(orders, st.integers(1, 7), st.integers(0, 2**32 - 1))
def test_a_slate_holds_each_item_once_and_both_pick_in_turn(
    both: tuple[list[int], list[int]], k: int, seed: int
) -> None:
    mixed = team_draft(*both, k, np.random.default_rng(seed))
    assert len(set(mixed.chosen)) == len(mixed.chosen) == min(k, len(both[0])) == len(mixed.teams)
    for end in range(len(mixed.teams)):
        assert abs(mixed.teams[:end].count("A") - mixed.teams[:end].count("B")) <= 1
    assert all(0 < probability <= 1 for probability in mixed.probabilities)


@given(orders, st.integers(1, 5))
def test_probabilities_of_all_slates_add_up_to_one(both: tuple[list[int], list[int]], k: int) -> None:
    k = min(k, len(both[0]))
    slates = itertools.permutations(range(len(both[0])), k)
    total = sum(float(np.prod(slot_probabilities(*both, slate))) for slate in slates)
    assert total == pytest.approx(1.0)


def test_probabilities_are_the_frequencies() -> None:
    first, second = [0, 1, 2, 3], [2, 0, 1, 3]
    rng = np.random.default_rng(1)
    counts = Counter(team_draft(first, second, 3, rng).chosen for _ in range(20_000))
    for slate, count in counts.items():
        assert count / 20_000 == pytest.approx(float(np.prod(slot_probabilities(first, second, slate))), abs=0.01)


@given(orders, st.integers(1, 7), st.integers(0, 2**32 - 1))
def test_what_is_logged_is_enough_to_recompute_the_probabilities(
    both: tuple[list[int], list[int]], k: int, seed: int
) -> None:
    n = len(both[0])
    second = both[1]
    mixed = team_draft(range(n), second, k, np.random.default_rng(seed))
    assert replayed(logged_order(second, k), mixed.chosen, n) == mixed.probabilities


def sessions(first: list[int], second: list[int], attraction: np.ndarray, n: int, seed: int) -> np.ndarray:
    """Credits of sessions in which items are clicked by their attraction, less so further down."""
    rng = np.random.default_rng(seed)
    credits = np.zeros(n)
    for i in range(n):
        mixed = team_draft(first, second, 4, rng)
        seen = attraction[list(mixed.chosen)] * 0.8 ** np.arange(4)
        credits[i] = credit(mixed.teams, np.flatnonzero(rng.random(4) < seen).tolist())
    return credits


def test_neither_ranker_wins_where_both_are_equally_good() -> None:
    # The same items in other orders, all equally attractive: position bias must not favour either.
    credits = sessions([0, 1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 0], np.full(6, 0.3), 6_000, 2)
    assert abs(credits.mean()) < 3 * credits.std() / np.sqrt(len(credits))


def test_the_better_ranker_wins() -> None:
    attraction = np.array([0.5, 0.4, 0.3, 0.2, 0.1, 0.05])
    credits = sessions([0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0], attraction, 1_000, 3)
    assert credits.mean() > 3 * credits.std() / np.sqrt(len(credits))


def test_credit_counts_slots_once() -> None:
    assert credit("ABBA", [0, 0, 1]) == 0.0
    assert credit("ABBA", [1, 2, 0]) == -1.0
    assert credit("ABBA", [3]) == 1.0
