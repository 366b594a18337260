"""Logged slates as arrays: what off-policy evaluation reads.

Knows neither events nor policies. `from_log.py` fills it from an event log, `open_bandit.py` from public files,
`worlds.py` from simulations with known truth.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from recommender.errors import LogUnusable
from recommender.item_table import FloatArray, IntArray

BoolArray = NDArray[np.bool_]
Table = NDArray[np.float32]
NOBODY: Final = -1
"""Stands where a slate has fewer slots, or a decision fewer candidates, than the array is wide."""
# Probabilities are computed in single precision; what is larger than this is no rounding.
_TOLERANCE: Final = 1e-4


@dataclass(frozen=True, slots=True)
class LoggedSlates:
    """n decisions with up to m candidates and k slots, in order of time.

    Args:
        candidates: (n, m) number of the item, or NOBODY.
        features: (n, m, f) what the reward model may know of a decision and each of its candidates.
        chosen: (n, k) column of `candidates` that each slot shows, or NOBODY.
        probabilities: (n, k) logged P(a_k | a_<k), in (0, 1]; 1 for missing slots.
        logging: (n, k, m) what the logging policy says of every candidate for slot k after the logged slots before;
            None where only the probabilities of what was shown are known.
        rewards: (n, k) closed-window value of each slot, 0 or more; 0 for missing slots.
        times: (n,) seconds, rising.
        blocks: (n,) number of the shopper or session; rows of one block stand or fall together.
        closed: (n,) whether the attribution window is over.
        shown_as_chosen: (n,) whether the shopper saw exactly what was chosen.
        segments: name -> (n,) which rows belong to it.
    """

    candidates: IntArray
    features: Table
    chosen: IntArray
    probabilities: FloatArray
    logging: Table | None
    rewards: FloatArray
    times: FloatArray
    blocks: IntArray
    closed: BoolArray
    shown_as_chosen: BoolArray
    segments: Mapping[str, BoolArray]

    def __post_init__(self) -> None:
        n, k = self.chosen.shape
        shapes = {
            "candidates": self.candidates.shape[:1] == (n,),
            "features": self.features.shape[:2] == self.candidates.shape,
            "probabilities": self.probabilities.shape == (n, k),
            "logging": self.logging is None or self.logging.shape == (n, k, self.candidates.shape[1]),
            "rewards": self.rewards.shape == (n, k),
            **{name: len(getattr(self, name)) == n for name in ("times", "blocks", "closed", "shown_as_chosen")},
            **{f"segment {name}": len(rows) == n for name, rows in self.segments.items()},
        }
        wrong = [name for name, right in shapes.items() if not right]
        if wrong:
            raise LogUnusable(f"The log's arrays do not fit each other: {', '.join(wrong)}.")
        if not ((self.probabilities > 0) & (self.probabilities <= 1 + _TOLERANCE)).all():
            raise LogUnusable("A logged probability is not in (0, 1]: such a log cannot be judged from.")

    @property
    def n(self) -> int:
        """Decisions."""
        return len(self.chosen)

    @property
    def values(self) -> FloatArray:
        """(n,) value of each slate: the sum of its slots."""
        total: FloatArray = self.rewards.sum(axis=1)
        return total

    @property
    def slots(self) -> BoolArray:
        """(n, k) which slots exist."""
        there: BoolArray = self.chosen != NOBODY
        return there

    def part(self, rows: BoolArray) -> LoggedSlates:
        """Return the chosen rows."""
        arrays = {
            one.name: getattr(self, one.name)[rows] for one in fields(self) if one.name not in {"segments", "logging"}
        }
        return replace(
            self,
            **arrays,
            logging=None if self.logging is None else self.logging[rows],
            segments={name: member[rows] for name, member in self.segments.items()},
        )

    def usable(self) -> BoolArray:
        """(n,) rows whose reward is known and belongs to what the policy chose."""
        return self.closed & self.shown_as_chosen

    def of_chosen(self, table: Table) -> FloatArray:
        """Read a table at what was shown.

        Args:
            table: (n, k, m).

        Returns:
            (n, k); 1 for missing slots, so that products pass over them.
        """
        places = np.maximum(self.chosen, 0)
        found = np.take_along_axis(table, places[:, :, None], axis=2)[:, :, 0]
        result: FloatArray = np.where(self.slots, found, 1.0).astype(np.float64)
        return result
