"""Policy "inverse_gap": mostly the first, otherwise a near rival, the nearer the likelier.

Inverse-gap weighting (Abe and Long 1999; SquareCB, Foster and Rakhlin 2020, equation 3) per slot, without replacement,
over a short list: candidates whose score lies far below the best are not tried out on a shopper. With share 1, and no
limit of width and reach, it is SquareCB itself, but for the floor.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from recommender.item_table import FloatArray


class InverseGap:
    """Explores among the best few remaining candidates with exact probabilities.

    Args:
        gamma: how fast the probability falls with the gap; larger explores less (`growing_gamma`).
        share: share of slots that explore at most, 0 to 1; the first candidate keeps at least 1 - share.
        width: most candidates on the short list, 1 or more.
        reach: largest score gap on the short list.
        floor: each of the m on the short list has at least floor / m, 0 to `share`, however much gamma has grown: the
            weight of a logged slot is never above width / floor.
    """

    name = "inverse_gap/1"

    def __init__(
        self, gamma: float = 30.0, share: float = 0.35, width: float = 5, reach: float = 0.15, floor: float = 0.02
    ) -> None:
        self._gamma, self._share, self._width, self._reach, self._floor = gamma, share, int(width), reach, floor

    @property
    def params(self) -> Mapping[str, float]:
        """All five parameters."""
        return {
            "gamma": self._gamma,
            "share": self._share,
            "width": float(self._width),
            "reach": self._reach,
            "floor": self._floor,
        }

    def probabilities(self, scores: FloatArray) -> FloatArray:
        """Return share / (m + gamma * gap), or the floor, for each of m on the short list; the rest for the first."""
        gaps = np.maximum(0.0, scores[0] - scores[: self._width])
        listed = gaps <= self._reach
        listed[0] = True
        result = np.zeros(len(scores))
        m = listed.sum()
        tried = np.maximum(self._share / (m + self._gamma * gaps), self._floor / m)
        result[: len(gaps)] = np.where(listed, tried, 0.0)
        result[0] = 0.0
        result[0] = 1.0 - result.sum()
        return result


def growing_gamma(scale: float, outcomes: float) -> float:
    """Return gamma after so many outcomes: SquareCB's rate, so exploration fades as the square root (Theorem 1 there).

    Args:
        scale: gamma after one outcome, above 0.
        outcomes: how many the head has learned from, 0 or more.
    """
    return float(scale * np.sqrt(1.0 + outcomes))
