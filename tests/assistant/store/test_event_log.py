"""The event log in the store: what every event log promises, and loading many at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from assistant.store import SqlEventLog, Store, open_store
from recommender.events import Decision, DecisionContext, Event, EventType, Reason, SlateItem


def event(number: int) -> Event:
    return Event(f"e{number}", EventType.CLICK, "tent-2", "c:mara", "s:1", 1_750_000_000.25 + number, "d1", 3, 0)


DECISION = Decision(
    decision_id="d1",
    context=DecisionContext(
        "c:mara", "s:1", "t1", "search", 1_750_000_000.125, 7, query="zelt – warm", exclude=frozenset({"a", "b"})
    ),
    items=(
        SlateItem("tent-2", 0, 0.1 + 0.2, 1 / 3, (Reason("matches", "under $80", 0.7),)),
        SlateItem("tent-1", 1, -4.5, 1.0),
    ),
    slate_probability=1 / 3,
    policy="squarecb/1",
    model="0af3",
    candidate_ids=("tent-1", "tent-2"),
    candidate_scores=(-4.5, 0.1 + 0.2),
    params={"gamma": 40.0},
)


@pytest.fixture
def log(store: Store) -> SqlEventLog:
    return SqlEventLog(store)


def test_a_decision_comes_back_exactly_as_it_was(log: SqlEventLog) -> None:
    log.append_decision(DECISION)
    assert log.find_decision("d1") == DECISION


def test_the_first_of_two_decisions_with_one_id_is_kept(log: SqlEventLog) -> None:
    log.append_decision(DECISION)
    log.append_decision(replace(DECISION, policy="other/1"))
    assert log.find_decision("d1") == DECISION


def test_many_are_kept_in_order_and_known_ones_are_skipped(log: SqlEventLog) -> None:
    log.append_event(event(2))
    new = log.append_many((DECISION,), [event(1), event(2), event(3), replace(event(3), item_id="other")])
    assert new == 2
    assert [one for _, one in log.events()] == [event(2), event(1), event(3)]


def test_many_are_kept_all_or_none(log: SqlEventLog) -> None:
    broken = replace(event(2), item_id=None)  # type: ignore[arg-type]
    with pytest.raises(sa.exc.IntegrityError):
        log.append_many((DECISION,), [event(1), broken])
    assert log.find_decision("d1") is None
    assert log.events() == []


def test_reading_goes_on_after_a_number_and_stops_at_the_limit(log: SqlEventLog) -> None:
    log.append_many((), [event(number) for number in range(5)])
    first = log.events(limit=2)
    rest = log.events(after=first[-1][0])
    assert [one for _, one in [*first, *rest]] == [event(number) for number in range(5)]


def test_nothing_to_append_is_fine(log: SqlEventLog) -> None:
    assert log.append_many((), ()) == 0


def test_decisions_and_events_survive_a_restart(tmp_path: Path) -> None:
    for opened in _opened_twice(tmp_path):
        log = SqlEventLog(opened)
        log.append_many((DECISION,), [event(1)])
        assert log.find_decision("d1") == DECISION
        assert [one for _, one in log.events()] == [event(1)]


def _opened_twice(folder: Path) -> Iterator[Store]:
    for _ in range(2):
        store = open_store(folder)
        yield store
        store.close()
