"""Beginning a visit, resuming it, and what was said in it."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from assistant.config import Settings
from assistant.service import Readiness
from assistant.session import Sessions
from assistant.starters import Starter
from assistant.store import open_store
from tests.fakes.assistant import FakeAssistant
from tests.fakes.clock import ManualClock
from tests.ui.api.caller import HOST, Begin, make_door
from ui.api.app import PREFIX


def test_a_visit_begins_with_everything_that_a_page_needs(visit: Begin) -> None:
    began = visit().began
    assert len(began["token"]) > 30
    assert "AI assistant" in began["notice"]
    assert began["starters"]
    assert began["ready"] is True
    assert began["floor"] == {"holder": "assistant", "agent_name": None, "position": None}
    assert (began["shop_name"], began["locale"], began["customer_name"]) == ("Aisle & Co.", "en_US", None)


def test_an_invitation_is_told_until_it_is_put_away(visit: Begin, assistant: FakeAssistant) -> None:
    one = visit()
    assert one.get("/banner").json() == {"banner": None}
    assistant.invitation = Starter("starter:banner:gift", "I am looking for a present", "Looking for a present?")
    told = {"line": "Looking for a present?", "say": "I am looking for a present"}
    assert one.get("/banner").json() == {"banner": told}
    assert one.call("DELETE", "/banner").status_code == 204
    assert one.get("/banner").json() == {"banner": None}


def test_the_notice_is_the_one_of_the_page() -> None:
    from ui.api.visits import NOTICE
    from ui.render import Renderer
    from ui.views import Look

    shell = Renderer(Look()).page("shell.html", shop_name="", max_chars=1)
    assert NOTICE in shell.replace("<strong>", "").replace("</strong>", "")


def test_two_visits_have_nothing_in_common(visit: Begin) -> None:
    one, other = visit(), visit()
    assert one.token != other.token
    assert one.began["conversation_id"] != other.began["conversation_id"]


def test_a_token_resumes_its_visit(visit: Begin) -> None:
    one = visit()
    answer = one.post("/sessions")
    assert answer.status_code == 200
    assert answer.json() == one.began


@pytest.mark.parametrize("sent", ["Bearer made-up", "Bearer", "Basic eDp4", ""])
def test_a_token_that_is_not_known_begins_no_other_visit(
    client: TestClient, assistant: FakeAssistant, sent: str
) -> None:
    answer = client.post(f"{PREFIX}/sessions", headers={"authorization": sent})
    assert answer.status_code == 401
    assert assistant.sessions == {}


def test_looking_for_a_token_never_begins_a_session_and_old_ones_expire(tmp_path: Path) -> None:
    clock = ManualClock()
    store = open_store(tmp_path, clock)
    sessions = Sessions(store, clock)
    begun = sessions.open(None)
    assert sessions.find("made-up") is None
    assert sessions.find(begun.token) == begun
    clock.move(days=29)
    assert sessions.find(begun.token) == begun  # used: the thirty days begin anew
    clock.move(days=29)
    assert sessions.find(begun.token) == begun
    clock.move(days=30)
    assert sessions.find(begun.token) is None
    with store.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM sessions").scalar() == 1
    store.close()


def test_a_visit_can_begin_while_the_shop_is_opening(client: TestClient, assistant: FakeAssistant) -> None:
    assistant.ready = Readiness(loading=("the catalogue",))
    assert client.post(f"{PREFIX}/sessions").json()["ready"] is False
    assert client.get(f"{PREFIX}/health").status_code == 503
    assert client.get(f"{PREFIX}/health").json()["status"] == "opening"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/history", None),
        ("GET", "/live", None),
        ("GET", "/cart", None),
        ("GET", "/products/watch", None),
        ("POST", "/cart/lines", {"variant_id": "watch-one", "quantity": 1}),
        ("PUT", "/cart/lines/watch-one", {"quantity": 1}),
        ("POST", "/events", {"kind": "click", "product_id": "watch"}),
    ],
)
def test_what_needs_the_catalogue_says_at_once_when_to_ask_again(
    visit: Begin, assistant: FakeAssistant, method: str, path: str, body: object
) -> None:
    one = visit()
    assistant.ready = Readiness(loading=("the catalogue",))
    answer = one.call(method, path, json=body)
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "opening"
    assert int(answer.headers["retry-after"]) >= 1


def test_a_new_conversation_begins_empty_and_the_old_one_is_left(visit: Begin) -> None:
    one = visit()
    one.say("a jacket")
    assert len(one.get("/history").json()["messages"]) == 2
    answer = one.post("/conversations")
    assert answer.status_code == 201
    history = one.get("/history").json()
    assert history["conversation_id"] == answer.json()["conversation_id"] != one.began["conversation_id"]
    assert history["messages"] == []


def test_history_has_words_cards_wishes_and_who_spoke(visit: Begin) -> None:
    one = visit()
    one.say("a jacket")
    found = one.get("/history").json()
    asked, answered = found["messages"]
    assert (asked["role"], asked["text"], asked["seq"], asked["message_id"]) == ("shopper", "a jacket", 1, "m-1")
    assert answered["role"] == "assistant"
    assert answered["evidence"][0]["type"] == "slate"
    assert found["wishes"]["chips"][0] == {"key": "price", "label": "under $90"}
    assert found["floor"]["holder"] == "assistant"
    assert [message["seq"] for message in one.get("/history?after=1").json()["messages"]] == [2]


@pytest.mark.parametrize("after", ["-1", "x", "1e3", "9" * 40, ""])
def test_a_number_that_is_none_is_said(visit: Begin, after: str) -> None:
    answer = visit().get(f"/history?after={after}")
    assert answer.status_code == 422
    assert answer.json()["error"]["fields"][0]["field"] == "after"


def test_one_address_may_begin_so_many_visits(assistant: FakeAssistant, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, sessions_per_hour=3)
    now = [0.0]
    with TestClient(make_door(assistant, settings, clock=lambda: now[0]), base_url=HOST) as client:
        tokens = [client.post(f"{PREFIX}/sessions").json()["token"] for _ in range(3)]
        refused = client.post(f"{PREFIX}/sessions")
        assert refused.status_code == 429
        assert refused.json()["error"]["code"] == "too_many"
        assert refused.headers["retry-after"] == "3600"
        assert len(assistant.sessions) == 3
        # Resuming is no new visit.
        resumed = client.post(f"{PREFIX}/sessions", headers={"authorization": f"Bearer {tokens[0]}"})
        assert resumed.status_code == 200
        now[0] = 3600.0
        assert client.post(f"{PREFIX}/sessions").status_code == 201
