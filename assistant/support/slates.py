"""The latest slates of the log, and what shoppers did with one. For the owner's page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from assistant.store import SqlEventLog, Store
from assistant.store.tables import events
from recommender.events import Decision, EventType

MOST = 30
_SHOWING = (EventType.IMPRESSION.value, EventType.NOT_SHOWN.value)


@dataclass(frozen=True, slots=True)
class Latest:
    """A slate in the list of the latest: `at` is aware; `decision` comes without what it was served with."""

    decision: Decision
    at: datetime


def latest_slates(log: SqlEventLog, n: int = MOST) -> tuple[Latest, ...]:
    """Return the latest slates, newest first."""
    found = log.decisions(after=max(0, log.last_decision() - n), limit=n)
    return tuple(Latest(one, datetime.fromtimestamp(one.context.now, UTC)) for _, one in reversed(found))


def what_happened(store: Store, decision_id: str) -> Mapping[str, tuple[str, ...]]:
    """Return what the shopper did with the items of a slate: item id -> kinds of events, in order of time."""
    query = (
        sa.select(events.c.item_id, events.c.type)
        .where(events.c.decision_id == decision_id, events.c.type.not_in(_SHOWING))
        .order_by(events.c.at, events.c.seq)
    )
    found: dict[str, dict[str, None]] = defaultdict(dict)
    with store.read() as connection:
        for row in connection.execute(query):
            found[row.item_id][row.type] = None
    return {item_id: tuple(kinds) for item_id, kinds in found.items()}
