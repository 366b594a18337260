"""The web application: our plain routes, and the Gradio page mounted beside them.

Decides nothing about products or orders; everything goes through the one door, `assistant.service.Assistant`.
"""

from __future__ import annotations

import os
from collections.abc import Collection
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from fastapi import FastAPI
from fastapi.responses import JSONResponse, Response
from starlette.middleware.trustedhost import TrustedHostMiddleware

from assistant.config import Settings
from ui.channels import CHANNELS
from ui.checkout import checkout_routes
from ui.files import image_routes, policy_routes, static_routes
from ui.front import Front
from ui.metrics import metrics_routes
from ui.owner_guard import OwnerOnly
from ui.render import Renderer
from ui.sessions import session_routes
from ui.staff import StaffOnly, staff_routes
from ui.views import Look

if TYPE_CHECKING:
    from assistant.service import Assistant


def create_app(
    assistant: Assistant,
    settings: Settings,
    *,
    image_hosts: Collection[str] = (),
    link_hosts: Collection[str] = (),
    allowed_hosts: Collection[str] = (),
) -> Front:
    """Build the web application.

    Args:
        assistant: the one door.
        settings: of this shop.
        image_hosts: other hosts that product pictures may come from, e.g. ("cdn.shop.example",).
        link_hosts: other hosts that links in replies may lead to.
        allowed_hosts: host names that this server answers to, besides this machine's own and those of the settings.
    """
    site_hosts = {urlsplit(origin).hostname for origin in settings.site_origins}
    links = frozenset(link_hosts) | {host for host in site_hosts if host}
    look = Look(settings.locale, settings.timezone, frozenset(image_hosts), links)
    renderer = Renderer(look)
    app = FastAPI(title=settings.shop_name, docs_url=None, redoc_url=None, openapi_url=None)

    @app.get("/healthz")
    async def health() -> Response:
        ready = assistant.readiness()
        body = {
            "status": "ready" if ready.words else "opening",
            "words": ready.words,
            "meaning": ready.meaning,
            "loading": list(ready.loading),
            "degraded": list(ready.degraded),
        }
        return JSONResponse(body, status_code=200 if ready.words else 503)

    app.include_router(metrics_routes(assistant, settings))
    app.include_router(session_routes(assistant))
    app.include_router(image_routes(assistant))
    app.include_router(policy_routes(assistant, renderer))
    app.include_router(checkout_routes(assistant, renderer))
    app.include_router(static_routes())
    app.include_router(staff_routes(assistant.desk, renderer, settings.shop_name))
    _quiet_gradio(settings)
    for channel in CHANNELS:
        channel.mount(app, assistant, renderer, settings)
    app.add_middleware(StaffOnly, desk=assistant.desk)
    app.add_middleware(OwnerOnly, desk=assistant.desk, renderer=renderer, shop_name=settings.shop_name)
    app.add_middleware(
        TrustedHostMiddleware,
        allowed_hosts=sorted({"localhost", "127.0.0.1", "[::1]", settings.host, *settings.host_names, *allowed_hosts}),
        www_redirect=False,
    )
    return Front(
        app,
        site_origins=settings.site_origins,
        image_hosts=image_hosts,
        title=renderer.page("title.html", shop_name=settings.shop_name),
        page_head=renderer.page("head.html"),
        page_body=renderer.page("splash.html", shop_name=settings.shop_name),
        desk_title=renderer.page("title.html", shop_name=f"Desk · {settings.shop_name}"),
        desk_head=renderer.page("desk_page_head.html"),
        owner_title=renderer.page("title.html", shop_name=f"Owner · {settings.shop_name}"),
        owner_head=renderer.page("owner_page_head.html"),
    )


def _quiet_gradio(settings: Settings) -> None:
    """Keep Gradio from reporting anything, and its files in a private folder; it reads the environment only."""
    cache = settings.data / "gradio"
    cache.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["GRADIO_TEMP_DIR"] = str(cache)
