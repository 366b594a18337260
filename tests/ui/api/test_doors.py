"""Who may do what: every route is locked, and nothing of another visit is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import APIRouter
from starlette.routing import BaseRoute, Route
from starlette.testclient import TestClient

from assistant.config import Settings
from assistant.service import Assistant
from tests.architecture.project import ROOT
from tests.fakes.assistant import FakeAssistant
from tests.ui.api.caller import Begin, Visit, begin
from ui.api import gate, people, purchases, shop, turns, visits
from ui.api.app import PREFIX, PUBLIC, create_api
from ui.api.gate import methods_of
from ui.api.room import find_caller
from ui.sessions import COOKIE
from ui.views import Look

BODIES: dict[str, Any] = {
    "/turns": {"message_id": "m-1", "text": "tents"},
    "/events": {"kind": "click", "product_id": "fjell-2"},
    "/cart/lines": {"variant_id": "fjell-2-0", "quantity": 1},
    "/cart/lines/{variant_id:path}": {"quantity": 2},
    "/hand-over": {"reason": "a question"},
    "/profile": {"keep": True},
}
"""What a route must get to do anything."""


def routes(root: Any) -> Iterator[tuple[str, str]]:
    """Every (method, path) that an application answers, however it was included."""
    for route in root.routes:
        inner: BaseRoute | Any = getattr(route, "original_router", None)
        if inner is not None:
            yield from routes(inner)
        elif isinstance(route, Route):
            yield from ((method, route.path) for method in sorted(route.methods or ()))
        else:
            raise AssertionError(f"a route of an unknown kind: {route!r}")


def every_route() -> list[tuple[str, str]]:
    return list(routes(create_api(FakeAssistant(), Settings(), Look())))  # type: ignore[arg-type]


def filled(path: str) -> str:
    return re.sub(r"\{[^}]+\}", "x", path)


ROUTES = every_route()
PRIVATE = [route for route in ROUTES if route not in PUBLIC]


def send(client: TestClient, method: str, path: str, **headers: str) -> Any:
    return client.request(method, PREFIX + filled(path), json=BODIES.get(path), headers=headers)


def test_the_documentation_names_exactly_what_there_is() -> None:
    table = (ROOT / "docs" / "api.md").read_text().partition("## The routes")[2].partition("## ")[0]
    named = {(method, filled(path)) for method, path in re.findall(r"`(GET|POST|PUT|DELETE) ([^`?\s]+)", table)}
    assert named == {(method, filled(path)) for method, path in ROUTES if method != "HEAD"}


def test_the_gate_lets_through_exactly_what_there_is() -> None:
    known: dict[str, set[str]] = {}
    for method, path in ROUTES:
        known.setdefault(filled(path), set()).add(method)
    for path, methods in known.items():
        assert set(methods_of(PREFIX + path)) == methods - {"HEAD"}, path
    assert len(gate._ROUTES) <= len(known)


def test_every_router_is_locked_as_a_whole_or_has_public_routes_only() -> None:
    """A route that is added to a private router is locked even where it does not ask who is calling."""
    for module in (people, purchases, shop, turns, visits):
        for router in (found for found in vars(module).values() if isinstance(found, APIRouter)):
            locked = find_caller in {dependency.dependency for dependency in router.dependencies}
            assert locked or set(routes(router)) <= PUBLIC, module.__name__


@pytest.mark.parametrize(("method", "path"), PRIVATE)
@pytest.mark.parametrize(
    "token",
    ["", "Bearer", "Bearer ", "Bearer made-up", "Bearer " + "x" * 5000, "Basic eDp4", "bearer null", "Bearer a b"],
)
def test_without_a_token_of_ours_nothing_is_answered(
    client: TestClient, assistant: FakeAssistant, method: str, path: str, token: str
) -> None:
    headers = {"authorization": token} if token else {}
    answer = send(client, method, path, **headers)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "no_session"
    assert answer.headers["www-authenticate"] == "Bearer"
    assert assistant.sessions == {}
    assert assistant.turns == []


@pytest.mark.parametrize(("method", "path"), PRIVATE)
def test_a_cookie_is_no_token(client: TestClient, visit: Begin, method: str, path: str) -> None:
    token = visit().token
    assert send(client, method, path, cookie=f"{COOKIE}={token}; token={token}").status_code == 401
    assert client.request(method, f"{PREFIX}{filled(path)}?token={token}", json=BODIES.get(path)).status_code == 401


@pytest.mark.parametrize(("method", "path"), sorted(PUBLIC))
def test_what_is_public_begins_nothing_by_looking(
    client: TestClient, assistant: FakeAssistant, method: str, path: str
) -> None:
    client.request(method, PREFIX + path, headers={"authorization": "Bearer made-up"})
    assert assistant.sessions == {}


# ---------------------------------------------------------------- somebody else's things

CANARY = "canary-7f3a"


@pytest.fixture
def mara(real_client: TestClient, real: Assistant) -> Visit:
    """A customer with a conversation, a cart, an order and a proposal."""
    visit = begin(real_client)
    real_client.portal.call(real.sign_in, visit.token, "C-1")  # type: ignore[union-attr]
    # Signing in changes the token; the new one is what the customer's browser holds.
    signed = real_client.portal.call(real.open_session, None)  # type: ignore[union-attr]
    visit.token = real_client.portal.call(real.sign_in, signed.token, "C-1").token  # type: ignore[union-attr]
    visit.say(f"tents, said {CANARY}")
    visit.post("/cart/lines", json={"variant_id": "fjell-2-0", "quantity": 2})
    return visit


def test_another_visit_sees_nothing_of_it(real_client: TestClient, real: Assistant, mara: Visit) -> None:
    events = mara.say("cancel my order A-20001", "m-2")
    proposal = next(data for name, data in events if name == "evidence" and data["type"] == "proposal")
    stranger = begin(real_client)
    session_of_mara = real_client.portal.call(real.find_session, mara.token)  # type: ignore[union-attr]
    secrets = [CANARY, "A-20001", proposal["id"], session_of_mara.conversation_id, mara.token]

    seen = [stranger.get("/history").text, stranger.get("/cart").text, stranger.get("/history?after=0").text]
    seen += [
        str(stranger.say(text, f"s-{n}")) for n, text in enumerate(["my orders", "what did I say before?", "cart"])
    ]
    assert not [secret for secret in secrets if any(secret in text for text in seen)]
    assert stranger.get("/cart").json()["lines"] == []

    for act in ("confirm", "decline"):
        theirs = stranger.post(f"/proposals/{proposal['id']}/{act}")
        missing = stranger.post(f"/proposals/{'x' * len(proposal['id'])}/{act}")
        assert (theirs.status_code, theirs.json()) == (missing.status_code, missing.json())
        assert theirs.status_code == 404

    other = stranger.call("PUT", "/cart/lines/fjell-2-0", json={"quantity": 0})
    assert other.status_code == 404
    assert mara.get("/cart").json()["count"] == 2
    assert stranger.post("/turns/m-2/stop").json() == {"stopped": False}
    assert mara.post(f"/proposals/{proposal['id']}/confirm").json()["status"] == "done"


@pytest.mark.parametrize(("method", "path"), [route for route in PRIVATE if route[1] != "/live"])
def test_no_route_tells_a_stranger_anything_of_it(
    real_client: TestClient, real: Assistant, mara: Visit, method: str, path: str
) -> None:
    events = mara.say("cancel my order A-20001", "m-2")
    proposal = next(data for name, data in events if name == "evidence" and data["type"] == "proposal")
    ids = {"proposal_id": proposal["id"], "message_id": "m-2", "variant_id:path": "fjell-2-0", "key:path": "category"}
    stranger, before = begin(real_client), (mara.get("/history").text, mara.get("/cart").text)
    url = path
    for name, known in ids.items():
        url = url.replace(f"{{{name}}}", known)
    answer = stranger.call(method, filled(url), json=BODIES.get(path))
    assert answer.status_code < 500
    for secret in (CANARY, "A-20001", "$44.90", mara.token, proposal["id"]):
        assert secret not in answer.text
    assert (mara.get("/history").text, mara.get("/cart").text) == before


def test_an_order_of_somebody_else_is_one_that_is_not_there(mara: Visit, real_client: TestClient) -> None:
    # A-20002 is Otto's, A-29999 is nobody's.
    theirs, missing = (
        [(name, data) for name, data in mara.say(f"where is my order {order}?", f"m-{order}")]
        for order in ("A-20002", "A-29999")
    )
    assert str(theirs).replace("A-20002", "A-29999") == str(missing)


def test_ids_in_a_body_are_no_identity(visit: Begin) -> None:
    one, other = visit(), visit()
    for extra in ("conversation_id", "customer_id", "session_id", "token"):
        body = {"message_id": "m-1", "text": "hello", extra: other.began["conversation_id"]}
        assert one.post("/turns", json=body).status_code == 422


def test_the_same_message_id_in_two_visits_is_two_messages(visit: Begin, assistant: FakeAssistant) -> None:
    visit().say("a jacket", "m-1")
    visit().say("a jacket", "m-1")
    assert len({turn.conversation_id for turn in assistant.turns}) == 2
