"""Who of the staff is calling: sign-in and sign-out as plain pages, and the guard before everything of the desk.

The session's token travels in cookies of their own that scripts cannot read: one that only the desk's paths get, and
one that only the owner's get (ui/owner_guard.py stands before those). No path below /desk answers without a session but
the sign-in page, whatever a framework underneath may serve.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.requests import Request as AnyRequest
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.errors import Refused, SignInNeeded
from assistant.turn import Agent
from ui.front import STRICT_POLICY
from ui.render import Renderer

if TYPE_CHECKING:
    from assistant.desk import Desk

STAFF_COOKIE = "aisle_staff"
OWNER_COOKIE = "aisle_owner"
"""The same token, for the owner's paths."""
DESK = "/desk/"
OWNER = "/owner/"
LOGIN = "/desk/login"
_PAGES = ("/desk", DESK)
_MAX_AGE_S = 12 * 60 * 60
_COOKIES = ((STAFF_COOKIE, "/desk"), (OWNER_COOKIE, "/owner"))


async def find_agent(
    desk: Desk, cookies: Mapping[str, str], *, active: bool = True, cookie: str = STAFF_COOKIE
) -> Agent:
    """Look up the session that the cookie names.

    Raises:
        SignInNeeded: there is none.
    """
    return await desk.agent(cookies.get(cookie), active=active)


class StaffOnly:
    """Refuses every request below /desk that comes without a session.

    Args:
        app: what answers.
        desk: knows the sessions.
    """

    def __init__(self, app: ASGIApp, desk: Desk) -> None:
        self._app = app
        self._desk = desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = scope.get("path", "")
        guarded = path == "/desk" or (path.startswith(DESK) and path != LOGIN)
        if scope["type"] != "http" or not guarded:
            await self._app(scope, receive, send)
            return
        try:
            await find_agent(self._desk, AnyRequest(scope).cookies, active=False)
        except SignInNeeded as error:
            await _turned_away(path, scope["method"], str(error))(scope, receive, send)
        else:
            await self._app(scope, receive, send)


def staff_routes(desk: Desk, renderer: Renderer, shop_name: str) -> APIRouter:
    """Return the routes that let staff in and out.

    Args:
        desk: checks names and passwords.
        renderer: writes the page.
        shop_name: stands on it.
    """
    router = APIRouter()

    def page(to: str, status: int = 200, message: str = "", name: str = "") -> Response:
        html = renderer.page("desk_login.html", shop_name=shop_name, message=message, name=name, to=to)
        headers = {"content-security-policy": STRICT_POLICY, "cache-control": "no-store"}
        return HTMLResponse(html, status_code=status, headers=headers)

    @router.get("/desk")
    async def lead() -> Response:
        return RedirectResponse(DESK, 303)

    @router.get(LOGIN)
    async def show(request: Request, to: Annotated[str, Query(max_length=20)] = "") -> Response:
        try:
            await find_agent(desk, request.cookies, active=False)
        except SignInNeeded:
            return page(to)
        return _led_in(request, request.cookies[STAFF_COOKIE], to)

    @router.post(LOGIN)
    async def sign_in(
        request: Request,
        name: Annotated[str, Form(max_length=200)] = "",
        password: Annotated[str, Form(max_length=1000)] = "",
        to: Annotated[str, Form(max_length=20)] = "",
    ) -> Response:
        address = request.client.host if request.client else ""
        try:
            _, token = await desk.sign_in(name, password, address)
        except Refused as refusal:
            return page(to, 429 if refusal.code == "too_many" else 401, str(refusal), name)
        return _led_in(request, token, to)

    @router.post("/desk/logout")
    async def sign_out(request: Request) -> Response:
        await desk.sign_out(request.cookies.get(STAFF_COOKIE, ""))
        answer = RedirectResponse(LOGIN, 303)
        for cookie, path in _COOKIES:
            answer.delete_cookie(cookie, path=path, httponly=True, samesite="strict")
        return answer

    return router


def _led_in(request: Request, token: str, to: str) -> Response:
    """Give the browser its cookies, and lead it where it wanted to go."""
    answer = RedirectResponse(OWNER if to == "owner" else DESK, 303)
    for cookie, path in _COOKIES:
        answer.set_cookie(
            cookie,
            token,
            max_age=_MAX_AGE_S,
            path=path,
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )
    return answer


def _turned_away(path: str, method: str, message: str) -> Response:
    if path in _PAGES and method in ("GET", "HEAD"):
        return RedirectResponse(LOGIN, 303, headers={"cache-control": "no-store"})
    return JSONResponse(
        {"ok": False, "code": "session", "message": message}, 401, headers={"cache-control": "no-store"}
    )
