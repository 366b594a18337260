from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from recommender.errors import LogUnusable
from recommender.ope.logged import NOBODY
from tests.recommender.ope.logs import one_slot


def test_arrays_that_do_not_fit_are_named() -> None:
    log = one_slot([0.5, 0.5], [0, 1], [1, 0])
    with pytest.raises(LogUnusable, match="rewards"):
        replace(log, rewards=np.zeros((2, 2)))
    with pytest.raises(LogUnusable, match="segment new"):
        replace(log, segments={"new": np.ones(3, dtype=bool)})


@pytest.mark.parametrize("probability", [0.0, -0.1, 1.1, float("nan")])
def test_a_probability_that_is_none_is_refused(probability: float) -> None:
    log = one_slot([0.5, 0.5], [0, 1], [1, 0])
    with pytest.raises(LogUnusable, match=r"not in \(0, 1\]"):
        replace(log, probabilities=np.array([[0.5], [probability]]))


def test_a_part_keeps_rows_together() -> None:
    log = replace(one_slot([0.5, 0.5], [0, 1, 1], [1, 0, 3]), segments={"new": np.array([True, False, True])})
    part = log.part(np.array([False, True, True]))
    assert part.n == 2
    assert part.values.tolist() == [0, 3]
    assert part.segments["new"].tolist() == [False, True]
    assert part.logging is not None
    assert len(part.logging) == 2


def test_rows_count_only_when_closed_and_shown_as_chosen() -> None:
    log = replace(
        one_slot([0.5, 0.5], [0, 1, 1], [1, 0, 3]),
        closed=np.array([True, False, True]),
        shown_as_chosen=np.array([True, True, False]),
    )
    assert log.usable().tolist() == [True, False, False]


def test_missing_slots_count_as_certain() -> None:
    log = one_slot([0.25, 0.75], [0, 1], [1, 0])
    log = replace(log, chosen=np.array([[0], [NOBODY]]), probabilities=np.array([[0.25], [1.0]]))
    assert log.logging is not None
    assert log.of_chosen(log.logging).tolist() == [[0.25], [1.0]]
