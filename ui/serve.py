"""Start the web server so that the port answers at once, and open the shop behind it.

Gradio alone takes seconds to import. So the server begins with one calm page of ours, builds the real application
in a thread, and hands over when it stands. Knows nothing of what the application does.
"""

from __future__ import annotations

import asyncio
import html
from collections.abc import Callable
from contextlib import AsyncExitStack
from importlib.resources import files
from typing import TYPE_CHECKING, Protocol

import structlog
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.config import Settings
from assistant.errors import AisleError

if TYPE_CHECKING:
    from assistant.service import Assistant

_log = structlog.get_logger(__name__)
_BROKEN = "Something went wrong while opening the shop. The server's log says what."
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


class Build(Protocol):
    """Makes the assistant, quickly; its shop goes on opening in the background."""

    def __call__(self, settings: Settings) -> Assistant:
        """Build the assistant."""


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
            self._trouble = str(error)
            _log.error("the shop could not be opened", reason=str(error))
        except Exception:  # noqa: BLE001 (the server stays up and says so)
            self._trouble = _BROKEN
            _log.exception("the shop could not be opened")

    def _wait_page(self, scope: Scope) -> Response:
        status = "opening" if self._trouble is None else "broken"
        headers = {"content-security-policy": _POLICY, "cache-control": "no-store", "x-content-type-options": "nosniff"}
        if scope["path"] != "/":
            return JSONResponse({"status": status}, status_code=503, headers=headers | {"retry-after": "1"})
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


def run(settings: Settings, build: Build, announce: Callable[[str], None] | None = None) -> None:
    """Serve the shop until interrupted; the port answers before the assistant is built.

    Args:
        settings: host, port and everything else.
        build: makes the assistant, e.g. one that calls `build_assistant(settings)` and `start()`; it runs in a thread.
        announce: called with the address before the server starts.
    """
    import uvicorn

    def open_app() -> tuple[ASGIApp, Starlette]:
        from ui.app import create_app

        front = create_app(build(settings), settings)
        return front, front.inner

    if announce:
        host = "localhost" if settings.host in ("0.0.0.0", "::") else settings.host  # noqa: S104 (only compared)
        announce(f"http://{host}:{settings.port}")
    uvicorn.run(
        Doorway(open_app, settings.shop_name),
        host=settings.host,
        port=settings.port,
        log_level="warning",
        access_log=False,
        server_header=False,
        ws="none",
        timeout_graceful_shutdown=5,
    )


def serve(assistant: Assistant, settings: Settings, announce: Callable[[str], None] | None = None) -> None:
    """Serve an assistant that is built already; see `run`."""
    run(settings, lambda _: assistant, announce)
