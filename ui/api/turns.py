"""Routes of the dialogue: a message and its answer as a stream, and stopping it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Path, Request, Response

from assistant.turn import Failed, TextDelta, Turn, TurnEvent
from ui.api.errors import APOLOGY, ApiError
from ui.api.models import MessageId, StoppedOut, TurnAsked
from ui.api.room import Caller, InRoom, Room, find_caller
from ui.api.schema import TURN_STREAM
from ui.api.sse import EventStream, frame
from ui.api_json import TurnJson
from ui.device import device_of
from ui.limits import too_many

FLUSH_S = 0.04
"""Words are sent on in batches this far apart, as on the shopper page."""
STREAM_RETRY_S = 5
_log = structlog.get_logger(__name__)

private = APIRouter(tags=["dialogue"], dependencies=[Depends(find_caller)])


@private.post("/turns", status_code=200, response_class=Response, responses={200: TURN_STREAM})
async def answer(asked: TurnAsked, request: Request, room: InRoom, caller: Caller) -> EventStream:
    """Answer a message as a stream of events; closing it stops the turn, what was shown is kept."""
    session_id = caller.principal.session_id
    if not room.turns.take(session_id):
        message = "Two messages are being answered already. Please wait for their answers."
        raise ApiError(429, "too_many", message, retry_after_s=STREAM_RETRY_S)
    if wait_s := room.messages.take(session_id):
        room.turns.give_back(session_id)
        raise ApiError(429, "too_many", too_many(wait_s), retry_after_s=wait_s)
    turn = Turn(
        caller.conversation_id,
        asked.message_id,
        asked.text,
        caller.principal,
        asked.page_product_id,
        device_of(request.headers),
    )
    return EventStream(turn_frames(room, turn), lambda: room.turns.give_back(session_id), room.heartbeat_s)


@private.post("/turns/{message_id}/stop")
async def stop(message_id: Annotated[MessageId, Path()], room: InRoom, caller: Caller) -> StoppedOut:
    """Stop a turn of this visit; one that is over or not there changes nothing."""
    return StoppedOut(stopped=room.running.stop(caller.principal, message_id))


async def turn_frames(room: Room, turn: Turn) -> AsyncGenerator[bytes]:
    """Run a turn and write its events; the last one is `done`, `stopped` or `failed`."""
    writer, number = TurnJson(room.look), 0
    events = room.assistant.stream(turn)
    async with aclosing(room.running.batches(turn.principal, turn.message_id, events, FLUSH_S)) as batches:
        async for batch in batches:
            for event in _joined(batch):
                for name, data in writer.add(event):
                    number += 1
                    yield frame(name, data, number)
    if not writer.ended:
        for name, data in writer.add(Failed(APOLOGY)):
            yield frame(name, data, number + 1)


def _joined(batch: Sequence[TurnEvent]) -> list[TurnEvent]:
    """Put words that follow each other together, so that a fast model makes few events."""
    joined: list[TurnEvent] = []
    for event in batch:
        last = joined[-1] if joined else None
        if isinstance(event, TextDelta) and isinstance(last, TextDelta):
            joined[-1] = TextDelta(last.text + event.text)
        else:
            joined.append(event)
    return joined
