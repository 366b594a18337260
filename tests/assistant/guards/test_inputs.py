from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from assistant.config import Settings
from assistant.errors import TurnRefused
from assistant.guards import INPUT_GUARDS, Guard, check_input

SETTINGS = Settings(max_message_chars=100)


def _broken(text: str, settings: Settings) -> str:
    raise RuntimeError(text)


def test_a_message_passes_in_its_normal_form() -> None:
    assert check_input("  cafe\u0301 te\u200bnt\x00 ", SETTINGS) == "café tent"


def test_a_message_over_the_limit_is_refused_with_the_limit() -> None:
    assert check_input("x" * 100, SETTINGS) == "x" * 100
    with pytest.raises(TurnRefused, match="under 100 characters"):
        check_input("x" * 101, SETTINGS)


@pytest.mark.parametrize("text", ["", "   ", "\u200b\u2060", "\x00\n"])
def test_a_message_without_anything_in_it_is_refused(text: str) -> None:
    with pytest.raises(TurnRefused, match="empty"):
        check_input(text, SETTINGS)


def test_a_broken_guard_that_fails_closed_refuses_without_repeating_the_message() -> None:
    with pytest.raises(TurnRefused) as refused:
        check_input("my secret", SETTINGS, (Guard("broken", _broken, "closed"),))
    assert "secret" not in str(refused.value)


def test_a_broken_guard_that_fails_open_lets_the_message_pass() -> None:
    assert check_input("tents", SETTINGS, (Guard("broken", _broken, "open"),)) == "tents"


def test_a_broken_guard_is_logged_without_the_message() -> None:
    with capture_logs() as logged:
        check_input("my secret", SETTINGS, (Guard("broken", _broken, "open"),))
    assert [(event["event"], event["guard"]) for event in logged] == [("guard.broken", "broken")]
    assert "secret" not in str(logged)


def test_every_guard_says_what_happens_when_it_fails() -> None:
    assert {guard.when_broken for guard in INPUT_GUARDS} == {"closed"}


@given(st.text(max_size=120))
def test_any_text_is_answered_or_refused_and_passing_it_again_changes_nothing(text: str) -> None:
    try:
        passed = check_input(text, SETTINGS)
    except TurnRefused:
        return
    assert passed
    assert check_input(passed, SETTINGS) == passed
