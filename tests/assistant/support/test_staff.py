"""Who of the staff may use the desk: accounts, limits on guessing, and sessions that end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from assistant.errors import Refused, SignInNeeded
from assistant.store import open_store
from assistant.store.staff import open_staff_store
from assistant.support import passwords
from assistant.support.staff import Staff
from assistant.turn import Agent
from tests.fakes.clock import ManualClock

PASSWORD = "a long enough one"
HERE = "192.0.2.7"


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """The cost of a guess has its own test; here it would only be waited for."""
    monkeypatch.setattr(passwords, "_N", 2**4)


@pytest.fixture
def staff(tmp_path: Path, clock: ManualClock) -> Iterator[Staff]:
    made = Staff(open_staff_store(tmp_path, clock), clock)
    made.add("Nora", "agent", PASSWORD)
    yield made
    made.close()


def _refusal(call: object) -> str:
    with pytest.raises(Refused) as refused:
        call()  # type: ignore[operator]
    return refused.value.code


# ---------------------------------------------------------------- accounts


def test_names_are_one_whatever_their_case_and_form(staff: Staff) -> None:
    assert _refusal(lambda: staff.add("nora", "agent", PASSWORD)) == "name_taken"
    assert _refusal(lambda: staff.add("\uff2eora\u200b", "agent", PASSWORD)) == "name_taken"
    assert staff.sign_in(" NORA ", PASSWORD, HERE)[0].name == "Nora"


@pytest.mark.parametrize("name", ["", "  ", "\u200b", "...", "x" * 41])
def test_a_name_needs_something_to_read(staff: Staff, name: str) -> None:
    assert _refusal(lambda: staff.add(name, "agent", PASSWORD)) == "name_bad"


def test_a_short_password_opens_no_account(staff: Staff) -> None:
    assert _refusal(lambda: staff.add("Ola", "agent", "short")) == "password_short"
    assert [member.name for member in staff.all()] == ["Nora"]


def test_there_is_no_account_and_no_password_to_begin_with(tmp_path: Path, clock: ManualClock) -> None:
    empty = Staff(open_staff_store(tmp_path / "new", clock), clock)
    assert empty.all() == ()
    for name in ("admin", "demo", "root", ""):
        assert _refusal(lambda name=name: empty.sign_in(name, name, HERE)) == "wrong"
    empty.close()


def test_neither_a_password_nor_a_token_is_in_the_folder_or_the_log(
    staff: Staff, tmp_path: Path, clock: ManualClock
) -> None:
    with capture_logs() as log:
        _, token = staff.sign_in("Nora", PASSWORD, HERE)
        _refusal(lambda: staff.sign_in("Nora", "a wrong password", HERE))
        staff.disable("Nora")
    files = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for secret in (PASSWORD, token, HERE):
        assert secret.encode() not in files
    told = repr(log)
    for secret in (PASSWORD, token, HERE, "a wrong password", "Nora"):
        assert secret not in told
    assert [entry["event"] for entry in log] == ["staff.signed_in", "staff.sign_in_failed", "staff.disabled"]


# ---------------------------------------------------------------- signing in


def test_wrong_unknown_and_disabled_are_told_in_the_same_words(staff: Staff) -> None:
    staff.add("Ola", "admin", PASSWORD)
    staff.disable("Ola")
    told = set()
    for name, word in (("Nora", "wrong password"), ("Nobody", PASSWORD), ("Ola", PASSWORD)):
        with pytest.raises(Refused) as refused:
            staff.sign_in(name, word, HERE)
        told.add((refused.value.code, str(refused.value)))
    assert len(told) == 1


def test_an_unknown_name_costs_the_same_work(staff: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[str] = []
    real = passwords._scrypt
    monkeypatch.setattr(passwords, "_scrypt", lambda word, *rest: (hashed.append(word), real(word, *rest))[1])
    for name in ("Nora", "Nobody"):
        _refusal(lambda name=name: staff.sign_in(name, "wrong password", HERE))
    assert hashed.count("wrong password") == 2


def test_after_five_failures_an_address_waits_five_minutes(staff: Staff, clock: ManualClock) -> None:
    for _ in range(5):
        assert _refusal(lambda: staff.sign_in("Nora", "wrong password", HERE)) == "wrong"
    assert _refusal(lambda: staff.sign_in("Nora", PASSWORD, HERE)) == "too_many"
    assert staff.sign_in("Nora", PASSWORD, "192.0.2.8")[0].name == "Nora"
    clock.move(minutes=5, seconds=1)
    assert staff.sign_in("Nora", PASSWORD, HERE)[0].name == "Nora"


def test_after_ten_failures_an_account_waits_a_quarter_of_an_hour(staff: Staff, clock: ManualClock) -> None:
    for number in range(10):
        assert _refusal(lambda number=number: staff.sign_in("nora", "wrong", f"192.0.2.{number}")) == "wrong"
    assert _refusal(lambda: staff.sign_in("Nora", PASSWORD, "192.0.2.99")) == "too_many"
    clock.move(minutes=15, seconds=1)
    assert staff.sign_in("Nora", PASSWORD, "192.0.2.99")[0].name == "Nora"


def test_signing_in_often_is_no_failure(staff: Staff) -> None:
    for _ in range(20):
        staff.sign_in("Nora", PASSWORD, HERE)


def test_many_guesses_at_once_are_counted_each(staff: Staff) -> None:
    codes: list[str] = []
    threads = [
        threading.Thread(target=lambda: codes.append(_refusal(lambda: staff.sign_in("Nora", "wrong", HERE))))
        for _ in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == ["too_many"] * 7 + ["wrong"] * 5


# ---------------------------------------------------------------- sessions


def test_a_token_is_its_agent_until_signed_out(staff: Staff) -> None:
    agent, token = staff.sign_in("Nora", PASSWORD, HERE)
    assert staff.agent_of(token) == agent == Agent(agent.id, "Nora", "agent")
    staff.sign_out(token)
    with pytest.raises(SignInNeeded):
        staff.agent_of(token)


@pytest.mark.parametrize("token", [None, "", "forged", "\ud800", "' OR 1=1 --", "x" * 10_000])
def test_no_other_token_is_anybody(staff: Staff, token: str | None) -> None:
    staff.sign_in("Nora", PASSWORD, HERE)
    with pytest.raises(SignInNeeded):
        staff.agent_of(token)


def test_a_session_sleeps_after_half_an_hour_without_a_deed(staff: Staff, clock: ManualClock) -> None:
    _, token = staff.sign_in("Nora", PASSWORD, HERE)
    for _ in range(3):
        clock.move(minutes=29)
        staff.agent_of(token)
    clock.move(minutes=15)
    staff.agent_of(token, active=False)  # what a page asks by itself
    clock.move(minutes=15)
    with pytest.raises(SignInNeeded):
        staff.agent_of(token)


def test_a_session_ends_after_twelve_hours_however_busy(staff: Staff, clock: ManualClock) -> None:
    _, token = staff.sign_in("Nora", PASSWORD, HERE)
    for _ in range(35):
        clock.move(minutes=20)
        staff.agent_of(token)
    clock.move(minutes=20)
    with pytest.raises(SignInNeeded):
        staff.agent_of(token)


@pytest.mark.parametrize("change", ["disable", "reset"])
def test_who_is_disabled_or_reset_loses_every_session_at_once(staff: Staff, change: str) -> None:
    tokens = [staff.sign_in("Nora", PASSWORD, HERE)[1] for _ in range(2)]
    if change == "disable":
        staff.disable("nora")
    else:
        staff.reset("nora", "another long one")
    for token in tokens:
        with pytest.raises(SignInNeeded):
            staff.agent_of(token)
    assert _refusal(lambda: staff.sign_in("Nora", PASSWORD, HERE)) == "wrong"


def test_a_reset_lets_a_disabled_account_in_again_with_the_new_password(staff: Staff) -> None:
    staff.disable("Nora")
    staff.reset("Nora", "another long one")
    assert staff.sign_in("Nora", "another long one", HERE)[0].name == "Nora"


def test_who_is_shut_out_while_the_password_is_checked_does_not_get_in(
    staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = passwords._scrypt

    def slow(word: str, *rest: object) -> bytes:
        if staff.all()[0].disabled_at is None:
            staff.disable("Nora")
        return real(word, *rest)  # type: ignore[arg-type]

    _ = staff._decoy  # made before
    monkeypatch.setattr(passwords, "_scrypt", slow)
    assert _refusal(lambda: staff.sign_in("Nora", PASSWORD, HERE)) == "wrong"


# ---------------------------------------------------------------- the demo, and another process


def test_the_demo_account_gets_a_new_password_at_every_start(staff: Staff) -> None:
    first = staff.open_demo()
    assert first
    _, token = staff.sign_in("demo", first, HERE)
    second = staff.open_demo()
    assert second
    assert second != first
    with pytest.raises(SignInNeeded):
        staff.agent_of(token)
    assert _refusal(lambda: staff.sign_in("demo", first, HERE)) == "wrong"
    assert staff.sign_in("demo", second, HERE)[0].role == "admin"
    staff.close_demo()
    assert _refusal(lambda: staff.sign_in("demo", second, HERE)) == "wrong"


def test_a_real_user_called_demo_stays_who_they_are(staff: Staff) -> None:
    staff.add("Demo", "agent", PASSWORD)
    assert staff.open_demo() is None
    staff.close_demo()
    assert staff.sign_in("demo", PASSWORD, HERE)[0].role == "agent"


def test_accounts_change_while_a_server_holds_the_data_folder(tmp_path: Path, clock: ManualClock) -> None:
    held = open_store(tmp_path, clock)
    server, command = (Staff(open_staff_store(tmp_path, clock), clock) for _ in range(2))
    command.add("Ola", "agent", PASSWORD)
    _, token = server.sign_in("Ola", PASSWORD, HERE)
    command.disable("Ola")
    with pytest.raises(SignInNeeded):
        server.agent_of(token)
    for opened in (server, command, held):
        opened.close()
