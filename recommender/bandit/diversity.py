"""Diversity as a part of the utilities, before anything is drawn: so logged probabilities stay true.

Returns what to add to the scores, (n,), 0 or less. Knows likeness, no products.
"""

from __future__ import annotations

import numpy as np

from recommender.item_table import FloatArray


def different_penalties(likeness: FloatArray, strength: float) -> FloatArray:
    """Take from each candidate its likeness to what this conversation has shown: "show me something different".

    Args:
        likeness: (m, n), 0 to 1, of each of m things shown to each of n candidates.
        strength: taken from what was shown itself.

    Returns:
        (n,), 0 or less; where nothing was shown, nothing is taken.
    """
    if len(likeness) == 0:
        return np.zeros(likeness.shape[1])
    penalties: FloatArray = -strength * np.maximum(0.0, likeness.max(axis=0))
    return penalties
