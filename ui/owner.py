"""The owner's page: one Gradio component that holds a shell, its script, and one door to the server.

Built like the desk's. `ui.owner_guard.OwnerOnly` stands before all of it; Gradio's own check is the second lock, and
each action looks the session and its role up again.
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI, Request

from assistant.config import Settings
from assistant.errors import SignInNeeded
from ui.gradio_page import mount_page, safe_template
from ui.owner_actions import OwnerActions, Reply
from ui.render import Renderer
from ui.staff import OWNER_COOKIE

if TYPE_CHECKING:
    import gradio as gr

    from assistant.service import Assistant

PATH = "/owner"
SCRIPT = "static/owner.js"


def build_owner(assistant: Assistant, renderer: Renderer, settings: Settings) -> gr.Blocks:
    """Build the Gradio page.

    Args:
        assistant: its doors of the staff and of the owner.
        renderer: writes the HTML.
        settings: for the shop's name, its currency and time zone.
    """
    import gradio as gr

    actions = OwnerActions(assistant.desk, assistant.owner, renderer, settings)

    async def call(asked: Any, request: gr.Request) -> Reply:
        body = asked if isinstance(asked, dict) else {}
        return await actions.perform(body.get("action"), body.get("payload"), request.cookies)

    # Gradio reads these annotations at run time; the module itself must not import it.
    call.__annotations__ = {"asked": Any, "request": gr.Request, "return": dict}
    with gr.Blocks(title="Owner", analytics_enabled=False, fill_width=True, delete_cache=(3600, 3600)) as page:
        gr.HTML(
            value="",
            html_template=safe_template(renderer.page("owner_shell.html", shop_name=settings.shop_name)),
            js_on_load=files("ui").joinpath(SCRIPT).read_text(encoding="utf-8"),
            apply_default_css=False,
            server_functions=[call],
            elem_id="aisle-owner",
        )
    page.queue(max_size=1)
    return page


def mount(app: FastAPI, assistant: Assistant, renderer: Renderer, settings: Settings) -> None:
    """Mount the page at "/owner", for admins."""
    desk = assistant.desk

    def signed_in(request: Request) -> str | None:
        try:
            agent = desk.agent_now(request.cookies.get(OWNER_COOKIE))
        except SignInNeeded:
            return None
        return agent.id if agent.role == "admin" else None

    mount_page(app, lambda: build_owner(assistant, renderer, settings), PATH, settings, signed_in)
