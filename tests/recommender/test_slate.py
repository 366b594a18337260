"""Pinned slots are certain, free slots are drawn among the rest, and logged probabilities are those of the draw."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.policies import make_policy
from recommender.slate import by_policy, by_rivals, default_order, fill

SCORES = np.array([0.9, 0.88, 0.86, 0.84, 0.5])


def _fill(pinned: dict[int, int], k: int = 3, seed: int = 1) -> tuple[tuple[int, ...], tuple[float, ...]]:
    draw = fill(by_policy(make_policy("inverse_gap"), SCORES, np.random.default_rng(seed)), len(SCORES), k, pinned)
    return draw.chosen, draw.probabilities


@given(seed=st.integers(0, 999), k=st.integers(1, 8), data=st.data())
def test_pinned_places_hold_their_slots_and_nothing_stands_twice(seed: int, k: int, data: st.DataObject) -> None:
    n_pins = data.draw(st.integers(0, min(k, len(SCORES))))
    slots = data.draw(st.permutations(range(k)))[:n_pins]
    places = data.draw(st.permutations(range(len(SCORES))))[:n_pins]
    pinned = dict(zip(slots, places, strict=True))
    chosen, probabilities = _fill(pinned, k, seed)
    assert len(chosen) == len(set(chosen)) == min(k, len(SCORES))
    assert set(pinned.values()) <= set(chosen)
    for slot, place in pinned.items():
        if slot < len(chosen):
            assert (chosen[slot], probabilities[slot]) == (place, 1.0)


def test_free_slots_are_drawn_as_often_as_they_say_beside_a_pin() -> None:
    drawn = [_fill({1: 4}, seed=seed) for seed in range(3000)]
    counts = Counter(chosen for chosen, _ in drawn)
    chance = {chosen: np.prod(probabilities) for chosen, probabilities in drawn}
    assert sum(chance.values()) == pytest.approx(1.0)
    for chosen, n in counts.items():
        assert n == pytest.approx(3000 * chance[chosen], abs=5 * np.sqrt(3000 * chance[chosen]))


def test_two_rankers_share_the_free_slots_only() -> None:
    rival = np.array([4, 3, 2, 1, 0])
    draw = fill(by_rivals(rival, np.random.default_rng(1)), 5, 4, {0: 4})
    assert draw.chosen[0] == 4
    assert set(draw.chosen[1:]) <= {0, 1, 2, 3}
    assert draw.probabilities[0] == 1.0


def test_the_default_slate_is_the_order_with_the_pins_in_it() -> None:
    assert default_order(np.array([2, 0, 1, 3]), 3, {1: 3}) == (2, 3, 0)
    assert default_order(np.array([1, 0]), 5, {4: 0}) == (1, 0)
