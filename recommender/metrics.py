"""How well predicted probabilities agree with what happened.

Knows nothing of models. Every metric is checked against a hand-worked case and a well-known implementation.
"""

from __future__ import annotations

import numpy as np

from recommender.item_table import FloatArray, IntArray

_TINY = 1e-12


def log_losses(labels: FloatArray, probabilities: FloatArray) -> FloatArray:
    """Return -log of the probability given to what happened, per example.

    Args:
        labels: (n,), 0 or 1.
        probabilities: (n,), of label 1.
    """
    p = np.clip(probabilities, _TINY, 1.0 - _TINY)
    losses: FloatArray = -(labels * np.log(p) + (1.0 - labels) * np.log1p(-p))
    return losses


def auc(labels: FloatArray, scores: FloatArray) -> float:
    """Return the chance that a random positive is scored above a random negative, ties counting half.

    The rank-sum form (Mann and Whitney 1947). nan where one class is missing.

    Args:
        labels: (n,), 0 or 1.
        scores: (n,).
    """
    positives = int(labels.sum())
    negatives = len(labels) - positives
    if positives == 0 or negatives == 0:
        return float("nan")
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    mean_rank = np.cumsum(counts) - (counts - 1) / 2.0
    rank_sum = float(mean_rank[place][labels == 1].sum())
    return (rank_sum - positives * (positives + 1) / 2.0) / (positives * negatives)


def paired_gain(
    worse: FloatArray, better: FloatArray, groups: IntArray, *, seed: int, n_resamples: int = 1000
) -> tuple[float, float, float]:
    """Return the mean of `worse - better` with a 95 % bootstrap interval over groups.

    Args:
        worse, better: (n,) losses of two models on the same examples.
        groups: (n,) decision of each example, 0 to n_groups - 1; examples of one decision stand or fall together.
        seed: of the resampling.
        n_resamples: bootstrap repetitions.

    Returns:
        (mean, low, high); low above 0 says that the second model is better.
    """
    sums = np.bincount(groups, weights=worse - better)
    sizes = np.bincount(groups).astype(np.float64)
    rng = np.random.default_rng(seed)
    means = []
    for _ in range(n_resamples):
        draw = rng.integers(0, len(sums), size=len(sums))
        means.append(sums[draw].sum() / sizes[draw].sum())
    low, high = np.quantile(means, [0.025, 0.975])
    return float(sums.sum() / sizes.sum()), float(low), float(high)


def grouped_auc(labels: FloatArray, scores: FloatArray, groups: IntArray) -> float:
    """Return the AUC within each group, averaged by the number of examples (gAUC; Zhou et al. 2018, equation 7).

    Groups of one class tell nothing and are left out; nan where all are.

    Args:
        labels: (n,), 0 or 1.
        scores: (n,).
        groups: (n,) e.g. the shopper of each example.
    """
    order = np.argsort(groups, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(groups[order]) != 0])
    total = weight = 0.0
    for rows in np.split(order, starts[1:]):
        value = auc(labels[rows], scores[rows])
        if np.isfinite(value):
            total, weight = total + value * len(rows), weight + len(rows)
    return total / weight if weight else float("nan")
