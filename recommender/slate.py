"""From scores to a slate: order, pinned slots, the draw; and the probabilities of a slate that was logged.

Knows scores and places, nothing of what they come from. Pinned items are taken out before anything is drawn: their
slots have probability 1, and the free slots are drawn among the rest, so every logged probability is exact.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b

import numpy as np

from recommender.events import Decision, DecisionContext
from recommender.fusion import greedy_order
from recommender.item_table import FloatArray, IntArray
from recommender.policies import make_policy
from recommender.policies.base import Draw, Policy, draw_slate, slate_probabilities


def order_of(context: DecisionContext, scores: FloatArray) -> IntArray:
    """Return candidates' indices in the order shown without exploring: by score, or as they came where asked."""
    return np.arange(len(scores), dtype=np.int64) if context.keep_order else greedy_order(scores)


def fill(policy: Policy, scores: FloatArray, k: int, pinned: Mapping[int, int], rng: np.random.Generator) -> Draw:
    """Fill the slots.

    Args:
        policy: of the free slots.
        scores: (n,), in the order of `order_of`.
        k: slots; fewer where there are fewer candidates.
        pinned: slot -> place of its item in that order.
        rng: one uniform number is taken per free slot.
    """
    free = _free(len(scores), pinned)
    k = min(k, len(scores))
    inside = _inside(pinned, k)
    draw = draw_slate(policy, scores[free], k - len(inside), rng)
    drawn = iter(zip((int(free[place]) for place in draw.chosen), draw.probabilities, strict=True))
    slots = [(inside[slot], 1.0) if slot in inside else next(drawn) for slot in range(k)]
    return Draw(tuple(place for place, _ in slots), tuple(probability for _, probability in slots))


def probabilities_of(
    policy: Policy, scores: FloatArray, chosen: Sequence[int], pinned: Mapping[int, int]
) -> tuple[float, ...]:
    """Return the exact probability of each slot of a given slate, as `fill` would have logged it.

    Args:
        policy, scores, pinned: as in `fill`.
        chosen: places in the order of `order_of`, in the order shown.
    """
    free = _free(len(scores), pinned)
    inside = _inside(pinned, len(chosen))
    drawn = [int(np.searchsorted(free, place)) for slot, place in enumerate(chosen) if slot not in inside]
    found = iter(slate_probabilities(policy, scores[free], drawn))
    return tuple(1.0 if slot in inside else next(found) for slot in range(len(chosen)))


def default_order(order: IntArray, k: int, pinned: Mapping[int, int]) -> tuple[int, ...]:
    """Return the slate that is shown without exploring.

    Args:
        order: (n,) candidates' indices, best first.
        k: slots.
        pinned: slot -> index of its candidate.
    """
    held = set(pinned.values())
    rest = iter([int(i) for i in order if int(i) not in held])
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
    places = {item_id: place for place, item_id in enumerate(decision.candidate_ids)}
    chosen = [places[item_id] for item_id in decision.chosen_ids]
    policy = make_policy(decision.policy, decision.params)
    scores = np.array(decision.candidate_scores, dtype=np.float64)
    return probabilities_of(policy, scores, chosen, pinned_places(decision))


def pinned_places(decision: Decision) -> dict[int, int]:
    """Return slot -> place among the candidates of what an owner's rule put there."""
    places = {item_id: place for place, item_id in enumerate(decision.candidate_ids)}
    held = set(decision.pinned_ids)
    return {item.position: places[item.item_id] for item in decision.items if item.item_id in held}


def _free(n: int, pinned: Mapping[int, int]) -> IntArray:
    return np.setdiff1d(np.arange(n, dtype=np.int64), np.fromiter(pinned.values(), np.int64, len(pinned)))


def _inside(pinned: Mapping[int, int], k: int) -> dict[int, int]:
    """Return the pins with a slot for each: where candidates are too few, the last slots go to what is pinned there."""
    kept = {slot: i for slot, i in pinned.items() if slot < k}
    for slot, i in sorted(pinned.items()):
        if slot >= k:
            free = next((s for s in range(k - 1, -1, -1) if s not in kept), None)
            if free is not None:
                kept[free] = i
    return kept
