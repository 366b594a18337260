"""Products, cards, cart, wishes and proposals: each route against the real assistant or the fake one."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from assistant.service import Assistant
from tests.fakes.assistant import FakeAssistant
from tests.ui.api.caller import Begin, Visit, begin


@pytest.fixture
def shopper(real_client: TestClient) -> Visit:
    return begin(real_client)


def test_a_product_has_everything_that_is_known_of_it(shopper: Visit) -> None:
    found = shopper.get("/products/fjell-2").json()
    assert found["title"] == "Norrfell Fjell 2 Tent"
    assert found["price"]["text"] == "$199.00"
    assert {"label": "Weight", "text": "2.4 kg"} in found["attributes"]
    assert found["category"] == "Tents"
    assert found["decision_id"] is None


def test_a_product_that_is_not_sold_is_said(shopper: Visit) -> None:
    answer = shopper.get("/products/gone")
    assert answer.status_code == 404
    assert answer.json() == {"error": {"code": "no_such_product", "message": "That product is no longer sold here."}}


def test_ids_may_hold_slashes_and_other_signs(visit: Begin, assistant: FakeAssistant) -> None:
    asked = []
    product = assistant.product

    async def spy(principal: object, product_id: str) -> object:
        asked.append(product_id)
        return await product(principal, "watch")  # type: ignore[arg-type]

    assistant.product = spy  # type: ignore[method-assign, assignment]
    one = visit()
    for path in ("a/b", "a%2Fb", "50%25 off", "%E6%89%8B", "a?b#c".replace("?", "%3F").replace("#", "%23"), "stop"):
        assert one.get(f"/products/{path}").status_code == 200
    assert asked == ["a/b", "a/b", "50% off", "手", "a?b#c", "stop"]


def test_a_cart_is_filled_changed_and_emptied(shopper: Visit) -> None:
    assert shopper.get("/cart").json()["checkout_url"] is None
    added = shopper.post("/cart/lines", json={"variant_id": "fjell-2-0", "quantity": 2})
    assert added.status_code == 200
    cart = added.json()
    assert (cart["count"], cart["total"]["minor"], cart["changed"]) == (2, 39800, "Added to your cart")
    assert cart["undo"] == {"variant_id": "fjell-2-0", "quantity": 0}
    assert "lines=fjell-2-0" in cart["checkout_url"]
    changed = shopper.call("PUT", "/cart/lines/fjell-2-0", json={"quantity": 1}).json()
    assert changed["lines"][0]["unit_price"] == changed["lines"][0]["total"]
    emptied = shopper.call("PUT", "/cart/lines/fjell-2-0", json={"quantity": 0}).json()
    assert emptied["lines"] == []
    again = shopper.call("PUT", "/cart/lines/fjell-2-0", json={"quantity": 0})
    assert (again.status_code, again.json()["error"]["code"]) == (404, "not_in_cart")


@pytest.mark.parametrize(
    ("variant", "quantity", "status", "code"),
    [("marsh-0", 1, 409, "sold_out"), ("fjell-2-0", 50, 409, "not_enough_stock"), ("gone", 1, 404, "no_such_product")],
)
def test_what_cannot_be_bought_is_refused_with_its_reason(
    shopper: Visit, variant: str, quantity: int, status: int, code: str
) -> None:
    answer = shopper.post("/cart/lines", json={"variant_id": variant, "quantity": quantity})
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert shopper.get("/cart").json()["count"] == 0


def test_the_cart_of_the_conversation_is_the_same_cart(shopper: Visit) -> None:
    shopper.say("tents under $250")
    shopper.say("put the first one into my cart", "m-2")
    assert shopper.get("/cart").json()["count"] == 1


def test_a_click_reaches_the_recommender_with_its_decision(shopper: Visit, real: Assistant) -> None:
    slate = next(data for name, data in shopper.say("tents") if name == "evidence")
    card = slate["products"][0]
    before = behaviour(real).item_clicks.read(card["id"])
    seen = {"kind": "click", "product_id": card["id"], "decision_id": card["decision_id"], "position": 0}
    answer = shopper.post("/events", json=seen)
    assert (answer.status_code, answer.content) == (204, b"")
    assert behaviour(real).item_clicks.read(card["id"]) == before + 1
    forged = seen | {"product_id": "cup", "decision_id": "made-up"}
    assert shopper.post("/events", json=forged).status_code == 204
    assert behaviour(real).item_clicks.read("cup") == 0


def behaviour(assistant: Assistant) -> object:
    return assistant._opener._plan.shop.recommender._state  # type: ignore[attr-defined]


def test_a_wish_is_taken_away_by_its_key(visit: Begin) -> None:
    one = visit()
    one.say("a jacket")
    left = one.call("DELETE", "/wishes/not_attribute:material").json()
    assert [chip["key"] for chip in left["chips"]] == ["price", "attribute:size"]
    assert one.call("DELETE", "/wishes/nonsense").json() == left
    assert one.get("/history").json()["wishes"] == left


def test_a_proposal_is_carried_out_once_by_a_click(visit: Begin) -> None:
    one = visit()
    events = one.say("cancel it")
    proposal = next(data for name, data in events if name == "evidence")
    assert (proposal["type"], proposal["status"], proposal["amount"]["text"]) == ("proposal", "open", "$158.00")
    done = one.post(f"/proposals/{proposal['id']}/confirm").json()
    assert (done["status"], done["outcome"]) == ("done", "Done.")
    assert one.post(f"/proposals/{proposal['id']}/confirm").json() == done
