"""The web application around the pages: paths, hosts, origins, headers, sessions, checkout."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from assistant.config import Settings
from assistant.service import Readiness
from tests.fakes import shop
from tests.fakes.assistant import FakeAssistant
from ui.app import create_app
from ui.front import ALLOWED_PATHS, MAX_BODY_BYTES, Front
from ui.limits import message_limit
from ui.render import Renderer
from ui.running import RunningTurns
from ui.serve import open_app
from ui.sessions import COOKIE
from ui.shopper import stream_turn
from ui.views import Look

SVG = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> tuple[FakeAssistant, Front]:
    data = tmp_path_factory.mktemp("data")
    images = data / "images"
    images.mkdir()
    (images / "jacket.svg").write_text(SVG)
    (data / "secret.svg").write_text("secret")
    (images / "link.svg").symlink_to(data / "secret.svg")
    assistant = FakeAssistant(image_dir=images)
    return assistant, create_app(assistant, Settings(data=data))  # type: ignore[arg-type]


@pytest.fixture
def assistant(door: tuple[FakeAssistant, Front]) -> FakeAssistant:
    return door[0]


@pytest.fixture(scope="module")
def browser(door: tuple[FakeAssistant, Front]) -> Iterator[TestClient]:
    with TestClient(door[1], base_url="http://127.0.0.1:7860") as client:
        yield client


@pytest.fixture
def client(browser: TestClient) -> TestClient:
    browser.cookies.clear()
    browser.headers["origin"] = "http://127.0.0.1:7860"
    return browser


@pytest.fixture
def shopper(client: TestClient) -> TestClient:
    assert client.post("/session").json() == {"ok": True}
    return client


async def filled(assistant: FakeAssistant, client: TestClient) -> None:
    session = assistant.sessions[client.cookies[COOKIE]]
    await assistant.add_to_cart(session.principal, "hut-boot-s", 2, None)


def call(client: TestClient, action: str, **payload: Any) -> Any:
    page = client.get("/").text
    component = int(re.search(r'"id":(\d+),"type":"html"', page.replace(" ", "")).group(1))  # type: ignore[union-attr]
    body = {
        "data": {"action": action, "payload": payload},
        "component_id": component,
        "session_hash": "x",
        "fn_name": "call",
    }
    return client.post("/gradio_api/component_server/", json=body).json()


# ---------------------------------------------------------------- paths, hosts, origins


def test_the_page_is_served_without_traces_of_other_hosts(client: TestClient) -> None:
    page = client.get("/")
    assert page.status_code == 200
    assert "<title>Aisle &amp; Co.</title>" in page.text
    assert "/ui/aisle.css" in page.text
    assert not re.search(r"(?:src|href|content)=\"https?://", page.text)


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/info",
        "/gradio_api/openapi.json",
        "/gradio_api/upload",
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/file=http://evil.example/",
        "/gradio_api/proxy=http://evil.example/",
        "/gradio_api/deep_link",
        "/gradio_api/runs",
        "/gradio_api/vibe-code",
        "/gradio_api/process_recording",
        "/gradio_api/custom_component/x/client/component/index.js",
        "/gradio_api/call/answer",
        "/gradio_api/run/answer",
        "/monitoring",
        "/dev/reload",
        "/login",
        "/docs",
        "/openapi.json",
        "/assets/../../../etc/passwd",
        "/assets/%2e%2e/%2e%2e/etc/passwd",
    ],
)
def test_what_the_page_does_not_need_does_not_exist(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 404
    assert client.post(path, json={}).status_code in (404, 405)


def test_every_route_of_ours_is_on_the_list(door: tuple[FakeAssistant, Front]) -> None:
    found = [getattr(route, "original_router", None) or [route] for route in door[1].inner.routes]
    routes = [route for group in found for route in getattr(group, "routes", group)]
    ours = [route.path for route in routes if isinstance(route, APIRoute)]
    assert sorted(set(ours)) == [
        "/checkout",
        "/desk",
        "/desk/login",
        "/desk/logout",
        "/healthz",
        "/images/{name}",
        "/metrics",
        "/policies/{name}",
        "/session",
        "/session/sign-in",
        "/session/sign-out",
        "/ui/{name}",
        "/widget.js",
        "/widget/frame.html",
        "/widget/{name}",
    ]
    for path in ours:
        assert ALLOWED_PATHS.fullmatch(path.replace("{name}", "x"))


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:7860",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "127.0.0.1@evil.example",
        "evil.example#127.0.0.1",
        "0.0.0.0",
        "127.1",
        "[::2]",
        "localhost evil.example",
        "null",
        ".",
    ],
)
@pytest.mark.parametrize("path", ["/", "/checkout", "/healthz", "/config", "/images/jacket.svg"])
def test_other_hosts_are_refused(client: TestClient, host: str, path: str) -> None:
    assert client.get(path, headers={"host": host}).status_code == 400


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:7861", "http://127.0.0.1.evil.example:7860", ""]
)
@pytest.mark.parametrize(
    "path", ["/session", "/session/sign-in", "/session/sign-out", "/checkout", "/gradio_api/component_server/"]
)
def test_other_origins_change_nothing(client: TestClient, assistant: FakeAssistant, origin: str, path: str) -> None:
    before = len(assistant.sessions)
    assert client.post(path, json={}, headers={"origin": origin}).status_code == 403
    assert len(assistant.sessions) == before


def test_a_request_that_a_browser_marks_as_cross_site_is_refused_without_an_origin_too(client: TestClient) -> None:
    client.headers.pop("origin")
    assert client.post("/session", headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert client.post("/session", headers={"sec-fetch-site": "same-origin"}).status_code == 200


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_are_refused(client: TestClient, method: str) -> None:
    assert client.request(method, "/session").status_code == 405


def test_a_long_body_is_refused_before_it_is_read(client: TestClient) -> None:
    assert client.post("/session", content=b"x" * (MAX_BODY_BYTES + 1)).status_code == 413


@pytest.mark.parametrize(
    "path", ["/", "/checkout", "/policies/returns", "/images/jacket.svg", "/ui/aisle.css", "/nothing"]
)
def test_every_answer_is_sealed(shopper: TestClient, path: str) -> None:
    headers = shopper.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_our_own_pages_allow_no_script_at_all(shopper: TestClient) -> None:
    for path in ("/checkout", "/policies/returns"):
        policy = shopper.get(path).headers["content-security-policy"]
        assert policy.startswith("default-src 'none'")
        assert "script" not in policy


def test_the_page_loads_pictures_only_from_allowed_hosts(tmp_path: Path) -> None:
    app = create_app(FakeAssistant(), Settings(data=tmp_path), image_hosts=("cdn.example",))  # type: ignore[arg-type]
    with TestClient(app, base_url="http://localhost") as client:
        policy = client.get("/").headers["content-security-policy"]
    assert "img-src 'self' data: blob: https://cdn.example;" in policy
    assert "connect-src 'self'" in policy


def test_the_settings_name_other_hosts_that_this_server_is_reached_by(tmp_path: Path) -> None:
    app = create_app(FakeAssistant(), Settings(data=tmp_path, host_names=("chat.shop.example",)))  # type: ignore[arg-type]
    with TestClient(app, base_url="http://chat.shop.example") as client:
        assert client.get("/healthz").status_code == 200
        assert client.get("/healthz", headers={"host": "shop.example"}).status_code == 400


# ---------------------------------------------------------------- the API beside the pages


def test_the_api_stands_beside_the_pages_with_its_own_locks(shopper: TestClient, assistant: FakeAssistant) -> None:
    """A page's cookie opens nothing of the API, and the API's token nothing of the pages."""
    assert shopper.get("/api/v1/health").json()["status"] == "ready"
    assert shopper.get("/api/v1/cart").status_code == 401
    token = shopper.cookies[COOKIE]
    shopper.cookies.clear()
    began = shopper.post("/api/v1/sessions").json()
    assert shopper.cookies.get(COOKIE) is None
    headers = {"authorization": f"Bearer {began['token']}"}
    assert shopper.get("/api/v1/cart", headers=headers).status_code == 200
    assert call(shopper, "cart")["code"] == "session"
    assert began["token"] != token


def test_another_host_is_refused_at_the_api_too(client: TestClient, assistant: FakeAssistant) -> None:
    # Also where a page of that name asks for its own site: a name that leads here is not ours for that.
    before = len(assistant.sessions)
    sent = {"host": "evil.example", "origin": "http://evil.example"}
    assert client.post("/api/v1/sessions", headers=sent).status_code == 400
    assert len(assistant.sessions) == before


def test_the_page_holds_messages_to_the_same_limit(tmp_path: Path) -> None:
    limit = message_limit(Settings(data=tmp_path, messages_per_minute=1), lambda: 0.0)
    assistant, renderer = FakeAssistant(), Renderer(Look())

    async def say(cookies: dict[str, str]) -> str:
        asked = {"message_id": "m-1", "text": "a gift"}
        logs = [log async for log in stream_turn(assistant, renderer, RunningTurns(), asked, cookies, "phone", limit)]  # type: ignore[arg-type]
        return logs[-1]

    async def twice() -> list[str]:
        cookies = {COOKIE: (await assistant.open_session(None)).token}
        return [await say(cookies), await say(cookies)]

    first, second = asyncio.run(twice())
    assert "Gladly" in first
    assert "Please go on in 60 seconds" in second
    assert [turn.device for turn in assistant.turns] == ["phone"]


def test_a_served_shop_loads_pictures_from_the_hosts_of_its_settings(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, image_hosts="cdn.example")
    app, _ = open_app(settings, lambda _: FakeAssistant())  # type: ignore[arg-type, return-value]
    with TestClient(app, base_url="http://localhost") as client:
        assert "https://cdn.example;" in client.get("/").headers["content-security-policy"]


# ---------------------------------------------------------------- files


def test_pictures_are_served_and_can_run_nothing(client: TestClient) -> None:
    picture = client.get("/images/jacket.svg")
    assert picture.headers["content-type"] == "image/svg+xml"
    assert "sandbox" in picture.headers["content-security-policy"]
    assert "default-src 'none'" in picture.headers["content-security-policy"]


@pytest.mark.parametrize(
    "name",
    ["none.svg", "..%2fsecret.svg", "../secret.svg", "%2e%2e%2fsecret.svg", "link.svg", "jacket.html", "a%00.svg", "."],
)
def test_nothing_outside_the_folder_is_served(client: TestClient, name: str) -> None:
    answer = client.get(f"/images/{name}")
    assert answer.status_code == 404
    assert "secret" not in answer.text


def test_policies_have_a_page_with_an_anchor_for_each_section(client: TestClient) -> None:
    page = client.get("/policies/returns")
    assert '<h2 id="how-long">How long do I have?</h2>' in page.text
    assert "<strong>30 days</strong>" in page.text
    assert client.get("/policies/nothing").status_code == 404


def test_health_says_what_works(client: TestClient, assistant: FakeAssistant) -> None:
    assert client.get("/healthz").json()["status"] == "ready"
    assistant.ready = Readiness(loading=("the catalogue",))
    try:
        answer = client.get("/healthz")
    finally:
        assistant.ready = Readiness(words=True, meaning=True)
    assert answer.status_code == 503
    assert answer.json()["loading"] == ["the catalogue"]


# ---------------------------------------------------------------- sessions and actions


def test_the_session_is_a_cookie_that_scripts_cannot_read(client: TestClient) -> None:
    cookie = client.post("/session").headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie


def test_the_same_cookie_is_the_same_session(shopper: TestClient, assistant: FakeAssistant) -> None:
    token = shopper.cookies[COOKIE]
    shopper.post("/session")
    assert shopper.cookies[COOKIE] == token


def test_signing_in_changes_the_token(shopper: TestClient, assistant: FakeAssistant) -> None:
    guest = shopper.cookies[COOKIE]
    assert shopper.post("/session/sign-in", json={"customer_id": "c-1"}).json() == {"ok": True}
    assert guest not in assistant.sessions
    assert assistant.sessions[shopper.cookies[COOKIE]].customer_name == "Ida Berg"


def test_an_unknown_customer_is_a_plain_sentence(shopper: TestClient) -> None:
    answer = shopper.post("/session/sign-in", json={"customer_id": "nobody"})
    assert answer.status_code == 409
    assert answer.json()["message"] == "There is no such customer."


def test_an_action_needs_a_session(client: TestClient) -> None:
    client.cookies.clear()
    assert call(client, "cart")["code"] == "session"
    client.cookies.set(COOKIE, "made-up")
    assert call(client, "cart")["code"] == "session"
    client.cookies.clear()


def test_an_action_works_for_the_session_of_the_cookie_only(shopper: TestClient, assistant: FakeAssistant) -> None:
    reply = call(shopper, "add", variant_id="trail-jacket-m", quantity=1, decision_id="d1")
    assert reply["ok"]
    assert reply["count"] == 1
    shopper.cookies.clear()
    shopper.post("/session")
    assert call(shopper, "cart")["count"] == 0


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("nonsense", {}),
        ("add", {}),
        ("add", {"variant_id": "x", "quantity": 10**9}),
        ("add", {"variant_id": "x", "quantity": 1, "customer_id": "c-1"}),
        ("record", {"kind": "purchase", "product_id": "x"}),
        ("product", {"product_id": "x" * 1000}),
        ("__class__", {}),
    ],
)
def test_unknown_actions_and_payloads_are_refused(shopper: TestClient, action: str, payload: dict[str, Any]) -> None:
    assert call(shopper, action, **payload)["code"] == "unknown"


def test_a_refusal_is_a_plain_sentence(shopper: TestClient) -> None:
    reply = call(shopper, "product", product_id="gone")
    assert reply == {"ok": False, "code": "refused", "message": "This product is no longer in the shop."}


def test_a_click_is_recorded_with_its_decision(shopper: TestClient, assistant: FakeAssistant) -> None:
    call(shopper, "record", kind="click", product_id="watch", decision_id="d1", position=4)
    assert assistant.recorded[-1] == ("click", "watch", "d1", 4)


# ---------------------------------------------------------------- checkout


def hidden(page: str, name: str) -> str:
    return re.search(rf'name="{name}" value="([^"]*)"', page).group(1)  # type: ignore[union-attr]


def form(page: str, **changes: str) -> dict[str, str]:
    base = {
        "key": hidden(page, "key"),
        "form_token": hidden(page, "form_token"),
        "name": "Ida Berg",
        "email": "ida@example.org",
        "address": "Fjellveien 1",
    }
    return base | changes


async def test_the_checkout_shows_lines_and_totals(shopper: TestClient, assistant: FakeAssistant) -> None:
    await filled(assistant, shopper)
    page = shopper.get("/checkout?cart=c1").text
    for part in ("2 ×", "$39.98", "$4.90", "$44.88", "Prices include tax."):
        assert part in page


async def test_a_double_click_makes_one_order(shopper: TestClient, assistant: FakeAssistant) -> None:
    await filled(assistant, shopper)
    before = assistant.placed
    body = form(shopper.get("/checkout").text)
    first, second = shopper.post("/checkout", data=body), shopper.post("/checkout", data=body)
    number = re.search(r"data-order>([^<]+)<", first.text).group(1)  # type: ignore[union-attr]
    assert number in second.text
    assert assistant.placed == before + 1


async def test_a_form_of_another_session_orders_nothing(shopper: TestClient, assistant: FakeAssistant) -> None:
    await filled(assistant, shopper)
    foreign = form(shopper.get("/checkout").text)
    shopper.cookies.clear()
    shopper.post("/session")
    await filled(assistant, shopper)
    before = assistant.placed
    answer = shopper.post("/checkout", data=foreign)
    assert answer.status_code == 403
    assert "too old" in answer.text
    assert assistant.placed == before


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [({"name": " "}, "your name"), ({"email": "nowhere"}, "e-mail"), ({"address": ""}, "where the parcel goes")],
)
async def test_what_is_missing_is_said_and_the_rest_is_kept(
    shopper: TestClient, assistant: FakeAssistant, changes: dict[str, str], sentence: str
) -> None:
    await filled(assistant, shopper)
    answer = shopper.post("/checkout", data=form(shopper.get("/checkout").text, **changes))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert sum(part in answer.text for part in ("Ida Berg", "ida@example.org", "Fjellveien 1")) == 2


def test_an_empty_cart_has_nothing_to_order(shopper: TestClient) -> None:
    shopper.cookies.clear()
    shopper.post("/session")
    page = shopper.get("/checkout").text
    assert "nothing to order" in page
    assert "<form" not in page


def test_a_checkout_without_a_visit_leads_back(client: TestClient) -> None:
    client.cookies.clear()
    answer = client.get("/checkout", follow_redirects=False)
    assert answer.headers["location"] == "/"


async def test_what_the_shopper_wrote_is_escaped(shopper: TestClient, assistant: FakeAssistant) -> None:
    await filled(assistant, shopper)
    nasty = '"><script>alert(1)</script>'
    answer = shopper.post("/checkout", data=form(shopper.get("/checkout").text, name=nasty, email="x"))
    assert "<script" not in answer.text


def test_the_sample_shop_has_every_peculiarity() -> None:
    assert max(len(product.title) for product in shop.PRODUCTS) > 400
