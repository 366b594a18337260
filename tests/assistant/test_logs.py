from __future__ import annotations

import json
import sys
from typing import Any

import pytest
import structlog

from assistant.logs import MAX_FRAMES, configure_logging, frames_only

SECRET = "maya@example.com wants a tent"


def _raise(message: str) -> None:
    held = message.upper()
    raise ValueError(f"could not read {message} and {held}")


def _deep(message: str, depth: int) -> None:
    if depth:
        _deep(message, depth - 1)
    _raise(message)


@pytest.fixture
def caught() -> ValueError:
    with pytest.raises(ValueError) as caught:
        _deep(SECRET, 0)
    return caught.value


def test_an_exception_is_logged_by_its_type_and_places_alone(caught: ValueError) -> None:
    event = frames_only(None, "error", {"event": "turn.bug", "exc_info": caught})
    assert isinstance(event, dict)
    assert event["error"] == "ValueError"
    assert event["frames"][-1].endswith(" _raise")
    assert "exc_info" not in event
    assert "maya" not in json.dumps(event).casefold()


@pytest.mark.parametrize("as_given", ["triple", "true"])
def test_every_way_of_giving_an_exception_is_read(as_given: str) -> None:
    try:
        _raise(SECRET)
    except ValueError as problem:
        given: Any = True if as_given == "true" else (ValueError, problem, sys.exc_info()[2])
        event = frames_only(None, "error", {"event": "x", "exc_info": given})
    assert event["error"] == "ValueError"


def test_an_event_without_an_exception_stays_as_it_is() -> None:
    event = {"event": "x", "turn": "t1", "exc_info": False}
    assert frames_only(None, "info", event) == {"event": "x", "turn": "t1"}


def test_a_deep_trace_is_cut_to_its_innermost_places() -> None:
    with pytest.raises(ValueError) as caught:
        _deep(SECRET, 40)
    event = frames_only(None, "error", {"event": "x", "exc_info": caught.value})
    assert isinstance(event, dict)
    assert len(event["frames"]) == MAX_FRAMES
    assert event["frames"][-1].endswith(" _raise")


def test_a_logged_exception_is_one_json_line_without_what_people_wrote(
    caught: ValueError, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        configure_logging("INFO")  # Now: it writes to the stderr of this moment.
        structlog.get_logger().error("turn.bug", turn="t1", exc_info=caught)
    finally:
        written = capsys.readouterr().err
        with capsys.disabled():
            configure_logging()
    (line,) = written.splitlines()
    event = json.loads(line)
    assert (event["event"], event["turn"], event["error"], event["level"]) == ("turn.bug", "t1", "ValueError", "error")
    assert "maya" not in line.casefold()


def test_less_than_the_level_is_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        configure_logging("WARNING")
        structlog.get_logger().info("turn.begin")
    finally:
        written = capsys.readouterr().err
        with capsys.disabled():
            configure_logging()
    assert written == ""
