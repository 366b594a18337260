"""The shopper page: one Gradio component that holds a shell, its script, and two doors to the server.

Turns go through Gradio's queue and stream back as the growing text of a ReplyLog; everything else is a Gradio server
function. The transcript is drawn by our own script, because Gradio's chatbot redraws whole messages, lets images
of other hosts through, and cannot hold a card with controls.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from fastapi import FastAPI

from assistant.config import Settings
from assistant.errors import AisleError
from assistant.turn import Device, Failed, Turn
from ui.actions import PageActions, Reply
from ui.device import device_of
from ui.gradio_page import mount_page, safe_template
from ui.limits import MovingWindows, message_limit, refuse_flood
from ui.render import Renderer
from ui.reply import ReplyLog
from ui.running import RunningTurns
from ui.sessions import find_session

if TYPE_CHECKING:
    import gradio as gr

    from assistant.service import Assistant

FLUSH_S = 0.04
"""Words are sent on in batches this far apart, so that a fast model does not flood the browser."""
SCRIPTS = ("shopper.js", "person.js", "profile.js", "unsent.js")
"""Parts of the page's one script, in order."""
MAX_QUEUE = 64
CONCURRENT_TURNS = 8

_APOLOGY = "Something went wrong while answering. Your message is kept; please try again."


def build_page(assistant: Assistant, renderer: Renderer, settings: Settings) -> gr.Blocks:
    """Build the Gradio page.

    Args:
        assistant: the one door.
        renderer: writes the HTML.
        settings: for the shop's name and the longest message.
    """
    import gradio as gr

    running, limit = RunningTurns(), message_limit(settings)
    actions = PageActions(assistant, renderer, running)

    async def call(asked: Any, request: gr.Request) -> Reply:
        body = asked if isinstance(asked, dict) else {}
        return await actions.perform(body.get("action"), body.get("payload"), request.cookies)

    async def answer(event: gr.EventData, request: gr.Request) -> AsyncIterator[str]:
        cookies, device = dict(request.cookies), device_of(request.headers)
        async for log in stream_turn(assistant, renderer, running, event._data, cookies, device, limit):
            yield log

    # Gradio reads these annotations at run time; the module itself must not import it.
    call.__annotations__ = {"asked": Any, "request": gr.Request, "return": dict}
    answer.__annotations__ = {"event": gr.EventData, "request": gr.Request}

    with gr.Blocks(
        title=settings.shop_name, analytics_enabled=False, fill_width=True, delete_cache=(3600, 3600)
    ) as page:
        shell = gr.HTML(
            value="",
            html_template=shell_html(renderer, settings),
            js_on_load="\n".join(files("ui").joinpath("static", name).read_text(encoding="utf-8") for name in SCRIPTS),
            apply_default_css=False,
            server_functions=[call],
            elem_id="aisle-page",
        )
        shell.submit(
            answer,
            inputs=None,
            outputs=shell,
            show_progress="hidden",
            trigger_mode="multiple",
            api_visibility="private",
            concurrency_limit=CONCURRENT_TURNS,
        )
    page.queue(max_size=MAX_QUEUE, default_concurrency_limit=CONCURRENT_TURNS, status_update_rate=2)
    return page


def shell_html(renderer: Renderer, settings: Settings) -> str:
    """Return the page's fixed frame."""
    html = renderer.page("shell.html", shop_name=settings.shop_name, max_chars=settings.max_message_chars)
    return safe_template(html)


async def stream_turn(
    assistant: Assistant,
    renderer: Renderer,
    running: RunningTurns,
    asked: Any,
    cookies: dict[str, str],
    device: Device,
    limit: MovingWindows,
) -> AsyncIterator[str]:
    """Answer one message; yields the log so far, growing.

    Args:
        asked: what the page sent: {"message_id", "text", "page_product_id"}.
        cookies: of the request; the session's cookie says who asks.
        device: from which they ask.
        limit: of messages in one visit.
    """
    body = asked if isinstance(asked, dict) else {}
    message_id = str(body.get("message_id", ""))[:100]
    log = ReplyLog(renderer, message_id)
    page_product_id = body.get("page_product_id")
    try:
        session = await find_session(assistant, cookies)
        refuse_flood(limit, session.principal.session_id)
        turn = Turn(
            conversation_id=session.conversation_id,
            message_id=message_id,
            text=str(body.get("text", "")),
            principal=session.principal,
            page_product_id=str(page_product_id)[:300] if page_product_id else None,
            device=device,
        )
        async for batch in running.batches(session.principal, message_id, assistant.stream(turn), FLUSH_S):
            for event in batch:
                log.add(event)
            yield log.text
    except AisleError as error:
        log.add(Failed(str(error)))
        yield log.text
        return
    if not log.ended:
        log.add(Failed(_APOLOGY))
        yield log.text


def mount(app: FastAPI, assistant: Assistant, renderer: Renderer, settings: Settings) -> None:
    """Mount the page at "/"."""
    mount_page(app, lambda: build_page(assistant, renderer, settings), "/", settings)
