"""Policy "thompson": the candidate whose score is best after Gaussian noise. For comparison only.

Thompson 1933. The chance of being best among many has no closed form: here it is counted over `draws` samples, and the
slot is then drawn from these counts, so what is logged is true of what was done; but no chance below 1 / draws can be
told from 0, and a slot costs draws * n numbers. Both are why nothing ships with it.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from recommender.item_table import FloatArray


class Thompson:
    """Explores as often as a candidate may be the best.

    Args:
        spread: standard deviation of each score, above 0.
        draws: samples per slot, 1 or more.
        seed: of the samples.
    """

    name = "thompson/1"

    def __init__(self, spread: float = 0.05, draws: float = 1000, seed: float = 1) -> None:
        self._spread, self._draws, self._seed = spread, int(draws), int(seed)

    @property
    def params(self) -> Mapping[str, float]:
        """All three parameters."""
        return {"spread": self._spread, "draws": float(self._draws), "seed": float(self._seed)}

    def probabilities(self, scores: FloatArray) -> FloatArray:
        """Return the share of samples in which each is best."""
        noise = np.random.default_rng(self._seed).standard_normal((self._draws, len(scores)))
        best = np.argmax(scores + self._spread * noise, axis=1)
        counts: FloatArray = np.bincount(best, minlength=len(scores)) / self._draws
        return counts
