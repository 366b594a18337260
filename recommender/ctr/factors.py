"""A fitted factorisation machine, computed with numpy; trained in fm.py. Knows no torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from recommender.baselines import Logistic, sigmoid
from recommender.features import FEATURES
from recommender.item_table import HASH_FIELDS, FloatArray, IntArray

PAIRED: Final = slice(1, len(HASH_FIELDS))
"""Of the hashed fields, those with factors: what many impressions share. Items and shoppers have a weight alone, for
factors of each are learned by heart (docs/experiments.md, 2026-11-26)."""


@dataclass(frozen=True, slots=True)
class Factors:
    """A fitted machine.

    Args:
        linear: weights of the dense features and of the places.
        dense: (len(FEATURES), width) factors of the dense features.
        table: (HASH_BUCKETS, width + heads) factors and weights of the hashed values, the shopper's among them; the
            factors of PAIRED fields count.
        strength: (heads,) how much the pairs count for each head.
    """

    linear: Logistic
    dense: FloatArray
    table: FloatArray
    strength: FloatArray

    def probabilities(
        self, dense: NDArray[np.float32], hashed: IntArray, shoppers: IntArray, positions: IntArray
    ) -> FloatArray:
        """Return the probability of each head, (n, heads); shoppers are buckets, (n,)."""
        width = self.dense.shape[1]
        design = self.linear.design(dense, positions)
        values = design[:, 1 : 1 + len(FEATURES)]
        weights = self.table[np.concatenate([hashed, shoppers[:, None]], axis=1), width:]
        factors = self.table[hashed[:, PAIRED], :width]
        total = values @ self.dense + factors.sum(axis=1)
        squares = values**2 @ self.dense**2 + (factors**2).sum(axis=1)
        pairs = 0.5 * (total**2 - squares).sum(axis=1, keepdims=True)
        return sigmoid(design @ self.linear.weights.T + weights.sum(axis=1) + pairs * self.strength)
