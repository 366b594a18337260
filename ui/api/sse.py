"""Server-sent events: the one writer of every stream.

Knows frames, heartbeats and the client's leaving; not what is told.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress

from starlette.responses import StreamingResponse
from starlette.types import Message, Receive, Scope, Send

from ui.api.facts import Shape

HEARTBEAT_S = 15.0
"""A comment is sent after this long without an event, so that nothing in between closes the connection."""
WRITE_TIMEOUT_S = 30.0
"""A client that takes nothing for this long is given up."""
HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}

Frames = AsyncGenerator[bytes]


def frame(event: str, data: Shape, number: int | None = None) -> bytes:
    """Write one event.

    Args:
        event: its name.
        data: its JSON; a JSON text never holds a line break, so one data line is enough.
        number: its id; None leaves the client's last id as it is.
    """
    head = "" if number is None else f"id: {number}\n"
    return f"{head}event: {event}\ndata: {data.model_dump_json()}\n\n".encode()


class _Gone(Exception):
    """The client is not there any more, or takes nothing."""


class EventStream(StreamingResponse):
    """Sends frames until they end or the client leaves; then the frames are closed, which ends what makes them.

    Args:
        frames: written by `frame`.
        closed: called once at the end, whatever ended it.
        heartbeat_s: see HEARTBEAT_S.
    """

    media_type = "text/event-stream"

    def __init__(
        self, frames: Frames, closed: Callable[[], None] = lambda: None, heartbeat_s: float = HEARTBEAT_S
    ) -> None:
        super().__init__(frames, headers=HEADERS)
        self._frames = frames
        self._closed = closed
        self._heartbeat_s = heartbeat_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream."""
        gone = asyncio.create_task(_leaving(receive))
        try:
            async with aclosing(self._frames) as frames:
                with suppress(_Gone):
                    await _send(send, {"type": "http.response.start", "status": 200, "headers": self.raw_headers})
                    await self._send_all(frames, gone, send)
        finally:
            gone.cancel()
            self._closed()

    async def _send_all(self, frames: Frames, gone: asyncio.Task[None], send: Send) -> None:
        coming: asyncio.Task[bytes | None] | None = None
        try:
            while True:
                coming = coming or asyncio.create_task(_next(frames))
                await asyncio.wait({coming, gone}, timeout=self._heartbeat_s, return_when=asyncio.FIRST_COMPLETED)
                if gone.done():
                    return
                if not coming.done():
                    await _send(send, _part(b":\n\n"))
                    continue
                body = coming.result()
                coming = None
                await _send(send, _part(body or b"", more=body is not None))
                if body is None:
                    return
        finally:
            if coming is not None and not coming.done():
                coming.cancel()
                await asyncio.wait({coming})


async def _next(frames: Frames) -> bytes | None:
    return await anext(frames, None)


def _part(body: bytes, *, more: bool = True) -> Message:
    return {"type": "http.response.body", "body": body, "more_body": more}


async def _send(send: Send, message: Message) -> None:
    """Send a message, or raise _Gone: an OSError is how a server says so, a time-out is one too."""
    try:
        async with asyncio.timeout(WRITE_TIMEOUT_S):
            await send(message)
    except OSError as error:
        raise _Gone from error


async def _leaving(receive: Receive) -> None:
    """Return when the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
