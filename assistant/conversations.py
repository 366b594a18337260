"""Conversations: what was said, what is looked for, and what "it" means.

A conversation belongs to one session; one of somebody else and one that does not exist look the same. Nothing here
decides what is answered.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter

from assistant.errors import SessionMissing
from assistant.store import Clock, Store
from assistant.store.answers import Lookups, answer_from_json, answer_to_json
from assistant.store.tables import conversations, messages
from assistant.turn import Answer, Floor, Focus, Need, Principal

_HISTORY = 200
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
    """

    message_id: str
    role: Role
    text: str
    at: datetime
    answer: Answer | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation as it stands.

    Args:
        id: opaque.
        messages: oldest first, the last 200.
        need: what is looked for.
        focus: what "it" and "the second one" can mean.
        floor: who speaks to the shopper.
    """

    id: str
    messages: tuple[Message, ...]
    need: Need
    focus: Focus
    floor: Floor


class Conversations:
    """Reads and continues conversations."""

    def __init__(self, store: Store, clock: Clock, lookups: LookupsFor) -> None:
        """Args:
        store: where conversations are kept.
        clock: the time.
        lookups: gives, for a principal, where the facts behind stored ids come from.
        """
        self._store = store
        self._clock = clock
        self._lookups = lookups

    def load(self, principal: Principal, conversation_id: str) -> Conversation:
        """Return one of the principal's conversations with its history.

        Raises:
            SessionMissing: it is not the principal's or does not exist; the words are the same.
        """
        with self._store.read() as connection:
            row = _conversation_row(connection, principal, conversation_id)
            query = sa.select(messages).where(messages.c.conversation_id == conversation_id)
            rows = connection.execute(query.order_by(messages.c.seq.desc()).limit(_HISTORY)).all()
            lookups = self._lookups(principal)
            said = tuple(_message(message, lookups) for message in reversed(rows))
        return Conversation(
            id=conversation_id,
            messages=said,
            need=_NEED.validate_json(row.need),
            focus=_FOCUS.validate_json(row.focus),
            floor=Floor(row.floor),
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
        self, principal: Principal, conversation_id: str, message_id: str, answer: Answer, *, need: Need, focus: Focus
    ) -> bool:
        """Keep the answer to a message and what is on the table after it, in one transaction.

        Returns:
            False where the message is answered already (nothing is changed).

        Raises:
            SessionMissing: as in `load`.
        """
        state = {"need": _NEED.dump_json(need).decode(), "focus": _FOCUS.dump_json(focus).decode()}
        return self._append(
            principal,
            conversation_id,
            message_id,
            Role.ASSISTANT,
            answer.text,
            answer=answer_to_json(answer),
            state=state,
        )

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
        principal: Principal,
        conversation_id: str,
        message_id: str,
        role: Role,
        text: str,
        *,
        answer: str | None = None,
        state: dict[str, str] | None = None,
    ) -> bool:
        with self._store.write() as connection:
            _conversation_row(connection, principal, conversation_id)
            known = sa.select(messages.c.seq).where(_is(conversation_id, message_id, role))
            if connection.execute(known).scalar_one_or_none() is not None:
                return False
            last = sa.select(sa.func.max(messages.c.seq)).where(messages.c.conversation_id == conversation_id)
            connection.execute(
                sa.insert(messages).values(
                    conversation_id=conversation_id,
                    seq=(connection.execute(last).scalar() or 0) + 1,
                    message_id=message_id,
                    role=role.value,
                    text=text,
                    answer=answer,
                    at=self._clock(),
                )
            )
            if state:
                _set(connection, conversation_id, state)
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


def _conversation_row(connection: sa.Connection, principal: Principal, conversation_id: str) -> Any:
    mine = sa.and_(conversations.c.id == conversation_id, conversations.c.session_id == principal.session_id)
    row = connection.execute(sa.select(conversations).where(mine)).one_or_none()
    if row is None:
        raise missing()
    return row


def _is(conversation_id: str, message_id: str, role: Role) -> sa.ColumnElement[bool]:
    return sa.and_(
        messages.c.conversation_id == conversation_id,
        messages.c.message_id == message_id,
        messages.c.role == role.value,
    )


def _set(connection: sa.Connection, conversation_id: str, values: dict[str, str]) -> None:
    connection.execute(sa.update(conversations).where(conversations.c.id == conversation_id).values(values))


def _message(row: Any, lookups: Lookups) -> Message:
    answer, notes = (None, ()) if row.answer is None else answer_from_json(row.answer, lookups)
    return Message(row.message_id, Role(row.role), row.text, row.at, answer, notes)
