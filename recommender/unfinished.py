"""What each shopper left unfinished: items of the latest visit that were carted or looked at, and not bought.

Fed event by event through BehaviourState, like everything else learned by counting. Knows no catalogue.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from recommender.decay import Recent
from recommender.events import Event, EventType

_MAX_ITEMS: Final = 20


@dataclass(slots=True)
class _Left:
    session_key: str = ""
    looked_at: dict[str, None] = field(default_factory=dict)
    carted: dict[str, None] = field(default_factory=dict)


class Unfinished:
    """Open ends by shopper; the shoppers heard of longest ago are let go.

    Args:
        max_shoppers: how many are remembered.
    """

    def __init__(self, max_shoppers: int) -> None:
        self._left: Recent[str, _Left] = Recent(max_shoppers, _Left)

    def apply(self, event: Event) -> None:
        """Learn from one event. A new visit with interest of its own takes the place of the one before."""
        if event.type not in (EventType.CLICK, EventType.ADD_TO_CART):
            self._close(event)
            return
        left = self._left.touch(event.shopper_key)
        if left.session_key != event.session_key:
            # What lies in the cart is still meant; what was only looked at belongs to its visit.
            left.session_key, left.looked_at = event.session_key, {}
        group = left.carted if event.type is EventType.ADD_TO_CART else left.looked_at
        group.pop(event.item_id, None)
        group[event.item_id] = None
        while len(group) > _MAX_ITEMS:
            del group[next(iter(group))]

    def items(self, shopper_key: str) -> tuple[str, ...]:
        """Return what to go on with: carted items, latest first, then those looked at, latest first."""
        left = self._left.find(shopper_key)
        return () if left is None else tuple(dict.fromkeys((*reversed(left.carted), *reversed(left.looked_at))))

    def forget(self, shopper_key: str) -> None:
        """Forget one shopper's open ends."""
        left = self._left.find(shopper_key)
        if left is not None:
            left.looked_at, left.carted = {}, {}

    def _close(self, event: Event) -> None:
        left = self._left.find(event.shopper_key)
        if left is None:
            return
        if event.type in (EventType.PURCHASE, EventType.REMOVE_FROM_CART, EventType.DISMISS):
            left.carted.pop(event.item_id, None)
        if event.type in (EventType.PURCHASE, EventType.DISMISS):
            left.looked_at.pop(event.item_id, None)
