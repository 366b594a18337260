"""Rates of what has hardly been shown: item ► type ► department ► shop, each shrunk towards the wider one.

Empirical Bayes: each level's rates are taken as Beta distributed around the rate of the level above, with a strength
(counted in impressions) that is fitted by maximum likelihood; so a shop whose types differ much lets few impressions
speak. Knows neither decisions nor models.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from recommender.events import Item
from recommender.item_table import FloatArray

Counts = Mapping[str, tuple[int, int]]
"""Item id -> (taken, shown)."""
_LOG_STRENGTH = (np.log(0.5), np.log(1e5))
_TypeKey = tuple[str | None, str | None]
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class RatePriors:
    """Rates of the wider levels, and how many impressions each weighs.

    Args:
        shop: share taken of all that was shown.
        departments, types: shrunk rates; a type is (department, category).
        department_strength, type_strength, item_strength: impressions that the level above is worth.
    """

    shop: float
    departments: Mapping[str | None, float]
    types: Mapping[_TypeKey, float]
    department_strength: float
    type_strength: float
    item_strength: float

    def mean(self, item: Item | None) -> float:
        """Return the rate of an item that was never shown: its type's, else the department's, else the shop's."""
        if item is None:
            return self.shop
        department = self.departments.get(item.department, self.shop)
        return self.types.get((item.department, item.category), department)

    def rate(self, item: Item | None, taken: int, shown: int) -> float:
        """Return an item's rate: the mean of Beta(strength * mean + taken, strength * (1 - mean) + not taken).

        Args:
            item: None for one that the catalogue does not hold.
            taken, shown: counts, taken <= shown.
        """
        return (taken + self.item_strength * self.mean(item)) / (shown + self.item_strength)


def fit_rate_priors(counts: Counts, items: Mapping[str, Item]) -> RatePriors:
    """Fit rates and strengths, from the shop down.

    Args:
        counts: of items, from cleaned events; those without impressions say nothing.
        items: product id -> facts.
    """
    rows = [(items.get(item_id), taken, shown) for item_id, (taken, shown) in counts.items() if shown > 0]
    taken = np.array([row[1] for row in rows], dtype=np.float64)
    shown = np.array([row[2] for row in rows], dtype=np.float64)
    # One success in two trials where nothing was shown yet, so that no rate is 0 or 1.
    shop = float((taken.sum() + 0.5) / (shown.sum() + 1.0))
    department_keys = [item.department if item else None for item, _, _ in rows]
    type_keys: list[_TypeKey] = [(item.department, item.category) if item else (None, None) for item, _, _ in rows]
    department_sums = _sums(department_keys, taken, shown)
    department_strength = fit_strength(*_columns(department_sums.values()), np.full(len(department_sums), shop))
    departments = {key: _shrunk(sums, shop, department_strength) for key, sums in department_sums.items()}
    type_sums = _sums(type_keys, taken, shown)
    above = {key: departments[key[0]] for key in type_sums}
    type_strength = fit_strength(*_columns(type_sums.values()), np.array(list(above.values())))
    types = {key: _shrunk(sums, above[key], type_strength) for key, sums in type_sums.items()}
    item_strength = fit_strength(taken, shown, np.array([types[key] for key in type_keys]))
    return RatePriors(shop, departments, types, department_strength, type_strength, item_strength)


def fit_strength(taken: FloatArray, shown: FloatArray, means: FloatArray) -> float:
    """Return the Beta-binomial strength s = a + b of greatest likelihood, a = s * mean, within 0.5 to 100,000.

    Skellam 1948; the binomial coefficient does not depend on s and is left out. Without two groups nothing can be told,
    and the groups are taken to be alike.

    Args:
        taken, shown: (n,) counts of n groups.
        means: (n,) rate around which each group's lies, in (0, 1).
    """
    from scipy.optimize import minimize_scalar
    from scipy.special import betaln

    if len(taken) < 2:
        return float(np.exp(_LOG_STRENGTH[1]))

    def loss(log_strength: float) -> float:
        a, b = np.exp(log_strength) * means, np.exp(log_strength) * (1.0 - means)
        return -float((betaln(taken + a, shown - taken + b) - betaln(a, b)).sum())

    return float(np.exp(minimize_scalar(loss, bounds=_LOG_STRENGTH, method="bounded").x))


def _sums(keys: Sequence[K], taken: FloatArray, shown: FloatArray) -> dict[K, tuple[float, float]]:
    sums: dict[K, tuple[float, float]] = {}
    for key, hit, seen in zip(keys, taken.tolist(), shown.tolist(), strict=True):
        before = sums.get(key, (0.0, 0.0))
        sums[key] = (before[0] + hit, before[1] + seen)
    return sums


def _columns(sums: Iterable[tuple[float, float]]) -> tuple[FloatArray, FloatArray]:
    table = np.array(list(sums), dtype=np.float64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def _shrunk(sums: tuple[float, float], mean: float, strength: float) -> float:
    return (sums[0] + strength * mean) / (sums[1] + strength)
