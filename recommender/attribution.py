"""Which events may be learned from: those whose decision is known to have shown their item, to who acted on it.

Impressions are written by the recommender itself, so an impression in the log proves what was shown, and to whom; where
none is remembered, the log's decision is asked. What a client sends names any decision that it likes: a click, a cart
or a dismissal counts only in the visit that saw the slate, once per decision and item, so no rate of a slate can exceed
one. Events without a decision (a product page, the checkout) always count.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Final

from recommender.decay import Recent
from recommender.events import APART, Event, EventLog, EventType
from recommender.profiles.edits import may_profile

ANSWERS: Final = frozenset({EventType.CLICK, EventType.ADD_TO_CART, EventType.DISMISS})
"""What a shopper does with a card in front of them. Orders may come from another visit: a cart goes along."""


@dataclass(slots=True)
class Slate:
    """To whom a decision was shown, what of it, and what was done with it.

    Args:
        session_key, shopper_key: as in Event.
        items: shown, and not taken back.
        answered: (what, item) that counted.
    """

    session_key: str = ""
    shopper_key: str = ""
    items: set[str] = field(default_factory=set)
    answered: set[tuple[EventType, str]] = field(default_factory=set)

    def is_for(self, event: Event) -> bool:
        """Tell whether an event is of the visit that saw the slate, or of the same known person in another."""
        if event.session_key == self.session_key:
            return True
        return event.shopper_key == self.shopper_key and may_profile(event.shopper_key)

    def takes(self, event: Event) -> bool:
        """Tell whether an answer to the slate is new, and remember it; what is no answer is always new."""
        if event.type not in ANSWERS:
            return True
        answer = (event.type, event.item_id)
        if answer in self.answered:
            return False
        self.answered.add(answer)
        return True


class ShownItems:
    """Remembers what the latest decisions showed to whom."""

    def __init__(self, log: EventLog, *, max_decisions: int) -> None:
        self._log = log
        self._shown: Recent[str, Slate] = Recent(max_decisions, Slate)

    def attributed(self, event: Event) -> Event:
        """Return an event as it may be logged: an answer to a slate of somebody else's visit is an answer to none."""
        slate = None if event.decision_id is None or event.type not in ANSWERS else self._find(event.decision_id)
        return event if slate is None or slate.is_for(event) else replace(event, decision_id=None, position=None)

    def forget(self, session_keys: Collection[str]) -> None:
        """Forget who saw the slates of visits that were erased: what is done with them later is an answer to none."""
        for slate in self._shown.values():
            if slate.session_key in session_keys:
                slate.session_key = slate.shopper_key = ""

    def counts(self, event: Event) -> bool:
        """Tell whether an event may be learned from; what was shown, or was not after all, is noted on the way."""
        if event.item_id.startswith(APART):
            return False
        if event.decision_id is None:
            return event.type is not EventType.IMPRESSION
        if event.type is EventType.IMPRESSION:
            slate = self._shown.touch(event.decision_id)
            slate.session_key, slate.shopper_key = event.session_key, event.shopper_key
            slate.items.add(event.item_id)
            return True
        if event.type is EventType.NOT_SHOWN:
            noted = self._shown.find(event.decision_id)
            if noted is not None:
                noted.items.discard(event.item_id)
            return True
        found = self._find(event.decision_id)
        if found is None or event.item_id not in found.items:
            return False
        return (event.type not in ANSWERS or found.is_for(event)) and found.takes(event)

    def _find(self, decision_id: str) -> Slate | None:
        slate = self._shown.find(decision_id)
        if slate is not None:
            return slate
        decision = self._log.find_decision(decision_id)
        if decision is None:
            return None
        slate = self._shown.touch(decision_id)
        slate.session_key, slate.shopper_key = decision.context.session_key, decision.context.shopper_key
        slate.items.update(decision.organic_ids)
        return slate
