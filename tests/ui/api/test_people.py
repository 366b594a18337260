"""Talking with a person: the queue, and what is said live."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest
from starlette.testclient import TestClient

from assistant.service import Assistant
from assistant.turn import Agent
from tests.fakes.assistant import FakeAssistant
from tests.ui.api.caller import HOST, Begin, Events, begin, make_door, read_events
from ui.api.app import PREFIX, create_api
from ui.api.people import live_frames
from ui.views import Look

NORA = Agent("a1", "Nora")


def test_asking_twice_keeps_the_place_and_leaving_gives_it_up(real_client: TestClient) -> None:
    one, other = begin(real_client), begin(real_client)
    assert one.post("/hand-over", json={"reason": "a damaged parcel"}).json() == {
        "type": "hand_over", "position": 1, "reason": "a damaged parcel"
    }  # fmt: skip
    assert other.post("/hand-over", json={"reason": ""}).json()["position"] == 2
    assert one.post("/hand-over", json={"reason": "again"}).json()["reason"] == "a damaged parcel"
    assert one.get("/history").json()["floor"] == {"holder": "queue", "agent_name": None, "position": 1}
    left = one.call("DELETE", "/hand-over")
    assert (left.status_code, left.content) == (204, b"")
    assert one.get("/history").json()["floor"]["holder"] == "assistant"
    assert other.get("/history").json()["floor"]["position"] == 1
    assert one.call("DELETE", "/hand-over").status_code == 409


async def watched(frames: object, until: int) -> Events:
    """Read a stream up to so many events."""
    text = b""
    async with aclosing(frames) as opened:  # type: ignore[type-var]
        async for frame in opened:  # type: ignore[attr-defined]
            text += frame
            if text.count(b"event:") >= until:
                break
    return read_events(text.decode())


async def test_what_is_said_comes_live_with_who_speaks(assistant: FakeAssistant, settings: object) -> None:
    room = create_api(assistant, settings, Look()).state.room  # type: ignore[arg-type]
    session = await assistant.open_session(None)
    reading = asyncio.create_task(watched(live_frames(room, session, 0), 5))
    await asyncio.sleep(0)
    for action, agent in (("request", None), ("take", NORA)):
        await asyncio.sleep(0.01)
        assistant.move(session.conversation_id, action, agent)
    await asyncio.sleep(0.01)
    assistant.agent_says(session.conversation_id, NORA, "Hello, I am Nora.")
    await asyncio.sleep(0.01)
    assistant.move(session.conversation_id, "hand_back", NORA)
    events = await asyncio.wait_for(reading, 10)
    assert [data["holder"] for name, data in events if name == "floor"] == ["assistant", "queue", "agent", "assistant"]
    message = next(data for name, data in events if name == "message")
    assert (message["who"], message["role"], message["text"], message["seq"]) == (
        "Nora",
        "agent",
        "Hello, I am Nora.",
        1,
    )


@pytest.mark.parametrize(
    ("query", "headers", "expected"),
    [("", {}, [1, 2, 3]), ("?after=1", {}, [2, 3]), ("", {"last-event-id": "2"}, [3]),
     ("?after=0", {"last-event-id": "2"}, [3]), ("?after=2", {"last-event-id": "x"}, [3])],
)  # fmt: skip
async def test_a_stream_goes_on_where_the_last_one_ended(
    assistant: FakeAssistant, query: str, headers: dict[str, str], expected: list[int], settings: object
) -> None:
    session = await assistant.open_session(None)
    for text in ("one", "two", "three"):
        assistant.agent_says(session.conversation_id, NORA, text)
    sent: list[bytes] = []
    gone = asyncio.Event()

    async def receive() -> dict[str, object]:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, object]) -> None:
        sent.append(message.get("body", b""))  # type: ignore[arg-type]
        if b"event: floor" in b"".join(sent):
            gone.set()

    scope = {
        "type": "http", "method": "GET", "path": f"{PREFIX}/live", "query_string": query[1:].encode(), "scheme": "http",
        "headers": [(b"host", b"127.0.0.1:7860"), (b"authorization", f"Bearer {session.token}".encode()),
                    *((k.encode(), v.encode()) for k, v in headers.items())],
    }  # fmt: skip
    await make_door(assistant, settings)(scope, receive, send)  # type: ignore[arg-type]
    text = b"".join(sent).decode()
    assert [int(line[4:]) for line in text.splitlines() if line.startswith("id: ")] == expected


async def test_a_third_live_stream_of_a_visit_is_too_many_until_one_is_closed(
    assistant: FakeAssistant, settings: object
) -> None:
    import httpx

    door = make_door(assistant, settings)  # type: ignore[arg-type]
    api = door.inner.routes[-1].app  # type: ignore[attr-defined]
    session = await assistant.open_session(None)
    slots = api.state.room.lives
    assert slots.take(session.principal.session_id)
    assert slots.take(session.principal.session_id)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(door), base_url=HOST) as client:
        refused = await client.get(f"{PREFIX}/live", headers={"authorization": f"Bearer {session.token}"})
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "5")
    assert slots._open == {session.principal.session_id: 2}


def test_a_conversation_of_another_visit_is_never_watched(real: Assistant, visit: Begin) -> None:
    # There is no id to give: the conversation is the session's.
    answer = visit().get("/live?conversation_id=x&after=x")
    assert answer.status_code == 422
