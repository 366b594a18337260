"""Bringing in a person: the queue, and who has the floor.

The promise ("you are number 2") and the place in the queue are one transaction. The floor moves only along `ARROWS`.
"""

from __future__ import annotations

from collections.abc import Mapping

import sqlalchemy as sa

from assistant.errors import Refused, SessionMissing
from assistant.store import Clock, Store
from assistant.store.counters import take
from assistant.store.tables import conversations, hand_overs
from assistant.turn import Floor, HandOverFact, Principal

ARROWS: Mapping[tuple[Floor, str], Floor] = {
    (Floor.ASSISTANT, "request"): Floor.QUEUE,
    (Floor.QUEUE, "request"): Floor.QUEUE,
    (Floor.QUEUE, "cancel"): Floor.ASSISTANT,
    (Floor.QUEUE, "take"): Floor.AGENT,
    (Floor.AGENT, "hand_back"): Floor.ASSISTANT,
}
"""(who has the floor, what happens) -> who has it then."""


def next_floor(floor: Floor, action: str) -> Floor:
    """Return who has the floor after an action.

    Args:
        floor: who has it now.
        action: "request", "cancel", "take" or "hand_back".

    Raises:
        Refused: "not_possible_now" where no arrow leads there.
    """
    try:
        return ARROWS[floor, action]
    except KeyError:
        raise Refused("not_possible_now", _SENTENCES.get((floor, action), "That is not possible now.")) from None


_SENTENCES = {
    (Floor.AGENT, "request"): "You are talking to a person already.",
    (Floor.AGENT, "cancel"): "A person has taken over already; please tell them.",
    (Floor.ASSISTANT, "cancel"): "You are not waiting for a person.",
}


class HandOff:
    """Keeps the queue of conversations that wait for a person."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def request(self, principal: Principal, conversation_id: str, reason: str) -> HandOverFact:
        """Put the principal's conversation into the queue; a second time keeps its place and first reason.

        Raises:
            SessionMissing: the conversation is not the principal's or does not exist.
            Refused: "not_possible_now" where a person has the floor.
        """
        with self._store.write() as connection:
            floor = _own_floor(connection, principal, conversation_id)
            _set_floor(connection, conversation_id, next_floor(floor, "request"))
            if floor is Floor.ASSISTANT:
                connection.execute(
                    sa.insert(hand_overs).values(
                        seq=take(connection, "hand_overs"),
                        conversation_id=conversation_id,
                        reason=reason,
                        status="waiting",
                        requested_at=self._clock(),
                    )
                )
            return _fact(connection, conversation_id)

    def cancel(self, principal: Principal, conversation_id: str) -> None:
        """Leave the queue; the assistant speaks again.

        Raises:
            SessionMissing: as in `request`.
            Refused: "not_possible_now" where the conversation does not wait.
        """
        with self._store.write() as connection:
            floor = _own_floor(connection, principal, conversation_id)
            _set_floor(connection, conversation_id, next_floor(floor, "cancel"))
            here = sa.and_(hand_overs.c.conversation_id == conversation_id, hand_overs.c.status == "waiting")
            connection.execute(sa.update(hand_overs).where(here).values(status="cancelled", closed_at=self._clock()))

    def find(self, principal: Principal, conversation_id: str) -> HandOverFact | None:
        """Return the place in the queue now; None where the conversation does not wait.

        Raises:
            SessionMissing: as in `request`.
        """
        with self._store.read() as connection:
            floor = _own_floor(connection, principal, conversation_id)
            return _fact(connection, conversation_id) if floor is Floor.QUEUE else None


def _own_floor(connection: sa.Connection, principal: Principal, conversation_id: str) -> Floor:
    mine = sa.and_(conversations.c.id == conversation_id, conversations.c.session_id == principal.session_id)
    floor = connection.execute(sa.select(conversations.c.floor).where(mine)).scalar_one_or_none()
    if floor is None:
        raise SessionMissing("This conversation is not there any more; please start a new one.")
    return Floor(floor)


def _set_floor(connection: sa.Connection, conversation_id: str, floor: Floor) -> None:
    connection.execute(sa.update(conversations).where(conversations.c.id == conversation_id).values(floor=floor.value))


def _fact(connection: sa.Connection, conversation_id: str) -> HandOverFact:
    waiting = hand_overs.c.status == "waiting"
    query = sa.select(hand_overs.c.seq, hand_overs.c.reason).where(
        waiting, hand_overs.c.conversation_id == conversation_id
    )
    seq, reason = connection.execute(query).one()
    ahead = sa.select(sa.func.count()).select_from(hand_overs).where(waiting, hand_overs.c.seq <= seq)
    return HandOverFact(int(connection.execute(ahead).scalar_one()), reason)
