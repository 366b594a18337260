"""How far an estimate may be off: intervals that hold the truth in 95 % of logs.

Rows of one block (a shopper or session) depend on each other, so everything is computed on sums over blocks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from recommender.item_table import FloatArray, IntArray
from recommender.ope.estimators import Estimate

LEVEL: Final = 0.95
_Z: Final = 1.959963984540054
N_RESAMPLES: Final = 400


@dataclass(frozen=True, slots=True)
class Interval:
    """Two ends, in the unit of the value."""

    low: float
    high: float

    def __contains__(self, value: object) -> bool:
        return isinstance(value, int | float) and bool(self.low <= value <= self.high)

    @property
    def width(self) -> float:
        """High minus low."""
        return self.high - self.low


class Blocks:
    """Adds rows up to blocks.

    Args:
        numbers: (n,) block of each row.
    """

    def __init__(self, numbers: IntArray) -> None:
        _, self._places = np.unique(numbers, return_inverse=True)
        self.n = int(self._places.max()) + 1 if len(self._places) else 0

    def sums(self, rows: FloatArray) -> FloatArray:
        """(blocks,) sum of each block's rows."""
        total: FloatArray = np.bincount(self._places, weights=rows, minlength=self.n).astype(np.float64)
        return total

    def pulls(self, estimate: Estimate) -> FloatArray:
        """(blocks,) how much each block pulls the estimate: mean 0; variance / blocks is the estimate's variance."""
        return self.sums(estimate.influence) * self.n / len(self._places)


def standard_error(estimate: Estimate, blocks: Blocks) -> float:
    """Return the standard error, robust to dependence inside blocks (Liang and Zeger 1986)."""
    if blocks.n < 2:
        return float("inf")
    return float(blocks.pulls(estimate).std(ddof=1) / np.sqrt(blocks.n))


def normal(estimate: Estimate, blocks: Blocks) -> Interval:
    """Value plus or minus 1.96 standard errors."""
    radius = _Z * standard_error(estimate, blocks)
    return Interval(estimate.value - radius, estimate.value + radius)


def calibrated(estimate: Estimate, blocks: Blocks) -> Interval:
    """Return the normal interval moved for skewness (Johnson 1978, equation 2.5): the one whose coverage is reported.

    Importance weights have a long right tail; a plain interval then ends too low more often than too high.
    """
    pulls = blocks.pulls(estimate)
    spread = float(pulls.std())
    skew = float((pulls**3).mean()) / spread**3 if spread > 0 else 0.0
    se = standard_error(estimate, blocks)
    middle = estimate.value + se * skew * (1.0 + 2.0 * _Z**2) / (6.0 * np.sqrt(blocks.n))
    return Interval(middle - _Z * se, middle + _Z * se)


def empirical_bernstein(estimate: Estimate, blocks: Blocks) -> Interval:
    """Return the interval of Maurer and Pontil (2009, theorem 4), which needs no normality.

    The range is the one seen: a bound over all slates that could have been drawn would be useless with several slots.
    """
    pulls, n = blocks.pulls(estimate), blocks.n
    if n < 2:
        return Interval(-np.inf, np.inf)
    log_term = np.log(4.0 / (1.0 - LEVEL))
    radius = np.sqrt(2.0 * pulls.var(ddof=1) * log_term / n) + 7.0 * np.ptp(pulls) * log_term / (3.0 * (n - 1))
    return Interval(estimate.value - float(radius), estimate.value + float(radius))


def bootstrap(
    estimates: Sequence[Estimate], blocks: Blocks, *, seed: int, n_resamples: int = N_RESAMPLES
) -> tuple[Interval, ...]:
    """Return percentile intervals of a bootstrap over blocks (Poisson weights: Oza and Russell 2001).

    Args:
        estimates: all on the same rows; they share the resamples.
        blocks: of those rows.
        seed: of the resampling.
        n_resamples: repetitions.
    """
    draws = np.random.default_rng(seed).poisson(1.0, size=(n_resamples, blocks.n)).astype(np.float32)
    sums = np.stack([blocks.sums(part) for one in estimates for part in (one.numerators, one.denominators)], axis=1)
    drawn = draws @ sums.astype(np.float64)
    ends = []
    for i in range(len(estimates)):
        values = drawn[:, 2 * i] / drawn[:, 2 * i + 1]
        low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
        ends.append(Interval(float(low), float(high)))
    return tuple(ends)


def wider(first: Interval, second: Interval) -> Interval:
    """Return the wider of two intervals."""
    return first if first.width >= second.width else second
