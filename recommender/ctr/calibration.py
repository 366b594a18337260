"""Turns scores into probabilities that hold: a rising, piecewise straight line over log-odds, one per head.

Platt's line (Platt 1999) is two knots, isotonic regression (Zadrozny and Elkan 2002) as many as there are blocks.
Fitted on validation slates; knows no model.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.optimize import isotonic_regression

from recommender.baselines import sigmoid
from recommender.item_table import FloatArray, IntArray
from recommender.metrics import log_losses

_N_BINS: Final = 20
_STEEPEST: Final = 0.05  # least rise per knot, so that no two scores fall together
_TINY: Final = 1e-7
_NEWTON_STEPS: Final = 30
_RIDGE: Final = 1.0


@dataclass(frozen=True, slots=True)
class Line:
    """One head's map from log-odds to log-odds; straight beyond its first and last knot with a slope of 1.

    Args:
        x, y: (k,) knots, both rising; k of 1 is a shift.
        slope: beyond the knots.
    """

    x: FloatArray
    y: FloatArray
    slope: float = 1.0

    def __call__(self, probabilities: FloatArray) -> FloatArray:
        """Return calibrated probabilities, same shape."""
        logits = logit(probabilities)
        inside = np.interp(logits, self.x, self.y)
        below, above = np.minimum(logits - self.x[0], 0.0), np.maximum(logits - self.x[-1], 0.0)
        return sigmoid(inside + self.slope * (below + above))


IDENTITY: Final = Line(np.zeros(1), np.zeros(1))


def logit(probabilities: FloatArray) -> FloatArray:
    """Return log-odds, finite."""
    p = np.clip(probabilities, _TINY, 1.0 - _TINY)
    result: FloatArray = np.log(p) - np.log1p(-p)
    return result


def apply(lines: Sequence[Line], probabilities: FloatArray) -> FloatArray:
    """Calibrate every head; none exceeds the one before, (n, heads)."""
    columns = [line(probabilities[:, head]) for head, line in enumerate(lines)]
    chained: FloatArray = np.minimum.accumulate(np.stack(columns, axis=1), axis=1)
    return chained


def fit_line(labels: FloatArray, probabilities: FloatArray, groups: IntArray) -> Line:
    """Choose between no change, Platt's line and isotonic regression by the log loss of two folds.

    Args:
        labels: (n,), 0 or 1.
        probabilities: (n,), of label 1.
        groups: (n,) e.g. the decision of each; those of one group are in one fold.
    """
    fold = groups % 2
    best: tuple[float, Callable[[FloatArray, FloatArray], Line]] = (np.inf, _unchanged)
    for fit in (_unchanged, _platt, _isotonic):
        loss = 0.0
        for side in (0, 1):
            there, here = fold == side, fold != side
            if min(labels[here].sum(), (1 - labels[here]).sum()) < _N_BINS:
                return IDENTITY
            line = fit(labels[here], probabilities[here])
            loss += float(log_losses(labels[there], line(probabilities[there])).sum())
        if loss < best[0] - 1e-9:
            best = (loss, fit)
    return best[1](labels, probabilities)


def _unchanged(labels: FloatArray, probabilities: FloatArray) -> Line:
    return IDENTITY


def _platt(labels: FloatArray, probabilities: FloatArray) -> Line:
    x = np.stack([np.ones(len(labels)), logit(probabilities)], axis=1)
    weights = np.array([0.0, 1.0])
    for _ in range(_NEWTON_STEPS):
        p = sigmoid(x @ weights)
        gradient = x.T @ (p - labels) + _RIDGE * (weights - [0.0, 1.0])
        weights -= np.linalg.solve((x.T * (p * (1 - p))) @ x + _RIDGE * np.eye(2), gradient)
    intercept, slope = float(weights[0]), max(float(weights[1]), _STEEPEST)
    return Line(np.zeros(1), np.array([intercept]), slope)


def _isotonic(labels: FloatArray, probabilities: FloatArray) -> Line:
    order = np.argsort(probabilities, kind="stable")
    bins = np.array_split(order, _N_BINS)
    x = np.array([logit(probabilities[b]).mean() for b in bins])
    # One more of each outcome than there is: a bin without a click has a small chance, not none.
    rates = np.array([(labels[b].sum() + 0.5) / (len(b) + 1.0) for b in bins])
    risen = isotonic_regression(rates, weights=[len(b) for b in bins]).x
    keep = np.r_[True, np.diff(x) > 1e-6]
    x, y = x[keep], logit(np.asarray(risen, np.float64)[keep])
    return Line(x, np.maximum.accumulate(y + _STEEPEST * 1e-2 * np.arange(len(y))))
