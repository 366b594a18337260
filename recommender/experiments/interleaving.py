"""Two rankers in one slate: each slot is credited to the ranker that put its item there.

Shoppers compare the two side by side, so far fewer sessions tell which is better than with A/B. The exact probability
of each slot is told as well, P(a_k | a_<k) over all coin flips that lead to the slate so far: off-policy evaluation can
weigh such slates like any others. Knows places in two orders, neither items nor shoppers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

TEAM_DRAFT: Final = "team_draft/1"


@dataclass(frozen=True, slots=True)
class Mixed:
    """An interleaved slate of k items.

    Args:
        chosen: the items, as they are named in both orders.
        teams: k letters, "A" or "B": whose item it is.
        probabilities: exact probability of each, given those before it; k of them.
    """

    chosen: tuple[int, ...]
    teams: str
    probabilities: tuple[float, ...]


def team_draft(first: Sequence[int], second: Sequence[int], k: int, rng: np.random.Generator) -> Mixed:
    """Draw a slate by team draft (Radlinski, Kurup & Joachims 2008).

    In each round a coin decides which ranker picks first; each picks its best item that is not taken yet.

    Args:
        first, second: the same items, best first, as the rankers A and B order them.
        k: slots; fewer where there are fewer items.
        rng: one uniform number is taken per round.
    """
    chosen: list[int] = []
    teams = ""
    while len(chosen) < min(k, len(first)):
        for team in "AB" if rng.random() < 0.5 else "BA":
            if len(chosen) < min(k, len(first)):
                chosen.append(_best(first if team == "A" else second, chosen))
                teams += team
    return Mixed(tuple(chosen), teams, slot_probabilities(first, second, chosen))


def slot_probabilities(first: Sequence[int], second: Sequence[int], chosen: Sequence[int]) -> tuple[float, ...]:
    """Return the exact probability of each slot of a team-draft slate, given the slots before it.

    Which coin fell is not always visible in the slate: where both rankers would have picked the same item, both are
    possible. So the chance that A has picked first is carried from the first slot of a round to its second.

    Args:
        first, second: the orders, as in `team_draft`; only their first k items matter.
        chosen: the slate.
    """
    probabilities = []
    ahead = 0.5
    for slot, item in enumerate(chosen):
        taken = chosen[:slot]
        of_a, of_b = _best(first, taken) == item, _best(second, taken) == item
        # In the first slot of a round either picks with 1/2; in the second the one that has not picked yet.
        by_a = 0.5 if slot % 2 == 0 else 1.0 - ahead
        probability = by_a * of_a + (1.0 - by_a) * of_b
        ahead = by_a * of_a / probability if slot % 2 == 0 and probability else 0.5
        probabilities.append(probability)
    return tuple(probabilities)


def credit(teams: str, slots: Sequence[int]) -> float:
    """Return the session's preference: 1 for A, -1 for B, 0 for none.

    Args:
        teams: whose each slot is, e.g. "ABBA".
        slots: 0-based slots that were clicked (or bought from), each once.
    """
    won = sum(1 if teams[slot] == "A" else -1 for slot in set(slots))
    return float(np.sign(won))


def logged_order(second: Sequence[int], k: int) -> Mapping[str, float]:
    """Return the part of B's order that the probabilities depend on, as a decision's `params`."""
    return {f"b{place}": float(item) for place, item in enumerate(second[:k])}


def replayed(params: Mapping[str, float], chosen: Sequence[int], n: int) -> tuple[float, ...]:
    """Recompute the probabilities of a logged slate.

    Args:
        params: as `logged_order` made them.
        chosen: the slate, as places in A's order.
        n: number of candidates.
    """
    second = [int(params[f"b{place}"]) for place in range(len(params))]
    return slot_probabilities(range(n), second, chosen)


def _best(order: Sequence[int], taken: Sequence[int]) -> int:
    """The first item that is not taken; -1 where the order is used up."""
    return next((item for item in order if item not in taken), -1)
