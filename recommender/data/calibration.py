"""Whether a probability of 0.2 happens one time in five. Knows no model; what mends is in ctr/calibration.py."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recommender.item_table import FloatArray


@dataclass(frozen=True, slots=True)
class Bin:
    """One row of a reliability table: mean prediction and share that happened, over n examples."""

    n: int
    predicted: float
    happened: float


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
