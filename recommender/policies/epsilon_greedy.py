"""Policy "epsilon_greedy": the first, or any remaining candidate with an even chance. A rival only."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from recommender.item_table import FloatArray
from recommender.policies.base import with_floor


class EpsilonGreedy:
    """Explores evenly.

    Args:
        epsilon: share of slots that explore, 0 to 1.
    """

    name = "epsilon_greedy/1"

    def __init__(self, epsilon: float = 0.1) -> None:
        self._epsilon = epsilon

    @property
    def params(self) -> Mapping[str, float]:
        """The share."""
        return {"epsilon": self._epsilon}

    def probabilities(self, scores: FloatArray) -> FloatArray:
        """Return epsilon / n for each, and the rest of 1 for the first."""
        result = np.zeros(len(scores))
        result[0] = 1.0
        return with_floor(result, self._epsilon)
