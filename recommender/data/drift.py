"""How far a distribution has moved since the last training. Knows counts only."""

from __future__ import annotations

from collections.abc import Mapping
from math import log

MOVED: float = 0.2
"""Above this, a model fitted before should be looked at; below 0.1 nothing has happened (Siddiqi 2006, chapter 6)."""
_LEAST: float = 1e-4


def stability(before: Mapping[str, float], after: Mapping[str, float]) -> float:
    """Return the population stability index: sum of (a - b) * ln(a / b) over all values, 0 where nothing moved.

    The symmetric Kullback-Leibler divergence; shares below 0.0001 count as that, so that a new value is not infinite.

    Args:
        before, after: value -> share of all, each adding up to 1.
    """
    total = 0.0
    for value in before.keys() | after.keys():
        b, a = max(before.get(value, 0.0), _LEAST), max(after.get(value, 0.0), _LEAST)
        total += (a - b) * log(a / b)
    return total


def shares(counts: Mapping[str, float]) -> dict[str, float]:
    """Return counts as shares of their sum, largest first; nothing for nothing."""
    whole = sum(counts.values())
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return {value: n / whole for value, n in ranked} if whole > 0 else {}
