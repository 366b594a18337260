"""Conversations: what was said, what is looked for, and what "it" means.

A conversation belongs to one session; one of somebody else and one that does not exist look the same. Nothing here
decides what is answered.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter

from assistant.errors import Refused, SessionMissing
from assistant.live import Live
from assistant.store import Clock, Store
from assistant.store.answers import Lookups, answer_from_json, answer_to_json
from assistant.store.tables import conversations, messages
from assistant.support.floor import FloorState, taken
from assistant.support.handoff import state_of
from assistant.turn import Agent, Answer, Floor, Focus, Need, Principal

_HISTORY = 200
_LATEST = 5
"""So many conversations of a visit are looked through for what was looked for last."""
_NEED: TypeAdapter[Need] = TypeAdapter(Need)
_FOCUS: TypeAdapter[Focus] = TypeAdapter(Focus)
LookupsFor = Callable[[Principal], Lookups]


class Role(StrEnum):
    """Who said something."""

    SHOPPER = "shopper"
    ASSISTANT = "assistant"
    AGENT = "agent"


@dataclass(frozen=True, slots=True)
class Message:
    """Something that was said.

    Args:
        message_id: the client's id; an answer has the id of the message that it answers.
        role: who said it.
        text: the words.
        at: aware datetime.
        answer: the whole answer with today's facts; None for a shopper's message.
        notes: what the answer showed that is gone since, in sentences.
        seq: its number in the conversation, from 1.
        agent_name: who of the staff wrote it; empty for the others.
    """

    message_id: str
    role: Role
    text: str
    at: datetime
    answer: Answer | None = None
    notes: tuple[str, ...] = ()
    seq: int = 0
    agent_name: str = ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation as it stands.

    Args:
        id: opaque.
        messages: oldest first, the last 200.
        need: what is looked for.
        focus: what "it" and "the second one" can mean.
        state: who has the floor.
    """

    id: str
    messages: tuple[Message, ...]
    need: Need
    focus: Focus
    state: FloorState

    @property
    def floor(self) -> Floor:
        """Who speaks to the shopper."""
        return self.state.floor


class Conversations:
    """Reads and continues conversations."""

    def __init__(self, store: Store, clock: Clock, lookups: LookupsFor, live: Live | None = None) -> None:
        """Args:
        store: where conversations are kept.
        clock: the time.
        lookups: gives, for a principal, where the facts behind stored ids come from.
        live: hears of every message; nobody watches without.
        """
        self._store = store
        self._clock = clock
        self._lookups = lookups
        self._live = live or Live()

    def load(self, principal: Principal, conversation_id: str, *, after: int = 0) -> Conversation:
        """Return one of the principal's conversations with its history.

        Args:
            principal: whose.
            conversation_id: which.
            after: only messages with a higher number; 0 for all.

        Raises:
            SessionMissing: it is not the principal's or does not exist; the words are the same.
        """
        with self._store.read() as connection:
            row = _conversation_row(connection, principal, conversation_id)
            query = sa.select(messages).where(messages.c.conversation_id == conversation_id, messages.c.seq > after)
            rows = connection.execute(query.order_by(messages.c.seq.desc()).limit(_HISTORY)).all()
            lookups = self._lookups(principal)
            said = tuple(_message(message, lookups) for message in reversed(rows))
        return Conversation(
            id=conversation_id,
            messages=said,
            need=_NEED.validate_json(row.need),
            focus=_FOCUS.validate_json(row.focus),
            state=state_of(row),
        )

    def append_user(self, principal: Principal, conversation_id: str, message_id: str, text: str) -> bool:
        """Keep what the shopper said.

        Returns:
            False where this message id is known already (nothing is changed).

        Raises:
            SessionMissing: as in `load`.
        """
        return self._append(principal, conversation_id, message_id, Role.SHOPPER, text)

    def append_answer(
        self,
        principal: Principal,
        conversation_id: str,
        message_id: str,
        answer: Answer,
        *,
        need: Need,
        focus: Focus,
        cut: bool = False,
    ) -> bool:
        """Keep the answer to a message and what is on the table after it, in one transaction.

        Args:
            principal, conversation_id, message_id: what is answered.
            answer: the whole of it.
            need, focus: after it.
            cut: an agent has taken the floor meanwhile; the answer is what was shown until then.

        Returns:
            False where the message is answered already (nothing is changed).

        Raises:
            SessionMissing: as in `load`.
            Refused: "taken" where an agent has the floor and the answer is not cut.
        """

        def may(row: Any) -> None:
            state = state_of(row)
            if not cut and state.agent is not None:
                raise taken(state.agent)

        state = {"need": _NEED.dump_json(need).decode(), "focus": _FOCUS.dump_json(focus).decode()}
        return self._append(
            principal,
            conversation_id,
            message_id,
            Role.ASSISTANT,
            answer.text,
            answer=answer_to_json(answer),
            state=state,
            may=may,
        )

    def append_reply(self, agent: Agent, conversation_id: str, message_id: str, text: str) -> bool:
        """Keep what an agent said, while this agent has the floor: checked in the same transaction.

        Returns:
            False where this message id is known already (nothing is changed).

        Raises:
            SessionMissing: there is no such conversation.
            Refused: "taken" where a colleague has the floor, "not_on_the_floor" where no agent has.
        """

        def may(row: Any) -> None:
            state = state_of(row)
            if state.agent is not None and not state.agent_speaks(agent):
                raise taken(state.agent)
            if state.agent is None:
                raise Refused("not_on_the_floor", "Take over first: the assistant is talking with this shopper.")

        return self._append(None, conversation_id, message_id, Role.AGENT, text, agent=agent, may=may)

    def find_answer(self, principal: Principal, conversation_id: str, message_id: str) -> Answer | None:
        """Return the answer that a message has got already, or None.

        Raises:
            SessionMissing: as in `load`.
        """
        with self._store.read() as connection:
            _conversation_row(connection, principal, conversation_id)
            query = sa.select(messages.c.answer).where(_is(conversation_id, message_id, Role.ASSISTANT))
            stored = connection.execute(query).scalar_one_or_none()
            return None if stored is None else answer_from_json(stored, self._lookups(principal))[0]

    def find_latest_need(self, principal: Principal) -> Need | None:
        """What was looked for in the latest conversation of this visit that looked for something; None without one."""
        mine = conversations.c.session_id == principal.session_id
        latest = sa.select(conversations.c.need).where(mine).order_by(conversations.c.created_at.desc()).limit(_LATEST)
        with self._store.read() as connection:
            needs = [_NEED.validate_json(row.need) for row in connection.execute(latest)]
        return next((need for need in needs if need != Need()), None)

    def set_need(self, principal: Principal, conversation_id: str, need: Need) -> None:
        """Replace what is looked for.

        Raises:
            SessionMissing: as in `load`.
        """
        with self._store.write() as connection:
            _conversation_row(connection, principal, conversation_id)
            _set(connection, conversation_id, {"need": _NEED.dump_json(need).decode()})

    def remove_wish(self, principal: Principal, conversation_id: str, key: str) -> Need:
        """Take one wish away (its constraint's key, or "text" for the words) and return what is left.

        A key that is not there changes nothing: a chip may be clicked twice.

        Raises:
            SessionMissing: as in `load`.
        """
        with self._store.write() as connection:
            need = _NEED.validate_json(_conversation_row(connection, principal, conversation_id).need)
            kept = tuple(constraint for constraint in need.constraints if constraint.key != key)
            need = replace(need, constraints=kept, text="" if key == "text" else need.text)
            _set(connection, conversation_id, {"need": _NEED.dump_json(need).decode()})
        return need

    def _append(
        self,
        principal: Principal | None,
        conversation_id: str,
        message_id: str,
        role: Role,
        text: str,
        *,
        answer: str | None = None,
        state: dict[str, str] | None = None,
        agent: Agent | None = None,
        may: Callable[[Any], None] | None = None,
    ) -> bool:
        """Keep a message once. `principal` is None where staff speak; `may` refuses from the conversation's row."""
        with self._store.write() as connection:
            row = _conversation_row(connection, principal, conversation_id)
            if may is not None:
                may(row)
            known = sa.select(messages.c.seq).where(_is(conversation_id, message_id, role))
            if connection.execute(known).scalar_one_or_none() is not None:
                return False
            last = sa.select(sa.func.max(messages.c.seq)).where(messages.c.conversation_id == conversation_id)
            now = self._clock()
            connection.execute(
                sa.insert(messages).values(
                    conversation_id=conversation_id,
                    seq=(connection.execute(last).scalar() or 0) + 1,
                    message_id=message_id,
                    role=role.value,
                    text=text,
                    answer=answer,
                    at=now,
                    agent_id=agent.id if agent else None,
                    agent_name=agent.name if agent else None,
                )
            )
            _set(connection, conversation_id, {**(state or {}), "last_at": now})
        self._live.ring(conversation_id)
        return True


def new_conversation(connection: sa.Connection, session_id: str, now: datetime) -> str:
    """Open an empty conversation in a writing transaction and return its id."""
    conversation_id = secrets.token_urlsafe(16)
    connection.execute(
        sa.insert(conversations).values(
            id=conversation_id,
            session_id=session_id,
            floor=Floor.ASSISTANT.value,
            need=_NEED.dump_json(Need()).decode(),
            focus=_FOCUS.dump_json(Focus()).decode(),
            created_at=now,
        )
    )
    return conversation_id


def missing() -> SessionMissing:
    """Return the error for what is not there or not this shopper's: the same words for both."""
    return SessionMissing("This conversation is not there any more; please start a new one.")


def _conversation_row(connection: sa.Connection, principal: Principal | None, conversation_id: str) -> Any:
    query = sa.select(conversations).where(conversations.c.id == conversation_id)
    if principal is not None:
        query = query.where(conversations.c.session_id == principal.session_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise missing()
    return row


def _is(conversation_id: str, message_id: str, role: Role) -> sa.ColumnElement[bool]:
    return sa.and_(
        messages.c.conversation_id == conversation_id,
        messages.c.message_id == message_id,
        messages.c.role == role.value,
    )


def _set(connection: sa.Connection, conversation_id: str, values: Mapping[str, object]) -> None:
    connection.execute(sa.update(conversations).where(conversations.c.id == conversation_id).values(values))


def _message(row: Any, lookups: Lookups) -> Message:
    answer, notes = (None, ()) if row.answer is None else answer_from_json(row.answer, lookups)
    return Message(
        row.message_id, Role(row.role), row.text, row.at, answer, notes, seq=row.seq, agent_name=row.agent_name or ""
    )
