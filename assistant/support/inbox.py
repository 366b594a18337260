"""The desk's inbox: which conversations there are for the staff, and whose they are.

Only staff see more than their own here, so nothing of it is for shoppers; `assistant.desk` is its only door.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from assistant.errors import SessionMissing
from assistant.store import Clock, Store
from assistant.store.tables import UtcTime, conversations, customers, hand_overs, messages, sessions
from assistant.turn import Floor, Principal

RECENT = timedelta(hours=24)
"""Conversations with the assistant are listed for as long after their last message."""
MOST = 200
_LINE_CHARS = 160


@dataclass(frozen=True, slots=True)
class InboxRow:
    """One conversation in the inbox.

    Args:
        conversation_id: which.
        customer_name: None for a guest.
        last_line: the last words; empty where nothing was said yet.
        last_role: who said them: "shopper", "assistant" or "agent".
        last_at: when; aware datetime.
        floor: who has the floor.
        agent_id, agent_name: who of the staff does; None where nobody does.
        reason: why a person is asked for; may be empty.
        waiting_since: since when somebody of the staff is waited for: the request, or the first words of the shopper
            that the agent has not answered; None where nobody waits.
    """

    conversation_id: str
    customer_name: str | None
    last_line: str
    last_role: str
    last_at: datetime
    floor: Floor
    agent_id: str | None
    agent_name: str | None
    reason: str
    waiting_since: datetime | None


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a conversation is.

    Args:
        principal: the shopper behind its session; a guest where the visit has ended.
        here: whether it is the conversation that this shopper has open; False after a new one, or after signing out.
    """

    principal: Principal
    here: bool


class Inbox:
    """Reads what the staff see of all conversations."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def rows(self) -> tuple[InboxRow, ...]:
        """Return who waits (longest first), who talks with staff, and whom the assistant talked with lately."""
        with self._store.read() as connection:
            found = connection.execute(_query(self._clock() - RECENT)).all()
        rows = [_row(row) for row in found]
        rank = {Floor.QUEUE: 0, Floor.AGENT: 1, Floor.ASSISTANT: 2}
        late = max((row.last_at for row in rows), default=self._clock())
        waited = [row.waiting_since or late for row in rows]
        order = sorted(range(len(rows)), key=lambda i: (rank[rows[i].floor], waited[i], -rows[i].last_at.timestamp()))
        return tuple(rows[i] for i in order)

    def owner_of(self, conversation_id: str) -> Owner:
        """Return whose conversation it is.

        Raises:
            SessionMissing: there is no such conversation.
        """
        joined = conversations.outerjoin(sessions, sessions.c.session_id == conversations.c.session_id)
        query = sa.select(
            conversations.c.session_id, sessions.c.customer_id, sessions.c.conversation_id.label("opened")
        ).select_from(joined)
        with self._store.read() as connection:
            row = connection.execute(query.where(conversations.c.id == conversation_id)).one_or_none()
        if row is None:
            raise SessionMissing("This conversation is not there any more.")
        return Owner(Principal(row.session_id, row.customer_id), here=row.opened == conversation_id)


def _query(since: datetime) -> sa.Select[Any]:
    last = (
        sa.select(messages.c.conversation_id, sa.func.max(messages.c.seq).label("seq"))
        .group_by(messages.c.conversation_id)
        .subquery()
    )
    ours = messages.alias()
    said = sa.and_(ours.c.conversation_id == conversations.c.id, ours.c.role == "agent")
    answered = sa.select(sa.func.coalesce(sa.func.max(ours.c.seq), 0)).where(said).correlate(conversations)
    answered_at = sa.select(sa.func.max(ours.c.at, type_=UtcTime)).where(said).correlate(conversations)
    theirs = messages.alias()
    asked_at = (
        sa.select(sa.func.min(theirs.c.at, type_=UtcTime))
        .where(
            theirs.c.conversation_id == conversations.c.id,
            theirs.c.role == "shopper",
            theirs.c.seq > answered.scalar_subquery(),
            theirs.c.at >= hand_overs.c.requested_at,
        )
        .correlate(conversations, hand_overs)
    )
    joined = (
        conversations.outerjoin(last, last.c.conversation_id == conversations.c.id)
        .outerjoin(
            messages, sa.and_(messages.c.conversation_id == last.c.conversation_id, messages.c.seq == last.c.seq)
        )
        .outerjoin(
            hand_overs,
            sa.and_(hand_overs.c.conversation_id == conversations.c.id, hand_overs.c.status.in_(("waiting", "taken"))),
        )
        .outerjoin(sessions, sessions.c.session_id == conversations.c.session_id)
        .outerjoin(customers, customers.c.id == sessions.c.customer_id)
    )
    wanted = sa.or_(conversations.c.floor != Floor.ASSISTANT.value, conversations.c.last_at > since)
    staffed = sa.case((conversations.c.floor == Floor.ASSISTANT.value, 1), else_=0)
    return (
        sa.select(
            conversations.c.id,
            conversations.c.floor,
            conversations.c.agent_id,
            conversations.c.agent_name,
            conversations.c.created_at,
            conversations.c.last_at,
            customers.c.name,
            messages.c.text,
            messages.c.role,
            hand_overs.c.reason,
            hand_overs.c.requested_at,
            hand_overs.c.taken_at,
            answered_at.scalar_subquery().label("answered_at"),
            asked_at.scalar_subquery().label("asked_at"),
        )
        .select_from(joined)
        .where(wanted)
        .order_by(staffed, conversations.c.last_at.desc())
        .limit(MOST)
    )


def _row(row: Any) -> InboxRow:
    floor = Floor(row.floor)
    return InboxRow(
        conversation_id=row.id,
        customer_name=row.name,
        last_line=(row.text or "")[:_LINE_CHARS],
        last_role=row.role or "",
        last_at=row.last_at or row.created_at,
        floor=floor,
        agent_id=row.agent_id,
        agent_name=row.agent_name,
        reason=row.reason or "",
        waiting_since=_waiting_since(floor, row),
    )


def _waiting_since(floor: Floor, row: Any) -> datetime | None:
    since: datetime | None = row.requested_at if floor is Floor.QUEUE else None
    if floor is Floor.AGENT:
        silent = row.answered_at is None or row.answered_at < row.taken_at
        since = row.requested_at if silent and row.requested_at < row.taken_at else row.asked_at
    return since
