"""What the funnel asks the database: the same on SQLite and on Postgres."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from assistant.store.tables import conversations, decisions, events, messages, sessions
from recommender.events import APART, SPONSORED, EventType

STEPS: Final = ("shown", "clicked", "carted", "bought")
_PAID: Final = f'"code":"{SPONSORED}"'
"""Stands once in a decision's row for each paid place; within words the quotes would be written otherwise."""
_JSON: Final = sa.JSON().with_variant(sa.Text(), "sqlite")
"""What a text is cast to before values are read from it: SQLite reads JSON from texts."""
FIRST_VISITS: Final = sa.select(
    events.c.shopper_key, events.c.session_key, sa.func.min(events.c.at).label("at")
).group_by(events.c.shopper_key, events.c.session_key)
"""One row per shopper and visit: when it began."""


def slates_since(since: float) -> sa.Select[Any]:
    """One row per slate shown since a time, with what came of it up to now: of its cards, and of its paid places."""
    items = _items(since).subquery()
    seen = items.c.shown > 0
    totals = (
        sa.select(
            items.c.decision_id,
            sa.func.min(items.c.shopper).label("shopper"),
            sa.func.min(items.c.visit).label("visit"),
            sa.func.min(items.c.at).label("at"),
            *(_summed(seen, items.c[step]).label(step) for step in (*STEPS, "value")),
            *(_summed(~seen & ~items.c.hidden, items.c[step]).label(f"paid_{step}") for step in (*STEPS, "value")),
            _whole(sa.func.sum(items.c.events)).label("events"),
        )
        .group_by(items.c.decision_id)
        .subquery()
    )
    body = sa.cast(decisions.c.body, _JSON)
    left = sa.func.length(sa.func.replace(decisions.c.body, _PAID, ""))
    n_paid = _whole((sa.func.length(decisions.c.body) - left) / len(_PAID))
    return sa.select(
        *(column for column in totals.c if column.name not in ("paid_shown", "events")),
        n_paid.label("paid_shown"),
        totals.c.events,
        sa.func.coalesce(body[("context", "surface")].as_string(), ""),
        sa.func.coalesce(body["stream"].as_string(), "live"),
    ).join(decisions, decisions.c.decision_id == totals.c.decision_id)


def wrote_since(since: datetime) -> sa.Select[Any]:
    """One row per visit in which a shopper wrote something since a time, with the customer if one was signed in."""
    return (
        sa.select(conversations.c.session_id, sa.func.max(sessions.c.customer_id).label("customer_id"))
        .join(messages, messages.c.conversation_id == conversations.c.id)
        .join(sessions, sessions.c.session_id == conversations.c.session_id, isouter=True)
        .where(messages.c.role == "shopper", messages.c.at >= since)
        .group_by(conversations.c.session_id)
    )


def _items(since: float) -> sa.Select[Any]:
    """One row per slate and item. What is paid for has no impression: nothing may be learned from it."""
    kind = events.c.type

    def did(event: EventType) -> sa.ColumnElement[int]:
        return sa.func.max(sa.case((kind == event.value, 1), else_=0))

    shown = did(EventType.IMPRESSION) - did(EventType.NOT_SHOWN)
    return (
        sa.select(
            events.c.decision_id,
            sa.func.min(events.c.shopper_key).label("shopper"),
            sa.func.min(events.c.session_key).label("visit"),
            sa.func.min(events.c.at).label("at"),
            shown.label("shown"),
            (did(EventType.NOT_SHOWN) == 1).label("hidden"),
            did(EventType.CLICK).label("clicked"),
            did(EventType.ADD_TO_CART).label("carted"),
            did(EventType.PURCHASE).label("bought"),
            sa.func.sum(sa.case((kind == EventType.PURCHASE.value, events.c.value_minor), else_=0)).label("value"),
            sa.func.count().label("events"),
        )
        .where(events.c.at >= since, events.c.decision_id.is_not(None), ~events.c.item_id.startswith(APART))
        .group_by(events.c.decision_id, events.c.item_id)
    )


def _summed(where: sa.ColumnElement[bool], value: Any) -> sa.ColumnElement[int]:
    return _whole(sa.func.sum(sa.case((where, value), else_=0)))


def _whole(number: sa.ColumnElement[Any]) -> sa.ColumnElement[int]:
    """A sum of whole numbers is a decimal on Postgres."""
    return sa.cast(number, sa.BigInteger)
