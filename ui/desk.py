"""The desk's page for the staff: one Gradio component that holds a shell, its script, and one door to the server.

Built like the shopper page, and mounted beside it with the same things of Gradio switched off. `ui.staff.StaffOnly`
stands before all of it; Gradio's own check is the second lock.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import FastAPI, Request

from assistant.config import Settings
from assistant.errors import SignInNeeded
from ui.desk_actions import DeskActions
from ui.gradio_page import build_page, mount_page
from ui.render import Renderer
from ui.staff import STAFF_COOKIE

if TYPE_CHECKING:
    import gradio as gr

    from assistant.desk import Desk
    from assistant.service import Assistant

PATH = "/desk"


def build_desk(desk: Desk, renderer: Renderer, settings: Settings) -> gr.Blocks:
    """Build the Gradio page.

    Args:
        desk: the staff's door.
        renderer: writes the HTML.
        settings: for the shop's name and the longest reply.
    """
    shell = renderer.page("desk_shell.html", shop_name=settings.shop_name, max_chars=settings.max_message_chars)
    return build_page("Desk", "desk", shell, DeskActions(desk, renderer).perform)


def mount(app: FastAPI, assistant: Assistant, renderer: Renderer, settings: Settings) -> None:
    """Mount the page at "/desk", for who is signed in."""
    desk = assistant.desk

    def signed_in(request: Request) -> str | None:
        try:
            return desk.agent_now(request.cookies.get(STAFF_COOKIE)).id
        except SignInNeeded:
            return None

    mount_page(app, lambda: build_desk(desk, renderer, settings), PATH, settings, signed_in)
