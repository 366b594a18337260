"""What every event log must do. Inherit, and give `log` as a fixture."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from recommender.events import Decision, DecisionContext, Event, EventLog, EventType, Reason, SlateItem

CONTEXT = DecisionContext(
    "shopper", "session", "turn", "search", 1_700_000_000.25, 7, query="tent", k=2, exclude=frozenset({"gone"})
)
DECISION = Decision(
    decision_id="d1",
    context=CONTEXT,
    items=(
        SlateItem("tent-1", 0, 0.1 + 0.2, 1 / 3, (Reason("matches", "under $80", 0.25), Reason("trying_new", "", 0.0))),
        SlateItem("tent-2", 1, -0.125, 1.0),
    ),
    slate_probability=1 / 3,
    policy="inverse_gap/1",
    model="additive/1:abc",
    candidate_ids=("tent-2", "tent-1", "tent-3"),
    candidate_scores=(0.30000000000000004, 0.3, -1e-17),
    params={"gamma": 30.0},
)
EVENT = Event("e1", EventType.CLICK, "tent-1", "shopper", "session", 1_700_000_001.5, "d1", 0)


class EventLogContract:
    """Append-only, once per id, in order of arrival."""

    @pytest.fixture
    def log(self) -> EventLog:
        raise NotImplementedError

    def test_every_kind_of_event_comes_back(self, log: EventLog) -> None:
        events = [replace(EVENT, event_id=kind.value, type=kind) for kind in EventType]
        assert log.append_many([], events) == len(events)
        assert [event for _, event in log.events()] == events

    def test_a_decision_comes_back_to_the_last_bit(self, log: EventLog) -> None:
        log.append_decision(DECISION)
        assert log.find_decision("d1") == DECISION

    def test_an_unknown_decision_is_none(self, log: EventLog) -> None:
        assert log.find_decision("d1") is None

    def test_the_first_decision_of_an_id_stays(self, log: EventLog) -> None:
        log.append_decision(DECISION)
        log.append_decision(replace(DECISION, policy="other/1"))
        assert log.find_decision("d1") == DECISION

    def test_an_event_comes_back_as_it_was(self, log: EventLog) -> None:
        bare = replace(EVENT, event_id="e2", decision_id=None, position=None, type=EventType.PURCHASE, value_minor=1999)
        assert log.append_event(EVENT)
        assert log.append_event(bare)
        assert [event for _, event in log.events()] == [EVENT, bare]

    def test_an_event_id_is_kept_once_and_the_first_stays(self, log: EventLog) -> None:
        assert log.append_event(EVENT)
        assert not log.append_event(replace(EVENT, item_id="other"))
        assert [event for _, event in log.events()] == [EVENT]

    def test_sequence_numbers_rise_and_after_continues_from_them(self, log: EventLog) -> None:
        events = [replace(EVENT, event_id=f"e{i}") for i in range(5)]
        for event in events:
            log.append_event(event)
        numbers = [number for number, _ in log.events()]
        assert numbers == sorted(set(numbers))
        assert min(numbers) > 0
        first = log.events(limit=2)
        rest = log.events(after=first[-1][0])
        assert [event for _, event in [*first, *rest]] == events
        assert not log.events(after=numbers[-1])

    def test_many_are_kept_together_and_the_new_ones_counted(self, log: EventLog) -> None:
        second = replace(EVENT, event_id="e2")
        assert log.append_many((DECISION,), (EVENT, second)) == 2
        assert log.append_many((), (EVENT, replace(EVENT, event_id="e3"))) == 1
        assert log.find_decision("d1") == DECISION
        assert [event.event_id for _, event in log.events()] == ["e1", "e2", "e3"]

    def test_threads_that_send_the_same_events_leave_each_once(self, log: EventLog) -> None:
        new: list[bool] = []

        def send() -> None:
            for i in range(20):
                new.append(log.append_event(replace(EVENT, event_id=f"e{i}")))

        threads = [threading.Thread(target=send) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sum(new) == 20
        assert len(log.events()) == 20
