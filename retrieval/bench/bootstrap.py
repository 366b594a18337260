"""95 % intervals by the bootstrap over queries (Efron, 1979): percentiles of 10,000 resamples."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]
"""A measure of each query, shape (n_queries,)."""
Interval = tuple[float, float]
_RESAMPLES = 10_000


def resamples(n: int, seed: int = 0) -> NDArray[np.int64]:
    """Draw queries with replacement; shape (10,000, n)."""
    return np.random.default_rng(seed).integers(n, size=(_RESAMPLES, n))


def interval(drawn: Values) -> Interval:
    """The 95 % interval of a statistic of each resample."""
    low, high = np.percentile(drawn, [2.5, 97.5])
    return float(low), float(high)


def mean_interval(values: Values) -> Interval | None:
    """The interval of the mean; None without values."""
    return interval(values[resamples(len(values))].mean(axis=1)) if len(values) else None


def times_as_long(theirs: Values, ours: Values) -> Interval:
    """The interval of their median time over ours, where both were timed on the same queries."""
    picked = resamples(len(ours))
    return interval(np.median(theirs[picked], axis=1) / np.median(ours[picked], axis=1))
