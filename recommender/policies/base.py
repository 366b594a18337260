"""What every policy is: exact probabilities for the next slot. And how a slate is drawn and replayed from them.

A policy sees scores, best first, and nothing else; so a logged decision can be recomputed. What else should count
(diversity, uncertainty, owner rules) enters the scores before. Held to tests/contracts/policy.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from recommender.item_table import FloatArray, IntArray


class Policy(Protocol):
    """Decides which of the remaining candidates fills the next slot."""

    @property
    def name(self) -> str:
        """Name in POLICIES and version, e.g. "greedy/1"."""

    @property
    def params(self) -> Mapping[str, float]:
        """Everything that `probabilities` depends on beside the scores; logged with each decision."""

    def probabilities(self, scores: FloatArray) -> FloatArray:
        """Return the probability of each remaining candidate for the next slot.

        Args:
            scores: (n,), n at least 1, in greedy order (the first is what would be shown without exploring).

        Returns:
            (n,), each 0 or more, summing to 1.
        """


@dataclass(frozen=True, slots=True)
class Draw:
    """A slate as drawn.

    Args:
        chosen: indices into the candidates, in the order shown.
        probabilities: exact probability of each, given those before it.
    """

    chosen: tuple[int, ...]
    probabilities: tuple[float, ...]


def draw_slate(policy: Policy, scores: FloatArray, k: int, rng: np.random.Generator) -> Draw:
    """Fill k slots one after the other, without replacement.

    Args:
        policy: gives the probabilities.
        scores: (n,), in greedy order.
        k: slots; fewer where there are fewer candidates.
        rng: one uniform number is taken per slot.
    """
    remaining = np.arange(len(scores))
    chosen: list[int] = []
    taken: list[float] = []
    for _ in range(min(k, len(scores))):
        probabilities = policy.probabilities(scores[remaining])
        place = _inverse_cdf(probabilities, rng.random())
        taken.append(float(probabilities[place]))
        chosen.append(int(remaining[place]))
        remaining = _without(remaining, place)
    return Draw(tuple(chosen), tuple(taken))


def slate_probabilities(policy: Policy, scores: FloatArray, chosen: Sequence[int]) -> tuple[float, ...]:
    """Return the exact probability of each slot of a given slate, as `draw_slate` would have logged it.

    Args:
        policy: the policy judged.
        scores: (n,), in greedy order.
        chosen: indices into the scores, in the order shown.
    """
    remaining = np.arange(len(scores))
    taken: list[float] = []
    for index in chosen:
        place = int(np.searchsorted(remaining, index))
        taken.append(float(policy.probabilities(scores[remaining])[place]))
        remaining = _without(remaining, place)
    return tuple(taken)


def with_floor(probabilities: FloatArray, floor: float) -> FloatArray:
    """Mix in an even chance, so that each of n candidates has at least floor / n.

    The weight of a logged slot is then at most n / floor, known in advance.

    Args:
        probabilities: (..., n).
        floor: share of the slot that is drawn evenly, 0 to 1.
    """
    if floor == 0.0:
        return probabilities
    mixed: FloatArray = (1.0 - floor) * probabilities + floor / probabilities.shape[-1]
    return mixed


def _without(remaining: IntArray, place: int) -> IntArray:
    return np.concatenate((remaining[:place], remaining[place + 1 :]))


def _inverse_cdf(probabilities: FloatArray, u: float) -> int:
    place = int(np.searchsorted(np.cumsum(probabilities), u, side="right"))
    # Rounding may leave the cumulative sum a hair below 1; the last possible candidate takes that hair.
    return min(place, int(np.flatnonzero(probabilities)[-1]))
