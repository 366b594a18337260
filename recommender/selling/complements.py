"""What may be offered beside a cart: another kind of thing, not held already, and within what is left of a budget.

Pure: knows items and amounts; who says what is known elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from recommender.events import Item


@dataclass(frozen=True, slots=True)
class Held:
    """What the shopper has, or is about to have.

    Args:
        items: in the cart, and the one that the need was met with.
        spent_minor: what they cost together, minor units.
    """

    items: Sequence[Item]
    spent_minor: int


def room_minor(limit_minor: int | None, earlier_minor: Iterable[int], spent_minor: int) -> int | None:
    """Return how much an offer may cost; None where no budget was stated.

    Args:
        limit_minor: budget of the need that was just met; what is held already counts against it.
        earlier_minor: budgets stated for earlier needs: an offer never costs more than any of them.
        spent_minor: what is held already.
    """
    caps = [*earlier_minor, *([limit_minor - spent_minor] if limit_minor is not None else [])]
    return min(caps) if caps else None


def may_be_offered(item: Item, held: Held, room: int | None) -> bool:
    """Tell whether an item is a complement at all, and affordable.

    Args:
        item: to offer; one without a category is never offered, because it may be of the same kind.
        held: what the shopper has.
        room: see `room_minor`.
    """
    kinds = {one.category for one in held.items}
    return (
        item.category is not None
        and item.category not in kinds
        and all(item.item_id != one.item_id for one in held.items)
        and item.in_stock is not False
        and (room is None or item.price_minor <= room)
    )
