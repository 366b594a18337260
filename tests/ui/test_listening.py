"""What comes to a shopper's page by itself: who has the floor, and an agent's words."""

from __future__ import annotations

import asyncio

import pytest

from assistant.service import Session
from assistant.turn import Agent
from tests.contracts.channel import live_markup, read
from tests.fakes.assistant import FakeAssistant
from ui.listening import listen
from ui.render import Renderer
from ui.views import Look

NORA = Agent("a1", "Nora")
RENDERER = Renderer(Look())


@pytest.fixture
async def fake() -> FakeAssistant:
    return FakeAssistant()


@pytest.fixture
async def session(fake: FakeAssistant) -> Session:
    return await fake.open_session(None)


async def test_a_page_that_knows_nothing_is_told_the_floor_at_once(fake: FakeAssistant, session: Session) -> None:
    reply = await listen(fake, session, RENDERER, after=0, known="")  # type: ignore[arg-type]
    assert (reply["floor"], reply["floor_key"], reply["messages"]) == ("assistant", "assistant//", [])
    assert reply["html"]["floor"].strip() == ""


async def test_a_page_that_knows_everything_waits_and_then_asks_again(fake: FakeAssistant, session: Session) -> None:
    reply = await listen(fake, session, RENDERER, after=0, known="assistant//", wait_s=0.01)  # type: ignore[arg-type]
    assert reply["messages"] == []


async def test_the_queue_a_person_and_their_words_come_as_they_happen(fake: FakeAssistant, session: Session) -> None:
    where = session.conversation_id

    async def next_(after: int, known: str, happening: object) -> dict[str, object]:
        waiting = asyncio.create_task(listen(fake, session, RENDERER, after=after, known=known))  # type: ignore[arg-type]
        await asyncio.sleep(0.01)
        assert not waiting.done()
        happening()  # type: ignore[operator]
        return await waiting

    queued = await next_(0, "assistant//", lambda: fake.move(where, "request"))
    assert "number 1 in the queue" in read(queued["html"]["floor"])  # type: ignore[index]
    joined = await next_(0, str(queued["floor_key"]), lambda: fake.move(where, "take", NORA))
    assert (joined["floor"], joined["agent"]) == ("agent", "Nora")
    said = await next_(0, str(joined["floor_key"]), lambda: fake.agent_says(where, NORA, "Hello <b>you</b>"))
    (message,) = said["messages"]  # type: ignore[misc]
    assert (message["seq"], message["role"]) == (1, "agent")
    assert "Nora" in read(message["html"])
    assert "Hello <b>you</b>" in read(message["html"])
    back = await next_(1, str(joined["floor_key"]), lambda: fake.move(where, "hand_back", NORA))
    assert back["floor"] == "assistant"


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "{{ 7 * 7 }} ${x}", '"><img src=x onerror=alert(1)>'])
async def test_an_agents_name_is_words_and_never_markup(fake: FakeAssistant, session: Session, name: str) -> None:
    hostile = Agent("a9", name)
    fake.move(session.conversation_id, "take", hostile)
    fake.agent_says(session.conversation_id, hostile, name)
    reply = await listen(fake, session, RENDERER, after=0, known="")  # type: ignore[arg-type]
    html = reply["html"]["floor"] + reply["messages"][0]["html"]
    assert not live_markup(html)
    assert name in read(html)
