"""The door that answers before the house stands: one calm page of ours until the application is built.

Gradio alone takes seconds to import. So the server begins with this, builds the real application in a thread, and
hands over when it stands. Knows nothing of what the application does.
"""

from __future__ import annotations

import asyncio
import html
from collections.abc import Callable
from contextlib import AsyncExitStack
from importlib.resources import files

import structlog
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.errors import AisleError

_log = structlog.get_logger(__name__)
_BROKEN = "The shop cannot be opened at the moment. Please try again later."
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


class Doorway:
    """Answers from the first moment: with a calm page until `open_app` has returned, with the application after it.

    Args:
        open_app: builds the application, and names the part of it whose start-up and shut-down count; runs in a thread.
        shop_name: shown on the page.
    """

    def __init__(self, open_app: Callable[[], tuple[ASGIApp, Starlette]], shop_name: str) -> None:
        self._open_app = open_app
        self._shop_name = shop_name
        self._app: ASGIApp | None = None
        self._trouble: str | None = None
        self._reasons: tuple[str, ...] = ()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or keep the application's life."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif self._app is not None:
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._wait_page(scope)(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        async with AsyncExitStack() as stack:
            opening = asyncio.create_task(self._open(stack))
            await send({"type": "lifespan.startup.complete"})
            await receive()
            opening.cancel()
            await asyncio.gather(opening, return_exceptions=True)
        await send({"type": "lifespan.shutdown.complete"})

    async def _open(self, stack: AsyncExitStack) -> None:
        try:
            app, inner = await asyncio.to_thread(self._open_app)
            await stack.enter_async_context(inner.router.lifespan_context(inner))
            self._app = app
        except AisleError as error:
            self._trouble = _BROKEN
            self._reasons = (str(error),)
            _log.error("the shop could not be opened", reason=str(error))
        except Exception:  # noqa: BLE001 (the server stays up and says so)
            self._trouble = _BROKEN
            _log.exception("the shop could not be opened")

    def _wait_page(self, scope: Scope) -> Response:
        status = "opening" if self._trouble is None else "broken"
        headers = {"content-security-policy": _POLICY, "cache-control": "no-store", "x-content-type-options": "nosniff"}
        if scope["path"] != "/":
            said = "The shop is opening. Please try again in a moment." if self._trouble is None else _BROKEN
            body: dict[str, object] = {"status": status, "error": {"code": status, "message": said}}
            if scope["path"] == "/healthz":  # the operator's; what other addresses answer may be read by anybody
                body["degraded"] = self._reasons
            return JSONResponse(body, status_code=503, headers=headers | {"retry-after": "1"})
        if self._trouble is None:
            headers["refresh"] = "1"
        page = opening_page(self._shop_name, self._trouble)
        return HTMLResponse(page, status_code=200 if self._trouble is None else 503, headers=headers)


def opening_page(shop_name: str, trouble: str | None) -> str:
    """Return the page that stands until the shop is open; it reloads itself by a header, without any script."""
    style = files("ui").joinpath("static/aisle.css").read_text(encoding="utf-8")
    said = "Opening the shop … this page goes on by itself." if trouble is None else trouble
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" '
        'content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(shop_name)}</title><style>{style}</style></head>"
        f'<body class="page"><main class="centred" role="status"><p class="shop">{html.escape(shop_name)}</p>'
        f'<p class="muted">{html.escape(said)}</p></main></body></html>'
    )
