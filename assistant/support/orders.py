"""The order book: a shopper's own orders, and new ones from a cart.

Every question is asked with the principal; an order of somebody else and an order that does not exist look the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

import sqlalchemy as sa

from assistant.errors import Refused
from assistant.store import Clock, Store
from assistant.store.counters import take
from assistant.store.tables import cart_lines, carts, counters, customers, order_lines, orders
from assistant.support import once
from assistant.support.cart_check import buyable_lines
from assistant.support.identity import Customer, owner_key, owns_order
from assistant.support.order_rows import insert_orders, line_rows, order_row, select_orders
from assistant.support.rules import expected_delivery
from assistant.support.words import stems
from assistant.turn import CartFact, Order, OrderLine, OrderStatus, Principal

_PREFIX = "A-"
_NUMBER = re.compile(r"^#?\s*(?:A[-\s]?)?(\d{3,12})$", re.IGNORECASE)
_SEARCHED = 200


@dataclass(frozen=True, slots=True)
class Contact:
    """Where an order goes.

    Args:
        name: e.g. "Mara Lindqvist".
        email: e.g. "mara@example.com".
        address: street, town and country, in lines.
    """

    name: str
    email: str
    address: str


class OrderBook:
    """Finds and places orders."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def find(
        self,
        principal: Principal,
        *,
        order_id: str | None = None,
        status: OrderStatus | None = None,
        text: str | None = None,
        limit: int = 5,
    ) -> tuple[Order, ...]:
        """Find the principal's own orders, newest first.

        Args:
            principal: whose orders.
            order_id: as people write it, e.g. "A-10421", "a10421", "#10421".
            status: only orders in this state.
            text: words of what was ordered; the orders that match most of them are returned, none if none matches.
            limit: 1 or more.
        """
        condition = owns_order(principal)
        if order_id is not None:
            condition = sa.and_(condition, orders.c.id == normal_order_id(order_id))
        if status is not None:
            condition = sa.and_(condition, orders.c.status == status.value)
        with self._store.read() as connection:
            found = select_orders(connection, condition, _SEARCHED if text else limit)
        return _matching(found, text)[:limit] if text else found

    def get(self, principal: Principal, order_id: str) -> Order:
        """Return one of the principal's own orders.

        Raises:
            Refused: "no_such_order", in the same words whether it is somebody else's or does not exist.
        """
        found = self.find(principal, order_id=order_id, limit=1)
        if not found:
            raise no_such_order(principal)
        return found[0]

    def create_from_cart(
        self, principal: Principal, cart: CartFact, *, contact: Contact, idempotency_key: str
    ) -> Order:
        """Place an order for what can be bought of the cart, and take it out of the cart, in one transaction.

        Args:
            principal: who buys.
            cart: as checked a moment ago by `Carts.view`; its totals become the order's.
            contact: where it goes.
            idempotency_key: chosen by the client; the same key again returns the same order.

        Raises:
            Refused: "empty_cart", or "key_reused" where the key came with other contents.
        """
        lines = buyable_lines(cart)
        owner, now = owner_key(principal), self._clock()
        # The cart is empty by the time a request is repeated, so the key stands for the address and the owner.
        request = once.content_hash({"kind": "place_order", "contact": asdict(contact)})
        with self._store.write() as connection:
            known = once.find_result(connection, owner, idempotency_key, request)
            if known is not None:
                return select_orders(connection, orders.c.id == known, 1)[0]
            if not lines:
                raise Refused("empty_cart", "There is nothing in the cart that can be ordered.")
            order = Order(
                id=f"{_PREFIX}{take(connection, 'orders')}",
                status=OrderStatus.PLACED,
                lines=tuple(
                    OrderLine(product.id, line.variant_id, line.title, line.quantity, line.unit_price)
                    for line in lines
                    if (product := line.product) is not None
                ),
                subtotal=cart.subtotal,
                shipping=cart.shipping,
                total=cart.total,
                placed_at=now,
                expected_at=expected_delivery(now),
            )
            row = order_row(order, principal.customer_id, principal.session_id, once.canonical(asdict(contact)))
            insert_orders(connection, [row], line_rows(order, _chosen_from(connection, owner)))
            _take_out_of_cart(connection, owner, [line.variant_id for line in lines])
            once.remember(connection, owner, idempotency_key, request_hash=request, result_id=order.id, now=now)
        return order

    def decisions(self, order_id: str) -> Mapping[int, str]:
        """Return position of a line -> the decision that it was chosen from, for lines that were chosen from one."""
        query = sa.select(order_lines.c.position, order_lines.c.decision_id).where(order_lines.c.order_id == order_id)
        with self._store.read() as connection:
            rows = connection.execute(query.where(order_lines.c.decision_id.is_not(None))).all()
        return {row.position: row.decision_id for row in rows}

    def load(self, new_customers: Iterable[Customer], new_orders: Iterable[tuple[str, Order]]) -> None:
        """Load customers and their orders in one transaction; those already there are left as they are.

        Args:
            new_customers: each id once.
            new_orders: (customer id, order).
        """
        with self._store.write() as connection:
            known = set(connection.execute(sa.select(customers.c.id)).scalars())
            rows = [asdict(customer) for customer in new_customers if customer.id not in known]
            if rows:
                connection.execute(sa.insert(customers), rows)
            placed = set(connection.execute(sa.select(orders.c.id)).scalars())
            fresh = [(customer_id, order) for customer_id, order in new_orders if order.id not in placed]
            insert_orders(
                connection,
                [order_row(order, customer_id, None, None) for customer_id, order in fresh],
                [row for _, order in fresh for row in line_rows(order)],
            )
            _number_above(connection, [order.id for _, order in fresh])


def normal_order_id(text: str) -> str:
    """Return an order number as the books write it, e.g. "#10421" -> "A-10421"; other texts trimmed only."""
    match = _NUMBER.match(text.strip())
    return f"{_PREFIX}{match.group(1)}" if match else text.strip()


def no_such_order(principal: Principal) -> Refused:
    """Return the refusal for an order that is not the principal's or not there: the same words for both."""
    if principal.customer_id is None:
        return Refused(
            "no_such_order",
            "I cannot find that order. Without signing in, I only see what was ordered in this visit; "
            "please sign in to see earlier orders.",
        )
    return Refused("no_such_order", "I cannot find that order among yours. Please check the number.")


def _matching(found: Sequence[Order], text: str) -> tuple[Order, ...]:
    wanted = set(stems(text))
    scores = [len(wanted & {stem for line in order.lines for stem in stems(line.title)}) for order in found]
    best = max(scores, default=0)
    return tuple(order for order, score in zip(found, scores, strict=True) if score == best > 0)


def _chosen_from(connection: sa.Connection, owner: str) -> dict[str, str]:
    """Variant id -> the decision that a line of the cart was chosen from."""
    query = sa.select(cart_lines.c.variant_id, cart_lines.c.decision_id).join(carts, carts.c.id == cart_lines.c.cart_id)
    rows = connection.execute(query.where(carts.c.owner == owner, cart_lines.c.decision_id.is_not(None)))
    return {row.variant_id: row.decision_id for row in rows}


def _take_out_of_cart(connection: sa.Connection, owner: str, variant_ids: Sequence[str]) -> None:
    cart = sa.select(carts.c.id).where(carts.c.owner == owner).scalar_subquery()
    bought = sa.and_(cart_lines.c.cart_id == cart, cart_lines.c.variant_id.in_(variant_ids))
    connection.execute(sa.delete(cart_lines).where(bought))


def _number_above(connection: sa.Connection, order_ids: Sequence[str]) -> None:
    numbers = [int(match.group(1)) for order_id in order_ids if (match := _NUMBER.match(order_id))]
    behind = sa.and_(counters.c.name == "orders", counters.c.value < max(numbers, default=0))
    connection.execute(sa.update(counters).where(behind).values(value=max(numbers, default=0)))
