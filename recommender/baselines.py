"""What a click model must beat: popularity, and logistic regression on the dense features.

Both know the position, as the click model does, so that none wins by the place alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from recommender.examples import Examples
from recommender.features import FEATURES
from recommender.item_table import FloatArray

MAX_POSITIONS: Final = 12
_RIDGE: Final = 1.0
_NEWTON_STEPS: Final = 25

POPULARITY_FEATURES: Final = ("popularity", "interest_share", "click_rate")


@dataclass(frozen=True, slots=True)
class Logistic:
    """A fitted logistic regression.

    Args:
        columns: dense features that it reads.
        mean, scale: of those columns in training.
        weights: intercept, one per column, one per position.
    """

    columns: tuple[int, ...]
    mean: FloatArray
    scale: FloatArray
    weights: FloatArray

    def probabilities(self, examples: Examples) -> FloatArray:
        """Return the probability of interest, (n,)."""
        return _sigmoid(_design(examples, self.columns, self.mean, self.scale) @ self.weights)


def fit_logistic(examples: Examples, names: Sequence[str] = FEATURES) -> Logistic:
    """Fit by Newton's method with a ridge of 1 on standardised columns (IRLS; Hastie et al., ESL, section 4.4.1).

    Args:
        examples: for training.
        names: features to read.
    """
    columns = tuple(FEATURES.index(name) for name in names)
    chosen = examples.dense[:, columns].astype(np.float64)
    mean, scale = chosen.mean(axis=0), chosen.std(axis=0) + 1e-3
    x = _design(examples, columns, mean, scale)
    ridge = np.full(x.shape[1], _RIDGE)
    ridge[0] = 1e-6
    weights = np.zeros(x.shape[1])
    for _ in range(_NEWTON_STEPS):
        p = _sigmoid(x @ weights)
        gradient = x.T @ (p - examples.labels) + ridge * weights
        hessian = (x.T * (p * (1.0 - p))) @ x + np.diag(ridge)
        step = np.linalg.solve(hessian, gradient)
        weights -= step
        if np.abs(step).max() < 1e-8:
            break
    return Logistic(columns, mean, scale, weights)


def _design(examples: Examples, columns: tuple[int, ...], mean: FloatArray, scale: FloatArray) -> FloatArray:
    n = len(examples.labels)
    places = np.zeros((n, MAX_POSITIONS))
    places[np.arange(n), np.minimum(examples.positions, MAX_POSITIONS - 1)] = 1.0
    standardised = (examples.dense[:, columns] - mean) / scale
    return np.concatenate([np.ones((n, 1)), standardised, places], axis=1)


def _sigmoid(x: FloatArray) -> FloatArray:
    result: FloatArray = 1.0 / (1.0 + np.exp(-np.clip(x, -60.0, 60.0)))
    return result
