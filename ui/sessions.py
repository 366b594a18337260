"""Who is calling: the session's token travels in one cookie that scripts cannot read, and is looked up on each call.

No id that a browser sends is ever taken for an identity.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field

from assistant.errors import AisleError, SessionMissing

if TYPE_CHECKING:
    from assistant.service import Assistant, Session

COOKIE = "aisle_session"
_MAX_AGE_S = 60 * 60 * 24 * 180


class SignIn(BaseModel):
    """Which demo customer to be."""

    model_config = ConfigDict(extra="forbid")
    customer_id: str = Field(min_length=1, max_length=200)


async def find_session(assistant: Assistant, cookies: Mapping[str, str]) -> Session:
    """Look up the session that the cookie names.

    Raises:
        SessionMissing: there is no cookie, or its session is gone.
    """
    token = cookies.get(COOKIE)
    if not token:
        raise SessionMissing("Your visit has not begun yet. Please reload the page.")
    session = await assistant.find_session(token)
    if session is None:
        raise SessionMissing("Your visit has ended. Please reload the page.")
    return session


def session_routes(assistant: Assistant) -> APIRouter:
    """Return the routes that begin a visit and, in the demo, sign in and out.

    They are plain routes and not Gradio functions because only a plain answer can set the cookie.
    """
    router = APIRouter()

    @router.post("/session")
    async def begin(request: Request) -> JSONResponse:
        return _answer(request, await assistant.open_session(request.cookies.get(COOKIE)))

    @router.post("/session/sign-in")
    async def sign_in(request: Request, body: SignIn) -> JSONResponse:
        return await _switch(request, body.customer_id)

    @router.post("/session/sign-out")
    async def sign_out(request: Request) -> JSONResponse:
        return await _switch(request, None)

    async def _switch(request: Request, customer_id: str | None) -> JSONResponse:
        try:
            token = (await find_session(assistant, request.cookies)).token
            if customer_id is None:
                return _answer(request, await assistant.sign_out(token))
            return _answer(request, await assistant.sign_in(token, customer_id))
        except AisleError as error:
            return JSONResponse({"ok": False, "message": str(error)}, status_code=409)

    return router


def _answer(request: Request, session: Session) -> JSONResponse:
    answer = JSONResponse({"ok": True})
    answer.set_cookie(
        COOKIE,
        session.token,
        max_age=_MAX_AGE_S,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return answer
