"""Routes of a visit: begin or resume it, begin a conversation afresh, what was said."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from assistant.service import Session
from assistant.text import clean
from ui.api.errors import ApiError
from ui.api.models import BannerOut, BannersOut, ConversationOut, HistoryOut, SessionOut
from ui.api.room import Bearer, Caller, InRoom, OpenShop, Room, find_caller
from ui.api_json import floor_out, message_out, wishes_out
from ui.limits import network_of, too_many

NOTICE = (
    "You are talking with an AI assistant, not a person. "
    "It can be wrong; prices, stock and orders come from the shop’s own books."
)
After = Annotated[int, Query(ge=0, le=10**12, description="The highest seq that is known already.")]

public = APIRouter(tags=["visit"])
private = APIRouter(tags=["visit"], dependencies=[Depends(find_caller)])


@public.post(
    "/sessions",
    status_code=201,
    responses={200: {"model": SessionOut, "description": "The same visit."}},
    openapi_extra={"security": [{}]},
)
async def begin(request: Request, response: Response, room: InRoom, bearer: Bearer) -> SessionOut:
    """Begin a visit, or resume the one that the bearer token names."""
    if request.headers.get("authorization") is not None:
        response.status_code = 200
        return await _session_out(room, await find_caller(room, bearer))
    where = network_of(request.client.host) if request.client else ""
    if wait_s := room.visits.take(where):
        raise ApiError(429, "too_many", too_many(wait_s), retry_after_s=wait_s)
    return await _session_out(room, await room.assistant.open_session(None))


@private.post("/conversations", status_code=201)
async def begin_afresh(room: InRoom, caller: Caller) -> ConversationOut:
    """Begin a new conversation in the visit; the cart stays."""
    return ConversationOut(conversation_id=await room.assistant.new_conversation(caller.principal))


@private.get("/banner", dependencies=[OpenShop])
async def banner(room: InRoom, caller: Caller) -> BannersOut:
    """A line of invitation, where the shop has one for this visit now; asking counts as showing it."""
    found = await room.assistant.banner(caller.principal, caller.conversation_id)
    return BannersOut(banner=BannerOut(line=found.line, say=found.text) if found else None)


@private.delete("/banner", status_code=204, dependencies=[OpenShop])
async def put_banner_away(room: InRoom, caller: Caller) -> None:
    """Show this visit no banner again."""
    await room.assistant.put_banner_away(caller.principal)


@private.get("/history", dependencies=[OpenShop])
async def history(room: InRoom, caller: Caller, after: After = 0) -> HistoryOut:
    """What was said in the visit's conversation, who speaks, and what is looked for."""
    whose = (caller.principal, caller.conversation_id)
    items, need, floor = await asyncio.gather(
        room.assistant.history(*whose), room.assistant.need(*whose), room.assistant.floor(*whose)
    )
    return HistoryOut(
        conversation_id=caller.conversation_id,
        messages=[message_out(item, room.look) for item in items if item.seq > after],
        floor=floor_out(floor),
        wishes=wishes_out(need, room.look),
    )


async def _session_out(room: Room, session: Session) -> SessionOut:
    assistant = room.assistant
    floor = await assistant.floor(session.principal, session.conversation_id)
    return SessionOut(
        token=session.token,
        conversation_id=session.conversation_id,
        shop_name=assistant.shop_name,
        locale=assistant.locale,
        notice=NOTICE,
        starters=list(await assistant.starters(session.principal, "widget")),
        customer_name=clean(session.customer_name) if session.customer_name else None,
        floor=floor_out(floor),
        ready=assistant.readiness().words,
    )
