"""Whether a log can carry a judgement at all: weights, support, propensities, drift.

Knows no thresholds; those are the plan's (plan.json).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import chdtrc, ndtr

from recommender.item_table import FloatArray, IntArray
from recommender.ope.blocks import Blocks
from recommender.ope.estimators import Evidence
from recommender.ope.logged import LoggedSlates, Table

_MIN_EXPECTED: Final = 20.0
"""Showings of an item from which on its count is about normal."""


@dataclass(frozen=True, slots=True)
class Diagnostics:
    """What is always printed beside an estimate.

    Args:
        n: usable rows.
        ess: effective sample size, (sum w)^2 / sum w^2 (Kish 1965).
        ess_ratio: ess / n.
        max_share: largest weight over the sum of weights.
        mean_weight, mean_weight_se: 1 is right for logged probabilities that are true.
        unlogged_mass: probability, 0 to 1, that the target puts on what the log can say nothing about.
        propensity_p: chance of item counts as far from the logged probabilities as these; near 0 where those are wrong.
    """

    n: int
    ess: float
    ess_ratio: float
    max_share: float
    mean_weight: float
    mean_weight_se: float
    unlogged_mass: float
    propensity_p: float


def diagnose(evidence: Evidence) -> Diagnostics:
    """Look at the weights of a target on a log, and at the log's own probabilities."""
    weights, n = evidence.weights, evidence.log.n
    total, squares = float(weights.sum()), float((weights**2).sum())
    ess = total**2 / squares if squares > 0 else 0.0
    blocks = Blocks(evidence.log.blocks)
    spread = blocks.sums(weights - weights.mean())
    return Diagnostics(
        n=n,
        ess=ess,
        ess_ratio=ess / n,
        max_share=float(weights.max()) / total if total > 0 else 1.0,
        mean_weight=float(weights.mean()),
        mean_weight_se=float(np.sqrt((spread**2).sum())) / n,
        unlogged_mass=unlogged_mass(evidence.log, evidence.table),
        propensity_p=propensity_p(evidence.log),
    )


def unlogged_mass(log: LoggedSlates, table: Table) -> float:
    """Return how much of its probability the target puts on what was never logged, in its worst slot.

    Both what the logging policy could not show and items that it happened never to show count; neither leaves a trace
    in the weights, and the effective sample size even rises.

    Args:
        log: usable rows.
        table: (n, k, m) of the target.
    """
    n_items = int(log.candidates.max(initial=0)) + 1
    shown = np.take_along_axis(log.candidates, np.maximum(log.chosen, 0), axis=1)[log.slots]
    never = np.bincount(shown, minlength=n_items) == 0
    blind = never[np.maximum(log.candidates, 0)]
    worst = 0.0
    for slot in range(table.shape[1]):
        rows = log.slots[:, slot]
        hidden = blind[rows] if log.logging is None else blind[rows] | (log.logging[rows, slot] <= 0)
        if rows.any():
            worst = max(worst, float((table[rows, slot] * hidden).sum(axis=1).mean()))
    return worst


def propensity_p(log: LoggedSlates) -> float:
    """Test whether items were shown as often as the logged probabilities say.

    Chi-square over items, with the variance of the martingale of showings, Bonferroni with the largest single
    deviation. Where only the probabilities of what was shown are known, 1 / p of each showing is counted instead: its
    sum over the showings of an item estimates how often the item could have been shown.

    Returns:
        The p-value; 0 where the logged table contradicts itself.
    """
    shown = np.take_along_axis(log.candidates, np.maximum(log.chosen, 0), axis=1)
    n_items = int(log.candidates.max(initial=0)) + 1
    if log.logging is None:
        gaps, variances, expected = _inverse_counts(log, shown[:, 0], n_items)
    else:
        sums = log.logging.sum(axis=2)[log.slots]
        if np.abs(sums - 1.0).max() > 1e-3 or np.abs(log.of_chosen(log.logging) - log.probabilities).max() > 1e-3:
            return 0.0
        gaps, variances, expected = _counts(log, log.logging, shown, n_items)
    tested = (expected >= _MIN_EXPECTED) & (variances > 1e-9)
    if not tested.any():
        return 1.0
    z = gaps[tested] / np.sqrt(variances[tested])
    together = float(chdtrc(len(z), float((z**2).sum())))
    single = float(min(1.0, 2.0 * len(z) * ndtr(-np.abs(z).max())))
    return min(1.0, 2.0 * min(together, single))


def _counts(
    log: LoggedSlates, logging: Table, shown: IntArray, n_items: int
) -> tuple[FloatArray, FloatArray, FloatArray]:
    observed, expected, variances = np.zeros(n_items), np.zeros(n_items), np.zeros(n_items)
    columns = np.maximum(log.candidates, 0)
    for slot in range(log.chosen.shape[1]):
        rows = log.slots[:, slot]
        observed += np.bincount(shown[rows, slot], minlength=n_items)
        p = logging[rows, slot].astype(np.float64)
        places = columns[rows].ravel()
        expected += np.bincount(places, weights=p.ravel(), minlength=n_items)
        variances += np.bincount(places, weights=(p * (1.0 - p)).ravel(), minlength=n_items)
    return observed - expected, variances, expected


def _inverse_counts(log: LoggedSlates, items: IntArray, n_items: int) -> tuple[FloatArray, FloatArray, FloatArray]:
    p = log.probabilities[:, 0]
    could = np.bincount(log.candidates[log.candidates >= 0].ravel(), minlength=n_items).astype(np.float64)
    seen = np.bincount(items, minlength=n_items).astype(np.float64)
    estimated = np.bincount(items, weights=1.0 / p, minlength=n_items)
    variances = np.bincount(items, weights=(1.0 - p) / p**2, minlength=n_items).astype(np.float64)
    return estimated - could, variances, seen


@dataclass(frozen=True, slots=True)
class Drift:
    """How a quantity moves inside a log.

    Args:
        p: chance of means over time as different as these where nothing drifts.
        change: standard deviation of the periods' means beyond noise, as a share of `scale`.
    """

    p: float
    change: float


def drift(rows: FloatArray, *, n_periods: int, scale: float) -> Drift:
    """Compare the means of consecutive periods: heterogeneity (Cochran 1954) and trend, Bonferroni over the two.

    Args:
        rows: (n,) in order of time.
        n_periods: of about equally many rows.
        scale: what a change is a share of, e.g. the mean value of a slate.
    """
    parts = np.array_split(rows, n_periods)
    means = np.array([part.mean() for part in parts])
    variances = np.array([part.var(ddof=1) / len(part) for part in parts])
    # Periods of rare rewards may happen to have no variance; the others speak for them.
    variances = np.maximum(variances, 0.1 * variances.mean())
    if variances.mean() == 0:
        return Drift(1.0, 0.0)
    precisions = 1.0 / variances
    centre = float((precisions * means).sum() / precisions.sum())
    heterogeneity = float(chdtrc(n_periods - 1, float((precisions * (means - centre) ** 2).sum())))
    time = np.arange(n_periods) - float((precisions * np.arange(n_periods)).sum() / precisions.sum())
    slope_z = float((precisions * time * (means - centre)).sum() / np.sqrt((precisions * time**2).sum()))
    trend = 2.0 * float(ndtr(-abs(slope_z)))
    beyond = max(0.0, float(means.var(ddof=1) - variances.mean()))
    return Drift(min(1.0, 2.0 * min(heterogeneity, trend)), float(np.sqrt(beyond)) / abs(scale) if scale else np.inf)
