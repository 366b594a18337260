"""The recommender's event log, kept in the store.

Knows the shape of decisions and events, not what they mean. Both are kept once per id, in order of arrival.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter

from assistant.store.counters import take
from assistant.store.engine import Store
from assistant.store.tables import decisions, events
from recommender.events import Decision, Event, EventType

_DECISION: TypeAdapter[Decision] = TypeAdapter(Decision)
_COLUMNS = tuple(column.name for column in events.c)
# SQLAlchemy Core has no portable "do nothing on conflict"; this text is the same on SQLite and Postgres.
_NEW_DECISION = sa.text(
    "INSERT INTO decisions (decision_id, body) VALUES (:decision_id, :body) ON CONFLICT (decision_id) DO NOTHING"
)
_NEW_EVENT = sa.text(
    f"INSERT INTO events ({', '.join(_COLUMNS)}) VALUES ({', '.join(':' + name for name in _COLUMNS)}) "  # noqa: S608
    "ON CONFLICT (event_id) DO NOTHING"
).bindparams(*(sa.bindparam(column.name, type_=column.type) for column in events.c))


class SqlEventLog:
    """An append-only log of decisions and events (recommender.events.EventLog)."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def append_decision(self, decision: Decision) -> None:
        """Keep a decision; the same id twice is kept once."""
        self.append_many((decision,), ())

    def append_event(self, event: Event) -> bool:
        """Keep an event. Returns False where its id was already known (nothing is changed)."""
        return self.append_many((), (event,)) == 1

    def append_many(self, new_decisions: Iterable[Decision], new_events: Iterable[Event]) -> int:
        """Keep many at once, all or none.

        Returns:
            How many of the events were new.
        """
        decision_rows = [_decision_row(decision) for decision in new_decisions]
        rows = [_event_row(event) for event in new_events]
        with self._store.write() as connection:
            if decision_rows:
                connection.execute(_NEW_DECISION, decision_rows)
            if not rows:
                return 0
            first = take(connection, "events", len(rows))
            for number, row in enumerate(rows, first):
                row["seq"] = number
            kept = connection.execute(_NEW_EVENT, rows, execution_options={"preserve_rowcount": True})
            return int(kept.rowcount)

    def find_decision(self, decision_id: str) -> Decision | None:
        """Return a decision or None."""
        with self._store.read() as connection:
            body = connection.execute(
                sa.select(decisions.c.body).where(decisions.c.decision_id == decision_id)
            ).scalar_one_or_none()
        return None if body is None else _DECISION.validate_json(body)

    def events(self, *, after: int = 0, limit: int = 100_000) -> Sequence[tuple[int, Event]]:
        """Return events in order of arrival as (sequence number, event), with numbers above `after`."""
        query = sa.select(events).where(events.c.seq > after).order_by(events.c.seq).limit(limit)
        with self._store.read() as connection:
            rows = connection.execute(query).all()
        return [(row[0], Event(row[1], EventType(row[2]), *row[3:])) for row in rows]


def _decision_row(decision: Decision) -> dict[str, str]:
    return {"decision_id": decision.decision_id, "body": _DECISION.dump_json(decision).decode()}


def _event_row(event: Event) -> dict[str, Any]:
    return asdict(event) | {"type": event.type.value}
