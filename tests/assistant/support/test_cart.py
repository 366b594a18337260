"""A cart holds what was put in, and says what has changed since."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from assistant.config import Settings
from assistant.errors import Refused
from assistant.store import open_store
from assistant.support.cart import MAX_LINES, merge_carts
from assistant.support.identity import owner_key
from assistant.turn import Principal
from retrieval.product import Money
from tests.assistant.support.shop import AS_MARA, GUEST, Shop, product, usd
from tests.fakes.clock import ManualClock


def _refused(call: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.code


def _held(shop: Shop, principal: Principal = GUEST) -> dict[str, int]:
    return {line.variant_id: line.quantity for line in shop.carts.view(principal).lines}


def test_a_new_cart_is_empty_and_costs_nothing(shop: Shop) -> None:
    cart = shop.carts.view(GUEST)
    assert (cart.lines, cart.total, cart.shipping, cart.checkout_url) == ((), usd(0), usd(0), None)


def test_adding_says_what_it_did_and_how_to_undo_it(shop: Shop) -> None:
    cart = shop.carts.add(GUEST, "tent-v", 2)
    assert (cart.changed, cart.undo) == ("added", ("tent-v", 0))
    assert [(line.title, line.quantity, line.total) for line in cart.lines] == [("The Tent", 2, usd(4000))]
    cart = shop.carts.add(GUEST, "tent-v")
    assert (cart.lines[0].quantity, cart.undo) == (3, ("tent-v", 2))
    assert shop.carts.view(GUEST).changed is None


def test_undo_restores_what_was_there(shop: Shop) -> None:
    shop.carts.add(GUEST, "tent-v", 2)
    removed = shop.carts.set_quantity(GUEST, "tent-v", 0)
    assert (removed.changed, removed.lines) == ("removed", ())
    assert removed.undo is not None
    shop.carts.set_quantity(GUEST, *removed.undo)
    assert _held(shop) == {"tent-v": 2}


def test_lines_stand_in_the_order_of_adding(shop: Shop) -> None:
    for variant in ("tent-v", "lamp-v", "mug-v", "tent-v"):
        shop.carts.add(GUEST, variant)
    assert list(_held(shop)) == ["tent-v", "lamp-v", "mug-v"]


@pytest.mark.parametrize("quantity", [0, -1, 100, 10**9])
def test_a_quantity_outside_1_to_99_is_refused(shop: Shop, quantity: int) -> None:
    assert _refused(lambda: shop.carts.add(GUEST, "tent-v", quantity)) == "bad_quantity"


def test_no_more_than_the_stock_fits(shop: Shop) -> None:
    assert _refused(lambda: shop.carts.add(GUEST, "lamp-v", 4)) == "not_enough_stock"
    shop.carts.add(GUEST, "lamp-v", 3)
    assert _refused(lambda: shop.carts.add(GUEST, "lamp-v")) == "not_enough_stock"
    assert _refused(lambda: shop.carts.set_quantity(GUEST, "lamp-v", 4)) == "not_enough_stock"
    assert _held(shop) == {"lamp-v": 3}


def test_no_more_than_99_fit_where_the_stock_is_not_stated(shop: Shop) -> None:
    shop.sells(product("sand", usd(1), stock=None))
    shop.carts.add(GUEST, "sand-v", 99)
    assert _refused(lambda: shop.carts.add(GUEST, "sand-v")) == "bad_quantity"


def test_less_may_be_set_even_when_the_stock_fell_below_it(shop: Shop) -> None:
    shop.carts.add(GUEST, "tent-v", 8)
    shop.change("tent", stock=2)
    assert shop.carts.set_quantity(GUEST, "tent-v", 5).lines[0].quantity == 2


def test_what_is_sold_out_or_unknown_cannot_be_added(shop: Shop) -> None:
    shop.change("mug", stock=0)
    assert _refused(lambda: shop.carts.add(GUEST, "mug-v")) == "sold_out"
    assert _refused(lambda: shop.carts.add(GUEST, "no-such-variant")) == "no_such_product"
    assert _refused(lambda: shop.carts.set_quantity(GUEST, "mug-v", 0)) == "not_in_cart"


def test_a_cart_has_an_end(shop: Shop) -> None:
    for number in range(MAX_LINES + 1):
        shop.sells(product(f"p{number}", usd(1)))
    for number in range(MAX_LINES):
        shop.carts.add(GUEST, f"p{number}-v")
    assert _refused(lambda: shop.carts.add(GUEST, f"p{MAX_LINES}-v")) == "cart_full"
    shop.carts.add(GUEST, "p0-v")


def test_a_price_that_moved_is_charged_as_it_is_now_and_said(shop: Shop) -> None:
    shop.carts.add(GUEST, "tent-v", 2)
    shop.change("tent", price=usd(1800))
    cart = shop.carts.view(GUEST)
    assert cart.lines[0].changes == ("Price went from $20.00 to $18.00.",)
    assert (cart.lines[0].added_price, cart.subtotal) == (usd(2000), usd(3600))


def test_stock_that_fell_lowers_the_quantity_and_is_said_until_it_is_back(shop: Shop) -> None:
    shop.carts.add(GUEST, "tent-v", 5)
    shop.change("tent", stock=2)
    line = shop.carts.view(GUEST).lines[0]
    assert (line.quantity, line.changes) == (2, ("Only 2 left, so 2 instead of 5.",))
    shop.change("tent", stock=9)
    line = shop.carts.view(GUEST).lines[0]
    assert (line.quantity, line.changes) == (5, ())


def test_what_is_sold_out_or_gone_stays_visible_but_is_not_counted(shop: Shop) -> None:
    for variant in ("tent-v", "mug-v", "lamp-v"):
        shop.carts.add(GUEST, variant)
    shop.change("mug", stock=0)
    del shop.catalogue["lamp"]
    cart = shop.carts.view(GUEST)
    assert [line.changes for line in cart.lines] == [
        (),
        ("Sold out; not counted in the total.",),
        ("No longer sold here; not counted in the total.",),
    ]
    assert cart.subtotal == usd(2000)
    assert cart.lines[2].product is None


def test_a_cart_of_gone_things_only_cannot_be_checked_out(shop: Shop) -> None:
    shop.carts.add(GUEST, "lamp-v")
    shop.catalogue.clear()
    cart = shop.carts.view(GUEST)
    assert (cart.total, cart.checkout_url) == (usd(0), None)


def test_after_the_catalogue_was_switched_to_another_currency_sums_are_never_mixed(shop: Shop) -> None:
    for variant in ("tent-v", "mug-v", "lamp-v"):
        shop.carts.add(GUEST, variant)
    shop.change("tent", price=Money(1900, "EUR"))
    cart = shop.carts.view(GUEST)
    assert cart.subtotal == usd(2499)
    assert cart.lines[0].changes == ("Priced in EUR, not in USD; not counted in the total.",)
    shop.change("mug", price=Money(900, "EUR"))
    assert shop.carts.view(GUEST).subtotal == Money(2800, "EUR")


def test_the_discount_is_what_list_prices_are_undercut_by_and_not_subtracted_again(shop: Shop) -> None:
    shop.sells(product("bag", usd(3000), list_price=usd(4000)), product("hat", usd(1000), list_price=usd(900)))
    shop.carts.add(GUEST, "bag-v", 2)
    cart = shop.carts.add(GUEST, "hat-v")
    assert (cart.discount, cart.subtotal) == (usd(2000), usd(7000))


@pytest.mark.parametrize(
    ("currency", "price", "shipping", "total"),
    [
        ("USD", 2000, 490, 2490),
        ("USD", 5000, 0, 5000),
        ("JPY", 49, 5, 54),
        ("JPY", 50, 0, 50),
        ("KWD", 49_999, 4900, 54_899),
    ],
)
def test_shipping_is_flat_until_it_is_free_in_currencies_of_0_2_and_3_decimals(
    shop: Shop, currency: str, price: int, shipping: int, total: int
) -> None:
    shop.sells(product("vase", Money(price, currency)))
    cart = shop.carts.add(GUEST, "vase-v")
    assert (cart.shipping, cart.total) == (Money(shipping, currency), Money(total, currency))


def test_shipping_is_never_free_where_the_shop_says_so(tmp_path: Path, clock: ManualClock) -> None:
    store = open_store(tmp_path)
    shop = Shop(store, clock, Settings(shipping_free_from=None, shipping_flat=Decimal("3.5"), tax_note="No VAT."))
    shop.sells(product("tent", usd(100_000)))
    cart = shop.carts.add(GUEST, "tent-v")
    assert (cart.shipping, cart.tax_note) == (usd(350), "No VAT.")
    store.close()


def test_the_checkout_address_is_filled_and_odd_ids_stay_one_value(tmp_path: Path, clock: ManualClock) -> None:
    store = open_store(tmp_path)
    shop = Shop(store, clock, Settings(checkout_url="https://shop.example/pay?l={lines}&c={cart}"))
    shop.sells(product("tent&x=1", usd(100)), product("{cart}", usd(100)), product("mug", usd(100), stock=0))
    shop.carts.add(GUEST, "tent&x=1-v", 2)
    url = shop.carts.add(GUEST, "{cart}-v").checkout_url
    assert url is not None
    address, _, cart_id = url.partition("&c=")
    assert address == "https://shop.example/pay?l=tent%26x%3D1-v:2,%7Bcart%7D-v:1"
    assert len(cart_id) >= 20
    store.close()


def test_the_decision_that_showed_a_product_is_kept(shop: Shop) -> None:
    shop.carts.add(GUEST, "tent-v", 1, "d7")
    shop.carts.add(GUEST, "tent-v", 1)
    shop.carts.add(GUEST, "mug-v", 1)
    assert shop.carts.decisions(GUEST) == {"tent-v": "d7"}


def test_carts_of_others_are_others(shop: Shop) -> None:
    shop.carts.add(GUEST, "tent-v")
    assert _held(shop, AS_MARA) == {}
    assert _held(shop, Principal("another")) == {}


def test_a_customers_cart_is_the_same_on_every_device(shop: Shop) -> None:
    shop.carts.add(AS_MARA, "tent-v")
    assert _held(shop, Principal("phone", "C-1")) == {"tent-v": 1}


def _merge(shop: Shop) -> None:
    with shop.store.write() as connection:
        merge_carts(connection, owner_key(GUEST), owner_key(AS_MARA))


def test_signing_in_takes_the_guests_cart_along(shop: Shop) -> None:
    shop.carts.add(GUEST, "tent-v", 2)
    _merge(shop)
    assert (_held(shop), _held(shop, AS_MARA)) == ({}, {"tent-v": 2})


def test_signing_in_adds_to_the_customers_own_cart(shop: Shop) -> None:
    shop.carts.add(AS_MARA, "tent-v", 1)
    shop.carts.add(AS_MARA, "lamp-v", 1)
    shop.carts.add(GUEST, "mug-v", 1, "d1")
    shop.carts.add(GUEST, "tent-v", 2)
    _merge(shop)
    assert list(_held(shop, AS_MARA).items()) == [("tent-v", 3), ("lamp-v", 1), ("mug-v", 1)]
    assert shop.carts.decisions(AS_MARA) == {"mug-v": "d1"}
    assert _held(shop) == {}
    _merge(shop)
    assert _held(shop, AS_MARA)["tent-v"] == 3


def test_merging_stays_within_99(shop: Shop) -> None:
    shop.sells(product("sand", usd(1), stock=None))
    shop.carts.add(AS_MARA, "sand-v", 60)
    shop.carts.add(GUEST, "sand-v", 60)
    _merge(shop)
    assert _held(shop, AS_MARA) == {"sand-v": 99}


def test_a_cart_survives_a_restart(tmp_path: Path, clock: ManualClock) -> None:
    for expected in ({}, {"tent-v": 1}):
        store = open_store(tmp_path, clock)
        shop = Shop(store, clock)
        shop.sells(product("tent", usd(2000)))
        assert _held(shop) == expected
        shop.carts.add(GUEST, "tent-v")
        store.close()


def test_clearing_takes_everything_out_of_this_cart_only(shop: Shop) -> None:
    shop.carts.add(GUEST, "tent-v", 2)
    shop.carts.add(AS_MARA, "tent-v", 1)
    cleared = shop.carts.clear(GUEST)
    assert (cleared.changed, cleared.lines) == ("removed", ())
    assert _held(shop, AS_MARA) == {"tent-v": 1}
    assert shop.carts.clear(GUEST).lines == ()
