"""A shopper sees and places orders of their own, and nothing tells them that others exist."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from assistant.errors import Refused
from assistant.store.tables import orders as order_table
from assistant.support.orders import Contact, normal_order_id
from assistant.turn import Order, OrderStatus, Principal
from retrieval.product import Money
from tests.assistant.support.shop import AS_MARA, AS_OTTO, GUEST, PLACED, Shop, order, product, usd

CONTACT = Contact("Mara Lindqvist", "mara@example.com", "Storgatan 1\n111 22 Stockholm")


def _buy(shop: Shop, principal: Principal, key: str = "k1") -> Order:
    shop.carts.add(principal, "tent-v", 2)
    return shop.orders.create_from_cart(principal, shop.carts.view(principal), contact=CONTACT, idempotency_key=key)


def _refusal(shop: Shop, principal: Principal, order_id: str) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        shop.orders.get(principal, order_id)
    return refused.value.code, str(refused.value)


def test_orders_come_back_as_they_were_loaded(shop: Shop) -> None:
    loaded = tuple(order(20000 + place, status) for place, status in enumerate(OrderStatus))
    shop.has_orders({"C-1": loaded})
    assert set(shop.orders.find(AS_MARA, limit=50)) == set(loaded)


def test_newest_first_up_to_the_limit(shop: Shop) -> None:
    shop.has_orders({"C-1": tuple(order(20000 + n, placed_at=PLACED + timedelta(days=n % 3)) for n in range(3))})
    assert [one.id for one in shop.orders.find(AS_MARA, limit=2)] == ["A-20002", "A-20001"]


@pytest.mark.parametrize("written", ["A-20001", "a20001", "#20001", " 20001 ", "A 20001", "#a-20001"])
def test_an_order_is_found_by_its_number_as_people_write_it(shop: Shop, written: str) -> None:
    shop.has_orders({"C-1": (order(20001),)})
    assert shop.orders.get(AS_MARA, written).id == "A-20001"


@pytest.mark.parametrize("odd", ["", "A-", "tent", "A-1'; DROP TABLE orders", "A-" + "9" * 500, "٣٤٥٦٧", "\ud800"])
def test_an_odd_number_finds_nothing(shop: Shop, odd: str) -> None:
    assert _refusal(shop, AS_MARA, odd)[0] == "no_such_order"


def test_somebody_elses_order_and_none_at_all_are_answered_in_the_same_words(shop: Shop) -> None:
    shop.has_orders({"C-2": (order(20001),)})
    for principal in (AS_MARA, GUEST):
        assert _refusal(shop, principal, "A-20001") == _refusal(shop, principal, "A-29999")
        assert shop.orders.find(principal, order_id="A-20001") == ()
        assert shop.orders.find(principal, text="tent") == ()
    assert shop.orders.get(AS_OTTO, "A-20001").id == "A-20001"


def test_orders_are_found_by_state(shop: Shop) -> None:
    shop.has_orders({"C-1": (order(20001), order(20002, OrderStatus.SHIPPED))})
    assert [one.id for one in shop.orders.find(AS_MARA, status=OrderStatus.SHIPPED)] == ["A-20002"]


def test_orders_are_found_by_what_was_in_them_best_match_only(shop: Shop) -> None:
    tents = (order(20001, title="Blue Trail Tent"), order(20002, title="Red Trail Tent"), order(20003, title="Mug"))
    shop.has_orders({"C-1": tents})
    assert [one.id for one in shop.orders.find(AS_MARA, text="where are my tents")] == ["A-20002", "A-20001"]
    assert [one.id for one in shop.orders.find(AS_MARA, text="the blue tent")] == ["A-20001"]
    assert shop.orders.find(AS_MARA, text="a bicycle") == ()


def test_a_cart_becomes_an_order_and_is_empty_then(shop: Shop) -> None:
    bought = _buy(shop, AS_MARA)
    assert bought == shop.orders.get(AS_MARA, bought.id)
    assert (bought.status, bought.subtotal, bought.shipping, bought.total) == (
        OrderStatus.PLACED,
        usd(4000),
        usd(490),
        usd(4490),
    )
    assert [(line.product_id, line.quantity, line.unit_price) for line in bought.lines] == [("tent", 2, usd(2000))]
    assert shop.carts.view(AS_MARA).lines == ()


def test_the_same_key_gives_the_same_order_even_with_the_cart_empty_by_then(shop: Shop) -> None:
    first = _buy(shop, AS_MARA)
    empty = shop.carts.view(AS_MARA)
    again = shop.orders.create_from_cart(AS_MARA, empty, contact=CONTACT, idempotency_key="k1")
    assert again == first
    assert len(shop.orders.find(AS_MARA)) == 1


def test_a_key_of_another_shopper_is_another_key(shop: Shop) -> None:
    assert _buy(shop, AS_MARA, "same").id != _buy(shop, AS_OTTO, "same").id


def test_a_key_with_another_address_is_refused(shop: Shop) -> None:
    _buy(shop, AS_MARA)
    other = Contact("Otto", "otto@example.com", "Elsewhere")
    with pytest.raises(Refused) as refused:
        shop.orders.create_from_cart(AS_MARA, shop.carts.view(AS_MARA), contact=other, idempotency_key="k1")
    assert refused.value.code == "key_reused"


def test_an_empty_cart_cannot_be_ordered(shop: Shop) -> None:
    with pytest.raises(Refused) as refused:
        shop.orders.create_from_cart(GUEST, shop.carts.view(GUEST), contact=CONTACT, idempotency_key="k1")
    assert refused.value.code == "empty_cart"


def test_what_cannot_be_bought_is_not_ordered_and_stays_in_the_cart(shop: Shop) -> None:
    shop.carts.add(AS_MARA, "tent-v")
    shop.carts.add(AS_MARA, "mug-v")
    shop.change("mug", stock=0)
    cart = shop.carts.view(AS_MARA)
    bought = shop.orders.create_from_cart(AS_MARA, cart, contact=CONTACT, idempotency_key="k1")
    assert [line.product_id for line in bought.lines] == ["tent"]
    assert [line.variant_id for line in shop.carts.view(AS_MARA).lines] == ["mug-v"]


def test_a_guest_sees_what_was_ordered_in_this_session_and_only_this_one(shop: Shop) -> None:
    bought = _buy(shop, GUEST)
    assert shop.orders.find(GUEST) == (bought,)
    assert shop.orders.find(Principal("another-session")) == ()
    assert "sign in" in _refusal(shop, Principal("another-session"), bought.id)[1]


def test_what_was_ordered_as_a_guest_stays_visible_after_signing_in_but_not_the_other_way_round(shop: Shop) -> None:
    bought = _buy(shop, GUEST)
    signed_in = Principal(GUEST.session_id, "C-1")
    theirs = _buy(shop, signed_in, "k2")
    assert {one.id for one in shop.orders.find(signed_in)} == {bought.id, theirs.id}
    assert shop.orders.find(GUEST) == (bought,)


def test_numbers_go_on_above_those_that_were_loaded(shop: Shop) -> None:
    shop.has_orders({"C-1": (order(20417),)})
    assert _buy(shop, AS_MARA).id == "A-20418"


def test_loading_twice_changes_nothing(shop: Shop) -> None:
    shop.has_orders({"C-1": (order(20001),)})
    shop.has_orders({"C-1": (order(20001, OrderStatus.SHIPPED), order(20002))})
    assert {one.id: one.status for one in shop.orders.find(AS_MARA)} == {
        "A-20001": OrderStatus.PLACED,
        "A-20002": OrderStatus.PLACED,
    }


def test_a_double_click_places_one_order(shop: Shop) -> None:
    shop.carts.add(GUEST, "tent-v")
    cart = shop.carts.view(GUEST)
    placed: list[Order] = []

    def click() -> None:
        placed.append(shop.orders.create_from_cart(GUEST, cart, contact=CONTACT, idempotency_key="click"))

    threads = [threading.Thread(target=click) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(placed) == 8
    assert len({one.id for one in placed}) == 1
    with shop.store.read() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(order_table)).scalar_one() == 1


@pytest.mark.parametrize(("currency", "minor"), [("JPY", 12_345), ("KWD", 12_345), ("EUR", 12_345)])
def test_money_keeps_its_currency_and_minor_units(shop: Shop, currency: str, minor: int) -> None:
    shop.sells(product("vase", Money(minor, currency)))
    shop.carts.add(GUEST, "vase-v")
    bought = shop.orders.create_from_cart(GUEST, shop.carts.view(GUEST), contact=CONTACT, idempotency_key="k")
    assert shop.orders.get(GUEST, bought.id).subtotal == Money(minor, currency)


def test_other_texts_are_left_as_they_are() -> None:
    assert normal_order_id(" WEB/77 ") == "WEB/77"
