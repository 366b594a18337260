"""What the routes of the API share, and who is calling.

A route gets it as a dependency; nothing here is global.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from assistant.config import Settings
from assistant.service import Assistant, Session
from ui.api.errors import OPENING, RETRY_S, ApiError
from ui.limits import MovingWindows, Slots
from ui.running import RunningTurns
from ui.views import Look

MAX_TOKEN_CHARS = 200
_bearer = HTTPBearer(auto_error=False, description="The token of a visit, from POST /sessions.")


@dataclass(frozen=True, slots=True)
class Room:
    """What the routes share.

    Args:
        assistant: the one door.
        look: how this shop writes.
        settings: of this shop.
        running: turns that are being answered, to stop them.
        messages, visits: limits, by session and by network address.
        turns, lives: open streams, by session.
        now: seconds since the epoch, for signatures.
        heartbeat_s: time between two comments on a silent stream.
    """

    assistant: Assistant
    look: Look
    settings: Settings
    running: RunningTurns
    messages: MovingWindows
    visits: MovingWindows
    turns: Slots
    lives: Slots
    now: Callable[[], float]
    heartbeat_s: float


def find_room(request: Request) -> Room:
    """Return what this application's routes share."""
    room: Room = request.app.state.room
    return room


InRoom = Annotated[Room, Depends(find_room)]
Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


async def find_caller(room: InRoom, bearer: Bearer) -> Session:
    """Look up the visit that the bearer token names.

    Raises:
        ApiError: 401 where there is no token, or none of ours.
    """
    token = bearer.credentials if bearer else ""
    session = await room.assistant.find_session(token) if 0 < len(token) <= MAX_TOKEN_CHARS else None
    if session is None:
        raise ApiError(401, "no_session", "Your visit has not begun or has ended. Please begin a new one.")
    return session


Caller = Annotated[Session, Depends(find_caller)]


async def require_open_shop(room: InRoom) -> None:
    """Refuse at once what needs the catalogue while the shop is opening.

    Raises:
        ApiError: 503.
    """
    if not room.assistant.readiness().words:
        raise ApiError(503, "opening", OPENING, retry_after_s=RETRY_S)


OpenShop = Depends(require_open_shop)
