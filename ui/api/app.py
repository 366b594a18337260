"""The API as an application of its own, so that its errors, its documentation and its locks hold for all of it.

Deny by default: a router is private, with the visit's token as a dependency of all its routes, or it is named in
PUBLIC.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from fastapi import FastAPI
from fastapi.responses import JSONResponse

from assistant.answer_json import aisle_version
from assistant.config import Settings
from ui.api import people, profile, purchases, shop, turns, visits
from ui.api.errors import add_handlers
from ui.api.models import HealthOut
from ui.api.room import InRoom, Room
from ui.api.schema import describe, error_responses
from ui.api.sse import HEARTBEAT_S
from ui.limits import HOUR_S, MovingWindows, Slots, Window, message_limit
from ui.render import Renderer
from ui.running import RunningTurns
from ui.views import Look

if TYPE_CHECKING:
    from assistant.service import Assistant

PREFIX = "/api/v1"
PUBLIC: frozenset[tuple[str, str]] = frozenset(
    {
        ("POST", "/sessions"),
        ("POST", "/events/purchase"),
        ("GET", "/health"),
        ("GET", "/openapi.json"),
        ("HEAD", "/openapi.json"),
    }
)
"""What answers without a visit's token; a purchase has its signature instead."""
OPEN_STREAMS = 2
"""Turns, and live streams, that one visit may have open at once."""
_ABOUT = (
    "Talk to the shop's assistant: begin a visit, send messages and read their answers as server-sent events, show "
    "products, keep a cart, confirm proposals, ask for a person."
)


def create_api(
    assistant: Assistant,
    settings: Settings,
    look: Look,
    *,
    clock: Callable[[], float] = time.monotonic,
    now: Callable[[], float] = time.time,
    heartbeat_s: float = HEARTBEAT_S,
) -> FastAPI:
    """Build the API.

    Args:
        assistant: the one door.
        settings: of this shop.
        look: how this shop writes.
        clock: monotonic seconds, for limits.
        now: seconds since the epoch, for signatures.
        heartbeat_s: time between two comments on a silent stream.
    """
    api = FastAPI(
        title=f"{settings.shop_name}: assistant",
        version="1",
        description=_ABOUT,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        redirect_slashes=False,
        responses=error_responses(),
        generate_unique_id_function=lambda route: route.name,
    )
    api.state.room = Room(
        assistant=assistant,
        look=look,
        settings=settings,
        running=RunningTurns(),
        messages=message_limit(settings, clock),
        visits=MovingWindows((Window(settings.sessions_per_hour, HOUR_S),), clock),
        turns=Slots(OPEN_STREAMS),
        lives=Slots(OPEN_STREAMS),
        now=now,
        heartbeat_s=heartbeat_s,
    )
    add_handlers(api)
    for router in (
        visits.public,
        visits.private,
        turns.private,
        people.private,
        shop.private,
        profile.private,
        purchases.public,
    ):
        api.include_router(router)
    api.add_api_route(
        "/health", health, tags=["service"], response_model=HealthOut, responses={503: {"model": HealthOut}}
    )
    api.openapi = describe(api)  # type: ignore[method-assign]
    return api


async def health(room: InRoom) -> JSONResponse:
    """What works; 503 while the shop is opening."""
    ready = room.assistant.readiness()
    body = HealthOut(
        status="ready" if ready.words else "opening",
        version=aisle_version(),
        words=ready.words,
        meaning=ready.meaning,
        loading=list(ready.loading),
        degraded=list(ready.degraded),
    )
    return JSONResponse(body.model_dump(), status_code=200 if ready.words else 503)


def mount(app: FastAPI, assistant: Assistant, renderer: Renderer, settings: Settings) -> None:
    """Mount the API."""
    app.mount(PREFIX, create_api(assistant, settings, renderer.look))
