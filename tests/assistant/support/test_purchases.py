"""Orders of the shop's own checkout: kept once, whole or not at all, and joined by their cart."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from assistant.errors import Refused
from assistant.store.tables import purchases
from assistant.support.purchases import (
    CartOrigin,
    JoinedLine,
    Purchase,
    PurchaseBook,
    PurchaseLine,
    event_id,
    order_key,
    product_of,
)
from tests.assistant.support.shop import GUEST, Shop

LINE = PurchaseLine(1, 2000, "USD", variant_id="tent-v")
ORDER = Purchase("W-1", (LINE,), datetime(2026, 11, 25, 12, 0, tzinfo=UTC))


def join(purchase: Purchase, cart: CartOrigin | None) -> tuple[JoinedLine, ...]:
    key = cart.owner if cart else "nobody"
    return tuple(
        JoinedLine(event_id(purchase.order_id, n), "tent", None, None, key, key, 2000)
        for n in range(len(purchase.lines))
    )


def kept(shop: Shop) -> int:
    with shop.store.read() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(purchases)).scalar_one())


def cart_id(shop: Shop) -> str:
    url = shop.carts.view(GUEST).checkout_url
    assert url
    return url.partition("cart=")[2]


def test_an_order_is_kept_once_and_told_again_gives_the_same_lines(shop: Shop) -> None:
    book = PurchaseBook(shop.store, shop.clock)
    first, second = book.keep(ORDER, join), book.keep(ORDER, join)
    assert (first.duplicate, second.duplicate) == (False, True)
    assert first.lines == second.lines
    assert kept(shop) == 1


def test_the_same_moment_in_another_zone_is_the_same_order(shop: Shop) -> None:
    book = PurchaseBook(shop.store, shop.clock)
    book.keep(ORDER, join)
    there = ORDER.placed_at.astimezone(timezone(timedelta(hours=9)))
    assert book.keep(replace(ORDER, placed_at=there), join).duplicate


@pytest.mark.parametrize(
    "other",
    [
        replace(ORDER, lines=(replace(LINE, quantity=2),)),
        replace(ORDER, lines=(LINE, LINE)),
        replace(ORDER, lines=(replace(LINE, decision_id="d1"),)),
        replace(ORDER, session_ref="c1"),
        replace(ORDER, placed_at=ORDER.placed_at + timedelta(seconds=1)),
    ],
)
def test_other_contents_under_its_id_are_refused(shop: Shop, other: Purchase) -> None:
    book = PurchaseBook(shop.store, shop.clock)
    book.keep(ORDER, join)
    with pytest.raises(Refused) as refused:
        book.keep(other, join)
    assert refused.value.code == "order_differs"


def test_many_at_once_keep_one(shop: Shop) -> None:
    book = PurchaseBook(shop.store, shop.clock)
    with ThreadPoolExecutor(20) as pool:
        found = list(pool.map(lambda _: book.keep(ORDER, join), range(20)))
    assert sum(not one.duplicate for one in found) == 1
    assert len({one.lines for one in found}) == 1
    assert kept(shop) == 1


def test_an_order_that_cannot_be_joined_leaves_nothing_behind(shop: Shop) -> None:
    shop.carts.add(GUEST, "tent-v", 2)
    book = PurchaseBook(shop.store, shop.clock)

    def broken(purchase: Purchase, cart: CartOrigin | None) -> tuple[JoinedLine, ...]:
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        book.keep(replace(ORDER, session_ref=cart_id(shop)), broken)
    assert kept(shop) == 0
    assert shop.carts.view(GUEST).lines[0].quantity == 2


def test_the_cart_says_whose_it_is_and_what_was_chosen_from_where(shop: Shop) -> None:
    shop.carts.add(GUEST, "tent-v", 1, "d1")
    shop.carts.add(GUEST, "mug-v", 3)
    seen: list[CartOrigin | None] = []

    def look(purchase: Purchase, cart: CartOrigin | None) -> tuple[JoinedLine, ...]:
        seen.append(cart)
        return join(purchase, cart)

    book = PurchaseBook(shop.store, shop.clock)
    book.keep(replace(ORDER, session_ref=cart_id(shop)), look)
    assert seen == [CartOrigin("session:session-g", {"tent-v": "tent", "mug-v": "mug"}, {"tent-v": "d1"})]
    assert [(line.variant_id, line.quantity) for line in shop.carts.view(GUEST).lines] == [("mug-v", 3)]
    book.keep(replace(ORDER, order_id="W-2", session_ref="made-up"), look)
    assert seen[1] is None


def test_only_the_cart_that_is_named_is_touched(shop: Shop) -> None:
    shop.carts.add(GUEST, "tent-v", 1)
    PurchaseBook(shop.store, shop.clock).keep(ORDER, join)
    assert len(shop.carts.view(GUEST).lines) == 1


@pytest.mark.parametrize(
    ("variant_id", "product_id", "found"),
    [
        ("tent-v", None, "tent"),
        ("tent-v", "mug", "tent"),
        ("gone-v", None, "gone"),
        ("unknown", "mug", "mug"),
        ("unknown", "gone", "gone"),
        (None, "mug", "mug"),
        (None, "unknown", None),
        ("unknown", None, None),
    ],
)
def test_a_line_names_its_product(
    shop: Shop, variant_id: str | None, product_id: str | None, found: str | None
) -> None:
    cart = CartOrigin("session:s", {"gone-v": "gone"})
    line = replace(LINE, variant_id=variant_id, product_id=product_id)
    assert product_of(line, cart, shop.by_variant, shop.catalogue.get) == found


def test_a_decision_is_that_of_the_variant_else_of_its_product() -> None:
    cart = CartOrigin("session:s", {"a-1": "a", "a-2": "a", "b-1": "b"}, {"a-2": "d2", "b-1": "d3"})
    assert cart.find_decision_id("a-2", "a") == "d2"
    assert cart.find_decision_id("a-1", "a") == "d2"
    assert cart.find_decision_id(None, "b") == "d3"
    assert cart.find_decision_id("c-1", "c") is None


def test_an_event_id_says_nothing_of_the_order() -> None:
    assert event_id("Ida Berg 4711", 2) == f"{order_key('Ida Berg 4711')}:2"
    assert "4711" not in event_id("Ida Berg 4711", 2)
    assert event_id("W-1", 0) != event_id("W-1", 1) != event_id("W-2", 1)
