"""What `aisle users` does: accounts of the staff, also while the server runs.

A password is typed on the terminal, read from the first line of stdin, or made; it is never an argument, because
every user of the machine can read those.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from getpass import getpass
from typing import Any

from assistant.config import Settings
from assistant.errors import ConfigError
from assistant.store.clock import system_clock
from assistant.store.staff import open_staff_store
from assistant.support.passwords import make_password
from assistant.support.staff import Member, Role, Staff
from assistant.terminal import say, say_json


def add_user(settings: Settings, name: str, *, role: Role, generate: bool, as_json: bool) -> None:
    """Open an account.

    Raises:
        Refused: the name or the password cannot be used.
        ConfigError: no password was given.
    """
    password = _password(generate)
    with _staff(settings) as staff:
        member = staff.add(name, role, password)
    where = "at the desk and on the owner's page" if role == "admin" else "at the desk"
    _tell(member, f"{member.name} can sign in {where}.", password if generate else None, as_json)


def reset_user(settings: Settings, name: str, *, generate: bool, as_json: bool) -> None:
    """Set a new password, let the account in again, and end its sessions.

    Raises:
        Refused: there is no such account, or the password cannot be used.
        ConfigError: no password was given.
    """
    password = _password(generate)
    with _staff(settings) as staff:
        member = staff.reset(name, password)
    words = f"{member.name} can sign in with the new password; earlier sessions have ended."
    _tell(member, words, password if generate else None, as_json)


def disable_user(settings: Settings, name: str, *, as_json: bool) -> None:
    """Shut an account out and end its sessions.

    Raises:
        Refused: there is no such account.
    """
    with _staff(settings) as staff:
        member = staff.disable(name)
    words = f"{member.name} cannot sign in any more; all sessions have ended. aisle users reset lets them in again."
    _tell(member, words, None, as_json)


def list_users(settings: Settings, *, as_json: bool) -> None:
    """Write every account."""
    with _staff(settings) as staff:
        members = staff.all()
    if as_json:
        say_json({"users": [_json(member) for member in members]})
        return
    for member in members:
        disabled = f"disabled since {member.disabled_at:%Y-%m-%d}" if member.disabled_at else "can sign in"
        say(f"{member.name}  {member.role}  {disabled}")
    if not members:
        say("There are no users yet. Add one: aisle users add NAME")


@contextmanager
def _staff(settings: Settings) -> Iterator[Staff]:
    staff = Staff(open_staff_store(settings.data), system_clock)
    try:
        yield staff
    finally:
        staff.close()


def _password(generate: bool, ask: Callable[[str], str] = getpass) -> str:
    if generate:
        return make_password()
    if not sys.stdin.isatty():
        line = sys.stdin.readline().rstrip("\r\n")
        if not line:
            raise ConfigError("No password came in: write it to stdin, or let --generate make one.")
        return line
    password = ask("Password: ")
    if ask("The same once more: ") != password:
        raise ConfigError("The two passwords differ; nothing was changed.")
    return password


def _tell(member: Member, words: str, made: str | None, as_json: bool) -> None:
    if as_json:
        say_json(_json(member) | ({"password": made} if made else {}))
        return
    say(words)
    if made:
        say(f"The password, shown this once: {made}")


def _json(member: Member) -> dict[str, Any]:
    return {"name": member.name, "role": member.role, "disabled": member.disabled_at is not None}
