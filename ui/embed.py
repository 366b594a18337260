"""The widget: its files, and which pages of which sites may show its frame.

The frame talks to the HTTP API like any other program; nothing here knows products or turns. Without any site in
`site_origins` no page may show it.
"""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import PlainTextResponse, Response

from assistant.config import Settings
from ui.front import FRAME_PATH
from ui.render import Renderer

if TYPE_CHECKING:
    from assistant.service import Assistant

LOADER = "loader.js"
FRAME = "frame.html"
PARTS = (
    "frame.js",
    "api.js",
    "begin.js",
    "cards.js",
    "dom.js",
    "page.js",
    "profile.js",
    "turns.js",
    "words.js",
    "frame.css",
)
"""What the frame loads besides its page."""
LANGUAGES = ("words.en.js", "words.de.js")
"""Of these it loads one."""

_KINDS = {
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
}
_COMMENT = re.compile(r"^ */\*.*?\*/ *\n", re.MULTILINE | re.DOTALL)
_INDENT = re.compile(r"^\s+", re.MULTILINE)
_SIGN = re.compile(r" (=>|===|!==|&&|\|\||=|\?|:) |(?<=\{) | (?=\})|(?<=[)}];) |(?<=\)) (?=\{)")
"""Spaces around signs that a script does not need; its sentences stand in files of their own, where they stay."""
_STYLES = re.compile(r"(?<=const CSS = `)[^`]*")
"""The style sheet that a script has in it."""
_CSS_SIGN = re.compile(r"\s*([{};,>/])\s*")
_MISSING = PlainTextResponse("There is no such page.", 404)


def frame_policy(sites: Collection[str], image_hosts: Collection[str] = ()) -> str:
    """Return the content security policy of the frame.

    Args:
        sites: origins whose pages may show it, e.g. ("https://shop.example",).
        image_hosts: other hosts that pictures may come from.
    """
    images = " ".join(("'self'", *(f"https://{host}" for host in image_hosts)))
    ancestors = " ".join(sites) or "'none'"
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src {images}; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'; "
        f"frame-ancestors {ancestors}"
    )


@dataclass(frozen=True, slots=True)
class _File:
    """A file as it is sent: plain and packed, with a tag that changes when it does."""

    body: bytes
    packed: bytes
    kind: str
    etag: str

    @classmethod
    def of(cls, name: str, text: str) -> _File:
        kind = name.rpartition(".")[2]
        body = slim(text, "" if name in LANGUAGES else kind).encode("utf-8")
        tag = hashlib.sha256(body).hexdigest()[:32]
        return cls(body, gzip.compress(body, 9, mtime=0), _KINDS[kind], f'"{tag}"')

    def answer(self, request: Request, max_age_s: int, policy: str | None = None) -> Response:
        headers = {"etag": self.etag, "vary": "accept-encoding", "cache-control": f"public, max-age={max_age_s}"}
        if policy is not None:
            headers["content-security-policy"] = policy
        if request.headers.get("if-none-match") == self.etag:
            return Response(status_code=304, headers=headers)
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(self.packed, media_type=self.kind, headers=headers | {"content-encoding": "gzip"})
        return Response(self.body, media_type=self.kind, headers=headers)


def slim(text: str, kind: str = "") -> str:
    """Return a file without the comments that have lines of their own, indents, empty lines, and idle spaces.

    Args:
        text: of the file.
        kind: "js" or "css"; spaces within lines of anything else stay.
    """
    text = _INDENT.sub("", _COMMENT.sub("", text))
    if kind == "css":
        return _slim_styles(text)
    if kind == "js":
        return _STYLES.sub(lambda match: _slim_styles(match[0]), _SIGN.sub(r"\1", text))
    return text


def _slim_styles(text: str) -> str:
    return _CSS_SIGN.sub(r"\1", text).replace(": ", ":").replace(";}", "}")


def read_widget_file(name: str) -> str:
    """Return a file of the widget as it lies in the package."""
    return files("ui").joinpath("widget", name).read_text(encoding="utf-8")


def widget_routes(settings: Settings, image_hosts: Collection[str] = ()) -> APIRouter:
    """Return the routes of the script tag, of the frame's page and of what that page loads."""
    router = APIRouter()
    loader = _File.of(LOADER, read_widget_file(LOADER))
    page = Template(read_widget_file(FRAME)).substitute(
        shop_name=escape(settings.shop_name), sites=escape(" ".join(settings.site_origins))
    )
    frame = _File.of(FRAME, page)
    parts = {name: _File.of(name, read_widget_file(name)) for name in (*PARTS, *LANGUAGES)}
    policy = frame_policy(settings.site_origins, image_hosts)

    @router.get("/widget.js")
    async def script(request: Request) -> Response:
        return loader.answer(request, 300)

    @router.get(FRAME_PATH)
    async def frame_page(request: Request) -> Response:
        return frame.answer(request, 0, policy)

    @router.get("/widget/{name}")
    async def part(request: Request, name: str) -> Response:
        return parts[name].answer(request, 0) if name in parts else _MISSING

    return router


def mount(app: FastAPI, assistant: Assistant, renderer: Renderer, settings: Settings) -> None:
    """Add the widget's files; the assistant itself is reached through the HTTP API."""
    app.include_router(widget_routes(settings, renderer.look.image_hosts))
