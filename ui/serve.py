"""Serves the web application until it is stopped, and beside the demo its example shop page."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

from assistant.config import Settings
from ui.beside import example_beside
from ui.doorway import Doorway
from ui.sockets import address, listen

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.types import ASGIApp

    from assistant.service import Assistant

_GRACE_S = 3


def serve(assistant: Assistant, settings: Settings, ready: Callable[[str], None]) -> None:
    """Serve an assistant that is built already until SIGINT or SIGTERM; see `run`."""
    run(settings, lambda _: assistant, ready)


def run(
    settings: Settings,
    build: Callable[[Settings], Assistant],
    ready: Callable[[str], None],
    note: Callable[[str], None] = lambda _: None,
) -> None:
    """Answer on `settings.host` and `settings.port` until SIGINT or SIGTERM.

    The port is taken before anything heavy is loaded, so that a taken one is said at once, and answers before the
    application is built: with a page that says that the shop is opening.

    Args:
        settings: where to listen.
        build: makes the assistant; runs in a thread. The assistant may still be opening the shop when it returns,
            and the page says so.
        ready: called once with the address, e.g. "http://127.0.0.1:7860", when requests are answered.
        note: called with a sentence on the example shop page of the demo, where there is something to say.

    Raises:
        ConfigError: the address cannot be listened on.
    """
    with listen(settings.host, settings.port) as sock, example_beside(settings, address(sock), note) as open_to:
        import uvicorn

        class _Server(uvicorn.Server):
            async def startup(self, sockets: list[socket.socket] | None = None) -> None:
                await super().startup(sockets)
                if self.started:
                    ready(address(sock))

        config = uvicorn.Config(
            Doorway(lambda: open_app(open_to, build), open_to.shop_name),
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            ws="none",
            timeout_graceful_shutdown=_GRACE_S,
        )
        _Server(config).run(sockets=[sock])


def open_app(settings: Settings, build: Callable[[Settings], Assistant]) -> tuple[ASGIApp, Starlette]:
    """Build the application as the settings want it, and name the part of it whose start-up and shut-down count."""
    from ui.app import create_app

    front = create_app(build(settings), settings, image_hosts=settings.image_hosts)
    return front, front.inner
