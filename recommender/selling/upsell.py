"""A dearer item that is better in something stated: which one, and in what.

Pure: knows amounts and stated numbers. An up-sell is a plain fact beside the first pick, never the first pick.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

MOST_TIMES: Final = 2.0
"""What costs more than this is another class of thing, and no better one of the same."""


@dataclass(frozen=True, slots=True)
class Stated:
    """An item with what the catalogue states of it.

    Args:
        item_id: product id.
        price_minor: minor units.
        numbers: name -> value, of things of which more is better.
    """

    item_id: str
    price_minor: int
    numbers: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UpSell:
    """An item that costs more and states more.

    Args:
        item_id: product id.
        more_minor: how much more it costs, minor units.
        name: of what it states more.
    """

    item_id: str
    more_minor: int
    name: str


def find_up_sell(
    first: Stated, others: Sequence[Stated], *, limit_minor: int, steps: Mapping[str, float]
) -> UpSell | None:
    """Find a dearer item within the stated limit that is better in something stated and worse in nothing stated.

    Args:
        first: the first pick.
        others: shown beside it, best first.
        limit_minor: the most that the shopper wants to pay.
        steps: name -> least difference that is worth saying; names in order of how much they are worth saying.

    Returns:
        The best ranked one; None where there is none.
    """
    for other in others:
        shared = [name for name in steps if name in first.numbers and name in other.numbers]
        if not first.price_minor < other.price_minor <= min(limit_minor, MOST_TIMES * first.price_minor):
            continue
        if any(other.numbers[name] < first.numbers[name] for name in shared):
            continue
        better = [name for name in shared if other.numbers[name] - first.numbers[name] >= steps[name] - 1e-9]
        if better:
            return UpSell(other.item_id, other.price_minor - first.price_minor, better[0])
    return None
