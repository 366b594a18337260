"""Carts: kept in the store, checked against the catalogue each time they are looked at.

A cart belongs to the customer who is signed in, else to the session. Looking at it changes nothing: where the price or
the stock has moved since a product was added, the line says so.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from assistant.config import Settings
from assistant.errors import Refused
from assistant.store import Clock, Store
from assistant.store.tables import cart_lines, carts
from assistant.support.cart_check import Sold, StoredLine, check_cart, line_title
from assistant.support.identity import owner_key
from assistant.turn import CartFact, Principal
from retrieval.product import Product

MAX_QUANTITY = 99
MAX_LINES = 100


class Carts:
    """Shows and changes carts."""

    def __init__(
        self, store: Store, find_product: Callable[[str], Product | None], settings: Settings, clock: Clock
    ) -> None:
        """Args:
        store: where carts are kept.
        find_product: variant id -> the product that has this variant now; None where it is no longer sold.
        settings: currency, shipping, tax note and checkout.
        clock: the time.
        """
        self._store = store
        self._find_product = find_product
        self._settings = settings
        self._clock = clock

    def view(self, principal: Principal) -> CartFact:
        """Return the principal's cart as it stands now; an empty one where there is none yet."""
        with self._store.read() as connection:
            cart = _read(connection, owner_key(principal))
        return self._fact(cart)

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
        return self._put(principal, variant_id, lambda before: before + quantity, decision_id)

    def set_quantity(self, principal: Principal, variant_id: str, quantity: int) -> CartFact:
        """Set how many units of a variant are in the cart; 0 takes it out.

        Returns:
            The cart, with `changed` "removed", "changed" or "added", and `undo`.

        Raises:
            Refused: as in `add`; "not_in_cart" where there is nothing to take out.
        """
        if not 0 <= quantity <= MAX_QUANTITY:
            raise Refused("bad_quantity", f"The quantity must lie between 0 and {MAX_QUANTITY}.")
        if quantity == 0:
            return self._take_out(principal, variant_id)
        return self._put(principal, variant_id, lambda _: quantity, None)

    def clear(self, principal: Principal) -> CartFact:
        """Take everything out, and return the empty cart with `changed` "removed"."""
        with self._store.write() as connection:
            cart = _read(connection, owner_key(principal))
            connection.execute(sa.delete(cart_lines).where(cart_lines.c.cart_id == cart.id))
        return replace(self.view(principal), changed="removed")

    def decisions(self, principal: Principal) -> Mapping[str, str]:
        """Return variant id -> decision id for the lines that were chosen from a slate."""
        with self._store.read() as connection:
            cart = _read(connection, owner_key(principal))
        return {line.variant_id: line.decision_id for line in cart.lines if line.decision_id}

    def _take_out(self, principal: Principal, variant_id: str) -> CartFact:
        owner = owner_key(principal)
        with self._store.write() as connection:
            cart = _read(connection, owner)
            line = cart.find(variant_id)
            if line is None:
                raise Refused("not_in_cart", "That is not in your cart.")
            connection.execute(sa.delete(cart_lines).where(_here(cart.id, variant_id)))
            cart = _read(connection, owner)
        return replace(self._fact(cart), changed="removed", undo=(variant_id, line.quantity))

    def _put(
        self, principal: Principal, variant_id: str, new: Callable[[int], int], decision_id: str | None
    ) -> CartFact:
        sold = self._find(variant_id)
        if sold is None:
            raise Refused("no_such_product", "That product is no longer sold here.")
        owner = owner_key(principal)
        with self._store.write() as connection:
            cart = _read(connection, owner)
            line = cart.find(variant_id)
            before = line.quantity if line else 0
            quantity = new(before)
            _check_stock(sold, quantity, before)
            if line is not None:
                changed = sa.update(cart_lines).where(_here(cart.id, variant_id))
                connection.execute(changed.values(quantity=quantity, decision_id=decision_id or line.decision_id))
            else:
                cart_id = cart.id or self._open(connection, owner)
                row = _new_row(cart, sold) | {"cart_id": cart_id, "quantity": quantity, "decision_id": decision_id}
                connection.execute(sa.insert(cart_lines).values(row))
            cart = _read(connection, owner)
        what = "added" if quantity > before else "changed"
        return replace(self._fact(cart), changed=what, undo=(variant_id, before))

    def _open(self, connection: sa.Connection, owner: str) -> str:
        cart_id = secrets.token_urlsafe(16)
        connection.execute(sa.insert(carts).values(id=cart_id, owner=owner, created_at=self._clock()))
        return cart_id

    def _fact(self, cart: _Cart) -> CartFact:
        found = {line.variant_id: self._find(line.variant_id) for line in cart.lines}
        sold = {variant_id: one for variant_id, one in found.items() if one}
        return check_cart(cart.id, cart.lines, sold, self._settings)

    def _find(self, variant_id: str) -> Sold | None:
        product = self._find_product(variant_id)
        variants = product.variants if product else ()
        return next(((product, variant) for variant in variants if product and variant.id == variant_id), None)


@dataclass(frozen=True, slots=True)
class _Cart:
    id: str | None
    lines: tuple[StoredLine, ...]
    next_position: int

    def find(self, variant_id: str) -> StoredLine | None:
        return next((line for line in self.lines if line.variant_id == variant_id), None)


def merge_carts(connection: sa.Connection, guest: str, customer: str) -> None:
    """Move the guest's lines into the customer's cart when the guest signs in.

    Args:
        connection: of a writing transaction.
        guest, customer: owner keys.
    """
    moving, own = _read(connection, guest), _read(connection, customer)
    if moving.id is None:
        return
    if own.id is None:
        connection.execute(sa.update(carts).where(carts.c.id == moving.id).values(owner=customer))
        return
    for place, line in enumerate(moving.lines, own.next_position):
        there = own.find(line.variant_id)
        if there is None:
            moved = sa.update(cart_lines).where(_here(moving.id, line.variant_id))
            connection.execute(moved.values(cart_id=own.id, position=place))
        else:
            both = min(MAX_QUANTITY, there.quantity + line.quantity)
            connection.execute(sa.update(cart_lines).where(_here(own.id, line.variant_id)).values(quantity=both))
    connection.execute(sa.delete(cart_lines).where(cart_lines.c.cart_id == moving.id))
    connection.execute(sa.delete(carts).where(carts.c.id == moving.id))


def _here(cart_id: str | None, variant_id: str) -> sa.ColumnElement[bool]:
    return sa.and_(cart_lines.c.cart_id == cart_id, cart_lines.c.variant_id == variant_id)


def _read(connection: sa.Connection, owner: str) -> _Cart:
    cart_id = connection.execute(sa.select(carts.c.id).where(carts.c.owner == owner)).scalar_one_or_none()
    query = sa.select(cart_lines).where(cart_lines.c.cart_id == cart_id).order_by(cart_lines.c.position)
    rows = connection.execute(query).mappings().all()
    return _Cart(
        cart_id, tuple(StoredLine.from_row(dict(row)) for row in rows), rows[-1]["position"] + 1 if rows else 1
    )


def _check_stock(sold: Sold, quantity: int, before: int) -> None:
    if quantity <= before:
        return
    product, variant = sold
    if variant.in_stock is False:
        raise Refused("sold_out", f"{line_title(product, variant)} is sold out.")
    if variant.stock is not None and quantity > variant.stock:
        title = line_title(product, variant)
        if before:
            raise Refused(
                "not_enough_stock", f"There are only {variant.stock} of {title} left; {before} in your cart already."
            )
        raise Refused("not_enough_stock", f"There are only {variant.stock} of {title} left.")
    if quantity > MAX_QUANTITY:
        raise Refused("bad_quantity", f"No more than {MAX_QUANTITY} of one product fit into the cart.")


def _new_row(cart: _Cart, sold: Sold) -> dict[str, Any]:
    if len(cart.lines) >= MAX_LINES:
        raise Refused("cart_full", f"No more than {MAX_LINES} different products fit into the cart.")
    product, variant = sold
    return {
        "variant_id": variant.id,
        "position": cart.next_position,
        "product_id": product.id,
        "title": line_title(product, variant),
        "price_minor": variant.price.amount_minor,
        "currency": variant.price.currency,
    }
