"""What a click model must beat without torch: popularity, and logistic regression on the dense features.

Both know the position, as every model here does, so that none wins by the place alone. One set of weights per head.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from recommender.examples import HEADS, Examples
from recommender.features import FEATURES
from recommender.item_table import FloatArray, IntArray

MAX_POSITIONS: Final = 12
_NEWTON_STEPS: Final = 15
# Scale of a column that stood still in training: whatever it holds in serving then counts for nothing.
_STILL: Final = 1e30

POPULARITY_FEATURES: Final = ("popularity", "interest_share", "click_rate", "item_lift")


class Plain(Protocol):
    """A model that describes an impression by numbers alone, without the shopper's history."""

    def probabilities(
        self, dense: NDArray[np.float32], hashed: IntArray, shoppers: IntArray, positions: IntArray
    ) -> FloatArray:
        """Return the probability of each head, (n, len(HEADS)).

        Args:
            dense, hashed: as in FeatureBlock.
            shoppers: (n,) buckets of the shoppers' keys.
            positions: (n,) 0-based places.
        """


def predict(model: Plain, examples: Examples) -> FloatArray:
    """Return a model's probabilities at the examples' own places, (n, len(HEADS))."""
    shoppers = examples.histories.shoppers[examples.decisions]
    return model.probabilities(examples.dense, examples.hashed, shoppers, examples.positions)


@dataclass(frozen=True, slots=True)
class Logistic:
    """A fitted logistic regression per head.

    Args:
        columns: (c,) dense features that it reads.
        mean, scale: (c,) of those columns in training.
        weights: (len(HEADS), 1 + c + MAX_POSITIONS): intercept, one per column, one per position.
    """

    columns: IntArray
    mean: FloatArray
    scale: FloatArray
    weights: FloatArray

    def probabilities(
        self, dense: NDArray[np.float32], hashed: IntArray, shoppers: IntArray, positions: IntArray
    ) -> FloatArray:
        """Return the probability of each head, (n, len(HEADS)); it reads the dense features and the place alone."""
        return sigmoid(self.design(dense, positions) @ self.weights.T)

    def design(self, dense: NDArray[np.float32], positions: IntArray) -> FloatArray:
        """Return what the weights multiply, (n, 1 + c + MAX_POSITIONS)."""
        n = len(dense)
        places = np.zeros((n, MAX_POSITIONS))
        places[np.arange(n), np.minimum(positions, MAX_POSITIONS - 1)] = 1.0
        standardised = (dense[:, self.columns] - self.mean) / self.scale
        return np.concatenate([np.ones((n, 1)), standardised, places], axis=1)


def fit_logistic(examples: Examples, names: Sequence[str] = FEATURES, *, ridge: float = 1.0) -> Logistic:
    """Fit by Newton's method on standardised columns (IRLS; Hastie et al., ESL, section 4.4.1).

    Args:
        examples: for training; a head learns from those where its outcome is known.
        names: features to read.
        ridge: penalty of squared weights.
    """
    columns = np.array([FEATURES.index(name) for name in names], dtype=np.int64)
    chosen = examples.dense[:, columns].astype(np.float64)
    deviation = chosen.std(axis=0)
    scale = np.where(deviation > 1e-9, deviation + 1e-3, _STILL)
    empty = Logistic(columns, chosen.mean(axis=0), scale, np.zeros((0, 0)))
    x = empty.design(examples.dense, examples.positions)
    weights = [
        _newton(x[examples.observed[:, head]], examples.labels[examples.observed[:, head], head], ridge)
        for head in range(len(HEADS))
    ]
    return Logistic(columns, empty.mean, empty.scale, np.array(weights))


def _newton(x: FloatArray, labels: FloatArray, ridge: float) -> FloatArray:
    penalty = np.full(x.shape[1], ridge)
    penalty[0] = 1e-6
    weights = np.zeros(x.shape[1])
    weights[0] = np.log((labels.sum() + 0.5) / (len(labels) - labels.sum() + 0.5))
    loss = _penalised_loss(x, labels, weights, penalty)
    for _ in range(_NEWTON_STEPS):
        p = sigmoid(x @ weights)
        gradient = x.T @ (p - labels) + penalty * weights
        hessian = (x.T * (p * (1.0 - p))) @ x + np.diag(penalty)
        step = np.linalg.solve(hessian, gradient)
        # A full step can overshoot where an outcome is rare.
        while (new := _penalised_loss(x, labels, weights - step, penalty)) > loss and np.abs(step).max() > 1e-6:
            step = step / 2.0
        weights, loss = weights - step, new
        if np.abs(step).max() < 1e-6:
            break
    return weights


def _penalised_loss(x: FloatArray, labels: FloatArray, weights: FloatArray, penalty: FloatArray) -> float:
    z = x @ weights
    return float((np.logaddexp(0.0, z) - labels * z).sum() + 0.5 * (penalty * weights**2).sum())


def sigmoid(x: FloatArray) -> FloatArray:
    """Return 1 / (1 + exp(-x)) without overflow."""
    result: FloatArray = 1.0 / (1.0 + np.exp(-np.clip(x, -60.0, 60.0)))
    return result
