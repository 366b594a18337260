"""The route of Prometheus: for this machine, or for whoever has the key. It names no person and repeats no word."""

from __future__ import annotations

import hmac
from ipaddress import ip_address
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from assistant.config import Settings

if TYPE_CHECKING:
    from assistant.service import Assistant

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
"""What a proxy adds: behind one every stranger seems to be this machine."""


def metrics_routes(assistant: Assistant, settings: Settings) -> APIRouter:
    """Return the one route; to everybody else it does not exist."""
    router = APIRouter()

    @router.get("/metrics")
    async def metrics(request: Request) -> Response:
        if not (_is_this_machine(request) or _has_key(request, settings)):
            return PlainTextResponse("Not Found", status_code=404)
        return Response(assistant.telemetry.exposition(), media_type=CONTENT_TYPE)

    return router


def _is_this_machine(request: Request) -> bool:
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _has_key(request: Request, settings: Settings) -> bool:
    if settings.metrics_key is None:
        return False
    wanted = f"Bearer {settings.metrics_key.get_secret_value()}"
    return hmac.compare_digest(request.headers.get("authorization", "").encode(), wanted.encode())
