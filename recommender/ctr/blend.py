"""A weighted mean of two models' log-odds: a machine is best at what adds up, trees at thresholds, and they err apart.

Fitted on validation slates, which neither of them learned from: one weight per model and an intercept, by head
(stacked generalisation, Wolpert 1992). Knows neither how the models were made nor the shop.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from recommender.baselines import Plain, predict, sigmoid
from recommender.ctr.calibration import logit
from recommender.examples import HEADS, Examples
from recommender.item_table import FloatArray, IntArray

_NEWTON_STEPS: Final = 10
_FREE: Final = 0.1  # of the intercept


@dataclass(frozen=True, slots=True)
class Blend:
    """Fitted weights over models.

    Args:
        models: k of them.
        weights: (heads, 1 + k): intercept and one weight per model.
    """

    models: tuple[Plain, ...]
    weights: FloatArray

    def probabilities(
        self, dense: NDArray[np.float32], hashed: IntArray, shoppers: IntArray, positions: IntArray
    ) -> FloatArray:
        """Return the probability of each head, (n, heads)."""
        found = [logit(model.probabilities(dense, hashed, shoppers, positions)) for model in self.models]
        parts = zip(self.weights[:, 1:].T, found, strict=True)
        return sigmoid(self.weights[:, 0] + sum(weights * logits for weights, logits in parts))


def fit_blend(models: Sequence[Plain], validation: Examples, *, evenness: float = 30.0) -> Blend:
    """Weigh models by the log loss of each head.

    Args:
        models: fitted without the validation slates.
        validation: a head is weighed by those of its outcomes that are known.
        evenness: prior precision of equal weights: with few clicks it stays nearly the plain mean.
    """
    logits = np.stack([logit(predict(model, validation)) for model in models], axis=1)
    weights = [
        _weigh(logits[known, :, head], validation.labels[known, head], evenness)
        for head, known in enumerate(validation.observed.T)
    ]
    assert len(weights) == len(HEADS)
    return Blend(tuple(models), np.array(weights))


def _weigh(logits: FloatArray, labels: FloatArray, evenness: float) -> FloatArray:
    k = logits.shape[1]
    x = np.concatenate([np.ones((len(labels), 1)), logits], axis=1)
    penalty, even = np.r_[_FREE, np.full(k, evenness)], np.r_[0.0, np.full(k, 1.0 / k)]
    weights = even.copy()
    for _ in range(_NEWTON_STEPS):
        p = sigmoid(x @ weights)
        gradient = x.T @ (p - labels) + penalty * (weights - even)
        weights = weights - np.linalg.solve((x.T * (p * (1.0 - p))) @ x + np.diag(penalty), gradient)
    return np.asarray(weights, dtype=np.float64)
