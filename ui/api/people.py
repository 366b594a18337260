"""Routes of talking with a person: what is said live, asking for somebody, leaving the queue."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated

import structlog
from fastapi import APIRouter, Depends, Header, Response

from assistant.errors import AisleError
from assistant.live import LiveMessage
from assistant.service import Session
from ui.api.errors import ApiError
from ui.api.facts import HandOverEvidence
from ui.api.models import HandOverAsked
from ui.api.room import Caller, InRoom, OpenShop, Room, find_caller
from ui.api.schema import LIVE_STREAM
from ui.api.sse import EventStream, frame
from ui.api.turns import STREAM_RETRY_S
from ui.api.visits import After
from ui.api_json import floor_out, message_out

_log = structlog.get_logger(__name__)
LastSeen = Annotated[str | None, Header(alias="last-event-id", max_length=40, description="Wins over `after`.")]

private = APIRouter(tags=["people"], dependencies=[Depends(find_caller)])


@private.get("/live", status_code=200, response_class=Response, responses={200: LIVE_STREAM}, dependencies=[OpenShop])
async def live(room: InRoom, caller: Caller, after: After = 0, last_event_id: LastSeen = None) -> EventStream:
    """What is newer than a message, then what is said, by anybody; and who speaks."""
    session_id = caller.principal.session_id
    if not room.lives.take(session_id):
        message = "This visit is open in two places already. Please close one of them."
        raise ApiError(429, "too_many", message, retry_after_s=STREAM_RETRY_S)
    known = int(last_event_id) if last_event_id and last_event_id.isascii() and last_event_id.isdigit() else after
    return EventStream(
        live_frames(room, caller, min(known, 10**12)), lambda: room.lives.give_back(session_id), room.heartbeat_s
    )


@private.post("/hand-over")
async def hand_over(asked: HandOverAsked, room: InRoom, caller: Caller) -> HandOverEvidence:
    """Ask for a person; asked again, the place in the queue is kept."""
    fact = await room.assistant.hand_over(caller.principal, caller.conversation_id, asked.reason)
    return HandOverEvidence(position=fact.position, reason=fact.reason)


@private.delete("/hand-over", status_code=204)
async def leave_queue(room: InRoom, caller: Caller) -> Response:
    """Leave the queue; the assistant goes on."""
    await room.assistant.leave_queue(caller.principal, caller.conversation_id)
    return Response(status_code=204)


async def live_frames(room: Room, session: Session, after: int) -> AsyncGenerator[bytes]:
    """Write what is said in a conversation until closed; a message's id is its number."""
    watching = room.assistant.watch(session.principal, session.conversation_id, after)
    try:
        async with aclosing(watching) as happenings:
            async for happening in happenings:
                if isinstance(happening, LiveMessage):
                    yield frame("message", message_out(happening.item, room.look), happening.seq)
                else:
                    yield frame("floor", floor_out(happening))
    except AisleError as error:
        # The store is busy, say: the stream ends, and the client begins another where this one ended.
        _log.warning("live.ended", error=type(error).__name__)
