"""What comes to an open page by itself: an agent's words, and who has the floor. Knows no Gradio.

A page asks and waits; the answer comes when something happens, or after a while with nothing in it. So no message is
lost on a broken connection: the page says which it has, and asks again.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from assistant.live import FloorChanged, LiveMessage
from assistant.text import clean
from assistant.turn import Floor
from ui.history import history_html
from ui.render import Renderer

if TYPE_CHECKING:
    from assistant.service import Assistant, Session

LISTEN_S = 20.0
"""How long a page waits for one answer."""


async def listen(
    assistant: Assistant, session: Session, renderer: Renderer, *, after: int, known: str, wait_s: float = LISTEN_S
) -> dict[str, Any]:
    """Return what is newer than the page knows, as soon as there is something.

    Args:
        assistant: the one door.
        session: whose page.
        renderer: writes the HTML.
        after: number of the last message that the page has.
        known: the key of the floor that the page shows; empty for none.
        wait_s: seconds until an empty answer.
    """
    messages: list[LiveMessage] = []
    floor: FloorChanged | None = None
    looked = False
    try:
        async with (
            asyncio.timeout(wait_s),
            aclosing(assistant.watch(session.principal, session.conversation_id, after)) as happenings,
        ):
            async for happening in happenings:
                if isinstance(happening, LiveMessage):
                    messages.append(happening)
                else:
                    floor = happening
                    looked = True  # the first look ends with the floor; what is there by then goes out at once
                if looked and (messages or (floor and floor_key(floor) != known)):
                    break
    except TimeoutError:
        pass
    reply: dict[str, Any] = {"messages": [_drawn(message, renderer) for message in messages]}
    return reply | (floor_reply(floor, renderer) if floor else {})


def floor_key(floor: FloorChanged) -> str:
    """Return what tells two states of the floor apart, e.g. "queue//2"."""
    return f"{floor.floor}/{floor.agent_name or ''}/{floor.position or ''}"


def floor_reply(floor: FloorChanged, renderer: Renderer) -> dict[str, Any]:
    """Return the floor for the page's script, and the line that says it."""
    name = clean(floor.agent_name or "")
    waits = floor.floor is Floor.QUEUE
    html = renderer.page("floor.html", waits=waits, position=floor.position or 1, agent=name)
    return {"floor": floor.floor.value, "floor_key": floor_key(floor), "agent": name, "html": {"floor": html}}


def _drawn(message: LiveMessage, renderer: Renderer) -> dict[str, Any]:
    html = history_html([message.item], renderer)
    return {"seq": message.seq, "role": message.role, "mid": message.item.message_id, "html": html}
