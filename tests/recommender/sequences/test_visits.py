from __future__ import annotations

import numpy as np
import pytest

from recommender.events import EventType
from recommender.sequences.visits import sequences_of
from tests.recommender.shop import EventMaker

ROWS = {"tent-1": 0, "mat-1": 1, "stove-1": 2}


def test_a_shopper_is_one_sequence_over_visits_each_item_once_with_its_strongest_sign() -> None:
    make = EventMaker()
    data = sequences_of(
        [
            make(EventType.CLICK, "mat-1", "monday", "ann"),
            make(EventType.CLICK, "tent-1", "monday", "bob"),
            make(EventType.ADD_TO_CART, "tent-1", "tuesday", "ann"),
            make(EventType.PURCHASE, "mat-1", "tuesday", "ann"),
            make(EventType.DISMISS, "stove-1", "tuesday", "ann"),
            make(EventType.CLICK, "lost", "tuesday", "cem"),
        ],
        ROWS,
    )
    assert [data.of(user).tolist() for user in range(data.n_users)] == [[1, 0], [0]]
    assert data.weights is not None
    assert data.weights.tolist() == pytest.approx([1, 1 / 2, 1 / 6])
    assert data.matrix().toarray() == pytest.approx(np.array([[1 / 2, 1, 0], [1 / 6, 0, 0]]))


def test_an_empty_log_is_no_sequence() -> None:
    data = sequences_of([], ROWS)
    assert (data.n_users, data.n_items) == (0, 3)
