"""Sums that fade with time, and dictionaries that forget their oldest entries.

Forward decay (Cormode et al. 2009, "Forward Decay", section III): each amount is scaled up by its age from a fixed
origin when it is added, and all are scaled down when read. So nothing is rewritten as time passes and the order of
arrival does not matter.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Container, Hashable, Iterable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_MAX_EXPONENT = 900.0  # 2**900 is still finite


class Fading:
    """How far amounts of a moment are scaled up; the first moment is the origin."""

    def __init__(self, half_life_s: float) -> None:
        self._half_life_s = half_life_s
        self._origin: float | None = None
        self._latest = (math.nan, 1.0)

    def _begun(self, at: float) -> float:
        """Return the growth at a moment from which something is added."""
        if self._origin is None:
            self._origin = at
        return self._growth(at)

    def _growth(self, at: float) -> float:
        if self._origin is None:
            return 1.0
        moment, growth = self._latest
        # Many keys are read at one moment.
        if at == moment:
            return growth
        exponent = (at - self._origin) / self._half_life_s
        growth = float(2.0 ** max(-_MAX_EXPONENT, min(_MAX_EXPONENT, exponent)))
        self._latest = (at, growth)
        return growth


class DecayedSums(Fading, Generic[K]):
    """Amounts by key, halved every `half_life_s` seconds."""

    def __init__(self, half_life_s: float) -> None:
        super().__init__(half_life_s)
        self._values: dict[K, float] = {}

    def add(self, key: K, amount: float, at: float) -> None:
        """Add an amount that happened at `at` (epoch seconds)."""
        self._values[key] = self._values.get(key, 0.0) + amount * self._begun(at)

    def read(self, key: K, now: float) -> float:
        """Return what is left of a key's sum at `now`; 0 for an unknown key."""
        value = self._values.get(key)
        return 0.0 if value is None else value / self._growth(now)

    def read_many(self, keys: Iterable[K], now: float) -> list[float]:
        """Return what is left of each key's sum at `now`."""
        growth = self._growth(now)
        return [self._values.get(key, 0.0) / growth for key in keys]

    def ranked(self) -> list[K]:
        """Return keys with a positive sum, largest first; ties in order of first arrival."""
        positive = [(key, value) for key, value in self._values.items() if value > 0]
        return [key for key, _ in sorted(positive, key=lambda pair: -pair[1])]

    def drop(self, key: K) -> None:
        """Forget a key; one that is not there changes nothing."""
        self._values.pop(key, None)

    def keep(self, keys: Container[K]) -> None:
        """Forget all other keys."""
        self._values = {key: value for key, value in self._values.items() if key in keys}

    def take_in(self, other: DecayedSums[K]) -> None:
        """Add another's sums to these; both fade equally fast."""
        if other._origin is not None:
            for key, value in other._values.items():
                self.add(key, value, other._origin)

    def known(self) -> list[K]:
        """Return all keys."""
        return list(self._values)

    def __len__(self) -> int:
        return len(self._values)


class Recent(Generic[K, V]):
    """A dictionary that keeps its `limit` most recently touched keys."""

    def __init__(self, limit: int, new: Callable[[], V]) -> None:
        self._limit = limit
        self._new = new
        self._entries: OrderedDict[K, V] = OrderedDict()

    def find(self, key: K) -> V | None:
        """Return a value without touching it, or None."""
        return self._entries.get(key)

    def touch(self, key: K) -> V:
        """Return a key's value, made new where it is unknown, and remember it as the latest."""
        value = self._entries.get(key)
        if value is None:
            value = self._entries[key] = self._new()
        self._entries.move_to_end(key)
        if len(self._entries) > self._limit:
            self._entries.popitem(last=False)
        return value

    def items(self) -> list[tuple[K, V]]:
        """Return keys and values, the one touched longest ago first."""
        return list(self._entries.items())

    def drop(self, key: K) -> None:
        """Forget a key; one that is not there changes nothing."""
        self._entries.pop(key, None)

    def values(self) -> Iterable[V]:
        """Return what is kept, least recently touched first."""
        return self._entries.values()

    def __len__(self) -> int:
        return len(self._entries)
