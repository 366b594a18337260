"""Files that pages need: our style sheet, the catalogue's pictures, the shop's policies."""

from __future__ import annotations

from importlib.resources import files
from mimetypes import guess_type
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import APIRouter
from fastapi.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from markupsafe import Markup

from ui.front import IMAGE_POLICY, STRICT_POLICY
from ui.images import LOCAL_IMAGE
from ui.render import Renderer
from ui.text import markdown

if TYPE_CHECKING:
    from assistant.service import Assistant

STATIC = dict.fromkeys(("aisle.css", "desk.css", "owner.css"), "text/css; charset=utf-8")
"""Files of ui/static that are served as they are."""

_MISSING = PlainTextResponse("There is no such page.", 404)


def static_routes() -> APIRouter:
    """Return the route of our own style sheets."""
    router = APIRouter()

    @router.get("/ui/{name}")
    async def static(name: str) -> Response:
        if name not in STATIC:
            return _MISSING
        content = files("ui").joinpath("static", name).read_bytes()
        return Response(content, media_type=STATIC[name], headers={"cache-control": "no-cache"})

    return router


def image_routes(assistant: Assistant) -> APIRouter:
    """Return the route of the catalogue's pictures: one flat folder, known file endings, nothing executable."""
    router = APIRouter()

    @router.get("/images/{name}")
    async def image(name: str) -> Response:
        path = find_image(assistant.image_dir, name)
        if path is None:
            return _MISSING
        kind = guess_type(path.name)[0] or "application/octet-stream"
        headers = {"content-security-policy": IMAGE_POLICY, "cache-control": "public, max-age=3600"}
        return FileResponse(path, media_type=kind, headers=headers)

    return router


def find_image(folder: Path | None, name: str) -> Path | None:
    """Return the picture of that name, or None; never anything outside the folder, links included."""
    if folder is None or not LOCAL_IMAGE.fullmatch(f"images/{name}"):
        return None
    root = folder.resolve()
    path = (root / name).resolve()
    return path if path.parent == root and path.is_file() else None


def policy_routes(assistant: Assistant, renderer: Renderer) -> APIRouter:
    """Return the route of the policies: one page a file, one anchor a section."""
    router = APIRouter()

    @router.get("/policies/{name}")
    async def policy(name: str) -> Response:
        sections = [section for section in await assistant.policies() if section.id.partition("#")[0] == name]
        if not sections:
            return _MISSING
        shown = [
            {
                "anchor": section.id.partition("#")[2],
                "title": section.title.partition(": ")[2] or section.title,
                "text": Markup(markdown(section.text, renderer.look.link_hosts)),  # noqa: S704 (cleaned by nh3)
            }
            for section in sections
        ]
        heading = sections[0].title.partition(": ")[0]
        html = renderer.page("policy.html", shop_name=assistant.shop_name, heading=heading, sections=shown)
        return HTMLResponse(html, headers={"content-security-policy": STRICT_POLICY})

    return router
