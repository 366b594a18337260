"""Who of the staff may use the desk: accounts, sign-in, sessions.

A wrong password, an unknown name and a disabled account are told in one sentence and cost the same work. Only hashes
of passwords and tokens are kept. The log names people by id only.
"""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Literal

import sqlalchemy as sa
import structlog

from assistant.errors import Refused, SignInNeeded
from assistant.store import Clock, Store
from assistant.store.staff import sign_in_failures, staff, staff_sessions
from assistant.support.passwords import check_new, fits, hash_password, make_password
from assistant.text import clean, has_words
from assistant.turn import Agent

log = structlog.get_logger()
Role = Literal["agent", "admin"]

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
PER_ADDRESS = (5, timedelta(minutes=5))
PER_ACCOUNT = (10, timedelta(minutes=15))
"""(failed sign-ins, in how long) after which the next is not even looked at."""
DEMO_ID = "demo"
_SEEN_EVERY = timedelta(minutes=1)
_MAX_NAME = 40
_WRONG = "That name and password do not fit together."
_ENDED = "Your session has ended. Please sign in again."


@dataclass(frozen=True, slots=True)
class Member:
    """An account.

    Args:
        id: opaque.
        name: to sign in with, and what shoppers see.
        role: "agent" or "admin".
        created_at: aware datetime.
        disabled_at: since when it is shut out; None where it is not.
    """

    id: str
    name: str
    role: Role
    created_at: datetime
    disabled_at: datetime | None = None


class Staff:
    """Keeps accounts and sessions of the staff."""

    def __init__(self, store: Store, clock: Clock) -> None:
        """Args:
        store: the staff's file.
        clock: the time.
        """
        self._store = store
        self._clock = clock

    @cached_property
    def _decoy(self) -> str:
        """What a password is compared with where there is no such name, so that it costs the same."""
        return hash_password(secrets.token_urlsafe(16))

    def close(self) -> None:
        """Close the file."""
        self._store.close()

    # ------------------------------------------------------------ accounts

    def add(self, name: str, role: Role, password: str) -> Member:
        """Open an account.

        Raises:
            Refused: "name_bad", "name_taken", "password_short", "password_long".
        """
        shown = clean(name)
        if not has_words(shown) or len(shown) > _MAX_NAME:
            raise Refused("name_bad", f"A name needs a letter or digit, and at most {_MAX_NAME} characters.")
        member = Member(secrets.token_hex(8), shown, role, self._clock())
        kept = hash_password(check_new(password))
        with self._store.write() as connection:
            if _find(connection, shown) is not None:
                raise Refused("name_taken", f"There is a user called {shown} already.")
            _insert(connection, member, kept)
        log.info("staff.added", staff=member.id, role=role)
        return member

    def disable(self, name: str) -> Member:
        """Shut an account out; its sessions end at once.

        Raises:
            Refused: "no_such_user".
        """
        return self._change(name, "staff.disabled", {"disabled_at": self._clock()})

    def reset(self, name: str, password: str) -> Member:
        """Give an account a new password and let it in again; its sessions end at once.

        Raises:
            Refused: "no_such_user", "password_short", "password_long".
        """
        kept = hash_password(check_new(password))
        return self._change(name, "staff.reset", {"password": kept, "disabled_at": None})

    def all(self) -> tuple[Member, ...]:
        """Return every account, by name."""
        with self._store.read() as connection:
            rows = connection.execute(sa.select(staff).order_by(staff.c.name_key))
            return tuple(map(_member, rows))

    def open_demo(self) -> str | None:
        """Give the demo shop's own account a new password and return it; None where a real user has its name."""
        password = make_password()
        kept, now = hash_password(password), self._clock()
        with self._store.write() as connection:
            row = _find(connection, "Demo")
            if row is not None and row.id != DEMO_ID:
                return None
            _end_sessions(connection, DEMO_ID)
            if row is None:
                _insert(connection, Member(DEMO_ID, "Demo", "admin", now), kept)
            else:
                values = {"password": kept, "disabled_at": None}
                connection.execute(sa.update(staff).where(staff.c.id == DEMO_ID).values(values))
        return password

    def close_demo(self) -> None:
        """Shut the demo shop's own account out, where there is one: it is for the demo only."""
        with self._store.write() as connection:
            _end_sessions(connection, DEMO_ID)
            connection.execute(sa.update(staff).where(staff.c.id == DEMO_ID).values(disabled_at=self._clock()))

    # ------------------------------------------------------------ sessions

    def sign_in(self, name: str, password: str, address: str) -> tuple[Agent, str]:
        """Open a session.

        Args:
            name, password: as typed.
            address: of the client, e.g. "192.0.2.7"; counted, and forgotten after a quarter of an hour.

        Returns:
            Who it is, and the token that their browser keeps.

        Raises:
            Refused: "wrong" or "too_many".
        """
        attempt, decoy = self._count(name, address), self._decoy
        with self._store.read() as connection:
            row = _find(connection, name)
        right = fits(password, row.password if row else decoy)
        if row is None or row.disabled_at is not None or not right:
            log.warning("staff.sign_in_failed", staff=row.id if row else None)
            raise Refused("wrong", _WRONG)
        token, now = secrets.token_urlsafe(32), self._clock()
        with self._store.write() as connection:
            # Read again: the account may have been shut out while the password was being checked.
            unchanged = sa.and_(staff.c.id == row.id, staff.c.password == row.password, staff.c.disabled_at.is_(None))
            if connection.execute(sa.select(staff.c.id).where(unchanged)).one_or_none() is None:
                raise Refused("wrong", _WRONG)
            connection.execute(sa.delete(sign_in_failures).where(sign_in_failures.c.id.in_(attempt)))
            connection.execute(
                sa.insert(staff_sessions).values(token_hash=_hash(token), staff_id=row.id, created_at=now, seen_at=now)
            )
        log.warning("staff.signed_in", staff=row.id)
        return Agent(row.id, row.name, row.role), token

    def agent_of(self, token: str | None, *, active: bool = True) -> Agent:
        """Return whose session a token is.

        Args:
            token: as the browser sent it.
            active: False for what a page asks by itself: it does not keep a session from falling asleep.

        Raises:
            SignInNeeded: no such session, 30 minutes without a deed, 12 hours old, or the account is shut out.
        """
        if not token:
            raise SignInNeeded(_ENDED)
        now, token_hash = self._clock(), _hash(token)
        joined = sa.select(staff_sessions, staff.c.name, staff.c.role, staff.c.disabled_at).join(
            staff, staff.c.id == staff_sessions.c.staff_id
        )
        with self._store.read() as connection:
            row = connection.execute(joined.where(staff_sessions.c.token_hash == token_hash)).one_or_none()
        if row is None or row.disabled_at is not None:
            raise SignInNeeded(_ENDED)
        if now - row.seen_at >= IDLE or now - row.created_at >= LONGEST:
            self.sign_out(token)
            raise SignInNeeded(_ENDED)
        if active and now - row.seen_at >= _SEEN_EVERY:
            with self._store.write() as connection:
                mine = staff_sessions.c.token_hash == token_hash
                connection.execute(sa.update(staff_sessions).where(mine).values(seen_at=now))
        return Agent(row.staff_id, row.name, row.role)

    def sign_out(self, token: str) -> None:
        """End a session; one that is not there changes nothing."""
        with self._store.write() as connection:
            mine = staff_sessions.c.token_hash == _hash(token)
            connection.execute(sa.delete(staff_sessions).where(mine))

    # ------------------------------------------------------------ inside

    def _count(self, name: str, address: str) -> list[str]:
        """Count an attempt before it is looked at, so that many at once are many; a success takes it back."""
        now = self._clock()
        keys = {f"address:{_hash(address)}": PER_ADDRESS, f"account:{_hash(_key(name))}": PER_ACCOUNT}
        with self._store.write() as connection:
            old = sign_in_failures.c.at < now - max(PER_ADDRESS[1], PER_ACCOUNT[1])
            connection.execute(sa.delete(sign_in_failures).where(old))
            for who, (most, during) in keys.items():
                recent = sa.and_(sign_in_failures.c.who == who, sign_in_failures.c.at > now - during)
                count = sa.select(sa.func.count()).select_from(sign_in_failures).where(recent)
                if connection.execute(count).scalar_one() >= most:
                    log.warning("staff.sign_in_limited", by=who.partition(":")[0])
                    raise Refused("too_many", "Too many attempts. Please wait a quarter of an hour and try again.")
            rows = [{"id": secrets.token_hex(16), "who": who, "at": now} for who in keys]
            connection.execute(sa.insert(sign_in_failures), rows)
        return [str(row["id"]) for row in rows]

    def _change(self, name: str, event: str, values: dict[str, object]) -> Member:
        with self._store.write() as connection:
            row = _find(connection, name)
            if row is None:
                raise Refused("no_such_user", f"There is no user called {clean(name)}.")
            connection.execute(sa.update(staff).where(staff.c.id == row.id).values(values))
            _end_sessions(connection, row.id)
            changed = _find(connection, name)
        log.info(event, staff=row.id)
        return _member(changed)


def _key(name: str) -> str:
    return unicodedata.normalize("NFKC", clean(name)).casefold()


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _find(connection: sa.Connection, name: str) -> Any:
    return connection.execute(sa.select(staff).where(staff.c.name_key == _key(name))).one_or_none()


def _insert(connection: sa.Connection, member: Member, password: str) -> None:
    connection.execute(
        sa.insert(staff).values(
            id=member.id,
            name=member.name,
            name_key=_key(member.name),
            role=member.role,
            password=password,
            created_at=member.created_at,
        )
    )


def _end_sessions(connection: sa.Connection, staff_id: str) -> None:
    connection.execute(sa.delete(staff_sessions).where(staff_sessions.c.staff_id == staff_id))


def _member(row: Any) -> Member:
    return Member(row.id, row.name, row.role, row.created_at, row.disabled_at)
