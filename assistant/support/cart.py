"""Carts: kept in the store, checked against the catalogue each time they are looked at.

A cart belongs to the customer who is signed in, else to the session. Looking at it changes nothing: where the price or
the stock has moved since a product was added, the line says so.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa

from assistant.config import Settings
from assistant.errors import Refused
from assistant.store import Clock, Store
from assistant.store.tables import cart_lines, carts
from assistant.support.identity import owner_key
from assistant.support.totals import total_up
from assistant.turn import CartFact, CartLineFact, Principal
from retrieval.product import Money, Product, Variant

MAX_QUANTITY = 99
MAX_LINES = 100
FindByVariant = Callable[[str], Product | None]
"""Returns the product that has this variant id, as the catalogue states it now."""


class Carts:
    """Shows and changes carts."""

    def __init__(self, store: Store, find_product: FindByVariant, settings: Settings, clock: Clock) -> None:
        self._store = store
        self._find_product = find_product
        self._settings = settings
        self._clock = clock

    def view(self, principal: Principal) -> CartFact:
        """Return the principal's cart as it stands now; an empty one where there is none yet."""
        with self._store.read() as connection:
            cart_id, rows = _rows(connection, owner_key(principal))
        return self._fact(cart_id, rows)

    def add(self, principal: Principal, variant_id: str, quantity: int = 1, decision_id: str | None = None) -> CartFact:
        """Add units of a variant.

        Args:
            principal: whose cart.
            variant_id: e.g. "trail-jacket-m-black".
            quantity: 1 to 99, added to what is in the cart.
            decision_id: the slate it was chosen from; None outside slates.

        Returns:
            The cart, with `changed` "added" and `undo`.

        Raises:
            Refused: "no_such_product", "sold_out", "not_enough_stock", "bad_quantity" or "cart_full".
        """
        if not 1 <= quantity <= MAX_QUANTITY:
            raise Refused("bad_quantity", f"The quantity must lie between 1 and {MAX_QUANTITY}.")
        return self._change(principal, variant_id, lambda before: before + quantity, decision_id, "added")

    def set_quantity(self, principal: Principal, variant_id: str, quantity: int) -> CartFact:
        """Set how many units of a variant are in the cart; 0 takes it out.

        Returns:
            The cart, with `changed` "removed", "changed" or "added", and `undo`.

        Raises:
            Refused: as in `add`; "not_in_cart" where there is nothing to take out.
        """
        if not 0 <= quantity <= MAX_QUANTITY:
            raise Refused("bad_quantity", f"The quantity must lie between 0 and {MAX_QUANTITY}.")
        return self._change(principal, variant_id, lambda _: quantity, None, "changed" if quantity else "removed")

    def decisions(self, principal: Principal) -> Mapping[str, str]:
        """Return variant id -> decision id for the lines that were chosen from a slate."""
        with self._store.read() as connection:
            _, rows = _rows(connection, owner_key(principal))
        return {row["variant_id"]: row["decision_id"] for row in rows if row["decision_id"]}

    def _change(
        self, principal: Principal, variant_id: str, new: Callable[[int], int], decision_id: str | None, changed: str
    ) -> CartFact:
        product = self._find_product(variant_id)
        owner = owner_key(principal)
        with self._store.write() as connection:
            cart_id, rows = _rows(connection, owner)
            line = next((row for row in rows if row["variant_id"] == variant_id), None)
            before = line["quantity"] if line else 0
            quantity = new(before)
            here = sa.and_(cart_lines.c.cart_id == cart_id, cart_lines.c.variant_id == variant_id)
            if quantity == 0:
                if line is None:
                    raise Refused("not_in_cart", "That is not in your cart.")
                connection.execute(sa.delete(cart_lines).where(here))
            else:
                product, variant = _buyable(product, variant_id)
                _check_stock(product, variant, quantity, before)
                if line is not None:
                    connection.execute(sa.update(cart_lines).where(here).values(quantity=quantity))
                else:
                    changed = "added"
                    cart_id = cart_id or self._open(connection, owner)
                    connection.execute(
                        sa.insert(cart_lines).values(
                            _new_line(cart_id, rows, product, variant, quantity, decision_id=decision_id)
                        )
                    )
            cart_id, rows = _rows(connection, owner)
        return self._fact(cart_id, rows, changed, (variant_id, before))

    def _open(self, connection: sa.Connection, owner: str) -> str:
        cart_id = secrets.token_urlsafe(16)
        connection.execute(sa.insert(carts).values(id=cart_id, owner=owner, created_at=self._clock()))
        return cart_id

    def _fact(
        self,
        cart_id: str | None,
        rows: list[Mapping[str, Any]],
        changed: str | None = None,
        undo: tuple[str, int] | None = None,
    ) -> CartFact:
        currency = self._currency(rows)
        lines = tuple(
            _line(row, self._find_product(row["variant_id"]), currency, self._settings.locale) for row in rows
        )
        counted = [line for line in lines if _counts(line, currency)]
        totals = total_up(counted, currency, self._settings)
        return CartFact(
            lines=lines,
            subtotal=totals.subtotal,
            discount=totals.discount,
            shipping=totals.shipping,
            total=totals.total,
            tax_note=self._settings.tax_note,
            checkout_url=_checkout_url(self._settings.checkout_url, cart_id, counted) if cart_id and counted else None,
            changed=changed,
            undo=undo,
        )

    def _currency(self, rows: list[Mapping[str, Any]]) -> str:
        """The currency of most lines that can be bought now; the shop's where there is none."""
        found = ((self._find_product(row["variant_id"]), row["variant_id"]) for row in rows)
        now = Counter(product.get_variant(variant_id).price.currency for product, variant_id in found if product)
        return now.most_common(1)[0][0] if now else self._settings.currency


def buyable_lines(cart: CartFact) -> tuple[CartLineFact, ...]:
    """Return the lines that the totals count and that a checkout takes."""
    return tuple(line for line in cart.lines if _counts(line, cart.total.currency))


def merge_carts(connection: sa.Connection, guest: str, customer: str) -> None:
    """Move the guest's lines into the customer's cart when the guest signs in.

    Args:
        connection: of a writing transaction.
        guest, customer: owner keys.
    """
    guest_cart, moving = _rows(connection, guest)
    if guest_cart is None:
        return
    own_cart, own = _rows(connection, customer)
    if own_cart is None:
        connection.execute(sa.update(carts).where(carts.c.id == guest_cart).values(owner=customer))
        return
    there = {row["variant_id"]: row["quantity"] for row in own}
    position = max((row["position"] for row in own), default=0)
    for row in moving:
        here = sa.and_(cart_lines.c.cart_id == own_cart, cart_lines.c.variant_id == row["variant_id"])
        if row["variant_id"] in there:
            both = min(MAX_QUANTITY, there[row["variant_id"]] + row["quantity"])
            connection.execute(sa.update(cart_lines).where(here).values(quantity=both))
        else:
            position += 1
            connection.execute(sa.insert(cart_lines).values({**row, "cart_id": own_cart, "position": position}))
    connection.execute(sa.delete(cart_lines).where(cart_lines.c.cart_id == guest_cart))
    connection.execute(sa.delete(carts).where(carts.c.id == guest_cart))


def _rows(connection: sa.Connection, owner: str) -> tuple[str | None, list[Mapping[str, Any]]]:
    cart_id = connection.execute(sa.select(carts.c.id).where(carts.c.owner == owner)).scalar_one_or_none()
    query = sa.select(cart_lines).where(cart_lines.c.cart_id == cart_id).order_by(cart_lines.c.position)
    return cart_id, [dict(row) for row in connection.execute(query).mappings()]


def _buyable(product: Product | None, variant_id: str) -> tuple[Product, Variant]:
    if product is None:
        raise Refused("no_such_product", "That product is no longer sold here.")
    return product, product.get_variant(variant_id)


def _check_stock(product: Product, variant: Variant, quantity: int, before: int) -> None:
    if quantity <= before:
        return
    if variant.in_stock is False:
        raise Refused("sold_out", f"{_title(product, variant)} is sold out.")
    if variant.stock is not None and quantity > variant.stock:
        have = f", and {before} of them in your cart already" if before else ""
        raise Refused("not_enough_stock", f"There are only {variant.stock} of {_title(product, variant)}{have}.")
    if quantity > MAX_QUANTITY:
        raise Refused("bad_quantity", f"No more than {MAX_QUANTITY} of one product fit into the cart.")


def _new_line(
    cart_id: str,
    rows: list[Mapping[str, Any]],
    product: Product,
    variant: Variant,
    quantity: int,
    *,
    decision_id: str | None,
) -> dict[str, Any]:
    if len(rows) >= MAX_LINES:
        raise Refused("cart_full", f"No more than {MAX_LINES} different products fit into the cart.")
    return {
        "cart_id": cart_id,
        "variant_id": variant.id,
        "position": max((row["position"] for row in rows), default=0) + 1,
        "product_id": product.id,
        "title": _title(product, variant),
        "quantity": quantity,
        "price_minor": variant.price.amount_minor,
        "currency": variant.price.currency,
        "decision_id": decision_id,
    }


def _title(product: Product, variant: Variant) -> str:
    options = ", ".join(variant.options.values())
    return f"{product.title} ({options})" if options else product.title


def _counts(line: CartLineFact, currency: str) -> bool:
    return line.variant is not None and line.variant.in_stock is not False and line.unit_price.currency == currency


def _line(row: Mapping[str, Any], product: Product | None, currency: str, locale: str) -> CartLineFact:
    variant = product.get_variant(row["variant_id"]) if product else None
    added = Money(row["price_minor"], row["currency"])
    price = variant.price if variant else added
    quantity = int(row["quantity"])
    if variant is not None and variant.stock:
        quantity = min(quantity, variant.stock)
    return CartLineFact(
        variant_id=row["variant_id"],
        title=row["title"],
        quantity=quantity,
        unit_price=price,
        added_price=added,
        product=product,
        variant=variant,
        changes=_changes(variant, added, int(row["quantity"]), currency, locale),
    )


def _changes(variant: Variant | None, added: Money, wanted: int, currency: str, locale: str) -> tuple[str, ...]:
    if variant is None:
        return ("No longer sold here; not counted in the total.",)
    if variant.in_stock is False:
        return ("Sold out; not counted in the total.",)
    if variant.price.currency != currency:
        return (f"Priced in {variant.price.currency}, which this cart cannot add up; please order it separately.",)
    said = []
    if variant.price != added:
        said.append(f"Price went from {added.format(locale)} to {variant.price.format(locale)}.")
    if variant.stock is not None and variant.stock < wanted:
        said.append(f"Only {variant.stock} left, so {variant.stock} instead of {wanted}.")
    return tuple(said)


def _checkout_url(template: str, cart_id: str, lines: list[CartLineFact]) -> str:
    # Ids are the shop's own text: whatever they hold, they stay one value of the address.
    pairs = ",".join(f"{quote(line.variant_id, safe='')}:{line.quantity}" for line in lines)
    return template.replace("{cart}", quote(cart_id, safe="")).replace("{lines}", pairs)
