from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.ope.logged import NOBODY
from recommender.ope.tables import policy_rows, sequential_table
from recommender.policies import POLICIES
from recommender.policies.base import slate_probabilities


def test_the_next_slot_goes_by_what_is_left() -> None:
    table = sequential_table(np.array([[1.0, 2.0, 5.0]]), np.array([[2, 1]]))
    assert table[0, 0].tolist() == pytest.approx([1 / 8, 2 / 8, 5 / 8])
    assert table[0, 1].tolist() == pytest.approx([1 / 3, 2 / 3, 0])


def test_missing_slots_take_nothing_away() -> None:
    table = sequential_table(np.array([[1.0, 1.0]]), np.array([[0, NOBODY]]))
    assert table[0, 1].tolist() == [0, 1]


@given(st.lists(st.floats(0.01, 10.0), min_size=3, max_size=5))
def test_all_slates_together_are_certain(strengths: list[float]) -> None:
    orders = np.array(list(permutations(range(len(strengths)), 3)))
    table = sequential_table(np.tile(strengths, (len(orders), 1)), orders)
    chances = np.take_along_axis(table, orders[:, :, None], axis=2)[:, :, 0].prod(axis=1)
    assert chances.sum() == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("name", sorted(POLICIES))
def test_rows_are_what_the_policy_would_have_logged(name: str) -> None:
    policy = POLICIES[name]()
    scores = np.array([0.2, 0.9, 0.85, 0.1, 0.88])
    chosen = [1, 4, 0]
    rows = policy_rows(policy, scores, chosen)
    order = np.argsort(-scores)
    places = [int(np.flatnonzero(order == column)[0]) for column in chosen]
    assert tuple(rows[np.arange(3), chosen]) == slate_probabilities(policy, scores[order], places)
    assert rows.sum(axis=1).tolist() == pytest.approx([1.0] * 3)
