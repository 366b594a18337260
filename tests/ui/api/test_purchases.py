"""Purchases come back: signed, counted once, joined to what showed the product, and learned from."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from assistant.config import Settings
from assistant.service import Assistant
from recommender.events import Event, EventType
from recommender.examples import HEADS, collect_examples
from recommender.settings import RecommenderSettings
from tests.fakes.assistant import FakeAssistant
from tests.ui.api.caller import HOST, SECRET, Visit, begin, make_door
from ui.api.app import PREFIX
from ui.api.signing import sign

PATH = f"{PREFIX}/events/purchase"
Tell = Callable[..., httpx.Response]


def order(order_id: str = "W-1", ref: str | None = None, **line: Any) -> dict[str, Any]:
    base = {"variant_id": "fjell-2-0", "quantity": 1, "unit_price_minor": 19900, "currency": "USD"}
    given = {name: value for name, value in (base | line).items() if value is not None}
    body = {"order_id": order_id, "lines": [given], "placed_at": "2026-11-25T12:00:00Z"}
    return body | ({"session_ref": ref} if ref else {})


@pytest.fixture
def tell(real_client: TestClient) -> Tell:
    """Send an order as the shop's server does."""

    def send(body: Any, secret: str = SECRET, at: float | None = None, **headers: str) -> httpx.Response:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        signature = sign(secret, raw, int(time.time() if at is None else at))
        sent = {"x-aisle-signature": signature, "content-type": "application/json", **headers}
        return real_client.post(PATH, content=raw, headers=sent)  # type: ignore[return-value]

    return send


@pytest.fixture
def shopper(real_client: TestClient) -> Visit:
    return begin(real_client)


def put_into_cart(shopper: Visit) -> tuple[str, dict[str, Any]]:
    """Choose the first tent from a slate; returns what the checkout's address carries, and the card."""
    slate = next(data for name, data in shopper.say("tents") if name == "evidence")
    card = slate["products"][0]
    chosen = {"variant_id": card["variant_id"], "quantity": 1, "decision_id": card["decision_id"]}
    cart = shopper.post("/cart/lines", json=chosen).json()
    return parse_qs(urlsplit(cart["checkout_url"]).query)["ref"][0], card


def purchases(assistant: Assistant) -> list[Event]:
    log = assistant._rooms.purchasing._log
    return [event for _, event in log.events() if event.type is EventType.PURCHASE]


def state(assistant: Assistant) -> Any:
    return assistant._opener._plan.shop.recommender._state  # type: ignore[attr-defined]


def popularity(assistant: Assistant, product_id: str) -> float:
    return float(state(assistant).popularity.read(product_id, time.time()))


# ---------------------------------------------------------------- joined and learned from


def test_what_was_chosen_from_a_slate_is_joined_by_the_cart_of_the_checkout(
    shopper: Visit, tell: Tell, real: Assistant
) -> None:
    ref, card = put_into_cart(shopper)
    before = popularity(real, card["id"])
    answer = tell(order(ref=ref, variant_id=card["variant_id"], quantity=2))
    assert answer.status_code == 200
    assert answer.json() == {"order_id": "W-1", "joined": 1, "unattributed": 0, "duplicate": False}
    (event,) = purchases(real)
    assert (event.item_id, event.decision_id, event.position) == (card["id"], card["decision_id"], 0)
    assert event.value_minor == 39800
    clicks_and_cart = {e.session_key for _, e in real._rooms.purchasing._log.events()}
    assert clicks_and_cart == {event.session_key}
    assert popularity(real, card["id"]) > before


def test_a_purchase_makes_the_impression_a_positive_example_once(shopper: Visit, tell: Tell, real: Assistant) -> None:
    slate = next(data for name, data in shopper.say("tents") if name == "evidence")
    card = slate["products"][0]
    log, items = real._rooms.purchasing._log, {}

    def labels() -> float:
        return float(collect_examples(log, items, RecommenderSettings()).labels[:, HEADS.index("buy")].sum())

    assert labels() == 0
    body = order(variant_id=card["variant_id"], decision_id=card["decision_id"])
    for _ in range(3):
        assert tell(body).json()["joined"] == 1
    assert labels() == 1
    assert len(purchases(real)) == 1


def test_popularity_rises_once_however_often_it_is_told(shopper: Visit, tell: Tell, real: Assistant) -> None:
    ref, card = put_into_cart(shopper)
    body = order(ref=ref, variant_id=card["variant_id"])
    learned = real._opener._plan.shop.recommender  # type: ignore[attr-defined]
    before = learned.health["events_learned"]
    first = tell(body)
    once = popularity(real, card["id"])
    again = [tell(body) for _ in range(4)]
    assert first.json()["duplicate"] is False
    assert [answer.json() for answer in again] == [first.json() | {"duplicate": True}] * 4
    assert popularity(real, card["id"]) == pytest.approx(once, rel=1e-3)
    assert int(learned.health["events_learned"]) == int(before) + 1


def test_the_same_order_twenty_times_at_once_counts_once(shopper: Visit, tell: Tell, real: Assistant) -> None:
    ref, card = put_into_cart(shopper)
    body = order(ref=ref, variant_id=card["variant_id"])
    body["lines"].append({"product_id": "cup", "quantity": 3, "unit_price_minor": 500, "currency": "USD"})
    with ThreadPoolExecutor(20) as pool:
        answers = [answer.json() for answer in pool.map(lambda _: tell(body), range(20))]
    assert sorted(answer["duplicate"] for answer in answers) == [False] + [True] * 19
    assert {(answer["joined"], answer["unattributed"]) for answer in answers} == {(1, 1)}
    assert len(purchases(real)) == 2


def test_what_was_bought_leaves_the_cart_and_the_rest_stays(shopper: Visit, tell: Tell) -> None:
    ref, card = put_into_cart(shopper)
    shopper.call("PUT", f"/cart/lines/{card['variant_id']}", json={"quantity": 3})
    shopper.post("/cart/lines", json={"variant_id": "cup-0", "quantity": 1})
    body = order(ref=ref, variant_id=card["variant_id"], quantity=2)
    for _ in range(2):
        tell(body)
    cart = shopper.get("/cart").json()
    assert {line["variant_id"]: line["quantity"] for line in cart["lines"]} == {card["variant_id"]: 1, "cup-0": 1}
    tell(order("W-2", ref, variant_id="cup-0", quantity=5))
    assert [line["variant_id"] for line in shopper.get("/cart").json()["lines"]] == [card["variant_id"]]


def test_another_size_of_what_was_chosen_is_joined_too(shopper: Visit, tell: Tell, real: Assistant) -> None:
    slate = next(data for name, data in shopper.say("Bolt Ridge boots") if name == "evidence")
    card = slate["products"][0]
    variants = [variant["variant_id"] for variant in card["variants"]]
    added = {"variant_id": variants[0], "quantity": 1, "decision_id": card["decision_id"]}
    cart = shopper.post("/cart/lines", json=added).json()
    ref = parse_qs(urlsplit(cart["checkout_url"]).query)["ref"][0]
    assert tell(order(ref=ref, variant_id=variants[1])).json()["joined"] == 1
    assert purchases(real)[0].decision_id == card["decision_id"]


def test_a_customers_purchase_is_the_customers(real_client: TestClient, real: Assistant, tell: Tell) -> None:
    shopper = begin(real_client)
    assert shopper.call("PUT", "/profile", json={"keep": True}).json()["kept"]
    ref, card = put_into_cart(shopper)
    shopper.token = real_client.portal.call(real.sign_in, shopper.token, "C-1").token  # type: ignore[union-attr]
    assert tell(order(ref=ref, variant_id=card["variant_id"])).json()["joined"] == 1
    (event,) = purchases(real)
    assert event.shopper_key == "c:C-1"


def test_without_consent_a_customers_purchase_counts_for_the_crowd_alone(
    real_client: TestClient, real: Assistant, tell: Tell
) -> None:
    shopper = begin(real_client)
    ref, card = put_into_cart(shopper)
    shopper.token = real_client.portal.call(real.sign_in, shopper.token, "C-1").token  # type: ignore[union-attr]
    assert tell(order(ref=ref, variant_id=card["variant_id"])).json()["joined"] == 1
    (event,) = purchases(real)
    assert event.shopper_key.startswith("a:")


# ---------------------------------------------------------------- what cannot be joined


@pytest.mark.parametrize(
    ("line", "learned"),
    [
        ({}, True),
        ({"decision_id": "made-up"}, True),
        ({"variant_id": None, "product_id": "fjell-2"}, True),
        ({"variant_id": "gone", "product_id": "fjell-2"}, True),
        ({"variant_id": "gone"}, False),
        ({"variant_id": None, "product_id": "gone"}, False),
    ],
)
def test_what_cannot_be_joined_is_counted_and_said(
    tell: Tell, real: Assistant, line: dict[str, Any], learned: bool
) -> None:
    answer = tell(order(ref="no-such-cart", **line))
    assert answer.json() == {"order_id": "W-1", "joined": 0, "unattributed": 1, "duplicate": False}
    found = purchases(real)
    assert [event.item_id for event in found] == (["fjell-2"] if learned else [])
    assert all(event.decision_id is None for event in found)


def test_a_decision_that_did_not_show_the_product_is_not_joined(shopper: Visit, tell: Tell, real: Assistant) -> None:
    slate = next(data for name, data in shopper.say("tents") if name == "evidence")
    answer = tell(order(variant_id="cup-0", decision_id=slate["decision_id"]))
    assert answer.json()["unattributed"] == 1
    assert purchases(real)[0].decision_id is None
    assert popularity(real, "cup") > 0


@pytest.mark.parametrize("placed", ["1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-11-25T12:00:00+14:00"])
def test_a_shop_whose_clock_is_wrong_harms_nothing(tell: Tell, real: Assistant, placed: str) -> None:
    assert tell(order() | {"placed_at": placed}).status_code == 200
    now = time.time()
    assert now - 367 * 86400 < purchases(real)[0].at <= now + 1


def test_another_content_under_the_same_order_is_refused(tell: Tell, real: Assistant) -> None:
    assert tell(order()).status_code == 200
    for other in (
        order(quantity=2),
        order(variant_id="cup-0"),
        order(ref="x"),
        order() | {"placed_at": "2026-11-25T12:00:01Z"},
    ):
        answer = tell(other)
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "order_differs")
    assert len(purchases(real)) == 1


def test_the_same_content_written_otherwise_is_the_same_order(tell: Tell) -> None:
    tell(order())
    other = dict(reversed(order().items())) | {"placed_at": "2026-11-25T13:00:00+01:00"}
    answer = tell(json.dumps(other, indent=4).encode())
    assert answer.json()["duplicate"] is True


def test_an_order_survives_a_restart_and_what_a_crash_left_out_is_made_up_for(
    shopper: Visit, tell: Tell, real: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref, card = put_into_cart(shopper)
    body = order(ref=ref, variant_id=card["variant_id"])
    recommender = real._opener._plan.shop.recommender  # type: ignore[attr-defined]
    with monkeypatch.context() as broken:
        broken.setattr(recommender, "record", lambda event: (_ for _ in ()).throw(RuntimeError("power cut")))
        assert tell(body).status_code == 500
    assert purchases(real) == []
    again = tell(body)
    assert again.json() == {"order_id": "W-1", "joined": 1, "unattributed": 0, "duplicate": True}
    assert purchases(real)[0].decision_id == card["decision_id"]


# ---------------------------------------------------------------- the lock


@pytest.mark.parametrize(
    ("secret", "late_s"), [("another-secret-of-us", 0), (SECRET, 400), (SECRET, -400), ("", 0), (SECRET + " ", 0)]
)
def test_what_is_not_signed_now_by_the_shop_changes_nothing(
    tell: Tell, real: Assistant, secret: str, late_s: int
) -> None:
    answer = tell(order(), secret, time.time() + late_s)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "bad_signature")
    assert purchases(real) == []


def test_a_visits_token_is_no_signature(real_client: TestClient, shopper: Visit, real: Assistant) -> None:
    assert shopper.post("/events/purchase", json=order()).status_code == 403
    assert real_client.post(PATH, json=order()).status_code == 403
    assert purchases(real) == []


def test_a_body_changed_on_the_way_does_not_fit(tell: Tell, real: Assistant) -> None:
    signature = sign(SECRET, json.dumps(order()).encode(), int(time.time()))
    assert tell(order(quantity=9), **{"x-aisle-signature": signature}).status_code == 403


def test_nothing_of_a_body_is_read_before_the_signature_fits(tell: Tell) -> None:
    for body in (b"{", b"[" * 60_000, b'"\\ud800"', b""):
        assert tell(body, "another-secret-of-us").status_code == 403
        assert tell(body).status_code == 400


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"lines": []}, "lines"),
        ({"lines": [{"quantity": 1, "unit_price_minor": 1, "currency": "USD"}]}, "lines.0"),
        ({"order_id": ""}, "order_id"),
        ({"placed_at": "2026-11-25T12:00:00"}, "placed_at"),
        ({"placed_at": "yesterday"}, "placed_at"),
        ({"customer_id": "C-1"}, "the body"),
    ],
)
def test_what_cannot_be_used_is_named(tell: Tell, change: dict[str, Any], field: str) -> None:
    answer = tell(order() | change)
    assert answer.status_code == 422
    assert answer.json()["error"]["fields"][0]["field"] == field


def test_without_a_secret_nothing_is_taken_and_the_log_says_why(settings: Settings) -> None:
    with TestClient(make_door(FakeAssistant(), settings), base_url=HOST) as client, capture_logs() as logged:
        answer = client.post(PATH, json=order(), headers={"x-aisle-signature": sign("", b"{}", int(time.time()))})
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "off")
    assert "AISLE_PURCHASE_SECRETS" in logged[0]["reason"]
