"""What stands before the API: paths, methods, origins, bodies, headers."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest
from starlette.testclient import TestClient

from tests.fakes.assistant import FakeAssistant
from tests.ui.api.caller import HOST, SHOP_SITE, Begin
from ui.api.app import PREFIX
from ui.api.gate import _ROUTES, MAX_BODY_BYTES, methods_of

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND")
HOSTILE_ORIGINS = (
    "null",
    "http://evil.example",
    "http://shop.example",
    "https://shop.example:444",
    "https://shop.example:443",
    "https://shop.example/",
    "https://shop.example.evil.example",
    "https://evil-shop.example",
    "https://sub.shop.example",
    "https://SHOP.example",
    "https://shop.example@evil.example",
    "https://xn--shp-1na.example",
    "https://shop.example evil",
    "*",
    "",
    "file://",
    "http://127.0.0.1:7861",
)
PATHS = [
    PREFIX + path.replace("\\.", ".").replace(".+", "x").replace("[^/]+", "x").replace("(?:confirm|decline)", "confirm")
    for path, _ in _ROUTES
]


@pytest.mark.parametrize(
    "path",
    [
        "/api",
        "/api/",
        "/api/v1",
        "/api/v1/",
        "/api/v2/sessions",
        "/api/v1/sessions/",
        "/api/v1/session",
        "/api/v1//sessions",
        "/api/v1/docs",
        "/api/v1/redoc",
        "/api/v1/products/",
        "/api/v1/products/%2e%2e/cart",
        "/api/v1/turns/a/b/stop",
        "/api/v1/proposals/x/execute",
        "/api/v1/openapi.jsonx",
        "/API/v1/health",
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_is_not_listed_does_not_exist(client: TestClient, method: str, path: str) -> None:
    # What does not begin with /api/ is the pages' business, and theirs is another origin's check first.
    answer = client.request(method, path, headers={"origin": HOST})
    assert answer.status_code == 404


def test_a_path_never_leads_upwards() -> None:
    assert methods_of("/api/v1/products/../cart") == ()
    assert methods_of("/api/v1/products/a..b") == ()


@pytest.mark.parametrize("path", PATHS)
def test_other_methods_are_refused_and_the_right_ones_named(client: TestClient, path: str) -> None:
    for method in METHODS:
        answer = client.request(method, path)
        if method in methods_of(path):
            assert answer.status_code not in (404, 405) or answer.json()["error"]["code"] != "not_found"
        else:
            assert answer.status_code == 405
            assert answer.headers["allow"] == ", ".join(methods_of(path))


# ---------------------------------------------------------------- other sites


@pytest.mark.parametrize("origin", HOSTILE_ORIGINS)
def test_a_site_that_is_not_named_can_do_nothing(
    client: TestClient, assistant: FakeAssistant, visit: Begin, origin: str
) -> None:
    one = visit()
    before = len(assistant.sessions)
    headers = {"origin": origin, "authorization": f"Bearer {one.token}"}
    for path, method in product(PATHS, ("GET", "POST", "PUT", "DELETE", "OPTIONS")):
        answer = client.request(method, path, headers=headers | {"access-control-request-method": "POST"})
        assert answer.status_code == 403, (method, path)
        assert "access-control-allow-origin" not in answer.headers
        assert answer.json()["error"]["code"] == "other_origin"
    assert len(assistant.sessions) == before


def test_two_origins_are_none(client: TestClient) -> None:
    sent = [("origin", SHOP_SITE), ("origin", "https://evil.example")]
    assert client.post(f"{PREFIX}/sessions", headers=sent).status_code == 403  # type: ignore[arg-type]


def test_a_site_that_is_named_may_call_and_read(client: TestClient) -> None:
    answer = client.post(f"{PREFIX}/sessions", headers={"origin": SHOP_SITE})
    assert answer.status_code == 201
    assert answer.headers["access-control-allow-origin"] == SHOP_SITE
    assert "Origin" in answer.headers["vary"]
    assert "access-control-allow-credentials" not in answer.headers


def test_an_error_can_be_read_by_a_named_site_too(client: TestClient) -> None:
    answer = client.get(f"{PREFIX}/cart", headers={"origin": SHOP_SITE})
    assert answer.status_code == 401
    assert answer.headers["access-control-allow-origin"] == SHOP_SITE


@pytest.mark.parametrize("origin", [HOST, None])
def test_this_site_and_programs_need_no_leave(client: TestClient, origin: str | None) -> None:
    answer = client.post(f"{PREFIX}/sessions", headers={"origin": origin} if origin else {})
    assert answer.status_code == 201
    assert "access-control-allow-origin" not in answer.headers
    assert "Origin" in answer.headers["vary"]


@pytest.mark.parametrize(
    ("path", "asked", "status"),
    [("/turns", "POST", 204), ("/cart/lines/a", "PUT", 204), ("/hand-over", "DELETE", 204), ("/turns", "DELETE", 405),
     ("/history", "PATCH", 405), ("/turns", "", 405)],
)  # fmt: skip
def test_a_browser_may_ask_first(client: TestClient, path: str, asked: str, status: int) -> None:
    headers = {"origin": SHOP_SITE, "access-control-request-method": asked}
    answer = client.options(PREFIX + path, headers=headers)
    assert answer.status_code == status
    if status == 204:
        assert asked in answer.headers["access-control-allow-methods"]
        assert "authorization" in answer.headers["access-control-allow-headers"]
        assert answer.headers["access-control-allow-origin"] == SHOP_SITE


# ---------------------------------------------------------------- bodies and headers


def test_a_long_body_is_refused_before_it_is_read(client: TestClient, visit: Begin) -> None:
    one = visit()
    assert one.post("/turns", content=b"x" * (MAX_BODY_BYTES + 1)).status_code == 413
    assert one.post("/turns", headers={"content-length": "99999999999999999999"}, content=b"x").status_code == 413
    assert one.post("/turns", headers={"content-length": "-1"}, content=b"x").status_code == 413


def test_a_long_body_in_pieces_is_refused_too(visit: Begin) -> None:
    read = 0

    def pieces() -> Iterator[bytes]:
        nonlocal read
        for _ in range(1000):
            read += 1
            yield b"x" * 1024

    answer = visit().post("/turns", content=pieces(), headers={"content-type": "application/json"})
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "too_long"


@pytest.mark.parametrize("path", ["/health", "/openapi.json", "/cart", "/nothing", "/history"])
def test_every_answer_is_sealed(client: TestClient, visit: Begin, path: str) -> None:
    for answer in (client.get(PREFIX + path), visit().get(path)):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert "Origin" in answer.headers["vary"]
        assert "set-cookie" not in answer.headers
