"""Which events may be learned from: those whose decision is known to have shown their item.

Impressions are written by the recommender itself, so an impression in the log proves what was shown; where none is
remembered, the log's decision is asked. Events without a decision (a product page, the checkout) always count.
"""

from __future__ import annotations

from recommender.decay import Recent
from recommender.events import APART, Event, EventLog, EventType


class ShownItems:
    """Remembers which items the latest decisions showed."""

    def __init__(self, log: EventLog, *, max_decisions: int) -> None:
        self._log = log
        self._shown: Recent[str, set[str]] = Recent(max_decisions, set)

    def note(self, decision_id: str, item_id: str) -> None:
        """Remember that a decision showed an item."""
        self._shown.touch(decision_id).add(item_id)

    def counts(self, event: Event) -> bool:
        """Tell whether an event may be learned from; what was shown, or was not after all, is noted on the way."""
        if event.item_id.startswith(APART):
            return False
        if event.decision_id is None:
            return event.type is not EventType.IMPRESSION
        if event.type is EventType.IMPRESSION:
            self.note(event.decision_id, event.item_id)
            return True
        shown = self._shown.find(event.decision_id)
        if event.type is EventType.NOT_SHOWN:
            if shown is not None:
                shown.discard(event.item_id)
            return True
        if shown is not None:
            return event.item_id in shown
        decision = self._log.find_decision(event.decision_id)
        return decision is not None and event.item_id in decision.organic_ids
