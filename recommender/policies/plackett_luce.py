"""Policy "plackett_luce": each slot by softmax over what remains, so slates follow the model of Plackett and Luce.

Plackett 1975, "The Analysis of Permutations"; Luce 1959. P(a | before) = worth(a) / sum of the remaining worths, with
worth = exp(score / temperature), closed form in every slot.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from recommender.item_table import FloatArray
from recommender.policies.base import with_floor


class PlackettLuce:
    """Draws by the worth of each score.

    Args:
        temperature: score gap that makes a candidate e times likelier; smaller explores less.
        floor: share of each slot that is drawn evenly among all remaining candidates, 0 to 1.
    """

    name = "plackett_luce/1"

    def __init__(self, temperature: float = 0.05, floor: float = 0.0) -> None:
        self._temperature, self._floor = temperature, floor

    @property
    def params(self) -> Mapping[str, float]:
        """Both parameters."""
        return {"temperature": self._temperature, "floor": self._floor}

    def probabilities(self, scores: FloatArray) -> FloatArray:
        """Return worths over their sum."""
        worths = np.exp((scores - scores.max()) / self._temperature)
        return with_floor(worths / worths.sum(), self._floor)
