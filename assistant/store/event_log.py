"""The recommender's event log, kept in the store.

Knows the shape of decisions and events, not what they mean. Both are kept once per id, in order of arrival.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import fields, replace
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter

from assistant.store.counters import take
from assistant.store.engine import Store
from assistant.store.tables import decision_traces, decisions, decisions_shown, events
from recommender.events import Decision, Event, EventType

_DECISION: TypeAdapter[Decision] = TypeAdapter(Decision)
# Kept in tables of their own: the one is large and seldom read, the other comes later.
_BESIDE = {"trace", "shown_ids"}
_EVENT_FIELDS = tuple(field.name for field in fields(Event))


def _new_row(table: sa.Table, known_by: str, otherwise: str = "DO NOTHING") -> sa.TextClause:
    # SQLAlchemy Core has no portable word for what happens on conflict; this text is the same on SQLite and Postgres.
    names = [column.name for column in table.c]
    return sa.text(
        f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({', '.join(':' + name for name in names)}) "  # noqa: S608
        f"ON CONFLICT ({known_by}) {otherwise}"
    ).bindparams(*(sa.bindparam(column.name, type_=column.type) for column in table.c))


_NEW_DECISION = _new_row(decisions, "decision_id")
_NEW_TRACE = _new_row(decision_traces, "decision_id")
_NEW_EVENT = _new_row(events, "event_id")
_SHOWN = _new_row(decisions_shown, "decision_id", "DO UPDATE SET shown_ids = excluded.shown_ids")


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
        made = list(new_decisions)
        rows = [_event_row(event) for event in new_events]
        with self._store.write() as connection:
            if made:
                _keep_decisions(connection, made)
            return _keep_events(connection, rows)

    def append_shown(self, decision_id: str, shown_ids: Sequence[str], taken_back: Iterable[Event] = ()) -> None:
        """Keep what of a decision was shown in the end, and the events that take impressions back."""
        rows = [_event_row(event) for event in taken_back]
        with self._store.write() as connection:
            connection.execute(_SHOWN, {"decision_id": decision_id, "shown_ids": json.dumps(list(shown_ids))})
            _keep_events(connection, rows)

    def find_decision(self, decision_id: str) -> Decision | None:
        """Return a decision or None."""
        query = _select(traces=True).where(decisions.c.decision_id == decision_id)
        with self._store.read() as connection:
            row = connection.execute(query).one_or_none()
        return None if row is None else _decision(row)

    def decisions(self, *, after: int = 0, limit: int = 1_000, traces: bool = False) -> Sequence[tuple[int, Decision]]:
        """Return decisions in order of arrival as (sequence number, decision), with numbers above `after`."""
        query = _select(traces=traces).where(decisions.c.seq > after).order_by(decisions.c.seq).limit(limit)
        with self._store.read() as connection:
            rows = connection.execute(query).all()
        return [(int(row.seq), _decision(row)) for row in rows]

    def last_decision(self) -> int:
        """Return the highest sequence number of a decision; 0 without any."""
        with self._store.read() as connection:
            return int(connection.execute(sa.select(sa.func.max(decisions.c.seq))).scalar() or 0)

    def events(self, *, after: int = 0, limit: int = 100_000) -> Sequence[tuple[int, Event]]:
        """Return events in order of arrival as (sequence number, event), with numbers above `after`."""
        query = sa.select(events).where(events.c.seq > after).order_by(events.c.seq).limit(limit)
        with self._store.read() as connection:
            rows = connection.execute(query).all()
        return [(row[0], Event(row[1], EventType(row[2]), *row[3:])) for row in rows]


def _event_row(event: Event) -> dict[str, Any]:
    return {name: getattr(event, name) for name in _EVENT_FIELDS} | {"type": event.type.value}


def _keep_decisions(connection: sa.Connection, made: Sequence[Decision]) -> None:
    first = take(connection, "decisions", len(made))
    rows = [
        {"seq": seq, "decision_id": d.decision_id, "body": _DECISION.dump_json(d, exclude=_BESIDE).decode()}
        for seq, d in enumerate(made, first)
    ]
    connection.execute(_NEW_DECISION, rows)
    traces = [{"decision_id": d.decision_id, "trace": d.trace} for d in made if d.trace]
    if traces:
        connection.execute(_NEW_TRACE, traces)


def _keep_events(connection: sa.Connection, rows: list[dict[str, Any]]) -> int:
    if not rows:
        return 0
    first = take(connection, "events", len(rows))
    for number, row in enumerate(rows, first):
        row["seq"] = number
    kept = connection.execute(_NEW_EVENT, rows, execution_options={"preserve_rowcount": True})
    return int(kept.rowcount)


def _select(*, traces: bool) -> sa.Select[Any]:
    trace = decision_traces.c.trace if traces else sa.null().label("trace")
    query = sa.select(decisions.c.seq, decisions.c.body, trace, decisions_shown.c.shown_ids).join(
        decisions_shown, decisions_shown.c.decision_id == decisions.c.decision_id, isouter=True
    )
    return (
        query.join(decision_traces, decision_traces.c.decision_id == decisions.c.decision_id, isouter=True)
        if traces
        else query
    )


def _decision(row: sa.Row[Any]) -> Decision:
    shown = None if row.shown_ids is None else tuple(json.loads(row.shown_ids))
    return replace(_DECISION.validate_json(row.body), trace=row.trace or b"", shown_ids=shown)
