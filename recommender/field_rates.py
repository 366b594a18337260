"""How often what was shown was taken, by category, department and brand, fading with time.

Knows neither the log nor whose rates they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Generic, Protocol, TypeVar

import numpy as np

from recommender.columns import DecayedColumn, Places
from recommender.decay import DecayedSums
from recommender.events import Item
from recommender.item_table import FloatArray, IntArray

Key = tuple[str, str]
"""A field and a value of it, e.g. ("category", "Tents")."""
ALL: Final = ("all", "")
DEARNESS: Final = ("dearness", "")
_NOTHING: Final[Mapping[Key, float]] = MappingProxyType({})


class Sums(Protocol):
    """Amounts by key that fade with time."""

    def add(self, key: Key, amount: float, at: float) -> None:
        """Add an amount that happened at `at` (epoch seconds)."""

    def read(self, key: Key, now: float) -> float:
        """Return what is left of a key's sum at `now`."""


S = TypeVar("S", bound=Sums)


class Rates(Generic[S]):
    """Impressions and what was taken of them.

    Under DEARNESS stands the sum of prices relative to what the shop shows of the same category, as logs.

    Args:
        shown, taken: empty sums.
    """

    __slots__ = ("shown", "taken")

    def __init__(self, shown: S, taken: S) -> None:
        self.shown, self.taken = shown, taken

    def count(
        self, item: Item, dearness: float, at: float, *, taken: bool, forgotten: Mapping[Key, float] = _NOTHING
    ) -> None:
        """Count an impression, or that an item was clicked, carted or bought.

        Args:
            item: which.
            dearness: log of its price against what the shop shows of its category.
            at: epoch seconds.
            taken: False for an impression.
            forgotten: field and value -> when it was forgotten; nothing from before is learned again.
        """
        sums = self.taken if taken else self.shown
        sums.add(ALL, 1.0, at)
        sums.add(DEARNESS, dearness, at)
        for key in _keys(item):
            if at > forgotten.get(key, -np.inf):
                sums.add(key, 1.0, at)

    def take_back(self, item: Item, dearness: float, at: float) -> None:
        """Undo an impression of `at` that nobody saw; what was let go since stays so."""
        if self.shown.read(ALL, at) < 1.0 - 1e-6:
            return
        self.shown.add(ALL, -1.0, at)
        self.shown.add(DEARNESS, -dearness, at)
        for key in _keys(item):
            self.shown.add(key, -min(1.0, self.shown.read(key, at)), at)

    def lift(self, key: Key, base: float, strength: float, now: float) -> float:
        """Return the lift of a field's value; see `lift`.

        Args:
            key: (field, value), e.g. ("category", "Tents").
            base, strength: see `lift`.
            now: epoch seconds.
        """
        return float(lift(self.taken.read(key, now), self.shown.read(key, now), base, strength))


class ShopRates(Rates[DecayedColumn[Key]]):
    """Of the whole shop, read for many candidates at once.

    Args:
        half_life_s: seconds after which an impression counts half.
        places: of all keys of the shop.
    """

    def __init__(self, half_life_s: float, places: Places[Key]) -> None:
        super().__init__(DecayedColumn(half_life_s, places), DecayedColumn(half_life_s, places))

    def lift_at(self, places: IntArray, base: float | FloatArray, strength: float, now: float) -> FloatArray:
        """Return the lift of the keys at places, (n,); 0 at place 0."""
        return lift(self.taken.at(places, now), self.shown.at(places, now), base, strength)


class OwnRates(Rates[DecayedSums[Key]]):
    """Of one shopper: few values, and what is to be forgotten is forgotten.

    Args:
        half_life_s: seconds after which an impression counts half.
        max_keys: values that are kept, those shown most; twice as many for a while.
    """

    __slots__ = ("_max_keys",)

    def __init__(self, half_life_s: float, max_keys: int) -> None:
        super().__init__(DecayedSums(half_life_s), DecayedSums(half_life_s))
        self._max_keys = max_keys

    def count(
        self, item: Item, dearness: float, at: float, *, taken: bool, forgotten: Mapping[Key, float] = _NOTHING
    ) -> None:
        """Count as `Rates.count`, and let go of what was shown least."""
        super().count(item, dearness, at, taken=taken, forgotten=forgotten)
        if len(self.taken if taken else self.shown) > 2 * self._max_keys:
            self._keep(self._max_keys)

    def lifts(self, base: float, strength: float, now: float) -> dict[Key, float]:
        """Return the lift of every value that is known; all others have 0."""
        keys = list(dict.fromkeys([*self.shown.known(), *self.taken.known()]))
        keys = [key for key in keys if key not in (ALL, DEARNESS)]
        taken = np.array(self.taken.read_many(keys, now))
        shown = np.array(self.shown.read_many(keys, now))
        return dict(zip(keys, lift(taken, shown, base, strength).tolist(), strict=True))

    def forget(self, field: str, value: str) -> None:
        """Forget one value; with the prices of a category, what was liked dear or cheap."""
        for sums in (self.shown, self.taken):
            sums.drop((field, value))
            if field == "price":
                sums.drop(DEARNESS)

    def take_in(self, other: OwnRates) -> None:
        """Add another's counts to these."""
        self.shown.take_in(other.shown)
        self.taken.take_in(other.taken)
        self._keep(self._max_keys)

    def _keep(self, n: int) -> None:
        # What was shown least tells least; its being taken goes with it, or it would look sought after.
        kept = {ALL, DEARNESS, *self.shown.ranked()[:n]}
        self.shown.keep(kept)
        self.taken.keep(kept)


def lift(taken: float | FloatArray, shown: float | FloatArray, base: float | FloatArray, strength: float) -> FloatArray:
    """Return the log of how much more often something is taken than usual, shrunk towards 0, in the shape of the sums.

    Args:
        taken, shown: sums.
        base: usual share, above 0.
        strength: impressions at the usual share that are added.
    """
    found: FloatArray = np.log((taken + strength * base) / ((shown + strength) * base))
    return found


def _keys(item: Item) -> tuple[Key, ...]:
    own = (("category", item.category), ("department", item.department), ("brand", item.brand))
    return tuple((field, value) for field, value in own if value is not None)
