"""The guard before everything below /owner: a session of the staff, and in it an admin.

Whatever a framework underneath may serve there, nobody else gets any of it. Agents are told so in a sentence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.errors import SignInNeeded
from assistant.owner import NOT_FOR_AGENTS
from ui.front import STRICT_POLICY
from ui.render import Renderer
from ui.staff import LOGIN, OWNER, OWNER_COOKIE, find_agent

if TYPE_CHECKING:
    from assistant.desk import Desk

_PAGES = ("/owner", OWNER)
_FRESH = {"cache-control": "no-store"}


class OwnerOnly:
    """Refuses every request below /owner that does not come from an admin.

    Args:
        app: what answers.
        desk: knows the sessions.
        renderer: writes the refusal.
        shop_name: stands on it.
    """

    def __init__(self, app: ASGIApp, desk: Desk, renderer: Renderer, shop_name: str) -> None:
        self._app, self._desk = app, desk
        self._refusal = renderer.page("owner_refused.html", shop_name=shop_name, message=NOT_FOR_AGENTS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = scope.get("path", "")
        if scope["type"] != "http" or not (path == "/owner" or path.startswith(OWNER)):
            await self._app(scope, receive, send)
            return
        shown = path in _PAGES and scope["method"] in ("GET", "HEAD")
        answer: Response | None = None
        try:
            agent = await find_agent(self._desk, Request(scope).cookies, active=False, cookie=OWNER_COOKIE)
            if agent.role != "admin":
                answer = self._refused() if shown else _told(403, "refused", NOT_FOR_AGENTS)
        except SignInNeeded as error:
            answer = _to_login() if shown else _told(401, "session", str(error))
        if answer is None and path == "/owner":
            answer = RedirectResponse(OWNER, 303)
        await (answer or self._app)(scope, receive, send)

    def _refused(self) -> Response:
        return HTMLResponse(self._refusal, 403, headers={**_FRESH, "content-security-policy": STRICT_POLICY})


def _to_login() -> Response:
    return RedirectResponse(f"{LOGIN}?to=owner", 303, headers=_FRESH)


def _told(status: int, code: str, message: str) -> Response:
    return JSONResponse({"ok": False, "code": code, "message": message}, status, headers=_FRESH)
