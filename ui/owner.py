"""The owner's page: one Gradio component that holds a shell, its script, and one door to the server.

Built like the desk's. `ui.owner_guard.OwnerOnly` stands before all of it; Gradio's own check is the second lock, and
each action looks the session and its role up again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import FastAPI, Request

from assistant.config import Settings
from assistant.errors import SignInNeeded
from ui.gradio_page import build_page, mount_page
from ui.owner_actions import OwnerActions
from ui.render import Renderer
from ui.staff import OWNER_COOKIE

if TYPE_CHECKING:
    import gradio as gr

    from assistant.service import Assistant

PATH = "/owner"


def build_owner(assistant: Assistant, renderer: Renderer, settings: Settings) -> gr.Blocks:
    """Build the Gradio page.

    Args:
        assistant: its doors of the staff and of the owner.
        renderer: writes the HTML.
        settings: for the shop's name, its currency and time zone.
    """
    shell = renderer.page("owner_shell.html", shop_name=settings.shop_name)
    return build_page(
        "Owner", "owner", shell, OwnerActions(assistant.desk, assistant.owner, renderer, settings).perform
    )


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
