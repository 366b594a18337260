"""What stands before the API: which paths and methods exist, which sites may call, how long a body may be.

Deny by default, like the front that it belongs to. The token is looked at behind it; cookies never are.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.api.errors import error_response

MAX_BODY_BYTES = 64 * 1024
"""Longest request body: a message has at most a few thousand characters, and nothing is uploaded."""
PREFIX = "/api/v1"
_ROUTES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"/sessions", ("POST",)),
    (r"/conversations", ("POST",)),
    (r"/turns", ("POST",)),
    (r"/turns/[^/]+/stop", ("POST",)),
    (r"/history", ("GET",)),
    (r"/live", ("GET",)),
    (r"/events", ("POST",)),
    (r"/events/purchase", ("POST",)),
    (r"/products/.+", ("GET",)),
    (r"/cart", ("GET",)),
    (r"/cart/lines", ("POST",)),
    (r"/cart/lines/.+", ("PUT",)),
    (r"/wishes/.+", ("DELETE",)),
    (r"/proposals/[^/]+/(?:confirm|decline)", ("POST",)),
    (r"/banner", ("GET", "DELETE")),
    (r"/hand-over", ("POST", "DELETE")),
    (r"/profile", ("GET", "PUT", "DELETE")),
    (r"/profile/entries/.+", ("DELETE",)),
    (r"/health", ("GET",)),
    (r"/openapi\.json", ("GET",)),
)
"""Every path of the API with its methods; the rest does not exist."""
_COMPILED = tuple((re.compile(path, re.ASCII), methods) for path, methods in _ROUTES)

_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
}


def methods_of(path: str) -> tuple[str, ...]:
    """Return the methods of a path of the API; none where it does not exist."""
    inner = path.removeprefix(PREFIX)
    if inner == path or ".." in path:
        return ()
    return next((methods for pattern, methods in _COMPILED if pattern.fullmatch(inner)), ())


class ApiGate:
    """Lets through what may reach the API, and writes the headers of its answers.

    Args:
        app: answers what is let through.
        origins: sites that browsers may call from, besides this one.
    """

    def __init__(self, app: ASGIApp, origins: Collection[str]) -> None:
        self._app = app
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        headers, methods = Headers(scope=scope), methods_of(scope["path"])
        origin = self._foreign(headers)
        answer = self._refusal(scope, headers, methods, origin)
        send = _sealed(send, origin if origin in self._origins else None)
        if answer is None and scope["method"] == "OPTIONS":
            answer = Response(status_code=204, headers=_preflight(methods))
        if answer is None:
            body = await _read(receive) if scope["method"] in ("POST", "PUT") else b""
            if body is None:
                answer = _too_long()
            else:
                receive = _replayed(body, receive)
        await (answer or self._app)(scope, receive, send)

    def _foreign(self, headers: Headers) -> str | None:
        """Return where a browser says that the request comes from; None from this very site, or without a word."""
        named = headers.getlist("origin")
        if not named:
            return None
        if len(named) == 1 and named[0] != "null" and urlsplit(named[0]).netloc == headers.get("host"):
            return None
        return named[0] if len(named) == 1 else "several"

    def _refusal(self, scope: Scope, headers: Headers, methods: tuple[str, ...], origin: str | None) -> Response | None:
        if not methods:
            return error_response(404, "not_found", "There is nothing here.")
        if origin is not None and origin not in self._origins:
            return error_response(403, "other_origin", "This came from another site and was not carried out.")
        asked = headers.get("access-control-request-method") if scope["method"] == "OPTIONS" else scope["method"]
        if asked not in methods:
            allow = {"allow": ", ".join(methods)}
            return error_response(405, "bad_method", "This is not possible here.", headers=allow)
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()) or int(length[:12]) > MAX_BODY_BYTES:
            return _too_long()
        return None


def _too_long() -> Response:
    return error_response(413, "too_long", "The body of the request is too long.")


def _preflight(methods: tuple[str, ...]) -> dict[str, str]:
    return {
        "access-control-allow-methods": ", ".join(methods),
        "access-control-allow-headers": "authorization, content-type, last-event-id",
        "access-control-max-age": "600",
    }


def _sealed(send: Send, origin: str | None) -> Send:
    async def sealed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers[name] = value
            headers.add_vary_header("Origin")
            if origin is not None:
                headers["access-control-allow-origin"] = origin
                headers["access-control-expose-headers"] = "retry-after"
        await send(message)

    return sealed


async def _read(receive: Receive) -> bytes | None:
    """Read a whole body; None where it is too long, however it is sent."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return bytes(body)
        body.extend(message.get("body", b""))
        if len(body) > MAX_BODY_BYTES:
            return None
        if not message.get("more_body"):
            return bytes(body)


def _replayed(body: bytes, receive: Receive) -> Receive:
    given = False

    async def replayed() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replayed
