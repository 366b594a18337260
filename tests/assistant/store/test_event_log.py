"""The event log in the store: what every event log promises, and loading many at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from assistant.store import SqlEventLog, Store, open_store
from recommender.events import Event
from tests.contracts.event_log import DECISION, EVENT, EventLogContract


def event(number: int) -> Event:
    return replace(EVENT, event_id=f"e{number}")


@pytest.fixture
def log(store: Store) -> SqlEventLog:
    return SqlEventLog(store)


class TestSqlEventLog(EventLogContract):
    @pytest.fixture
    def log(self, store: Store) -> SqlEventLog:
        return SqlEventLog(store)


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
