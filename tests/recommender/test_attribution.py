from __future__ import annotations

from dataclasses import replace

import pytest

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
    mine = replace(_event("tent-1", "d1"), session_key=DECISION.context.session_key)
    assert not shown.counts(_event("tent-1", "d1"))
    assert shown.counts(mine)
    assert not shown.counts(replace(mine, item_id="tent-3"))
    assert not shown.counts(replace(mine, decision_id="forged"))


def test_only_an_impression_needs_a_decision() -> None:
    shown = ShownItems(MemoryEventLog(), max_decisions=10)
    assert shown.counts(_event("tent-1", None))
    assert not shown.counts(_event("tent-1", None, EventType.IMPRESSION))


@pytest.mark.parametrize("kind", [EventType.CLICK, EventType.ADD_TO_CART, EventType.DISMISS])
def test_an_answer_counts_once_and_only_of_the_visit_that_saw_the_slate(kind: EventType) -> None:
    shown = ShownItems(MemoryEventLog(), max_decisions=10)
    shown.counts(_event("tent-1", "d9", EventType.IMPRESSION))
    clicks = [replace(_event("tent-1", "d9", kind), session_key=f"s:{n}", shopper_key=f"a:s:{n}") for n in range(200)]
    assert not any(shown.counts(click) for click in clicks)
    assert [shown.counts(_event("tent-1", "d9", kind)) for _ in range(3)] == [True, False, False]


def test_who_signs_in_stays_in_the_visit_and_a_known_person_is_the_same_in_another() -> None:
    shown = ShownItems(MemoryEventLog(), max_decisions=10)
    shown.counts(replace(_event("tent-1", "d1", EventType.IMPRESSION), shopper_key="a:today"))
    assert shown.counts(replace(_event("tent-1", "d1"), shopper_key="c:ann"))
    shown.counts(replace(_event("tent-1", "d2", EventType.IMPRESSION), shopper_key="c:ann"))
    assert not shown.counts(replace(_event("tent-1", "d2"), shopper_key="c:bob", session_key="phone"))
    assert shown.counts(replace(_event("tent-1", "d2"), shopper_key="c:ann", session_key="phone"))


def test_an_order_counts_whatever_visit_it_is_placed_in() -> None:
    shown = ShownItems(MemoryEventLog(), max_decisions=10)
    shown.counts(_event("tent-1", "d9", EventType.IMPRESSION))
    assert shown.counts(replace(_event("tent-1", "d9", EventType.PURCHASE), session_key="o:1", shopper_key="o:1"))
