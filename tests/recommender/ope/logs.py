"""Tiny logs whose right answers can be worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from recommender.item_table import FloatArray
from recommender.ope.logged import LoggedSlates, Table


def one_slot(
    logging: Sequence[float], chosen: Sequence[int], rewards: Sequence[float], *, blocks: Sequence[int] | None = None
) -> LoggedSlates:
    """Decisions between the same items, shown with the same probabilities; features are the items themselves."""
    n, m = len(chosen), len(logging)
    table = np.tile(np.array(logging, dtype=np.float32), (n, 1, 1))
    columns = np.array(chosen, dtype=np.int64)[:, None]
    return LoggedSlates(
        candidates=np.tile(np.arange(m), (n, 1)),
        features=np.tile(np.eye(m, dtype=np.float32), (n, 1, 1)),
        chosen=columns,
        probabilities=np.array(logging)[columns],
        logging=table,
        rewards=np.array(rewards, dtype=np.float64)[:, None],
        times=np.arange(n, dtype=np.float64),
        blocks=np.arange(n) if blocks is None else np.array(blocks, dtype=np.int64),
        closed=np.ones(n, dtype=bool),
        shown_as_chosen=np.ones(n, dtype=bool),
        segments={},
    )


def same_table(log: LoggedSlates, probabilities: Sequence[float]) -> Table:
    """A policy that says the same everywhere."""
    return np.tile(np.array(probabilities, dtype=np.float32), (log.n, log.chosen.shape[1], 1))


def drawn(logging: Sequence[float], rates: Sequence[float], n: int, *, seed: int) -> LoggedSlates:
    """A log of n decisions whose items are taken with known rates."""
    rng = np.random.default_rng(seed)
    chosen = rng.choice(len(logging), size=n, p=logging)
    rewards: FloatArray = (rng.random(n) < np.array(rates)[chosen]).astype(np.float64)
    return one_slot(logging, list(chosen), list(rewards))
