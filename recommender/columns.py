"""Numbers by key that are read for many candidates at once: columns behind one numbering of keys.

A key that was never heard of reads as 0. Knows nothing of what the numbers mean.
"""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Iterable, Mapping
from typing import Generic, TypeVar

import numpy as np

from recommender.decay import Fading
from recommender.item_table import FloatArray, IntArray

K = TypeVar("K", bound=Hashable)


class Places(Generic[K]):
    """Numbers keys from 1 on as they come, for good; place 0 is kept for "none"."""

    def __init__(self) -> None:
        self._places: dict[K, int] = {}
        self._keys: list[K | None] = [None]

    def __len__(self) -> int:
        """Return how many places there are, place 0 included."""
        return len(self._keys)

    def of(self, key: K) -> int:
        """Return a key's place; a new key gets one."""
        place = self._places.setdefault(key, len(self._keys))
        if place == len(self._keys):
            self._keys.append(key)
        return place

    def of_all(self, keys: Iterable[K | None]) -> IntArray:
        """Return each key's place, (n,); 0 for None."""
        return np.array([0 if key is None else self.of(key) for key in keys], dtype=np.int64)

    def find(self, key: K) -> int:
        """Return a key's place; 0 for an unknown one."""
        return self._places.get(key, 0)

    def keys(self) -> Iterable[K]:
        """Return all keys in the order of their places, from 1 on."""
        return self._places.keys()

    def keys_at(self, places: IntArray) -> list[K | None]:
        """Return the keys at places, (n,); None for place 0."""
        keys = self._keys
        return [keys[place] for place in places.tolist()]

    def spread(self, found: Mapping[K, float]) -> FloatArray:
        """Return numbers by place, (len(self),); 0 for what is not among those found."""
        spread = np.zeros(len(self))
        spread[[self._places.get(key, 0) for key in found]] = list(found.values())
        spread[0] = 0.0
        return spread


class Column(Generic[K]):
    """A number per key.

    Args:
        places: numbers the keys; columns that are read together share it.
    """

    def __init__(self, places: Places[K]) -> None:
        self._places = places
        # Not numpy's: one number is read and changed several times faster here, and many are seen without a copy.
        self._numbers = array("d", [0.0])

    def read(self, key: K) -> float:
        """Return a key's number."""
        place = self._places.find(key)
        return self._numbers[place] if place < len(self._numbers) else 0.0

    def add(self, key: K, amount: float) -> float:
        """Add to a key's number, and return what it is now."""
        place = self._places.of(key)
        self._reach(place + 1)
        self._numbers[place] += amount
        return self._numbers[place]

    def at(self, places: IntArray) -> FloatArray:
        """Return the numbers at places, in their shape; 0 at place 0."""
        self._reach(len(self._places))
        found: FloatArray = np.frombuffer(self._numbers)[places]
        return found

    def known(self) -> dict[K, float]:
        """Return all numbers other than 0."""
        # A key without a number yet stands behind the last one that has.
        pairs = zip(self._places.keys(), self._numbers[1:], strict=False)
        return {key: number for key, number in pairs if number}

    def _reach(self, length: int) -> None:
        missing = length - len(self._numbers)
        if missing > 0:
            self._numbers.frombytes(bytes(8 * missing))


class DecayedColumn(Fading, Generic[K]):
    """Amounts by key, halved every `half_life_s` seconds; see decay.py.

    Args:
        half_life_s: seconds.
        places: as in Column.
    """

    def __init__(self, half_life_s: float, places: Places[K]) -> None:
        super().__init__(half_life_s)
        self._column = Column(places)
        self._largest = 0.0

    def add(self, key: K, amount: float, at: float) -> None:
        """Add an amount that happened at `at` (epoch seconds)."""
        self._largest = max(self._largest, self._column.add(key, amount * self._begun(at)))

    def read(self, key: K, now: float) -> float:
        """Return what is left of a key's sum at `now`; 0 for an unknown key."""
        return self._column.read(key) / self._growth(now)

    def at(self, places: IntArray, now: float) -> FloatArray:
        """Return what is left of the sums at places, in their shape."""
        left: FloatArray = self._column.at(places) / self._growth(now)
        return left

    def largest(self, now: float) -> float:
        """Return the largest value that any key has had, faded to `now`."""
        return self._largest / self._growth(now)

    def ranked(self) -> list[K]:
        """Return keys with a positive sum, largest first; ties by key."""
        positive = [(key, value) for key, value in self._column.known().items() if value > 0]
        return [key for key, _ in sorted(positive, key=lambda pair: (-pair[1], pair[0]))]
