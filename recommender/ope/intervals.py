"""How far an estimate may be off: intervals that hold the truth in 95 % of logs.

Rows of one block (a shopper or session) depend on each other, so everything is computed on sums over blocks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Final

import numpy as np
from scipy.special import chndtrix, ndtri

from recommender.ope.blocks import Blocks
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


def standard_error(estimate: Estimate, blocks: Blocks) -> float:
    """Return the standard error of an estimate's own scatter; what a departure from `unbiased` adds is not in it."""
    return blocks.standard_error(estimate.influence)


def around(value: float, unbiased: Interval) -> Interval:
    """Return the smallest interval around a value that holds 95 % of the normal distribution with another interval.

    How far a value that departs from an unbiased one may be off is what it departs by, which is known, and what the
    unbiased one may be off. So the choice of the departure on the same rows, and its bias, are both in it (the
    critical value of Armstrong and Kolesár 2018, section 2; the square root of a noncentral chi-square quantile).
    """
    se = unbiased.width / (2.0 * _Z)
    departure = value - (unbiased.low + unbiased.high) / 2.0
    if not 0.0 < se < np.inf:
        return Interval(min(value, unbiased.low), max(value, unbiased.high))
    radius = se * float(np.sqrt(chndtrix(LEVEL, 1.0, (departure / se) ** 2)))
    return Interval(value - radius, value + radius)


def _of_unbiased(find: Callable[[Estimate, Blocks], Interval]) -> Callable[[Estimate, Blocks], Interval]:
    """Let an interval of an estimate that departs from an unbiased one come from the rows of that one."""

    @wraps(find)
    def found(estimate: Estimate, blocks: Blocks) -> Interval:
        if estimate.unbiased is None:
            return find(estimate, blocks)
        return around(estimate.value, find(estimate.unbiased, blocks))

    return found


@_of_unbiased
def normal(estimate: Estimate, blocks: Blocks) -> Interval:
    """Value plus or minus 1.96 standard errors."""
    radius = _Z * standard_error(estimate, blocks)
    return Interval(estimate.value - radius, estimate.value + radius)


@_of_unbiased
def calibrated(estimate: Estimate, blocks: Blocks) -> Interval:
    """Return the normal interval moved for skewness (Johnson 1978, equation 2.5): the one whose coverage is reported.

    Importance weights have a long right tail; a plain interval then ends too low more often than too high.
    """
    return _moved(estimate, blocks, _Z)


def calibrated_of_many(estimate: Estimate, blocks: Blocks, n: int) -> Interval:
    """Return the interval of one of n estimates, such that all n hold their truths in 95 % of logs (Bonferroni)."""
    return _moved(estimate, blocks, float(ndtri(1.0 - (1.0 - LEVEL) / (2.0 * n))))


def _moved(estimate: Estimate, blocks: Blocks, z: float) -> Interval:
    pulls = blocks.pulls(estimate.influence)
    spread = float(pulls.std())
    skew = float((pulls**3).mean()) / spread**3 if spread > 0 else 0.0
    se = standard_error(estimate, blocks)
    middle = estimate.value + se * skew * (1.0 + 2.0 * z**2) / (6.0 * np.sqrt(blocks.n))
    return Interval(middle - z * se, middle + z * se)


@_of_unbiased
def empirical_bernstein(estimate: Estimate, blocks: Blocks) -> Interval:
    """Return the interval of Maurer and Pontil (2009, theorem 4), which needs no normality.

    The range is the one seen: a bound over all slates that could have been drawn would be useless with several slots.
    """
    pulls, n = blocks.pulls(estimate.influence), blocks.n
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
    sources = [one.unbiased or one for one in estimates]
    sums = np.stack([blocks.sums(part) for one in sources for part in (one.numerators, one.denominators)], axis=1)
    drawn = draws @ sums.astype(np.float64)
    ends = []
    for i, one in enumerate(estimates):
        values = drawn[:, 2 * i] / drawn[:, 2 * i + 1]
        low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
        found = Interval(float(low), float(high))
        ends.append(found if one.unbiased is None else around(one.value, found))
    return tuple(ends)


def wider(first: Interval, second: Interval) -> Interval:
    """Return the wider of two intervals."""
    return first if first.width >= second.width else second
