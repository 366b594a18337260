"""Whether a probability of 0.2 happens one time in five, and maps that make it so. Knows no model.

Fit maps on the validation part only: on its own training data a model looks calibrated.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recommender.item_table import FloatArray

_TINY = 1e-12


@dataclass(frozen=True, slots=True)
class Bin:
    """One row of a reliability table: mean prediction and share that happened, over n examples."""

    n: int
    predicted: float
    happened: float


@dataclass(frozen=True, slots=True)
class Platt:
    """p -> sigmoid(slope * logit(p) + intercept)."""

    slope: float
    intercept: float

    def __call__(self, probabilities: FloatArray) -> FloatArray:
        result: FloatArray = 1.0 / (1.0 + np.exp(-(self.slope * _logit(probabilities) + self.intercept)))
        return result


@dataclass(frozen=True, slots=True)
class Isotonic:
    """p -> straight lines between knots, flat beyond.

    Args:
        x, y: (k,) knots, both growing.
    """

    x: FloatArray
    y: FloatArray

    def __call__(self, probabilities: FloatArray) -> FloatArray:
        result: FloatArray = np.interp(probabilities, self.x, self.y)
        return result


def reliability(labels: FloatArray, probabilities: FloatArray, n_bins: int = 15) -> tuple[Bin, ...]:
    """Cut examples, sorted by prediction, into bins of equal size (as equal as ties of place allow).

    Args:
        labels: (n,), 0 or 1.
        probabilities: (n,).
        n_bins: at most; fewer where there are fewer examples.
    """
    order = np.argsort(probabilities, kind="stable")
    parts = [part for part in np.array_split(order, n_bins) if len(part)]
    return tuple(Bin(len(part), float(probabilities[part].mean()), float(labels[part].mean())) for part in parts)


def calibration_error(labels: FloatArray, probabilities: FloatArray, n_bins: int = 15) -> float:
    """Return the expected calibration error: mean distance of prediction and share over bins of equal mass.

    Naeini et al. 2015 with equal-mass bins (Nixon et al. 2019, "Measuring Calibration in Deep Learning"); on n examples
    of a perfect model it is about sqrt(2 p (1 - p) n_bins / (pi n)), not 0.
    """
    bins = reliability(labels, probabilities, n_bins)
    n = sum(one.n for one in bins)
    return sum(one.n * abs(one.predicted - one.happened) for one in bins) / n if n else float("nan")


def fit_platt(labels: FloatArray, probabilities: FloatArray) -> Platt:
    """Fit slope and intercept on log-odds, unpenalised (Platt 1999); both classes must occur."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=np.inf).fit(_logit(probabilities)[:, None], labels)
    return Platt(float(model.coef_[0, 0]), float(model.intercept_[0]))


def fit_isotonic(labels: FloatArray, probabilities: FloatArray) -> Isotonic:
    """Fit the growing map nearest to what happened (Zadrozny and Elkan 2002)."""
    from sklearn.isotonic import IsotonicRegression

    model = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip").fit(probabilities, labels)
    return Isotonic(np.asarray(model.X_thresholds_, np.float64), np.asarray(model.y_thresholds_, np.float64))


def _logit(probabilities: FloatArray) -> FloatArray:
    p = np.clip(probabilities, _TINY, 1.0 - _TINY)
    result: FloatArray = np.log(p) - np.log1p(-p)
    return result
