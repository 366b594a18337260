"""Sessions: who speaks, known by a token that the client keeps.

Tokens are random and opaque; only their hash is kept. Whether somebody may sign in is decided in support/identity.py.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from assistant.conversations import missing, new_conversation
from assistant.store import Clock, Store
from assistant.store.staff_visits import keep_staff_visit
from assistant.store.tables import sessions
from assistant.support.cart import merge_carts
from assistant.support.handoff import leave_all
from assistant.support.identity import Customers, check_sign_in, owner_key
from assistant.turn import Principal

IDLE = timedelta(days=30)
_SEEN_EVERY = timedelta(hours=1)


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


class Sessions:
    """Opens sessions from tokens."""

    def __init__(
        self,
        store: Store,
        clock: Clock,
        *,
        demo: bool = False,
        staff_numbers: Callable[[], Collection[str]] = frozenset,
    ) -> None:
        """Args:
        store: where sessions are kept.
        clock: the time.
        demo: whether shoppers may sign in by choosing a customer.
        staff_numbers: customer numbers of the shop's own people, whose visits are remembered as such.
        """
        self._store = store
        self._clock = clock
        self._demo = demo
        self._customers = Customers(store)
        self._staff_numbers = staff_numbers

    def find(self, token: str) -> Session | None:
        """Return the session of a token; None where it is unknown or unused for 30 days."""
        now = self._clock()
        with self._store.read() as connection:
            row = connection.execute(sa.select(sessions).where(sessions.c.token_hash == _hash(token))).one_or_none()
        if row is None or now - row.seen_at >= IDLE:
            return None
        if now - row.seen_at >= _SEEN_EVERY:
            self._touch(row.session_id, now)
        return Session(Principal(row.session_id, row.customer_id), row.conversation_id, token)

    def open(self, token: str | None) -> Session:
        """Return the session of a token; a new one where the token is missing, unknown or unused for 30 days."""
        found = self.find(token) if token else None
        if found is not None:
            return found
        with self._store.write() as connection:
            return _new_session(connection, None, self._clock())

    def sign_in(self, principal: Principal, customer_id: str) -> Session:
        """Sign a customer in; the guest's conversation and cart come along, and the token changes.

        Somebody else who was signed in before leaves nothing behind: the new customer starts a new session.

        Raises:
            Refused: "sign_in_off" outside the demo, "no_such_customer".
            SessionMissing: the session is not there any more.
        """
        customer = check_sign_in(self._customers.find_customer(customer_id), demo=self._demo)
        now, token, is_staff = self._clock(), _new_token(), customer.id in self._staff_numbers()
        with self._store.write() as connection:
            row = _session_row(connection, principal)
            if row.customer_id not in (None, customer.id):
                leave_all(connection, principal.session_id, now)
                connection.execute(sa.delete(sessions).where(sessions.c.session_id == principal.session_id))
                new = _new_session(connection, customer.id, now)
                if is_staff:
                    keep_staff_visit(connection, new.principal.session_id)
                return new
            if is_staff:
                keep_staff_visit(connection, principal.session_id)
            known = replace(principal, customer_id=customer.id)
            values = {"customer_id": customer.id, "token_hash": _hash(token), "seen_at": now}
            mine = sessions.c.session_id == principal.session_id
            connection.execute(sa.update(sessions).where(mine).values(values))
            merge_carts(connection, owner_key(replace(principal, customer_id=None)), owner_key(known))
        return Session(known, row.conversation_id, token)

    def sign_out(self, principal: Principal) -> Session:
        """End the session and open a new one for a guest: what a customer saw does not stay on the screen."""
        now = self._clock()
        with self._store.write() as connection:
            leave_all(connection, principal.session_id, now)
            connection.execute(sa.delete(sessions).where(sessions.c.session_id == principal.session_id))
            return _new_session(connection, None, now)

    def start_conversation(self, principal: Principal) -> str:
        """Open a new, empty conversation in the session and return its id; the one before leaves the queue.

        Raises:
            SessionMissing: the session is not there any more.
        """
        with self._store.write() as connection:
            _session_row(connection, principal)
            leave_all(connection, principal.session_id, self._clock())
            conversation_id = new_conversation(connection, principal.session_id, self._clock())
            mine = sessions.c.session_id == principal.session_id
            connection.execute(sa.update(sessions).where(mine).values(conversation_id=conversation_id))
        return conversation_id

    def _touch(self, session_id: str, now: datetime) -> None:
        with self._store.write() as connection:
            connection.execute(sa.update(sessions).where(sessions.c.session_id == session_id).values(seen_at=now))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _new_token() -> str:
    return secrets.token_urlsafe(32)


def _new_session(connection: sa.Connection, customer_id: str | None, now: datetime) -> Session:
    token, session_id = _new_token(), secrets.token_hex(16)
    conversation_id = new_conversation(connection, session_id, now)
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


def _session_row(connection: sa.Connection, principal: Principal) -> Any:
    row = connection.execute(sa.select(sessions).where(sessions.c.session_id == principal.session_id)).one_or_none()
    if row is None:
        raise missing()
    return row
