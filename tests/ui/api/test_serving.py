"""Streams over a real socket: what arrives when, and what a client that leaves ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from assistant.config import Settings
from assistant.turn import Agent
from tests.fakes.assistant import FakeAssistant
from tests.ui.api.caller import make_door, read_events
from tests.ui.api.serving import serving
from ui.api.app import PREFIX

NORA = Agent("a1", "Nora")


@pytest.fixture
def url(assistant: FakeAssistant, tmp_path: Path) -> Iterator[str]:
    with serving(make_door(assistant, Settings(data=tmp_path, messages_per_minute=0), heartbeat_s=0.05)) as url:
        yield url + PREFIX


@pytest.fixture
def http(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, timeout=30, trust_env=False) as client:
        client.headers["authorization"] = f"Bearer {client.post('/sessions').json()['token']}"
        yield client


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


TURN = {"message_id": "m-1", "text": "a jacket"}


def test_cards_arrive_before_the_words_are_there(http: httpx.Client, assistant: FakeAssistant) -> None:
    assistant.hold.clear()
    with http.stream("POST", "/turns", json=TURN) as answer:
        text = ""
        for part in answer.iter_text():
            text += part
            if "event: evidence" in text and "\n:\n" in text and not assistant.hold.is_set():
                assert "event: text" not in text
                assistant.hold.set()
    assert read_events(text)[-1][0] == "done"


def test_closing_the_stream_stops_the_turn_and_keeps_what_was_shown(
    http: httpx.Client, assistant: FakeAssistant
) -> None:
    assistant.hold.clear()
    with http.stream("POST", "/turns", json=TURN) as answer:
        for line in answer.iter_lines():
            if line == "event: evidence":
                break
    until(lambda: assistant.stopped == ["m-1"])
    assert assistant.hold.is_set() is False
    _, answered = http.get("/history").json()["messages"]
    assert (answered["text"], answered["evidence"][0]["type"]) == ("", "slate")
    assistant.hold.set()
    # Both places are free again, and the next message is answered.
    for number in (2, 3, 4):
        told = http.post("/turns", json={"message_id": f"m-{number}", "text": "a jacket"})
        assert read_events(told.text)[-1][0] == "done"


def test_clients_that_leave_live_streams_give_their_places_back(http: httpx.Client, assistant: FakeAssistant) -> None:
    for _ in range(6):

        def opened() -> bool:
            with http.stream("GET", "/live") as answer:
                if answer.status_code == 429:  # the last one's leaving has not been noticed yet
                    answer.read()
                    return False
                return next(answer.iter_lines()).startswith("event: floor")

        until(opened)


def test_a_live_stream_tells_what_an_agent_says_and_goes_on_after_a_lost_connection(
    http: httpx.Client, assistant: FakeAssistant
) -> None:
    conversation = http.get("/history").json()["conversation_id"]
    said = [f"message {number}" for number in range(1, 7)]
    heard: list[str] = []
    last = "0"
    for number, words in enumerate(said):
        assistant.agent_says(conversation, NORA, words)
        if number % 2:
            continue  # this one is said while nobody listens

        def listen() -> bool:
            nonlocal last
            with http.stream("GET", "/live", headers={"last-event-id": last}) as answer:
                if answer.status_code == 429:
                    answer.read()
                    return False
                text = ""
                for part in answer.iter_text():
                    text += part
                    if "event: floor" in text:
                        break
            events = [data for name, data in read_events(text) if name == "message"]
            heard.extend(data["text"] for data in events)
            last = str(events[-1]["seq"])
            return True

        until(listen)
    assert heard == said[:5]
