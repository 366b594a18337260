"""Policy "greedy": always the first of the remaining candidates, with probability 1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from recommender.item_table import FloatArray


class Greedy:
    """Shows candidates in the order given."""

    name = "greedy/1"
    params: ClassVar[Mapping[str, float]] = {}

    def probabilities(self, scores: FloatArray) -> FloatArray:
        """Return 1 for the first, 0 for the rest."""
        result = np.zeros(len(scores))
        result[0] = 1.0
        return result
