"""`aisle users`, as whoever runs the shop uses it: also while the server runs, never with a password in sight."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant import commands, user_commands
from assistant.config import Settings
from assistant.errors import ConfigError
from assistant.store import open_store
from assistant.store.clock import system_clock
from assistant.store.staff import open_staff_store
from assistant.support import passwords
from assistant.support.staff import Staff
from tests.assistant.command_line import run_command

PASSWORD = "a long enough one"


@pytest.fixture
def users(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Iterator[Any]:
    """Run `aisle users …` in this process, with a data folder of its own."""
    monkeypatch.setenv("AISLE_DATA", str(tmp_path))
    monkeypatch.setattr(passwords, "_N", 2**4)
    with run_command(monkeypatch, capsys, "users") as run:
        yield run


def _sign_in(folder: Path, name: str, password: str) -> str:
    staff = Staff(open_staff_store(folder, system_clock), system_clock)
    try:
        return staff.sign_in(name, password, "192.0.2.7")[0].role
    finally:
        staff.close()


def test_a_password_is_read_from_stdin_and_never_written(users: Any, tmp_path: Path) -> None:
    ran = users("add", "Nora", stdin=PASSWORD + "\n")
    assert ran.code == 0
    assert PASSWORD not in ran.out + ran.err
    assert _sign_in(tmp_path, "nora", PASSWORD) == "agent"


def test_a_made_password_is_shown_once_and_works(users: Any, tmp_path: Path) -> None:
    made = json.loads(users("add", "Ola", "--role", "admin", "--generate", "--json").out)["password"]
    assert _sign_in(tmp_path, "Ola", made) == "admin"
    listed = users("list")
    assert made not in listed.out
    assert "Ola  admin  can sign in" in listed.out


def test_a_password_cannot_be_an_argument(users: Any) -> None:
    for command in ("add", "reset"):
        assert users(command, "Nora", "--password", PASSWORD).code == 2
        assert users(command, "Nora", PASSWORD).code == 2
    assert "There are no users yet" in users("list").out


def test_disable_and_reset_are_told_and_done(users: Any, tmp_path: Path) -> None:
    users("add", "Nora", stdin=PASSWORD)
    assert "cannot sign in any more" in users("disable", "nora").out
    assert "disabled since" in users("list").out
    assert json.loads(users("list", "--json").out)["users"] == [{"name": "Nora", "role": "agent", "disabled": True}]
    assert users("reset", "Nora", stdin="another long one\n").code == 0
    assert _sign_in(tmp_path, "Nora", "another long one") == "agent"


@pytest.mark.parametrize(
    ("arguments", "stdin", "says"),
    [
        (("add", "Nora"), "short\n", "at least 10 characters"),
        (("add", "Nora"), "", "No password came in"),
        (("add", "Nora", "--role", "owner"), PASSWORD, "The role is agent or admin"),
        (("add", "..."), PASSWORD, "needs a letter or digit"),
        (("disable", "Nobody"), "", "no user called Nobody"),
        (("reset", "Nobody"), PASSWORD, "no user called Nobody"),
    ],
)
def test_what_cannot_be_is_one_plain_sentence(users: Any, arguments: tuple[str, ...], stdin: str, says: str) -> None:
    ran = users(*arguments, stdin=stdin)
    assert ran.code == 1
    assert says in ran.err
    assert ran.err.count("\n") == 1
    assert ran.out == ""


def test_users_change_while_another_process_has_the_data_folder(users: Any, tmp_path: Path) -> None:
    held = open_store(tmp_path)
    assert users("add", "Nora", stdin=PASSWORD).code == 0
    held.close()


def test_on_a_terminal_the_password_is_asked_for_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal())
    assert user_commands._password(False, lambda _: PASSWORD) == PASSWORD
    answers = iter([PASSWORD, "something else"])
    with pytest.raises(ConfigError, match="differ"):
        user_commands._password(False, lambda _: next(answers))


def test_the_demo_alone_has_an_account_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(passwords, "_N", 2**4)
    demo, shop = Settings(data=tmp_path), Settings(data=tmp_path, catalogue="shop")
    (first, _), (second, to_owner) = commands._invitations(demo), commands._invitations(demo)
    assert first != second
    assert to_owner == "The same name and password."
    password = second.partition("password ")[2].partition(" ")[0]
    assert _sign_in(tmp_path, "demo", password) == "admin"
    nobody = "Nobody is an admin yet: aisle users add NAME --role admin"
    assert commands._invitations(shop) == ("Nobody can sign in yet: aisle users add NAME", nobody)
    staff = Staff(open_staff_store(tmp_path, system_clock), system_clock)
    staff.add("Nora", "agent", PASSWORD)
    own = "Sign in with a name and password of your own."
    assert commands._invitations(shop) == (own, nobody)
    staff.add("Ola", "admin", PASSWORD)
    staff.close()
    assert commands._invitations(shop) == (own, own)
