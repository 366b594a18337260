"""Policy "inverse_gap": mostly the first, otherwise a near rival, the nearer the likelier.

Inverse-gap weighting (Abe and Long 1999; SquareCB, Foster and Rakhlin 2020, equation 3) per slot, without replacement,
over a short list: candidates whose score lies far below the best are never tried out on a shopper.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from recommender.item_table import FloatArray


class InverseGap:
    """Explores among the best few remaining candidates with exact probabilities.

    Args:
        gamma: how fast the probability falls with the gap; larger explores less.
        share: share of slots that explore at all, 0 to 1; the first candidate keeps at least 1 - share.
        width: most candidates on the short list, 1 or more.
        reach: largest score gap on the short list.
    """

    name = "inverse_gap/1"

    def __init__(self, gamma: float = 30.0, share: float = 0.35, width: float = 5, reach: float = 0.15) -> None:
        self._gamma, self._share, self._width, self._reach = gamma, share, int(width), reach

    @property
    def params(self) -> Mapping[str, float]:
        """All four parameters."""
        return {"gamma": self._gamma, "share": self._share, "width": float(self._width), "reach": self._reach}

    def probabilities(self, scores: FloatArray) -> FloatArray:
        """Return share / (m + gamma * gap) for each of the m on the short list, the rest for the first."""
        gaps = np.maximum(0.0, scores[0] - scores[: self._width])
        listed = gaps <= self._reach
        listed[0] = True
        result = np.zeros(len(scores))
        result[: len(gaps)] = np.where(listed, self._share / (listed.sum() + self._gamma * gaps), 0.0)
        result[0] = 0.0
        result[0] = 1.0 - result.sum()
        return result
