"""The desk's routes and page: who may call what, what a page may ask for, and what can stand in it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from assistant.config import Settings
from assistant.history import history_of
from assistant.support import passwords
from assistant.turn import Agent, Answer, Focus, Need, TurnCost
from tests.assistant.desk_house import PASSWORD, DeskHouse, open_house
from tests.contracts.channel import PAYLOADS, attacks, events_with, live_markup, read
from tests.fakes.assistant import FakeAssistant
from tests.ui.staff_page import call_page
from ui.app import create_app
from ui.desk_actions import DeskActions
from ui.front import ALLOWED_PATHS
from ui.history import history_html
from ui.render import Renderer
from ui.sessions import COOKIE
from ui.staff import STAFF_COOKIE
from ui.views import Look

ORIGIN = "http://127.0.0.1:7860"
SECRET = "canary-9b1c"
BEHIND = [
    ("GET", "/desk/"),
    ("GET", "/desk/config"),
    ("GET", "/desk/config/"),
    ("GET", "/desk/theme.css"),
    ("GET", "/desk/favicon.ico"),
    ("GET", "/desk/manifest.json"),
    ("GET", "/desk/robots.txt"),
    ("GET", "/desk/assets/index.js"),
    ("GET", "/desk/static/img/logo.svg"),
    ("GET", "/desk/svelte/svelte.js"),
    ("POST", "/desk/gradio_api/queue/join"),
    ("GET", "/desk/gradio_api/queue/data"),
    ("POST", "/desk/gradio_api/component_server"),
    ("GET", "/desk/gradio_api/heartbeat/abc"),
    ("POST", "/desk/gradio_api/cancel"),
    ("POST", "/desk/gradio_api/reset"),
    ("GET", "/desk/gradio_api/startup-events"),
    ("GET", "/desk/gradio_api/app_id"),
    ("POST", "/desk/logout"),
]
"""Everything of the desk but its sign-in page."""
NOT_THERE = [
    "/desk/gradio_api/info",
    "/desk/gradio_api/upload",
    "/desk/gradio_api/file=/etc/passwd",
    "/desk/gradio_api/proxy=http://evil.example/",
    "/desk/gradio_api/call/call",
    "/desk/gradio_api/run/call",
    "/desk/gradio_api/runs",
    "/desk/monitoring",
    "/desk/login_check",
    "/desk/dev/reload",
    "/desk//",
    "/desk/%2e%2e/healthz",
    "/Desk/",
]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeskHouse]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_N", 2**4)
        made = open_house(tmp_path_factory.mktemp("house"))
        made.staff.add("Gone", "agent", PASSWORD)
        mara = made.visit("C-1")
        made.says(mara, SECRET, "hello")
        made.handoff.request(mara.principal, mara.conversation_id, SECRET)
        yield made
        made.close()


@pytest.fixture(scope="module")
def server(house: DeskHouse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    assistant = FakeAssistant()
    assistant.desk = house.desk
    app = create_app(assistant, Settings(data=tmp_path_factory.mktemp("data")))  # type: ignore[arg-type]
    with TestClient(app, base_url=ORIGIN, follow_redirects=False) as client:
        client.headers["origin"] = ORIGIN
        yield client


@pytest.fixture
def client(server: TestClient) -> TestClient:
    server.cookies.clear()
    return server


def _sign_in(client: TestClient, name: str = "Nora") -> str:
    answer = client.post("/desk/login", data={"name": name, "password": PASSWORD})
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/")
    return str(client.cookies[STAFF_COOKIE])


def _call(client: TestClient, action: str, payload: dict[str, Any] | None = None) -> Any:
    return call_page(client, "desk", action, payload)


# ---------------------------------------------------------------- who may call


def _nobody(client: TestClient, house: DeskHouse) -> None:
    """Has no cookie at all."""


def _shopper(client: TestClient, house: DeskHouse) -> None:
    client.post("/session")
    client.cookies.set(STAFF_COOKIE, client.cookies[COOKIE])


def _forged(client: TestClient, house: DeskHouse) -> None:
    client.cookies.set(STAFF_COOKIE, "x" * 43)


def _disabled(client: TestClient, house: DeskHouse) -> None:
    house.staff.reset("Gone", PASSWORD)
    _sign_in(client, "Gone")
    house.staff.disable("Gone")


def _reset(client: TestClient, house: DeskHouse) -> None:
    house.staff.reset("Gone", PASSWORD)
    _sign_in(client, "Gone")
    house.staff.reset("Gone", PASSWORD)


def _asleep(client: TestClient, house: DeskHouse) -> None:
    _sign_in(client)
    house.clock.move(minutes=31)


def _signed_out(client: TestClient, house: DeskHouse) -> None:
    token = _sign_in(client)
    assert client.post("/desk/logout").headers["location"] == "/desk/login"
    client.cookies.set(STAFF_COOKIE, token)


@pytest.mark.parametrize("who", [_nobody, _shopper, _forged, _disabled, _reset, _asleep, _signed_out])
def test_nothing_of_the_desk_answers_without_a_session(
    client: TestClient, house: DeskHouse, who: Callable[[TestClient, DeskHouse], None]
) -> None:
    who(client, house)
    for method, path in BEHIND:
        assert ALLOWED_PATHS.fullmatch(path), path
        answer = client.request(method, path, json={} if method == "POST" else None)
        if path == "/desk/":
            assert (answer.status_code, answer.headers["location"]) == (303, "/desk/login")
        else:
            assert answer.status_code == 401, path
        assert SECRET not in answer.text
        assert "gradio" not in answer.text.lower()
        assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", NOT_THERE)
@pytest.mark.parametrize("signed_in", [False, True])
def test_what_the_desk_does_not_need_does_not_exist(client: TestClient, path: str, signed_in: bool) -> None:
    if signed_in:
        _sign_in(client)
    assert client.get(path).status_code == 404
    assert client.post(path, json={}).status_code in (404, 405)


def test_every_path_of_gradio_that_the_shopper_page_has_is_behind_the_guard() -> None:
    asked = {path for _, path in BEHIND}
    for path in ("/", "/config", "/theme.css", "/assets/index.js", "/gradio_api/queue/join", "/gradio_api/cancel"):
        assert ALLOWED_PATHS.fullmatch(path)
        assert f"/desk{path}" in asked


def test_an_agent_gets_the_page_and_the_shopper_page_stays_as_it_is(client: TestClient) -> None:
    _sign_in(client)
    page = client.get("/desk/")
    assert page.status_code == 200
    assert "<title>Desk · Aisle &amp; Co.</title>" in page.text
    assert "/ui/desk.css" in page.text
    assert SECRET not in page.text
    shop = client.get("/")
    assert "<title>Aisle &amp; Co.</title>" in shop.text
    assert "aisle-splash" in shop.text
    assert "desk" not in shop.text.lower()


def test_a_staff_session_is_no_shoppers_session_and_opens_no_shoppers_call(client: TestClient) -> None:
    _sign_in(client)
    config = client.get("/config").json()
    (component,) = [each for each in config["components"] if each["type"] == "html"]
    body = {"session_hash": "s", "component_id": component["id"], "fn_name": "call"}
    answer = client.post("/gradio_api/component_server", json={**body, "data": {"action": "cart", "payload": None}})
    assert answer.json()["code"] == "session"


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:7861"])
@pytest.mark.parametrize("path", ["/desk/login", "/desk/logout", "/desk/gradio_api/component_server"])
def test_other_origins_are_refused(client: TestClient, origin: str, path: str) -> None:
    _sign_in(client)
    assert client.post(path, headers={"origin": origin}).status_code == 403


# ---------------------------------------------------------------- signing in


def test_the_cookie_is_for_the_desk_alone_and_no_script_can_read_it(client: TestClient) -> None:
    answer = client.post("/desk/login", data={"name": "Nora", "password": PASSWORD})
    cookie = answer.headers["set-cookie"]
    for part in ("HttpOnly", "SameSite=strict", "Path=/desk", "Max-Age=43200"):
        assert part in cookie
    assert STAFF_COOKIE != COOKIE


def test_a_wrong_password_and_an_unknown_name_get_the_same_page(client: TestClient, house: DeskHouse) -> None:
    pages = []
    for name in ("Nora", "Zora"):
        answer = client.post("/desk/login", data={"name": name, "password": "wrong password"})
        assert answer.status_code == 401
        assert STAFF_COOKIE not in client.cookies
        pages.append(answer.text.replace(name, ""))
    assert pages[0] == pages[1]
    assert "do not fit together" in pages[0]
    assert "script-src" not in answer.headers["content-security-policy"]
    for _ in range(3):
        client.post("/desk/login", data={"name": "Nora", "password": "wrong password"})
    limited = client.post("/desk/login", data={"name": "Nora", "password": PASSWORD})
    assert limited.status_code == 429
    assert "Too many attempts" in limited.text
    house.clock.move(minutes=16)


def test_what_was_typed_stands_escaped_on_the_page_and_the_password_never_does(
    client: TestClient, house: DeskHouse
) -> None:
    name = "<script>alert(1)</script>"
    answer = client.post("/desk/login", data={"name": name, "password": "typed-secret"})
    assert "<script>" not in answer.text
    assert "typed-secret" not in answer.text
    house.clock.move(minutes=16)


def test_who_is_signed_in_is_led_on(client: TestClient) -> None:
    assert client.get("/desk/login").status_code == 200
    assert client.get("/desk").headers["location"] == "/desk/login"
    _sign_in(client)
    assert client.get("/desk/login").headers["location"] == "/desk/"


# ---------------------------------------------------------------- what the page asks for


def test_the_page_shows_inbox_and_conversation_through_gradio(client: TestClient, house: DeskHouse) -> None:
    _sign_in(client)
    seen = _call(client, "look")
    assert seen["ok"]
    assert SECRET in seen["html"]["inbox"]
    assert (seen["me"], seen["waiting"]) == ("Nora", 1)
    where = house.visit("C-2")
    house.says(where, "and Otto", "hello")
    opened = _call(client, "open", {"conversation_id": where.conversation_id})
    assert "A-20002" in opened["html"]["person"]
    assert "A-20001" not in json.dumps(opened)
    assert SECRET not in json.dumps(opened)


def test_a_look_does_not_keep_a_session_awake(client: TestClient, house: DeskHouse) -> None:
    _sign_in(client)
    house.clock.move(minutes=20)
    assert _call(client, "look")["ok"]
    house.clock.move(minutes=11)
    assert client.get("/desk/config").status_code == 401


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("confirm", {"proposal_id": "x"}),
        ("open", {}),
        ("open", {"conversation_id": "x" * 101}),
        ("open", {"conversation_id": "x", "agent": "a2"}),
        ("take", {"conversation_id": ["x"]}),
        ("reply", {"conversation_id": "x", "message_id": "short", "text": "hi"}),
        ("reply", {"conversation_id": "x", "message_id": "long-enough", "text": "x" * 20_001}),
        ("look", {"after": -1}),
        ("__class__", None),
        (None, None),
    ],
)
def test_unknown_actions_and_payloads_are_refused(client: TestClient, action: Any, payload: Any) -> None:
    _sign_in(client)
    assert _call(client, action, payload)["code"] == "unknown"


def test_an_unknown_conversation_is_a_plain_sentence(client: TestClient) -> None:
    _sign_in(client)
    for action in ("open", "take", "relieve", "give_back"):
        reply = _call(client, action, {"conversation_id": "none"})
        assert reply["code"] == "refused"
        assert "not there" in reply["message"] or "Only an admin" in reply["message"]


def test_what_is_done_needs_the_session_on_each_call(house: DeskHouse) -> None:
    actions = DeskActions(house.desk, Renderer(Look()))
    visit = house.visit()
    for name in actions.names:
        reply = asyncio.run(actions.perform(name, {"conversation_id": visit.conversation_id}, {}))
        assert (reply["ok"], reply["code"]) == (False, "session")
    assert house.handoff.floor(visit.principal, visit.conversation_id).agent_name is None


# ---------------------------------------------------------------- what can stand in it


def _drawn(house: DeskHouse, conversation_id: str) -> str:
    """Everything that the desk draws of a conversation and the inbox."""
    actions = DeskActions(house.desk, Renderer(Look()))
    _, token = house.staff.sign_in("Ola", PASSWORD, "192.0.2.1")
    cookies = {STAFF_COOKIE: token}
    seen = asyncio.run(actions.perform("look", {"conversation_id": conversation_id}, cookies))
    assert seen["ok"]
    return "".join([*seen["html"].values(), seen["messages"]])


def _with_attacks(house: DeskHouse, payloads: list[str]) -> str:
    """A conversation with the payloads wherever somebody else's words can stand."""
    visit = house.visit()
    where = (visit.principal, visit.conversation_id)
    house.conversations.append_user(*where, "m1", payloads[0])
    facts = tuple(event.fact for event in events_with(*payloads) if hasattr(event, "fact"))
    answer = Answer("\n\n".join(payloads), tuple(fact for fact in facts if not hasattr(fact, "items")))
    house.conversations.append_answer(*where, "m1", answer, need=Need(payloads[0]), focus=Focus())
    house.handoff.request(*where, payloads[0])
    house.handoff.take(visit.conversation_id, Agent("a9", payloads[0][:40]))
    words = "\n\n".join(payloads)
    house.conversations.append_user(*where, "m2", words)
    house.conversations.append_reply(Agent("a9", payloads[0][:40]), visit.conversation_id, "r1", words)
    return _drawn(house, visit.conversation_id)


@pytest.mark.parametrize(
    "payload",
    [
        "<script>alert(1)</script>",
        '"><svg onload=alert(1)>',
        "' onmouseover='alert(1)",
        "[click](javascript:alert(1))",
        "![x](https://evil.example/leak.png)",
        "{{ 7 * 7 }} ${alert(1)} {% raw %}",
    ],
)
def test_an_attack_never_becomes_markup(house: DeskHouse, payload: str) -> None:
    html = _with_attacks(house, [payload])
    assert not live_markup(html)
    assert payload in read(html)


@pytest.mark.datasets
@pytest.mark.skipif(not PAYLOADS.is_dir(), reason="../shared/datasets/safety is absent")
def test_known_attacks_never_become_markup(house: DeskHouse) -> None:
    payloads = [text for text in attacks() if text.strip()]
    for start in range(0, len(payloads), 200):
        some = payloads[start : start + 200]
        live = live_markup(_with_attacks(house, some))
        assert not live, (live, some)


def test_staff_see_who_answered_and_what_it_took_and_shoppers_do_not(house: DeskHouse) -> None:
    mara = house.visit("C-1")
    cost = TurnCost("embedded", "late", model_calls=2, tool_calls=1, seconds=3.21)
    house.conversations.append_answer(
        mara.principal, mara.conversation_id, "m1", Answer("Two tents.", cost=cost), need=Need(), focus=Focus()
    )
    told = "By the embedded model: the endpoint was late · 3.21 s · 2 model calls, 1 tool"
    assert told in _drawn(house, mara.conversation_id)
    kept = history_of(house.conversations.load(mara.principal, mara.conversation_id))
    shoppers = history_html(kept, Renderer(Look("en_US", "UTC", frozenset(), frozenset())))
    assert "Two tents." in shoppers
    assert "embedded" not in shoppers


def test_what_the_shopper_may_press_cannot_be_pressed_here(house: DeskHouse) -> None:
    mara = house.visit("C-1")
    proposal = house.shop.actions.propose_cancel(mara.principal, "A-20001")
    house.conversations.append_answer(
        mara.principal, mara.conversation_id, "m1", Answer("Shall I?", (proposal,)), need=Need(), focus=Focus()
    )
    html = _drawn(house, mara.conversation_id)
    confirms = [at for at in range(len(html)) if html.startswith('data-act="confirm"', at)]
    assert len(confirms) == 2
    for at in confirms:
        assert html.rfind("inert>", 0, at) > html.rfind("</div></div>", 0, at)


def test_the_script_of_the_page_builds_no_html_from_words() -> None:
    script = (Path(__file__).resolve().parents[2] / "ui" / "static" / "desk.js").read_text()
    made = [line.strip() for line in script.splitlines() if "innerHTML" in line]
    assert made == ["slot(name).innerHTML = html;", "fresh.innerHTML = reply.messages;"]
