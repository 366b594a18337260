"""A logistic regression that also has a weight for every value: each item, category, brand, price band and shopper.

How far the weights of a field may differ is read from the data (empirical Bayes: the fixed point of MacKay 1992,
"Bayesian Interpolation", equation 4.8, with a diagonal posterior): where shoppers do not differ, none gets a weight of
its own; where items do, those shown often get theirs. The factorisation machine begins here, as one without factors.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from recommender.baselines import Logistic, sigmoid
from recommender.ctr.factors import Factors
from recommender.examples import HEADS, Examples
from recommender.features import FEATURES
from recommender.item_table import HASH_BUCKETS, FloatArray, IntArray

_ROUNDS: Final = 4
_STEPS: Final = 30
_WIDEST, _NARROWEST = 4.0, 1e4  # precisions of a weight's prior, deviations of 0.5 and 0.01
_FIRST: Final = 16.0
_FREE: Final = 1e-4  # of the intercept


@dataclass(frozen=True, slots=True)
class _Design:
    """n examples: what the dense weights multiply, and which values each has.

    Args:
        dense: (n, c).
        values: (n, v) 1 where an example has a value.
        fields: (v,) number of each value's field.
    """

    dense: FloatArray
    values: csr_matrix
    fields: IntArray


def fit_wide(train: Examples, start: Logistic, *, ridge: float = 10.0) -> Factors:
    """Fit all heads; how far weights may differ is found for clicks and kept for the others.

    Args:
        train: examples; a head learns from those where its outcome is known.
        start: logistic regression on all dense features, to begin with.
        ridge: penalty of squared weights of the dense features.

    Returns:
        A machine of width 0.
    """
    buckets, design = _design(train, start)
    precision = np.full(int(design.fields.max()) + 1, _FIRST)
    table = np.zeros((HASH_BUCKETS, len(HEADS)))
    dense = start.weights.copy()
    n_dense = design.dense.shape[1]
    for head in range(len(HEADS)):
        known = train.observed[:, head]
        part = _Design(design.dense[known], design.values[known], design.fields)
        weights = np.concatenate([start.weights[head], table[buckets, 0]])
        for _ in range(_ROUNDS if head == 0 else 1):
            weights = _fit(part, train.labels[known, head], weights, ridge, precision)
            if head == 0:
                precision = _precision(part, weights, precision)
        dense[head] = weights[:n_dense]
        # Two fields' values may share a bucket; then they share its weight.
        np.add.at(table[:, head], buckets, weights[n_dense:])
    linear = Logistic(start.columns, start.mean, start.scale, dense)
    return Factors(linear, np.zeros((len(FEATURES), 0)), table, np.zeros(len(HEADS)))


def _design(examples: Examples, start: Logistic) -> tuple[IntArray, _Design]:
    """Return the bucket of each value, (v,), and the design."""
    shoppers = examples.histories.shoppers[examples.decisions]
    hashed = np.concatenate([examples.hashed, shoppers[:, None]], axis=1)
    n, n_fields = hashed.shape
    numbers, columns = np.unique(hashed + np.arange(n_fields) * HASH_BUCKETS, return_inverse=True)
    rows = np.repeat(np.arange(n), n_fields)
    values = csr_matrix((np.ones(n * n_fields), (rows, columns.reshape(-1))), shape=(n, len(numbers)))
    dense = start.design(examples.dense, examples.positions)
    return numbers % HASH_BUCKETS, _Design(dense, values, numbers // HASH_BUCKETS)


def _fit(design: _Design, labels: FloatArray, weights: FloatArray, ridge: float, precision: FloatArray) -> FloatArray:
    n_dense = design.dense.shape[1]
    penalty = np.concatenate([np.full(n_dense, ridge), precision[design.fields]])
    penalty[0] = _FREE
    turned = design.values.T.tocsr()

    def loss(w: FloatArray) -> tuple[float, FloatArray]:
        z = design.dense @ w[:n_dense] + design.values @ w[n_dense:]
        missed = sigmoid(z) - labels
        gradient = np.concatenate([missed @ design.dense, turned @ missed]) + penalty * w
        return float((np.logaddexp(0.0, z) - labels * z).sum() + 0.5 * (penalty * w * w).sum()), gradient

    found = minimize(loss, weights, jac=True, method="L-BFGS-B", options={"maxiter": _STEPS})
    return np.asarray(found.x, dtype=np.float64)


def _precision(design: _Design, weights: FloatArray, precision: FloatArray) -> FloatArray:
    """Return each field's prior precision, given the weights found under the present one."""
    n_dense = design.dense.shape[1]
    p = sigmoid(design.dense @ weights[:n_dense] + design.values @ weights[n_dense:])
    information: NDArray[np.float64] = design.values.T @ (p * (1.0 - p))
    told = information / (information + precision[design.fields])
    squares = np.bincount(design.fields, weights[n_dense:] ** 2)
    n_told = np.bincount(design.fields, told)
    return np.clip(n_told / np.maximum(squares, 1e-9), _WIDEST, _NARROWEST)
