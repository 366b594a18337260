"""Conversations: who speaks, what was said, what is looked for, and whose turn it is.

Tokens are random and opaque; only their hash is kept. A conversation belongs to one session; one of somebody else and
one that does not exist look the same. Nothing here decides what is answered.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter

from assistant.errors import SessionMissing, TurnRefused
from assistant.store import Clock, Store
from assistant.store.answers import Lookups, answer_from_json, answer_to_json
from assistant.store.tables import conversations, messages, sessions
from assistant.support.cart import merge_carts
from assistant.support.identity import Customers, check_sign_in, owner_key
from assistant.turn import Answer, Floor, Focus, Need, Principal

IDLE = timedelta(days=30)
_SEEN_EVERY = timedelta(hours=1)
_HISTORY = 200
LookupsFor = Callable[[Principal], Lookups]
_NEED: TypeAdapter[Need] = TypeAdapter(Need)
_FOCUS: TypeAdapter[Focus] = TypeAdapter(Focus)


@dataclass(frozen=True, slots=True)
class Session:
    """A browser's visit.

    Args:
        principal: who speaks.
        conversation_id: the conversation that is open.
        token: what the client keeps; a secret.
    """

    principal: Principal
    conversation_id: str
    token: str


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


class Sessions:
    """Opens sessions from tokens."""

    def __init__(self, store: Store, clock: Clock, *, demo: bool = False) -> None:
        """Args:
        store: where sessions are kept.
        clock: the time.
        demo: whether shoppers may sign in by choosing a customer.
        """
        self._store = store
        self._clock = clock
        self._demo = demo
        self._customers = Customers(store)

    def open(self, token: str | None) -> Session:
        """Return the session of a token; a new one where the token is missing, unknown or unused for 30 days."""
        now = self._clock()
        if token:
            with self._store.read() as connection:
                row = connection.execute(sa.select(sessions).where(sessions.c.token_hash == _hash(token))).one_or_none()
            if row is not None and now - row.seen_at < IDLE:
                if now - row.seen_at >= _SEEN_EVERY:
                    self._touch(row.session_id, now)
                return Session(Principal(row.session_id, row.customer_id), row.conversation_id, token)
        with self._store.write() as connection:
            return _new_session(connection, None, now)

    def sign_in(self, principal: Principal, customer_id: str) -> Session:
        """Sign a customer in; the guest's conversation and cart come along, and the token changes.

        Somebody else who was signed in before leaves nothing behind: the new customer starts a new session.

        Raises:
            Refused: "sign_in_off" outside the demo, "no_such_customer".
            SessionMissing: the session is not there any more.
        """
        customer = check_sign_in(self._customers.find_customer(customer_id), demo=self._demo)
        now, token = self._clock(), _new_token()
        with self._store.write() as connection:
            row = _session_row(connection, principal)
            if row.customer_id not in (None, customer.id):
                connection.execute(sa.delete(sessions).where(sessions.c.session_id == principal.session_id))
                return _new_session(connection, customer.id, now)
            known = replace(principal, customer_id=customer.id)
            values = {"customer_id": customer.id, "token_hash": _hash(token), "seen_at": now}
            mine = sessions.c.session_id == principal.session_id
            connection.execute(sa.update(sessions).where(mine).values(values))
            merge_carts(connection, owner_key(replace(principal, customer_id=None)), owner_key(known))
        return Session(known, row.conversation_id, token)

    def sign_out(self, principal: Principal) -> Session:
        """End the session and open a new one for a guest: what a customer saw does not stay on the screen."""
        with self._store.write() as connection:
            connection.execute(sa.delete(sessions).where(sessions.c.session_id == principal.session_id))
            return _new_session(connection, None, self._clock())

    def start_conversation(self, principal: Principal) -> str:
        """Open a new, empty conversation in the session and return its id.

        Raises:
            SessionMissing: the session is not there any more.
        """
        with self._store.write() as connection:
            _session_row(connection, principal)
            conversation_id = _new_conversation(connection, principal.session_id, self._clock())
            mine = sessions.c.session_id == principal.session_id
            connection.execute(sa.update(sessions).where(mine).values(conversation_id=conversation_id))
        return conversation_id

    def _touch(self, session_id: str, now: datetime) -> None:
        with self._store.write() as connection:
            connection.execute(sa.update(sessions).where(sessions.c.session_id == session_id).values(seen_at=now))


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
        return Conversation(
            id=conversation_id,
            messages=tuple(_message(message, lookups) for message in reversed(rows)),
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


class TurnQueue:
    """Lets one turn run at a time in each conversation; the others wait in order, up to a bound."""

    def __init__(self, max_waiting: int = 3) -> None:
        """Args:
        max_waiting: turns of one conversation that may wait behind the running one (0 or more).
        """
        self._max_waiting = max_waiting
        self._lanes: dict[str, _Lane] = {}

    @asynccontextmanager
    async def turn(self, conversation_id: str) -> AsyncIterator[None]:
        """Wait for the conversation's turn and hold it; for one event loop.

        Raises:
            TurnRefused: too many messages wait already.
        """
        lane = self._lanes.setdefault(conversation_id, _Lane())
        if lane.users > self._max_waiting:
            raise TurnRefused("I am still answering your earlier messages; please wait a moment.")
        lane.users += 1
        try:
            async with lane.lock:
                yield
        finally:
            lane.users -= 1
            if lane.users == 0:
                del self._lanes[conversation_id]

    def __len__(self) -> int:
        """Return the number of conversations with a turn running or waiting."""
        return len(self._lanes)


class _Lane:
    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.users = 0


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _new_token() -> str:
    return secrets.token_urlsafe(32)


def _new_session(connection: sa.Connection, customer_id: str | None, now: datetime) -> Session:
    token, session_id = _new_token(), secrets.token_hex(16)
    conversation_id = _new_conversation(connection, session_id, now)
    connection.execute(
        sa.insert(sessions).values(
            token_hash=_hash(token),
            session_id=session_id,
            customer_id=customer_id,
            conversation_id=conversation_id,
            created_at=now,
            seen_at=now,
        )
    )
    return Session(Principal(session_id, customer_id), conversation_id, token)


def _new_conversation(connection: sa.Connection, session_id: str, now: datetime) -> str:
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


def _missing() -> SessionMissing:
    return SessionMissing("This conversation is not there any more; please start a new one.")


def _session_row(connection: sa.Connection, principal: Principal) -> Any:
    row = connection.execute(sa.select(sessions).where(sessions.c.session_id == principal.session_id)).one_or_none()
    if row is None:
        raise _missing()
    return row


def _conversation_row(connection: sa.Connection, principal: Principal, conversation_id: str) -> Any:
    mine = sa.and_(conversations.c.id == conversation_id, conversations.c.session_id == principal.session_id)
    row = connection.execute(sa.select(conversations).where(mine)).one_or_none()
    if row is None:
        raise _missing()
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
