"""From scores to a slate: order, pinned slots, the draw; and the probabilities of a slate that was logged.

Knows scores and places, nothing of what they come from. Pinned items are taken out before anything is drawn: their
slots have probability 1, and the free slots are drawn among the rest, so every logged probability is exact.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import blake2b
from typing import Protocol

import numpy as np

from recommender.events import Decision, DecisionContext
from recommender.experiments.interleaving import TEAM_DRAFT, Mixed, replayed, team_draft
from recommender.fusion import greedy_order
from recommender.item_table import FloatArray, IntArray
from recommender.policies import make_policy
from recommender.policies.base import Draw, Policy, draw_slate, slate_probabilities


class _Drawn(Protocol):
    """Places among the free candidates, in the order shown, and their exact probabilities."""

    @property
    def chosen(self) -> tuple[int, ...]:
        """The places."""

    @property
    def probabilities(self) -> tuple[float, ...]:
        """Of each, given those before it."""


Drawer = Callable[[IntArray, int], _Drawn]
"""Told which places are free and how many slots are; returns places among the free ones."""


def order_of(context: DecisionContext, scores: FloatArray) -> IntArray:
    """Return candidates' indices in the order shown without exploring: by score, or as they came where asked."""
    return np.arange(len(scores), dtype=np.int64) if context.keep_order else greedy_order(scores)


def fill(draw_free: Drawer, n: int, k: int, pinned: Mapping[int, int]) -> Draw:
    """Fill the slots.

    Args:
        draw_free: draws the free slots.
        n: candidates.
        k: slots; fewer where there are fewer candidates.
        pinned: slot -> place of its item in the order of `order_of`.
    """
    free = _free(n, pinned)
    k = min(k, n)
    inside = _inside(pinned, k)
    draw = draw_free(free, k - len(inside))
    drawn = iter(zip((int(free[place]) for place in draw.chosen), draw.probabilities, strict=True))
    slots = [(inside[slot], 1.0) if slot in inside else next(drawn) for slot in range(k)]
    return Draw(tuple(place for place, _ in slots), tuple(probability for _, probability in slots))


def by_policy(policy: Policy, scores: FloatArray, rng: np.random.Generator) -> Drawer:
    """Draw free slots by a policy.

    Args:
        policy: gives the probabilities.
        scores: (n,), in the order of `order_of`.
        rng: one uniform number is taken per free slot.
    """
    return lambda free, slots: draw_slate(policy, scores[free], slots, rng)


def by_rivals(rival: IntArray, rng: np.random.Generator) -> Callable[[IntArray, int], Mixed]:
    """Draw free slots by team draft, so that two rankers share them.

    Args:
        rival: (n,) places in the order of `order_of`, as the second ranker orders them; its first k are enough.
        rng: one uniform number is taken per round.
    """

    def draw(free: IntArray, slots: int) -> Mixed:
        where = {int(place): i for i, place in enumerate(free)}
        second = [where[int(place)] for place in rival if int(place) in where]
        return team_draft(range(len(free)), second, slots, rng)

    return draw


def probabilities_of(decision: Decision, pinned: Mapping[int, int]) -> tuple[float, ...]:
    """Return the exact probability of each slot of a logged slate, as `fill` would have logged it.

    Args:
        decision: its scores and its policy's parameters are asked.
        pinned: slot -> place of its item among the candidates.
    """
    places = {item_id: place for place, item_id in enumerate(decision.candidate_ids)}
    free = _free(len(places), pinned)
    drawn = [int(np.searchsorted(free, places[item.item_id])) for item in decision.items if item.position not in pinned]
    if decision.policy == TEAM_DRAFT:
        found = iter(replayed(decision.params, drawn, len(free)))
    else:
        policy = make_policy(decision.policy, decision.params)
        scores = np.array(decision.candidate_scores, dtype=np.float64)
        found = iter(slate_probabilities(policy, scores[free], drawn))
    return tuple(1.0 if item.position in pinned else next(found) for item in decision.items)


def default_order(order: IntArray, k: int, pinned: Mapping[int, int]) -> tuple[int, ...]:
    """Return the slate that is shown without exploring.

    Args:
        order: (n,) candidates' indices, best first.
        k: slots.
        pinned: slot -> index of its candidate.
    """
    held = set(pinned.values())
    rest = (i for i in order.tolist() if i not in held)
    inside = _inside(pinned, min(k, len(order)))
    return tuple(inside[slot] if slot in inside else next(rest) for slot in range(min(k, len(order))))


def generator(context: DecisionContext) -> np.random.Generator:
    """Return the random numbers of a decision."""
    # The turn is mixed in, so that one configured seed does not try out the same place in every turn.
    text = f"{context.seed}|{context.shopper_key}|{context.session_key}|{context.turn_id}|{context.surface}"
    return np.random.default_rng(int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big"))


def replay(decision: Decision) -> tuple[float, ...]:
    """Recompute the probability of each slot from what a decision logged.

    Args:
        decision: its scores, its pins and the policy's parameters are enough; neither models nor behaviour are asked.

    Returns:
        One probability per slot, equal to the logged ones to the last bit.
    """
    return probabilities_of(decision, pinned_places(decision))


def pinned_places(decision: Decision) -> dict[int, int]:
    """Return slot -> place among the candidates of what an owner's rule put there."""
    places = {item_id: place for place, item_id in enumerate(decision.candidate_ids)}
    held = set(decision.pinned_ids)
    return {item.position: places[item.item_id] for item in decision.items if item.item_id in held}


def _free(n: int, pinned: Mapping[int, int]) -> IntArray:
    everyone = np.arange(n, dtype=np.int64)
    return np.setdiff1d(everyone, list(pinned.values())) if pinned else everyone


def _inside(pinned: Mapping[int, int], k: int) -> dict[int, int]:
    """Return the pins with a slot for each: where candidates are too few, the last slots go to what is pinned there."""
    kept = {slot: i for slot, i in pinned.items() if slot < k}
    for slot, i in sorted(pinned.items()):
        if slot >= k:
            free = next((s for s in range(k - 1, -1, -1) if s not in kept), None)
            if free is not None:
                kept[free] = i
    return kept
