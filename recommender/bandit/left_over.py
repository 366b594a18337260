"""What the head leaves over per item: sums that fade by the day, whatever the order of arrival.

Whose they are is a segment of shoppers, never a shopper: nothing here has to be erased with anybody. Knows ids.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from recommender.item_table import FloatArray

Key = tuple[str, str]
"""(segment of shoppers, item id)."""
_KEPT: Final = 0.97
"""Per day: half is gone after three weeks."""


@dataclass(slots=True)
class LeftOver:
    """Sums by segment and item. One thread.

    Args:
        origin: day (since the epoch) to which the sums are scaled; None before the first.
        sums: key -> (sum of looked^2, sum of looked * residual): an effect e of the item is a residual of looked * e.
    """

    origin: int | None = None
    sums: dict[Key, tuple[float, float]] = field(default_factory=dict)

    def add(self, key: Key, mass: float, moment: float, day: int) -> None:
        """Add to both sums; negative numbers take back.

        Args:
            key: segment and item.
            mass: looked^2 of an impression, 0 where only its residual changes.
            moment: looked * residual.
            day: on which the impression was shown.
        """
        if self.origin is None:
            self.origin = day
        growth = _KEPT ** (self.origin - day)
        before = self.sums.get(key, (0.0, 0.0))
        self.sums[key] = (before[0] + growth * mass, before[1] + growth * moment)

    def read(self, index: Mapping[str, int], n: int, day: int) -> dict[str, FloatArray]:
        """Return the sums as they are on a day.

        Args:
            index: item id -> row; other items are left out.
            n: rows.
            day: since the epoch.

        Returns:
            Segment -> (2, n) of masses and moments.
        """
        faded = _KEPT ** (day - (day if self.origin is None else self.origin))
        found: dict[str, FloatArray] = {}
        for (segment, item_id), both in self.sums.items():
            row = index.get(item_id)
            if row is not None:
                found.setdefault(segment, np.zeros((2, n)))[:, row] = both
        return {segment: faded * sums for segment, sums in found.items()}

    def to_arrays(self) -> tuple[list[Key], FloatArray]:
        """Return keys and (m, 2) sums, for a file."""
        return list(self.sums), np.array(list(self.sums.values()), dtype=np.float64).reshape(len(self.sums), 2)

    @classmethod
    def from_arrays(cls, origin: int | None, keys: Sequence[Sequence[str]], sums: FloatArray) -> LeftOver:
        """Return what `to_arrays` took apart."""
        pairs = zip(keys, sums.tolist(), strict=True)
        return cls(origin, {(segment, item_id): (mass, moment) for (segment, item_id), (mass, moment) in pairs})
