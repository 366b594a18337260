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
    model_sha="0f3a",
    feature_schema="ctr/3",
    candidate_sources=(("search",), ("search", "seen_with:tent-9"), ()),
    default_ids=("tent-2", "tent-1"),
    stream="uniform",
    policy_version="7",
    experiments={"cards": "four"},
    guards=("pin:1:tent-1@0",),
    pinned_ids=("tent-1",),
    segment="new",
    latency_us=812,
    trace=bytes(range(256)),
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
        assert log.last_decision() == 0

    def test_the_first_decision_of_an_id_stays(self, log: EventLog) -> None:
        log.append_decision(DECISION)
        log.append_decision(replace(DECISION, policy="other/1"))
        assert log.find_decision("d1") == DECISION

    def test_what_was_shown_in_the_end_comes_back_with_its_decision(self, log: EventLog) -> None:
        log.append_many((DECISION, replace(DECISION, decision_id="d2")), ())
        log.append_shown("d1", ("tent-2",))
        found = log.find_decision("d1")
        assert found == replace(DECISION, shown_ids=("tent-2",))
        assert found.seen_ids == ("tent-2",)
        other = log.find_decision("d2")
        assert other is not None
        assert other.shown_ids is None
        assert other.seen_ids == ("tent-1", "tent-2")

    def test_the_last_word_on_what_was_shown_stays_and_may_be_nothing(self, log: EventLog) -> None:
        log.append_decision(DECISION)
        log.append_shown("d1", ("tent-2", "tent-1"))
        log.append_shown("d1", ())
        log.append_decision(DECISION)
        found = log.find_decision("d1")
        assert found is not None
        assert found.shown_ids == ()

    def test_impressions_are_taken_back_together_with_what_was_shown(self, log: EventLog) -> None:
        log.append_decision(DECISION)
        gone = replace(EVENT, event_id="d1:0:not_shown", type=EventType.NOT_SHOWN)
        for _ in range(2):
            log.append_shown("d1", ("tent-2",), (gone,))
        assert [event for _, event in log.events()] == [gone]

    def test_decisions_are_read_in_order_with_and_without_what_they_were_served_with(self, log: EventLog) -> None:
        made = [replace(DECISION, decision_id=f"d{i}") for i in (3, 1, 2)]
        log.append_many(made, ())
        log.append_shown("d1", ())
        expected = [made[0], replace(made[1], shown_ids=()), made[2]]
        assert [decision for _, decision in log.decisions(traces=True)] == expected
        bare = [replace(decision, trace=b"") for decision in expected]
        first = log.decisions(limit=2)
        rest = log.decisions(after=first[-1][0])
        assert [decision for _, decision in [*first, *rest]] == bare
        assert not log.decisions(after=rest[-1][0])
        assert log.last_decision() == rest[-1][0]

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
