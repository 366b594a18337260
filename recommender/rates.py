"""A rate with its 95 % interval, also where tries of one person belong together. Knows counts only."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

Z: Final = 1.959963984540054
"""Standard normal quantile of 0.975."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Hits among tries.

    Args:
        hits, tries: counts; hits are at most tries.
        clusters: people that the tries come from.
        low, high: 95 % interval of the rate; 0 and 1 without tries.
    """

    hits: int
    tries: int
    clusters: int
    low: float
    high: float

    @property
    def value(self) -> float | None:
        """The rate; None without tries."""
        return self.hits / self.tries if self.tries else None


@dataclass(frozen=True, slots=True)
class Mean:
    """An amount per try.

    Args:
        total: of all tries.
        tries: a count.
        low, high: 95 % interval of the amount per try; None where fewer than two people tried.
    """

    total: int
    tries: int
    low: float | None
    high: float | None

    @property
    def value(self) -> float | None:
        """The amount per try; None without tries."""
        return self.total / self.tries if self.tries else None


def wilson(rate: float, tries: float) -> tuple[float, float]:
    """Return the score interval of a rate (Wilson 1927).

    Args:
        rate: 0 to 1.
        tries: above 0; need not be whole.
    """
    shrink = 1.0 + Z**2 / tries
    centre = (rate + Z**2 / (2.0 * tries)) / shrink
    half = Z / shrink * math.sqrt(rate * (1.0 - rate) / tries + Z**2 / (4.0 * tries**2))
    return max(0.0, centre - half), min(1.0, centre + half)


def clustered_rate(counts: Iterable[tuple[int, int]]) -> Rate:
    """Return the rate over all tries with an interval that counts people, not tries.

    Wilson's interval at the effective number of tries n / deff (Korn and Graubard 1998), where deff is the variance of
    the ratio over people, by linearisation, over that of independent tries; never below 1. Where people do not differ
    (all or none of the tries hit), each person counts as one try.

    Args:
        counts: (hits, tries) of each person.
    """
    rows = [(hits, tries) for hits, tries in counts if tries]
    hits, tries = sum(row[0] for row in rows), sum(row[1] for row in rows)
    if not tries:
        return Rate(0, 0, 0, 0.0, 1.0)
    low, high = wilson(hits / tries, _effective(rows, hits, tries))
    return Rate(hits, tries, len(rows), low, high)


def clustered_mean(amounts: Iterable[tuple[int, int]]) -> Mean:
    """Return the amount per try with a normal interval that counts people, by linearisation of the ratio.

    Args:
        amounts: (amount, tries) of each person.
    """
    rows = [(amount, tries) for amount, tries in amounts if tries]
    total, tries, people = sum(row[0] for row in rows), sum(row[1] for row in rows), len(rows)
    if people < 2:
        return Mean(total, tries, None, None)
    mean = total / tries
    squares = sum((amount - mean * n) ** 2 for amount, n in rows)
    half = Z * math.sqrt(people / (people - 1) * squares) / tries
    return Mean(total, tries, mean - half, mean + half)


def _effective(rows: list[tuple[int, int]], hits: int, tries: int) -> float:
    rate, people = hits / tries, len(rows)
    independent = rate * (1.0 - rate) / tries
    if people < 2 or independent == 0.0:
        return float(people)
    squares = sum((hit - rate * n) ** 2 for hit, n in rows)
    between = people / (people - 1) * squares / tries**2
    return tries / max(1.0, between / independent)
