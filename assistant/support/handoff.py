"""Bringing in a person: the queue, and who has the floor, as the store keeps them.

The promise ("you are number 2") and the place in the queue are one transaction. The floor moves only as
`support/floor.py` says. Two agents who take at once meet in the one writing transaction: the second reads what the
first has written, and is told.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from assistant.errors import SessionMissing
from assistant.live import FloorChanged, Live
from assistant.store import Clock, Store
from assistant.store.counters import take
from assistant.store.tables import conversations, hand_overs
from assistant.support.floor import Entry, FloorState, move
from assistant.turn import Agent, Floor, HandOverFact, Principal


class HandOff:
    """Keeps the queue of conversations that wait for a person, and those that a person has."""

    def __init__(self, store: Store, clock: Clock, live: Live | None = None) -> None:
        """Args:
        store: where the floor is kept.
        clock: the time.
        live: hears of every move; nobody watches without.
        """
        self._store = store
        self._clock = clock
        self._live = live or Live()

    # ------------------------------------------------------------ the shopper's side

    def request(self, principal: Principal, conversation_id: str, reason: str) -> HandOverFact:
        """Put the principal's conversation into the queue; a second time keeps its place and first reason.

        Raises:
            SessionMissing: the conversation is not the principal's or does not exist.
            Refused: "not_possible_now" where a person has the floor.
        """
        fact: list[HandOverFact] = []
        self._move(
            _own(principal, conversation_id),
            "request",
            reason=reason,
            then=lambda connection: fact.append(_fact(connection, conversation_id)),
        )
        return fact[0]

    def cancel(self, principal: Principal, conversation_id: str) -> None:
        """Leave the queue; the assistant speaks again.

        Raises:
            SessionMissing: as in `request`.
            Refused: "not_possible_now" where the conversation does not wait.
        """
        self._move(_own(principal, conversation_id), "cancel")

    def find(self, principal: Principal, conversation_id: str) -> HandOverFact | None:
        """Return the place in the queue now; None where the conversation does not wait.

        Raises:
            SessionMissing: as in `request`.
        """
        with self._store.read() as connection:
            state = state_of(_row(connection, _own(principal, conversation_id)))
            return _fact(connection, conversation_id) if state.floor is Floor.QUEUE else None

    def floor(self, principal: Principal, conversation_id: str) -> FloorChanged:
        """Return who has the floor now.

        Raises:
            SessionMissing: as in `request`.
        """
        with self._store.read() as connection:
            return floor_of(connection, _row(connection, _own(principal, conversation_id)))

    # ------------------------------------------------------------ the staff's side

    def take(self, conversation_id: str, agent: Agent) -> None:
        """Give the agent the floor; a turn that runs ends before, and taking twice is taking once.

        Raises:
            SessionMissing: there is no such conversation.
            Refused: "taken" where a colleague has it; the sentence names them.
        """
        self._move(conversations.c.id == conversation_id, "take", agent)

    def relieve(self, conversation_id: str, admin: Agent) -> None:
        """Take the floor from a colleague.

        Raises:
            SessionMissing: there is no such conversation.
            Refused: "admins_only"; "not_possible_now" where no agent has the floor.
        """
        self._move(conversations.c.id == conversation_id, "relieve", admin)

    def hand_back(self, conversation_id: str, agent: Agent) -> None:
        """Give the floor back to the assistant.

        Raises:
            SessionMissing: there is no such conversation.
            Refused: "taken" where a colleague has it; "not_possible_now" where no agent has.
        """
        self._move(conversations.c.id == conversation_id, "hand_back", agent)

    # ------------------------------------------------------------ inside

    def _move(
        self,
        which: sa.ColumnElement[bool],
        action: str,
        agent: Agent | None = None,
        *,
        reason: str = "",
        then: Callable[[sa.Connection], object] | None = None,
    ) -> None:
        """Read the state, move it, and write floor, agent and queue entry, in one transaction."""
        with self._store.write() as connection:
            row = _row(connection, which)
            before = state_of(row)
            after = move(before, action, agent)
            if after != before:
                self._keep(connection, row.id, before, after, reason)
            if after.agent is not None and before.agent != after.agent:
                self._live.cut(row.id, after.agent.name)
            if then is not None:
                then(connection)
        if after != before:
            self._live.ring(row.id)
            self._live.ring_queue()

    def _keep(
        self, connection: sa.Connection, conversation_id: str, before: FloorState, after: FloorState, reason: str
    ) -> None:
        agent, now = after.agent, self._clock()
        who = {"agent_id": agent.id if agent else None, "agent_name": agent.name if agent else None}
        here = conversations.c.id == conversation_id
        connection.execute(sa.update(conversations).where(here).values(floor=after.floor.value, **who))
        if before.entry is Entry.NONE:
            connection.execute(
                sa.insert(hand_overs).values(
                    seq=take(connection, "hand_overs"),
                    conversation_id=conversation_id,
                    reason=reason,
                    status=after.entry.value,
                    requested_at=now,
                    agent_id=who["agent_id"],
                    taken_at=now if agent else None,
                )
            )
            return
        entry = sa.and_(hand_overs.c.conversation_id == conversation_id, hand_overs.c.status == before.entry.value)
        if after.entry is Entry.NONE:
            ended = "cancelled" if before.entry is Entry.WAITING else "closed"
            values = {"status": ended, "closed_at": now}
        else:
            values = {"status": after.entry.value, "agent_id": who["agent_id"], "taken_at": now}
        connection.execute(sa.update(hand_overs).where(entry).values(values))


def state_of(row: Any) -> FloorState:
    """Return the state that a row of `conversations` holds."""
    agent = Agent(row.agent_id, row.agent_name or "") if row.agent_id is not None else None
    return FloorState(Floor(row.floor), agent)


def floor_of(connection: sa.Connection, row: Any) -> FloorChanged:
    """Return what a shopper is told of the state that a row of `conversations` holds."""
    state = state_of(row)
    position = _fact(connection, row.id).position if state.floor is Floor.QUEUE else None
    return FloorChanged(state.floor, state.agent.name if state.agent else None, position)


def _own(principal: Principal, conversation_id: str) -> sa.ColumnElement[bool]:
    return sa.and_(conversations.c.id == conversation_id, conversations.c.session_id == principal.session_id)


def _row(connection: sa.Connection, which: sa.ColumnElement[bool]) -> Any:
    row = connection.execute(sa.select(conversations).where(which)).one_or_none()
    if row is None:
        raise SessionMissing("This conversation is not there any more; please start a new one.")
    return row


def _fact(connection: sa.Connection, conversation_id: str) -> HandOverFact:
    waiting = hand_overs.c.status == "waiting"
    query = sa.select(hand_overs.c.seq, hand_overs.c.reason).where(
        waiting, hand_overs.c.conversation_id == conversation_id
    )
    seq, reason = connection.execute(query).one()
    ahead = sa.select(sa.func.count()).select_from(hand_overs).where(waiting, hand_overs.c.seq <= seq)
    return HandOverFact(int(connection.execute(ahead).scalar_one()), reason)
