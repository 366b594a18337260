"""From the event log to sequences: what each shopper was interested in, in order, a purchase weighing most."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np

from recommender.events import Event, EventType
from recommender.sequences.data import Sequences

# Shares of what a purchase says; the same proportions as `STRENGTH` in recommender/state.py.
_WEIGHT: Final[Mapping[EventType, float]] = {
    EventType.CLICK: 1 / 6,
    EventType.ADD_TO_CART: 3 / 6,
    EventType.PURCHASE: 1.0,
}


def sequences_of(events: Iterable[Event], rows: Mapping[str, int]) -> Sequences:
    """Collect what shoppers looked at, carted and bought.

    Args:
        events: in order of arrival, attributed already.
        rows: item id -> row; other items are left out.

    Returns:
        One sequence per shopper, each item once, at the place where interest began, with the weight of the strongest
        sign; shoppers without interest in any known item are left out.
    """
    by_shopper: dict[str, dict[int, float]] = {}
    for event in events:
        weight, row = _WEIGHT.get(event.type), rows.get(event.item_id)
        if weight is not None and row is not None:
            taken = by_shopper.setdefault(event.shopper_key, {})
            taken[row] = max(weight, taken.get(row, 0.0))
    starts = np.cumsum([0, *(len(taken) for taken in by_shopper.values())], dtype=np.int64)
    items = np.array([row for taken in by_shopper.values() for row in taken], dtype=np.int64)
    weights = np.array([weight for taken in by_shopper.values() for weight in taken.values()], dtype=np.float32)
    return Sequences(items, starts, len(rows), weights=weights)
