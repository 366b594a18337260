"""A message and its answer as a stream."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from assistant.config import Settings
from assistant.service import Assistant, Readiness
from assistant.turn import Agent
from tests.fakes.assistant import FOUND, FakeAssistant
from tests.ui.api.caller import HOST, Begin, Events, Visit, begin, make_door, read_events


def test_a_turn_is_told_in_order_and_ends(visit: Begin) -> None:
    answer = visit().post("/turns", json={"message_id": "m-1", "text": "a jacket"})
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert answer.headers["x-accel-buffering"] == "no"
    assert answer.headers["cache-control"] == "no-store"
    ids = [int(line[4:]) for line in answer.text.splitlines() if line.startswith("id: ")]
    assert ids == list(range(1, len(ids) + 1))
    events = read_events(answer.text)
    names = [name for name, _ in events]
    assert names[0] == "status"
    assert names[-1] == "done"
    assert names.index("evidence") < names.index("text")
    assert "".join(data["text"] for name, data in events if name == "text") == FOUND
    done = events[-1][1]
    assert done["text"] == FOUND
    assert [chip["label"] for chip in done["wishes"]["chips"]] == ["under $90", "size M", "not wool"]


def test_a_product_on_a_card_has_what_a_card_needs(visit: Begin) -> None:
    slate = next(data for name, data in visit().say("a jacket") if name == "evidence")
    card = slate["products"][0]
    assert card["title"] == "Trail jacket Fjell"
    assert card["price"] == {"minor": 7900, "currency": "USD", "text": "$79.00"}
    assert card["list_price"]["minor"] == 9900
    assert card["image"] == "/images/jacket.svg"
    assert card["wishes"][0] == {"label": "under $90", "verdict": "met"}
    assert card["why"][0] == "It fits your wish: under $90"
    assert (card["decision_id"], card["position"]) == ("d1", 0)
    assert [variant["label"] for variant in card["variants"]] == ["S", "M", "L"]
    assert card["variant_id"] == "trail-jacket-m"


def test_the_page_that_the_shopper_looks_at_comes_along(visit: Begin, assistant: FakeAssistant) -> None:
    visit().post("/turns", json={"message_id": "m-1", "text": "is it warm?", "page_product_id": "tent-zh"})
    assert assistant.turns[-1].page_product_id == "tent-zh"


def test_the_kind_of_device_is_what_the_browser_says_and_nothing_that_is_sent(
    visit: Begin, assistant: FakeAssistant
) -> None:
    begun = visit()
    begun.post("/turns", json={"message_id": "m-1", "text": "a gift"}, headers={"sec-ch-ua-mobile": "?1"})
    assert assistant.turns[-1].device == "phone"
    begun.post("/turns", json={"message_id": "m-2", "text": "a gift"})
    assert assistant.turns[-1].device == ""
    assert begun.post("/turns", json={"message_id": "m-3", "text": "a gift", "device": "phone"}).status_code == 422


def test_a_question_has_answers_to_send(visit: Begin) -> None:
    name, done = visit().say("a gift")[-1]
    assert name == "done"
    assert done["question"] == {"text": "Who is it for?", "answers": ["A child", "A grown-up", "A dog"]}


@pytest.mark.parametrize(
    ("text", "sentence"), [("break", "Something went wrong on our side."), (" ", "write something")]
)
def test_a_turn_that_fails_ends_with_a_sentence(visit: Begin, text: str, sentence: str) -> None:
    name, data = visit().say(text)[-1]
    assert name == "failed"
    assert sentence in data["message"]


def test_a_bug_in_a_turn_is_an_apology(visit: Begin, assistant: FakeAssistant) -> None:
    def stream(turn: object) -> object:
        raise_ = [1]

        async def events() -> object:
            yield raise_[2]

        return events()

    assistant.stream = stream  # type: ignore[method-assign, assignment]
    events = visit().say("anything")
    assert [name for name, _ in events] == ["failed"]
    assert "list index" not in str(events)


def test_an_agent_who_has_the_floor_is_named_and_the_assistant_is_silent(
    visit: Begin, assistant: FakeAssistant
) -> None:
    one = visit()
    assistant.move(one.began["conversation_id"], "request")
    assistant.move(one.began["conversation_id"], "take", Agent("a1", "Nora"))
    events = one.say("hello?")
    assert [name for name, _ in events] == ["passed_on", "done"]
    assert events[0][1] == {"agent_name": "Nora"}
    assert events[1][1]["handed_over"] is True
    assert events[1][1]["text"] == ""


# ---------------------------------------------------------------- the same message, and stopping


def test_a_message_sent_twice_is_answered_once(real_client: TestClient) -> None:
    one = begin(real_client)
    first, second = one.say("tents under $200"), one.say("tents under $200")
    assert first[-1] == second[-1]
    evidence = [[data for name, data in events if name == "evidence"] for events in (first, second)]
    assert evidence[0] == evidence[1] != []
    assert [message["role"] for message in one.get("/history").json()["messages"]] == ["shopper", "assistant"]


def in_thread(work: object) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)  # type: ignore[arg-type]
    thread.start()
    return thread


Held = tuple[Visit, list[Events], threading.Thread]


@pytest.fixture
def held(assistant: FakeAssistant, visit: Begin) -> Iterator[Held]:
    """A visit in which a turn waits between its cards and its words."""
    one = visit()
    found: list[Events] = []
    assistant.hold.clear()
    thread = in_thread(lambda: found.append(one.say("a jacket")))
    while not assistant.turns:
        pass
    yield one, found, thread
    assistant.hold.set()
    thread.join(10)


def test_stop_ends_the_stream_and_keeps_what_was_shown(held: Held, assistant: FakeAssistant) -> None:
    one, found, thread = held
    assert one.post("/turns/m-1/stop").json() == {"stopped": True}
    thread.join(10)
    assert found[0][-1] == ("stopped", {})
    assert assistant.stopped == ["m-1"]
    assert one.post("/turns/m-1/stop").json() == {"stopped": False}
    assert one.get("/history").json()["messages"][1]["evidence"][0]["type"] == "slate"


def test_a_turn_cannot_be_stopped_from_another_visit(held: Held, visit: Begin) -> None:
    assert visit().post("/turns/m-1/stop").json() == {"stopped": False}


def test_a_third_turn_at_once_is_too_many(held: Held, assistant: FakeAssistant, visit: Begin) -> None:
    one, _, _ = held
    second = in_thread(lambda: one.say("a jacket", "m-2"))
    while len(assistant.turns) < 2:
        pass
    refused = one.post("/turns", json={"message_id": "m-3", "text": "a jacket"})
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "5"
    assistant.hold.set()
    second.join(10)
    held[2].join(10)
    assert one.say("a jacket", "m-4")[-1][0] == "done"


def test_messages_have_a_limit_in_a_minute(assistant: FakeAssistant, tmp_path: Path) -> None:
    now = [0.0]
    settings = Settings(data=tmp_path, messages_per_minute=2, messages_per_day=3)
    with TestClient(make_door(assistant, settings, clock=lambda: now[0]), base_url=HOST) as client:
        one, other = begin(client), begin(client)
        for number in range(2):
            one.say("hello", f"m-{number}")
        refused = one.post("/turns", json={"message_id": "m-9", "text": "hello"})
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")
        assert refused.json()["error"]["message"] == "That was a lot at once. Please go on in 60 seconds."
        other.say("hello")
        now[0] = 60.0
        one.say("hello", "m-3")
        now[0] = 200.0
        refused = one.post("/turns", json={"message_id": "m-10", "text": "hello"})
        assert "tomorrow" in refused.json()["error"]["message"]
    assert len(assistant.turns) == 4


def test_a_turn_waits_for_the_shop_to_open_with_a_status(
    real_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assistant.bootstrap import build_assistant

    opening: Assistant = build_assistant(real_settings)
    try:
        with TestClient(make_door(opening, real_settings), base_url=HOST) as client:
            one = begin(client)
            assert one.began["ready"] is False
            assert one.get("/cart").status_code == 503
            threading.Timer(0.2, opening.start).start()
            events = one.say("tents")
            assert events[0][0] == "status"
            assert events[-1][0] == "done"
    finally:
        opening.close()


def test_readiness_is_told(visit: Begin, assistant: FakeAssistant) -> None:
    assistant.ready = Readiness(words=True, loading=("search by meaning",), degraded=("No click model.",))
    found = visit().get("/health").json()
    assert found["status"] == "ready"
    assert (found["words"], found["meaning"]) == (True, False)
    assert found["loading"] == ["search by meaning"]
