"""What was bought in the shop's own checkout: kept once per order, and joined to what had shown it.

The checkout's address carries the cart's id; the order comes back with it, and the cart's lines know the decision that
each was chosen from. Knows no recommender: what is to be learned from an order is handed on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

import sqlalchemy as sa
from pydantic import TypeAdapter

from assistant.errors import Refused
from assistant.store import Clock, Store
from assistant.store.tables import cart_lines, carts, purchases
from assistant.support import once
from retrieval.product import Product


@dataclass(frozen=True, slots=True)
class PurchaseLine:
    """One line of an order.

    Args:
        quantity: 1 or more.
        unit_price_minor: paid for one, in the currency's smallest unit.
        currency: ISO 4217 code.
        variant_id, product_id: what was bought; at least one of them.
        decision_id: the decision that showed it, where the shop knows it.
    """

    quantity: int
    unit_price_minor: int
    currency: str
    variant_id: str | None = None
    product_id: str | None = None
    decision_id: str | None = None


@dataclass(frozen=True, slots=True)
class Purchase:
    """An order as the shop's server tells it.

    Args:
        order_id: the shop's own.
        lines: at least one.
        placed_at: aware datetime.
        session_ref: the id of the cart that it came from, as the checkout's address carried it; None where unknown.
    """

    order_id: str
    lines: tuple[PurchaseLine, ...]
    placed_at: datetime
    session_ref: str | None = None

    @property
    def content_hash(self) -> str:
        """Of everything in it, so that the same order told again is known from another one under its id."""
        return once.content_hash({**asdict(self), "placed_at": self.placed_at.timestamp()})


@dataclass(frozen=True, slots=True)
class CartOrigin:
    """The cart that an order came from.

    Args:
        owner: key of whose it is, see `identity.owner_key`.
        product_ids: variant id -> product id, of what is in it.
        decision_ids: variant id -> the decision that it was chosen from.
    """

    owner: str
    product_ids: Mapping[str, str] = field(default_factory=dict)
    decision_ids: Mapping[str, str] = field(default_factory=dict)

    def find_decision_id(self, variant_id: str | None, product_id: str) -> str | None:
        """Return what a variant was chosen from, else another of the same product (the size may change on the way)."""
        if variant_id is not None and variant_id in self.decision_ids:
            return self.decision_ids[variant_id]
        others = (self.decision_ids.get(one) for one, of in self.product_ids.items() if of == product_id)
        return next((decision_id for decision_id in others if decision_id), None)


@dataclass(frozen=True, slots=True)
class JoinedLine:
    """What is to be learned from a line.

    Args:
        event_id: the same whenever the order is told again.
        product_id: None where neither the catalogue nor the cart knows it: nothing is learned then.
        decision_id, position: what showed it, and where in its slate; None where that is not known.
        shopper_key, session_key: pseudonymous, as in recommender.events.Event.
        value_minor: money of the whole line.
    """

    event_id: str
    product_id: str | None
    decision_id: str | None
    position: int | None
    shopper_key: str
    session_key: str
    value_minor: int


@dataclass(frozen=True, slots=True)
class KeptPurchase:
    """An order that is kept by now; `duplicate` where it was before."""

    lines: tuple[JoinedLine, ...]
    duplicate: bool


_LINES: TypeAdapter[tuple[JoinedLine, ...]] = TypeAdapter(tuple[JoinedLine, ...])
Join = Callable[[Purchase, CartOrigin | None], tuple[JoinedLine, ...]]


class PurchaseBook:
    """Keeps orders of the shop's own checkout."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def keep(self, purchase: Purchase, join: Join) -> KeptPurchase:
        """Keep an order, once, and take what was bought out of its cart, in one transaction.

        Args:
            purchase: as told.
            join: says what is to be learned from it; called inside the transaction, and only for a new order.

        Raises:
            Refused: "order_differs" where another content is kept under its id.
        """
        content = purchase.content_hash
        with self._store.write() as connection:
            query = sa.select(purchases.c.content_hash, purchases.c.lines)
            row = connection.execute(query.where(purchases.c.order_id == purchase.order_id)).one_or_none()
            if row is not None:
                if row.content_hash != content:
                    raise Refused("order_differs", "This order was told before with other contents.")
                return KeptPurchase(_LINES.validate_json(row.lines), duplicate=True)
            lines = join(purchase, _read_cart(connection, purchase.session_ref))
            connection.execute(
                sa.insert(purchases).values(
                    order_id=purchase.order_id,
                    content_hash=content,
                    lines=_LINES.dump_json(lines).decode(),
                    placed_at=purchase.placed_at,
                    received_at=self._clock(),
                )
            )
            if purchase.session_ref is not None:
                _take_out(connection, purchase.session_ref, purchase.lines)
        return KeptPurchase(lines, duplicate=False)


def select_purchased(connection: sa.Connection) -> tuple[tuple[str, ...], ...]:
    """Read the product ids of each order that is kept, in no order; what nobody knew is left out."""
    rows = connection.execute(sa.select(purchases.c.lines)).scalars()
    return tuple(tuple(line.product_id for line in _LINES.validate_json(row) if line.product_id) for row in rows)


def order_key(order_id: str) -> str:
    """Return a key of an order that says nothing of it, e.g. "o:5f1c…"."""
    return f"o:{hashlib.sha256(order_id.encode()).hexdigest()[:40]}"


def event_id(order_id: str, number: int) -> str:
    """Return the id of the event of a line; `number` counts from 0."""
    return f"{order_key(order_id)}:{number}"


def product_of(
    line: PurchaseLine,
    cart: CartOrigin | None,
    find_variant: Callable[[str], Product | None],
    find_product: Callable[[str], Product | None],
) -> str | None:
    """Return the product of a line: as the catalogue has it, else as the cart has it; None where neither knows it."""
    in_cart: Mapping[str, str] = cart.product_ids if cart else {}
    if line.variant_id is not None:
        found = find_variant(line.variant_id)
        if found is not None or line.variant_id in in_cart:
            return found.id if found else in_cart[line.variant_id]
    known = line.product_id is not None and (find_product(line.product_id) or line.product_id in in_cart.values())
    return line.product_id if known else None


def _read_cart(connection: sa.Connection, cart_id: str | None) -> CartOrigin | None:
    if cart_id is None:
        return None
    owner = connection.execute(sa.select(carts.c.owner).where(carts.c.id == cart_id)).scalar_one_or_none()
    if owner is None:
        return None
    columns = (cart_lines.c.variant_id, cart_lines.c.product_id, cart_lines.c.decision_id)
    query = sa.select(*columns).where(cart_lines.c.cart_id == cart_id).order_by(cart_lines.c.position)
    rows = connection.execute(query).all()
    return CartOrigin(
        owner,
        {row.variant_id: row.product_id for row in rows},
        {row.variant_id: row.decision_id for row in rows if row.decision_id},
    )


def _take_out(connection: sa.Connection, cart_id: str, lines: Sequence[PurchaseLine]) -> None:
    """Take what was bought out of the cart it came from; more of it than was bought stays."""
    for line in lines:
        here = sa.and_(cart_lines.c.cart_id == cart_id, cart_lines.c.variant_id == line.variant_id)
        connection.execute(sa.delete(cart_lines).where(here, cart_lines.c.quantity <= line.quantity))
        connection.execute(sa.update(cart_lines).where(here).values(quantity=cart_lines.c.quantity - line.quantity))
