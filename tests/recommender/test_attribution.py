from __future__ import annotations

from recommender.attribution import ShownItems
from recommender.event_log import MemoryEventLog
from recommender.events import Event, EventType
from tests.contracts.event_log import DECISION


def _event(item_id: str, decision_id: str | None, kind: EventType = EventType.CLICK) -> Event:
    return Event("e", kind, item_id, "ann", "today", 1.0, decision_id)


def test_an_impression_proves_what_was_shown() -> None:
    shown = ShownItems(MemoryEventLog(), max_decisions=10)
    assert shown.counts(_event("tent-1", "d9", EventType.IMPRESSION))
    assert shown.counts(_event("tent-1", "d9"))
    assert not shown.counts(_event("tent-2", "d9"))


def test_what_is_no_longer_remembered_is_looked_up_in_the_log() -> None:
    log = MemoryEventLog()
    log.append_decision(DECISION)
    shown = ShownItems(log, max_decisions=10)
    assert shown.counts(_event("tent-1", "d1"))
    assert not shown.counts(_event("tent-3", "d1"))
    assert not shown.counts(_event("tent-1", "forged"))


def test_only_an_impression_needs_a_decision() -> None:
    shown = ShownItems(MemoryEventLog(), max_decisions=10)
    assert shown.counts(_event("tent-1", None))
    assert not shown.counts(_event("tent-1", None, EventType.IMPRESSION))
