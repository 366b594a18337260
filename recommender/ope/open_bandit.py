"""Open Bandit (Saito et al. 2020): two policies of a fashion shop, each with its own log, so that one can be told from
the other's and compared with what it really got.

Rows are taken as slates of one slot: the public files do not say which three rows were shown together.
"""

from __future__ import annotations

import csv
import gzip
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import numpy as np

from recommender.errors import LogUnusable
from recommender.item_table import FloatArray, IntArray
from recommender.ope.logged import LoggedSlates, Table

POLICIES: Final = ("random", "bts")
_CAMPAIGN: Final = "men"


@dataclass(frozen=True, slots=True)
class Campaign:
    """One policy's log.

    Args:
        log: slates of one slot, in order of time.
        positions: (n,) 0 to 2, place on the page.
        n_items: items of the campaign.
    """

    log: LoggedSlates
    positions: IntArray
    n_items: int

    def shares(self) -> FloatArray:
        """(3, items) how often the policy showed each item at each place, over the whole time of its log."""
        shown = self.log.chosen[:, 0]
        counts = np.zeros((3, self.n_items))
        np.add.at(counts, (self.positions, shown), 1.0)
        result: FloatArray = counts / np.maximum(1.0, counts.sum(axis=1, keepdims=True))
        return result

    def table(self, shares: FloatArray) -> Table:
        """(n, 1, items) a policy that knows the place alone, as seen from this log."""
        return shares[self.positions][:, None, :].astype(np.float32)


def read_campaign(folder: Path, policy: str) -> Campaign:
    """Read one policy's log.

    Args:
        folder: with `random/men/men.csv.gz` and `bts/men/men.csv.gz`.
        policy: "random" or "bts".

    Raises:
        LogUnusable: the file is missing or of another shape.
    """
    path = folder / policy / _CAMPAIGN / f"{_CAMPAIGN}.csv.gz"
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
            rows = [
                (
                    datetime.fromisoformat(row["timestamp"]).timestamp(),
                    int(row["item_id"]),
                    int(row["position"]) - 1,
                    float(row["click"]),
                    float(row["propensity_score"]),
                )
                for row in csv.DictReader(file)
            ]
    except (OSError, KeyError, ValueError) as error:
        raise LogUnusable(f"{path} is no log of Open Bandit: give the folder that holds random/ and bts/.") from error
    return _campaign(np.array(sorted(rows, key=lambda row: row[0])), uniform=policy == "random")


def _campaign(rows: FloatArray, *, uniform: bool) -> Campaign:
    n = len(rows)
    items, positions = rows[:, 1].astype(np.int64), rows[:, 2].astype(np.int64)
    n_items = int(items.max()) + 1
    everything = np.ones(n, dtype=bool)
    features = np.zeros((n, n_items, n_items + 3), dtype=np.float32)
    features[:, np.arange(n_items), np.arange(n_items)] = 1.0
    features[np.arange(n), :, n_items + positions] = 1.0
    log = LoggedSlates(
        candidates=np.tile(np.arange(n_items), (n, 1)),
        features=features,
        chosen=items[:, None],
        probabilities=rows[:, 4][:, None],
        logging=np.full((n, 1, n_items), 1.0 / n_items, dtype=np.float32) if uniform else None,
        rewards=rows[:, 3][:, None],
        times=rows[:, 0],
        blocks=np.arange(n),
        closed=everything,
        shown_as_chosen=everything,
        segments={f"place {place + 1}": positions == place for place in range(3)},
    )
    return Campaign(log, positions, n_items)
