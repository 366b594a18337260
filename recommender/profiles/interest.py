"""One interest of a shopper: a decayed, sparse vector over categories, brands, attributes and prices.

Forward decay as in decay.py (Cormode et al. 2009, section III): amounts are scaled up by their age from the
interest's origin when they are added, and down when they are read, so the order of arrival does not matter. Knows
nothing of other interests.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import exp, log1p, sqrt
from typing import Final

from recommender.events import Item

MAX_VALUES: Final = 16
"""Values that are kept per field; the weakest is let go."""
_MAX_EXPONENT: Final = 900.0
_PLACE: Final = ("department", "category")

Key = tuple[str, str]
"""A field and a value of it, e.g. ("colour", "Red")."""


def keys_of(item: Item) -> Iterator[tuple[str, str, float]]:
    """Yield what an item teaches as (field, value, share); values of one attribute share a sign of interest."""
    for field, value in (("category", item.category), ("department", item.department), ("brand", item.brand)):
        if value is not None:
            yield field, value, 1.0
    names = [name for name, _ in item.attributes]
    for name, value in item.attributes:
        yield name, value, 1.0 / names.count(name)


@dataclass(frozen=True, slots=True)
class InterestAt:
    """An interest at one moment.

    Args:
        fields, masses: of the interest.
        growth: what its sums are scaled down by.
        freshness: see Interest.
    """

    fields: Mapping[str, Mapping[str, float]]
    masses: Mapping[str, float]
    growth: float
    freshness: float

    def read(self, field: str, value: str) -> float:
        """Return what is left of a value's signs of interest, in clicks; 0 for an unknown one."""
        found = self.fields[field].get(value) if field in self.fields else None
        return 0.0 if found is None else found / self.growth * self.freshness

    def signs(self) -> Iterator[tuple[Key, float]]:
        """Yield what is left of each value's signs of interest, in clicks."""
        growth, freshness = self.growth, self.freshness
        for field, values in self.fields.items():
            for value, found in values.items():
                yield (field, value), found / growth * freshness

    def mass(self, field: str) -> float:
        """Return all signs about a field, for and against, in clicks."""
        return self.masses.get(field, 0.0) / self.growth * self.freshness


class Interest:
    """What one kind of thing has taught.

    Args:
        half_life_s: seconds after which a sign of interest counts half.
        origin: epoch seconds that amounts are scaled from.
        session_key: the visit that opened it.
        trial_half_life_s: how fast it fades as a whole until a second visit touches it; None: it lasts.
    """

    __slots__ = ("_gross", "_half_life_s", "_mass", "_origin", "_trial_s", "fields", "last_at", "opened_in", "prices")

    def __init__(
        self, half_life_s: float, origin: float, session_key: str, trial_half_life_s: float | None = None
    ) -> None:
        self._half_life_s = half_life_s
        self._origin = origin
        self._trial_s = trial_half_life_s
        self._gross: dict[Key, float] = {}
        self._mass: dict[str, float] = {}
        self.opened_in = session_key
        self.last_at = origin
        self.fields: dict[str, dict[str, float]] = {}
        self.prices: dict[str, list[float]] = {}

    @property
    def lasting(self) -> bool:
        """Whether more than one visit has shown it, or it was the shopper's first."""
        return self._trial_s is None

    def learn(self, item: Item, amount: float, at: float, session_key: str, forgotten: dict[Key, float]) -> None:
        """Count one sign of interest (positive) or of the opposite; nothing is learned again from before a forgetting.

        Args:
            item: what it was about.
            amount: in clicks.
            at: epoch seconds.
            session_key: its visit; another one than the first makes the interest last.
            forgotten: field and value -> when it was forgotten.
        """
        if session_key != self.opened_in and amount > 0:
            self._trial_s = None
        self.last_at = max(self.last_at, at)
        scaled = amount * self._growth(at)
        for field, value, share in keys_of(item):
            if forgotten and at <= forgotten.get((field, value), -1.0):
                continue
            self._add(field, value, scaled * share, abs(scaled) * share)
        if amount > 0 and item.category is not None and at > forgotten.get(("price", item.category), -1.0):
            self._add_price(item.category, item.price_minor, scaled)

    def read(self, field: str, value: str, now: float) -> float:
        """Return what is left of a value's signs of interest, in clicks; 0 for an unknown one."""
        return self.at(now).read(field, value)

    def mass(self, field: str, now: float) -> float:
        """Return all signs about a field, for and against, in clicks."""
        return self.at(now).mass(field)

    def at(self, now: float) -> InterestAt:
        """Return it as it stands at one moment, for many readings."""
        return InterestAt(self.fields, self._mass, self._growth(now), self.freshness(now))

    def weight(self, now: float) -> float:
        """Return how strong the interest is, in clicks."""
        return max(self.mass(field, now) for field in _PLACE)

    def freshness(self, now: float) -> float:
        """Return 1 for a lasting interest; one on trial fades from 1 to 0 after its latest sign."""
        if self._trial_s is None:
            return 1.0
        return float(2.0 ** (-max(0.0, now - self.last_at) / self._trial_s))

    def nearness(self, item: Item) -> float:
        """Return the cosine of the item and this interest over departments and categories, 0 to 1; liking or not is
        the same place."""
        parts = [(f, v) for f, v in (("department", item.department), ("category", item.category)) if v is not None]
        dot = sum(abs(self.fields.get(field, {}).get(value, 0.0)) for field, value in parts)
        norm = sqrt(len(parts)) * self._norm()
        return dot / norm if norm > 0 else 0.0

    def likeness(self, other: Interest) -> float:
        """Return the cosine of two interests over departments and categories, 0 to 1."""
        shared = ((self.fields.get(f, {}), other.fields.get(f, {})) for f in _PLACE)
        dot = sum(abs(value * theirs[key]) for mine, theirs in shared for key, value in mine.items() if key in theirs)
        norm = self._norm() * other._norm()
        return dot / norm if norm > 0 else 0.0

    def price(self, category: str, now: float) -> tuple[float, float, float] | None:
        """Return (weight in clicks, mean, standard deviation) of the log prices liked in a category; None: no such."""
        found = self.prices.get(category)
        if found is None:
            return None
        weight, total, squares = found
        if weight <= 0:
            return None
        mean = total / weight
        return weight / self._growth(now), mean, sqrt(max(0.0, squares / weight - mean * mean))

    def forget(self, field: str, value: str) -> None:
        """Forget one value; a category's prices go with it."""
        self._drop(field, value)
        if field in {"category", "price"}:
            self.prices.pop(value, None)

    def take_in(self, other: Interest) -> None:
        """Add another interest's signs to this one."""
        scale = self._growth(other._origin)
        for field, values in other.fields.items():
            for value, amount in values.items():
                self._add(field, value, amount * scale, other._gross[field, value] * scale)
        for category, sums in other.prices.items():
            mine = self.prices.setdefault(category, [0.0, 0.0, 0.0])
            self.prices[category] = [a + b * scale for a, b in zip(mine, sums, strict=True)]
        self.last_at = max(self.last_at, other.last_at)
        if other.lasting or other.opened_in != self.opened_in:
            self._trial_s = None

    def _add(self, field: str, value: str, net: float, gross: float) -> None:
        values = self.fields.setdefault(field, {})
        values[value] = values.get(value, 0.0) + net
        self._gross[field, value] = self._gross.get((field, value), 0.0) + gross
        self._mass[field] = self._mass.get(field, 0.0) + gross
        if len(values) > MAX_VALUES:
            # The newest stays, however weak: it could never grow otherwise.
            self._drop(field, min((v for v in values if v != value), key=lambda v: abs(values[v])))

    def _drop(self, field: str, value: str) -> None:
        values = self.fields.get(field, {})
        values.pop(value, None)
        gross = self._gross.pop((field, value), 0.0)
        # Nothing of a forgotten value stays behind in the sum, not even a rounding.
        self._mass[field] = max(0.0, self._mass.get(field, 0.0) - gross) if values else 0.0

    def _add_price(self, category: str, price_minor: int, scaled: float) -> None:
        x = log1p(max(0, price_minor))
        sums = self.prices.setdefault(category, [0.0, 0.0, 0.0])
        for place, power in enumerate((1.0, x, x * x)):
            sums[place] += scaled * power
        if len(self.prices) > MAX_VALUES:
            del self.prices[min((c for c in self.prices if c != category), key=lambda c: self.prices[c][0])]

    def _norm(self) -> float:
        return sqrt(sum(v * v for field in _PLACE for v in self.fields.get(field, {}).values()))

    def _growth(self, at: float) -> float:
        exponent = (at - self._origin) / self._half_life_s
        return float(2.0 ** max(-_MAX_EXPONENT, min(_MAX_EXPONENT, exponent)))


def price_of_log(x: float) -> int:
    """Return the price in minor units whose log(1 + price) is x."""
    return max(0, round(exp(x) - 1.0))
