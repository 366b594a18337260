"""The writer of streams: frames, heartbeats, and what happens when the client leaves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest
from starlette.types import Message

from tests.ui.api.caller import read_events
from ui.api import sse
from ui.api.models import TextEvent
from ui.api.sse import EventStream, frame


class Client:
    """The other end of a stream; leaves when `gone` is set."""

    def __init__(self) -> None:
        self.gone = asyncio.Event()
        self.sent: list[Message] = []

    async def receive(self) -> Message:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        self.sent.append(message)

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.sent)


class Source:
    """Frames that end, wait or break; knows whether it was closed."""

    def __init__(self, *parts: bytes | Exception | None) -> None:
        self.parts = parts
        self.closed = 0
        self.given_back = 0

    async def frames(self) -> AsyncGenerator[bytes]:
        try:
            for part in self.parts:
                if isinstance(part, Exception):
                    raise part
                if part is None:
                    await asyncio.Event().wait()
                else:
                    yield part
        finally:
            self.closed += 1

    def give_back(self) -> None:
        self.given_back += 1

    def stream(self, **given: Any) -> EventStream:
        return EventStream(self.frames(), self.give_back, **given)


SCOPE: dict[str, Any] = {"type": "http"}


def test_a_frame_is_one_event_on_one_data_line() -> None:
    written = frame("text", TextEvent(text='two\nlines\r\u2028 and "quotes" — ü'), 7).decode()
    assert written.startswith("id: 7\nevent: text\ndata: {")
    assert written.endswith("}\n\n")
    assert written.count("\n") == 4
    assert read_events(written) == [("text", {"text": 'two\nlines\r\u2028 and "quotes" — ü'})]


def test_a_frame_without_a_number_has_no_id() -> None:
    assert b"id:" not in frame("text", TextEvent(text="x"))


async def test_a_stream_ends_and_is_closed_once() -> None:
    client, source = Client(), Source(b"a", b"b")
    await source.stream()(SCOPE, client.receive, client.send)
    assert client.body == b"ab"
    assert client.sent[0]["status"] == 200
    assert client.sent[-1]["more_body"] is False
    assert (source.closed, source.given_back) == (1, 1)


async def test_a_silent_stream_has_heartbeats() -> None:
    client, source = Client(), Source(b"a", None)
    running = asyncio.create_task(source.stream(heartbeat_s=0.01)(SCOPE, client.receive, client.send))  # type: ignore[arg-type]
    while client.body.count(b":\n\n") < 3:
        await asyncio.sleep(0)
    client.gone.set()
    await running
    assert client.body.startswith(b"a:\n\n")
    assert (source.closed, source.given_back) == (1, 1)


@pytest.mark.parametrize("parts", [(None,), (b"a", None), (b"a", b"b", None)])
async def test_who_leaves_ends_what_makes_the_stream(parts: tuple[bytes | None, ...]) -> None:
    client, source = Client(), Source(*parts)
    running = asyncio.create_task(source.stream()(SCOPE, client.receive, client.send))  # type: ignore[arg-type]
    for _ in range(10):
        await asyncio.sleep(0)
    assert source.closed == 0
    client.gone.set()
    await running
    assert (source.closed, source.given_back) == (1, 1)


async def test_a_server_that_cannot_send_any_more_is_a_client_that_left() -> None:
    client, source = Client(), Source(b"a", b"b", None)

    async def send(message: Message) -> None:
        await client.send(message)
        if message.get("body") == b"b":
            raise OSError("gone")

    await source.stream()(SCOPE, client.receive, send)
    assert (source.closed, source.given_back) == (1, 1)


async def test_a_client_that_takes_nothing_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "WRITE_TIMEOUT_S", 0.01)
    client, source = Client(), Source(b"a", None)

    async def send(message: Message) -> None:
        if message["type"] == "http.response.body":
            await asyncio.Event().wait()

    await source.stream()(SCOPE, client.receive, send)
    assert (source.closed, source.given_back) == (1, 1)


@pytest.mark.parametrize("bug", [ValueError("bug"), OSError("bug"), TimeoutError("bug")])
async def test_a_bug_in_what_makes_the_stream_is_not_swallowed(bug: Exception) -> None:
    client, source = Client(), Source(b"a", bug)
    with pytest.raises(type(bug), match="bug"):
        await source.stream()(SCOPE, client.receive, client.send)
    assert (source.closed, source.given_back) == (1, 1)


async def test_a_server_that_stops_ends_the_stream() -> None:
    client, source = Client(), Source(b"a", None)
    running = asyncio.create_task(source.stream()(SCOPE, client.receive, client.send))  # type: ignore[arg-type]
    for _ in range(10):
        await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (source.closed, source.given_back) == (1, 1)
