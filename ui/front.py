"""What stands before every route: which paths exist, who may call them, and what the answers forbid browsers to do.

A pure ASGI wrapper, so that it also covers the mounted Gradio application. Deny by default: a path that is not
listed here does not exist, whatever a framework underneath may serve.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from urllib.parse import urlsplit

from fastapi import FastAPI
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from ui.api.gate import MAX_BODY_BYTES, ApiGate

_OWN = (
    r"/healthz",
    r"/metrics",
    r"/session(?:/sign-in|/sign-out)?",
    r"/images/[^/]+",
    r"/policies/[^/]+",
    r"/checkout",
    r"/ui/[^/]+",
    r"/desk(?:/login|/logout)?",
    r"/owner",
    r"/widget\.js",
    r"/widget/[\w.-]+",
)
_GRADIO = (
    r"/",
    r"/config/?",
    r"/theme\.css",
    r"/favicon\.ico",
    r"/manifest\.json",
    r"/robots\.txt",
    r"/assets/[\w./-]+",
    r"/static/[\w./-]+",
    r"/svelte/[\w./-]+",
    r"/gradio_api/(?:queue/join|queue/data|component_server|heartbeat/\w+|cancel|reset|startup-events|app_id|theme\.css)/?",
)
_STAFF = tuple(f"{place}{path}" for place in ("/desk", "/owner") for path in _GRADIO)
"""The same of the desk's and the owner's page; ui/staff.py and ui/owner_guard.py stand before any of them."""

ALLOWED_PATHS = re.compile("|".join(f"(?:{path})" for path in (*_OWN, *_GRADIO, *_STAFF)), re.ASCII)
"""Every path that is answered; the rest is 404."""

_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "x-frame-options": "DENY",
}

FRAME_PATH = "/widget/frame.html"
"""The one page that may be shown in frames, of the sites that its own policy names."""

CROSS_ORIGIN = re.compile(r"/widget\.js|/images/[^/]+", re.ASCII)
"""What pages of other sites may load: the script tag, and the catalogue's pictures. Neither depends on who asks."""


def page_policy(image_hosts: Iterable[str]) -> str:
    """Return the content security policy of the Gradio page.

    Gradio's own script needs inline scripts and `eval`; everything else stays with this site.
    """
    images = " ".join(f"https://{host}" for host in image_hosts)
    return (
        "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        f"connect-src 'self'; img-src 'self' data: blob: {images}".rstrip()
        + "; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
    )


STRICT_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Of our own plain pages: no script at all."""

IMAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"
"""Of catalogue images: an SVG that is opened by itself runs nothing and loads nothing."""


class Front:
    """Wraps the whole application.

    Args:
        app: what answers; kept as `inner`, because its start-up and shut-down count.
        site_origins: other sites whose pages may call the API.
        image_hosts: other hosts that the page may load pictures from.
        page_head: HTML put into the head of the Gradio page.
        page_body: HTML shown in the Gradio page until its script has run.
        title: of the Gradio page, escaped.
        desk_head, desk_title: the same of the desk's page.
        owner_head, owner_title: the same of the owner's page.
    """

    def __init__(
        self,
        app: FastAPI,
        *,
        site_origins: Collection[str] = (),
        image_hosts: Collection[str] = (),
        page_head: str = "",
        page_body: str = "",
        title: str = "",
        desk_head: str = "",
        desk_title: str = "",
        owner_head: str = "",
        owner_title: str = "",
    ) -> None:
        self.inner = app
        self._api = ApiGate(app, site_origins)
        self._policy = page_policy(image_hosts)
        self._pages = {
            "/": (title, page_head, page_body),
            "/desk/": (desk_title, desk_head, ""),
            "/owner/": (owner_title, owner_head, ""),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await self.inner(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        if scope["path"].startswith("/api/"):
            await self._api(scope, receive, send)
            return
        refusal = _refusal(scope)
        if refusal is not None:
            await refusal(scope, receive, self._sealed(scope, send))
            return
        if scope["path"] in self._pages:
            # Compression would hide the page from the rewriting below; nothing else is touched.
            scope = {**scope, "headers": [(k, v) for k, v in scope["headers"] if k != b"accept-encoding"]}
            send = self._rewritten(scope["path"], send)
        await self.inner(scope, _capped(receive), self._sealed(scope, send))

    def _sealed(self, scope: Scope, send: Send) -> Send:
        async def sealed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers[name] = value
                headers.setdefault("content-security-policy", self._policy)
                if CROSS_ORIGIN.fullmatch(scope["path"]):
                    headers["cross-origin-resource-policy"] = "cross-origin"
                if scope["path"] == FRAME_PATH:
                    # It can name no site; frame-ancestors in the policy can.
                    del headers["x-frame-options"]
                if scope["path"] in self._pages or "set-cookie" in headers:
                    headers["cache-control"] = "no-store"
            await send(message)

        return sealed

    def _rewritten(self, path: str, send: Send) -> Send:
        start: Message | None = None
        body = bytearray()

        async def rewritten(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            body.extend(message.get("body", b""))
            if message.get("more_body") or start is None:
                return
            page = self._rewrite(path, body.decode("utf-8")).encode("utf-8")
            headers = MutableHeaders(scope=start)
            headers["content-length"] = str(len(page))
            await send(start)
            await send({"type": "http.response.body", "body": page})

        return rewritten

    def _rewrite(self, path: str, page: str) -> str:
        """Replace Gradio's own title and social-media tags, which name other hosts, by ours."""
        title, head, body = self._pages[path]
        page = re.sub(r"<meta\s+(?:property|name)=\"(?:og|twitter):[^>]*>", "", page)
        page = page.replace("</head>", f"<title>{title}</title>{head}</head>", 1)
        return page.replace("<gradio-app", f"{body}<gradio-app", 1)


def _refusal(scope: Scope) -> PlainTextResponse | None:
    headers = Headers(scope=scope)
    if ".." in scope["path"] or not ALLOWED_PATHS.fullmatch(scope["path"]):
        return PlainTextResponse("There is no such page.", 404)
    if scope["method"] not in ("GET", "HEAD", "POST"):
        return PlainTextResponse("This is not allowed.", 405)
    if scope["method"] == "POST" and not _same_origin(headers):
        return PlainTextResponse("This came from another site and was not carried out.", 403)
    length = headers.get("content-length", "0")
    if not length.isdigit() or int(length) > MAX_BODY_BYTES:
        return PlainTextResponse("This is too long.", 413)
    return None


def _same_origin(headers: Headers) -> bool:
    """Whether a changing request comes from our own page: browsers name the origin of every POST."""
    origin = headers.get("origin")
    if origin is None:
        return headers.get("sec-fetch-site", "none") in ("same-origin", "none")
    return urlsplit(origin).netloc == headers.get("host")


def _capped(receive: Receive) -> Receive:
    seen = 0

    async def capped() -> Message:
        nonlocal seen
        message = await receive()
        if message["type"] == "http.request":
            seen += len(message.get("body", b""))
            if seen > MAX_BODY_BYTES:
                return {"type": "http.disconnect"}
        return message

    return capped
