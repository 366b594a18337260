"""Customers and orders: every state is there, and dates, prices and states agree."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from assistant.demo.build import DemoShop
from assistant.demo.orders import EXPRESS_MINOR, FREE_FROM_MINOR, SHIPPING_MINOR
from assistant.demo.people import DEMO_CUSTOMERS, make_people
from assistant.support.rules import may_cancel
from assistant.turn import OrderStatus
from recommender.events import EventType

_SENT = {OrderStatus.SHIPPED, OrderStatus.DELIVERED, OrderStatus.RETURN_REQUESTED, OrderStatus.RETURNED}
_ARRIVED = _SENT - {OrderStatus.SHIPPED}


def test_there_are_enough_customers_with_mails_that_reach_nobody(shop: DemoShop, now: datetime) -> None:
    assert len(shop.customers) == 200
    assert len({customer.id for customer in shop.customers}) == len(shop.customers)
    assert len({customer.email for customer in shop.customers}) == len(shop.customers)
    for customer in shop.customers:
        mailbox, _, domain = customer.email.partition("@")
        assert domain in ("example.com", "example.org")
        assert mailbox.isascii()
        assert customer.joined_at < now


def test_names_come_from_many_scripts_and_lengths(shop: DemoShop) -> None:
    scripts = {
        unicodedata.name(letter).split()[0]
        for customer in shop.customers
        for letter in customer.name
        if letter.isalpha()
    }
    assert scripts >= {"LATIN", "CJK", "ARABIC", "HEBREW", "HANGUL"}
    assert max(len(customer.name) for customer in shop.customers) >= 38


def test_every_customer_has_an_address(now: datetime) -> None:
    for person in make_people(seed=7, now=now, first_bought={}):
        assert len(person.address.splitlines()) == 3


def test_there_are_enough_orders_in_every_state(shop: DemoShop) -> None:
    states = Counter(order.status for _, order in shop.orders)
    assert 780 <= len(shop.orders) <= 820
    assert set(states) == set(OrderStatus)
    assert min(states.values()) >= 5


def test_order_numbers_are_unique_and_grow_with_time(shop: DemoShop) -> None:
    numbers = [int(order.id.removeprefix("A-")) for _, order in shop.orders]
    assert numbers == sorted(set(numbers))
    placed = [order.placed_at for _, order in shop.orders]
    assert placed == sorted(placed)


def test_amounts_add_up_and_shipping_follows_the_rules(shop: DemoShop) -> None:
    known = {customer.id for customer in shop.customers}
    for customer_id, order in shop.orders:
        assert customer_id in known
        subtotal = sum(line.quantity * line.unit_price.amount_minor for line in order.lines)
        standard = 0 if subtotal >= FREE_FROM_MINOR else SHIPPING_MINOR
        assert order.subtotal.amount_minor == subtotal
        assert order.shipping.amount_minor in (standard, EXPRESS_MINOR)
        assert order.total.amount_minor == subtotal + order.shipping.amount_minor


def test_lines_name_real_products_at_their_price_or_list_price(shop: DemoShop) -> None:
    products = {product.id: product for product in shop.products}
    for _, order in shop.orders:
        assert order.lines
        for line in order.lines:
            variant = products[line.product_id].get_variant(line.variant_id)
            assert line.title == products[line.product_id].title
            assert line.unit_price in (variant.price, variant.list_price)


def test_dates_follow_the_state(shop: DemoShop, now: datetime) -> None:
    for _, order in shop.orders:
        happened = [order.placed_at, order.shipped_at, order.delivered_at, order.cancelled_at]
        times = [moment for moment in happened if moment]
        assert times == sorted(times)
        assert times[-1] <= now
        assert (order.shipped_at is not None) == (order.status in _SENT)
        assert (order.tracking_code is not None) == (order.carrier is not None) == (order.status in _SENT)
        assert (order.delivered_at is not None) == (order.status in _ARRIVED)
        assert (order.cancelled_at is not None) == (order.status is OrderStatus.CANCELLED)
        if order.status in (OrderStatus.CANCELLED, OrderStatus.RETURNED):
            assert order.refunded == order.total
        else:
            assert order.refunded is None
            assert order.expected_at is not None


def test_requested_returns_lie_within_thirty_days_of_delivery(shop: DemoShop, now: datetime) -> None:
    for _, order in shop.orders:
        if order.status is OrderStatus.RETURN_REQUESTED:
            assert order.delivered_at is not None
            assert now - order.delivered_at < timedelta(days=30)


@pytest.mark.parametrize("customer_id", DEMO_CUSTOMERS)
def test_the_customers_to_sign_in_as_show_every_case(shop: DemoShop, now: datetime, customer_id: str) -> None:
    own = [order for owner, order in shop.orders if owner == customer_id]
    assert {order.status for order in own} == set(OrderStatus)
    assert any(may_cancel(order) is None for order in own)
    late = [o for o in own if o.status is OrderStatus.SHIPPED and o.expected_at and o.expected_at < now]
    on_time = [o for o in own if o.status is OrderStatus.SHIPPED and o.expected_at and o.expected_at > now]
    assert late
    assert on_time


def test_open_orders_are_expected_after_now_unless_late(shop: DemoShop, now: datetime) -> None:
    for _, order in shop.orders:
        if order.status in (OrderStatus.PLACED, OrderStatus.PACKED):
            assert order.expected_at is not None
            assert order.expected_at > now


def test_whoever_orders_has_joined_before(shop: DemoShop) -> None:
    joined = {customer.id: customer.joined_at for customer in shop.customers}
    assert all(joined[customer_id] < order.placed_at for customer_id, order in shop.orders)


def test_the_orders_of_customers_are_the_purchases_of_simulated_shoppers(shop: DemoShop, folder: Path) -> None:
    rows = map(json.loads, (folder / "customers.jsonl").read_text(encoding="utf-8").splitlines())
    keys = {row["id"]: row["shopper_key"] for row in rows}
    assert {customer_id for customer_id, key in keys.items() if key is None} == set(DEMO_CUSTOMERS)
    bought: dict[tuple[str, int], Counter[str]] = {}
    value: Counter[tuple[str, int]] = Counter()
    for event in shop.events:
        if event.type is EventType.PURCHASE:
            bought.setdefault((event.shopper_key, int(event.at)), Counter())[event.item_id] += 1
            value[event.shopper_key, int(event.at)] += event.value_minor
    customers = set(keys.values())
    matched = 0
    for customer_id, order in shop.orders:
        if customer_id not in DEMO_CUSTOMERS:
            moment = (keys[customer_id], int(order.placed_at.timestamp()))
            assert bought[moment] == Counter(line.product_id for line in order.lines)
            assert value[moment] == order.subtotal.amount_minor
            matched += 1
    assert matched == sum(key in customers for key, _ in bought)


def test_what_came_back_is_a_return_in_the_behaviour_too(shop: DemoShop, folder: Path) -> None:
    rows = map(json.loads, (folder / "customers.jsonl").read_text(encoding="utf-8").splitlines())
    keys = {row["id"]: row["shopper_key"] for row in rows}
    returned = {(event.shopper_key, event.item_id) for event in shop.events if event.type is EventType.RETURN}
    for customer_id, order in shop.orders:
        if order.status is OrderStatus.RETURNED and customer_id not in DEMO_CUSTOMERS:
            assert {(keys[customer_id], line.product_id) for line in order.lines} <= returned
