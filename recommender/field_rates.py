"""How often what was shown was taken, by category, department and brand, fading with time.

Knows neither the log nor whose rates they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from recommender.decay import DecayedSums
from recommender.events import Item

Key = tuple[str, str]
"""A field and a value of it, e.g. ("category", "Tents")."""
ALL: Final = ("all", "")
DEARNESS: Final = ("dearness", "")
_NOTHING: Final[Mapping[Key, float]] = MappingProxyType({})


class Rates:
    """Impressions and what was taken of them; one instance for the shop, one per shopper.

    Under DEARNESS stands the sum of prices relative to what the shop shows of the same category, as logs. The shop's
    has sums of log prices, too, under ("price", category).

    Args:
        half_life_s: seconds after which an impression counts half.
        max_keys: values that are kept, those shown most; None keeps all.
    """

    __slots__ = ("_max_keys", "shown", "taken")

    def __init__(self, half_life_s: float, max_keys: int | None = None) -> None:
        self._max_keys = max_keys
        self.shown: DecayedSums[Key] = DecayedSums(half_life_s)
        self.taken: DecayedSums[Key] = DecayedSums(half_life_s)

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
        if self._max_keys is not None and len(sums) > 2 * self._max_keys:
            self._keep(self._max_keys)

    def take_back(self, item: Item, dearness: float, at: float) -> None:
        """Undo an impression of `at` that nobody saw; what was let go since stays so."""
        if self.shown.read(ALL, at) < 1.0 - 1e-6:
            return
        self.shown.add(ALL, -1.0, at)
        self.shown.add(DEARNESS, -dearness, at)
        for key in _keys(item):
            self.shown.add(key, -min(1.0, self.shown.read(key, at)), at)

    def lift(self, key: Key, base: float, strength: float, now: float) -> float:
        """Return the log of how much more often a field's value is taken than `base`, shrunk towards 0.

        Args:
            key: (field, value), e.g. ("category", "Tents").
            base: usual share, above 0.
            strength: impressions at the usual share that are added.
            now: epoch seconds.
        """
        taken, shown = self.taken.read(key, now), self.shown.read(key, now)
        return float(np.log((taken + strength * base) / ((shown + strength) * base)))

    def forget(self, field: str, value: str) -> None:
        """Forget one value; with the prices of a category, what was liked dear or cheap."""
        for sums in (self.shown, self.taken):
            sums.drop((field, value))
            if field == "price":
                sums.drop(DEARNESS)

    def take_in(self, other: Rates) -> None:
        """Add another's counts to these."""
        self.shown.take_in(other.shown)
        self.taken.take_in(other.taken)
        if self._max_keys is not None:
            self._keep(self._max_keys)

    def _keep(self, n: int) -> None:
        # What was shown least tells least; its being taken goes with it, or it would look sought after.
        kept = {ALL, DEARNESS, *self.shown.ranked()[:n]}
        self.shown.keep(kept)
        self.taken.keep(kept)


def _keys(item: Item) -> tuple[Key, ...]:
    own = (("category", item.category), ("department", item.department), ("brand", item.brand))
    return tuple((field, value) for field, value in own if value is not None)
