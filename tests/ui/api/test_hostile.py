"""Whatever is sent to whichever route: an answer of ours, never a 500, and never a hang."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from assistant.config import Settings
from assistant.service import Assistant
from tests.fakes.assistant import FakeAssistant
from tests.ui.api.caller import HOST, SECRET, begin, make_door
from tests.ui.api.test_doors import BODIES, ROUTES
from ui.api.app import PREFIX
from ui.api.models import ErrorOut
from ui.api.signing import sign

_KEYS = sorted({key for body in BODIES.values() for key in body} | {"decision_id", "position", "page_product_id"})
_WORDS = st.one_of(
    st.text(max_size=40), st.sampled_from(["", "\x00", "\ud800", "'; DROP TABLE x; --", "fjell-2-0", "x" * 400])
)
_VALUES = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), _WORDS, st.sampled_from([2**63, -(2**70), 10**400])
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(_WORDS, inner, max_size=3)),
    max_leaves=6,
)
_OBJECTS = st.dictionaries(st.one_of(st.sampled_from(_KEYS), _WORDS), _VALUES, max_size=5)
_IDS = st.text(st.characters(exclude_characters="/?#%.", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30)
_KINDS = ["application/json", "text/plain", ""]
HOSTILE = settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])


def changed(body: Any) -> st.SearchStrategy[Any]:
    """A body that a route takes, with some of it put out of shape."""
    known = st.just(body) if isinstance(body, dict) else st.just({})
    return st.one_of(_VALUES, _OBJECTS, st.tuples(known, _OBJECTS).map(lambda pair: {**pair[0], **pair[1]}), known)


def dumped(body: Any) -> bytes:
    return json.dumps(body).encode()


def check(answer: Any) -> None:
    assert answer.status_code < 500 or answer.status_code == 503, answer.text
    if answer.status_code >= 400:
        ErrorOut.model_validate_json(answer.content)


@pytest.fixture
def real_routes(real: Assistant, real_settings: Settings) -> Iterator[TestClient]:
    with TestClient(make_door(real, real_settings), base_url=HOST) as client:
        yield client


@pytest.mark.parametrize(("method", "path"), [route for route in ROUTES if route[1] != "/live" and route[0] != "HEAD"])
def test_whatever_is_sent_is_answered_plainly(real_routes: TestClient, method: str, path: str) -> None:
    token = begin(real_routes).token

    @HOSTILE
    @given(
        changed(BODIES.get(path)), _IDS, st.sampled_from(["application/json", "text/plain", ""]), st.text(max_size=10)
    )
    def send(body: Any, name: str, kind: str, query: str) -> None:
        parts = [name if part.startswith("{") else part for part in path.split("/")]
        headers = {"authorization": f"Bearer {token}", "content-type": kind}
        params = {"after": query, "quantity": query} if method in ("GET", "DELETE") else None
        url = PREFIX + "/".join(parts)
        check(real_routes.request(method, url, content=dumped(body), headers=headers, params=params))

    send()


@HOSTILE
@given(st.one_of(_OBJECTS, _VALUES, st.binary(max_size=100)), st.lists(_OBJECTS, max_size=2))
def test_whatever_the_shop_signs_is_answered_plainly(real_routes: TestClient, change: Any, lines: list[Any]) -> None:
    line = {"variant_id": "cup-0", "quantity": 1, "unit_price_minor": 1, "currency": "USD"}
    good = {"order_id": "W-1", "lines": [line], "placed_at": "2026-11-25T12:00:00Z"}
    mixed = good | change if isinstance(change, dict) else good
    bodies = [change if isinstance(change, bytes) else dumped(change), dumped(mixed), dumped(good | {"lines": lines})]
    for body in bodies:
        header = sign(SECRET, body, int(time.time()))
        check(real_routes.post(f"{PREFIX}/events/purchase", content=body, headers={"x-aisle-signature": header}))


@HOSTILE
@given(st.binary(max_size=60), st.binary(max_size=200))
def test_whatever_stands_in_a_header_is_answered_plainly(client: TestClient, header: bytes, body: bytes) -> None:
    printable = bytes(byte for byte in header if byte not in (0, 10, 13))
    for name in (b"authorization", b"last-event-id", b"x-aisle-signature", b"content-type", b"origin"):
        for path in ("/sessions", "/turns", "/events/purchase"):
            sent = [(name, printable)]
            check(client.post(PREFIX + path, content=body, headers=sent))  # type: ignore[arg-type]


def test_a_fake_that_breaks_is_seen(assistant: FakeAssistant, client: TestClient) -> None:
    """The checks above can fail."""

    async def view_cart(*_: object) -> None:
        raise ValueError

    assistant.view_cart = view_cart  # type: ignore[method-assign, assignment]
    answer = begin(client).get("/cart")
    with pytest.raises(AssertionError):
        check(answer)
