"""Diversity as a part of the utilities, before anything is drawn: so logged probabilities stay true.

Each function returns what to add to the scores, (n,), 0 or less. Knows unit vectors, no products.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from recommender.item_table import FloatArray

_LEAST_LEFT: Final = 1e-3
Vectors = NDArray[np.float32] | FloatArray


def mmr_penalties(utilities: FloatArray, vectors: Vectors, strength: float, depth: int) -> FloatArray:
    """Take from each candidate its likeness to what stands above it (Carbonell and Goldstein 1998, equation 1).

    The order by utility + penalty is the order of the greedy choice.

    Args:
        utilities: (n,) scores.
        vectors: (n, d), unit length; zeros are like nothing.
        strength: taken from an exact copy, 0 or more, in units of the utilities.
        depth: greedy choices, at least the slots of the slate; those after them keep the last penalty.
    """
    penalties = np.zeros(len(utilities))
    left = np.ones(len(utilities), dtype=bool)
    for _ in range(min(depth, len(utilities))):
        best = int(np.argmax(np.where(left, utilities + penalties, -np.inf)))
        left[best] = False
        likeness = np.maximum(0.0, np.asarray(vectors @ vectors[best], dtype=np.float64))
        penalties[left] = np.minimum(penalties, -strength * likeness)[left]
    return penalties


def dpp_penalties(utilities: FloatArray, vectors: Vectors, strength: float, depth: int) -> FloatArray:
    """Take from each candidate what those above it already say, all together (greedy MAP of a determinantal process).

    Chen et al. 2018, "Fast Greedy MAP Inference for Determinantal Point Process", algorithm 1: strength times the log
    of the part of its vector that lies outside the span of what was chosen. O(depth^2 n + depth n d).

    Args:
        utilities, vectors, depth: as in `mmr_penalties`.
        strength: utility that a tenfold smaller part outside costs, divided by log(10), 0 or more.
    """
    n = len(utilities)
    penalties, outside = np.zeros(n), np.ones(n)
    left = np.ones(n, dtype=bool)
    spans = np.zeros((0, n))
    for _ in range(min(depth, n)):
        best = int(np.argmax(np.where(left, utilities + penalties, -np.inf)))
        left[best] = False
        likeness = np.asarray(vectors @ vectors[best], dtype=np.float64)
        likeness[best] = 1.0
        span = (likeness - spans[:, best] @ spans) / np.sqrt(max(outside[best], _LEAST_LEFT))
        spans = np.vstack([spans, span])
        outside = np.maximum(outside - span**2, _LEAST_LEFT)
        penalties[left] = strength * np.log(outside)[left]
    return penalties


def different_penalties(likeness: FloatArray, strength: float) -> FloatArray:
    """Take from each candidate its likeness to what this conversation has shown: "show me something different".

    Args:
        likeness: (m, n), 0 to 1, of each of m things shown to each of n candidates.
        strength: taken from what was shown itself.

    Returns:
        (n,), 0 or less; nothing was shown, nothing is taken.
    """
    if len(likeness) == 0:
        return np.zeros(likeness.shape[1])
    penalties: FloatArray = -strength * np.maximum(0.0, likeness.max(axis=0))
    return penalties
