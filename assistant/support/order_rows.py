"""Orders as rows: the one place that maps Order to its two tables. Decides nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from assistant.store.tables import order_lines, orders
from assistant.turn import Order, OrderLine, OrderStatus
from retrieval.product import Money

_SAME = (
    "id",
    "placed_at",
    "shipped_at",
    "delivered_at",
    "cancelled_at",
    "expected_at",
    "carrier",
    "tracking_code",
    "version",
)


def select_baskets(connection: sa.Connection) -> tuple[tuple[str, ...], ...]:
    """Read the product ids of each order that was not cancelled, in no order."""
    query = (
        sa.select(order_lines.c.order_id, order_lines.c.product_id)
        .join(orders, orders.c.id == order_lines.c.order_id)
        .where(orders.c.status != OrderStatus.CANCELLED.value)
    )
    baskets: defaultdict[str, list[str]] = defaultdict(list)
    for order_id, product_id in connection.execute(query):
        baskets[order_id].append(product_id)
    return tuple(tuple(basket) for basket in baskets.values())


def select_orders(connection: sa.Connection, condition: sa.ColumnElement[bool], limit: int) -> tuple[Order, ...]:
    """Read orders with their lines, newest first."""
    query = sa.select(orders).where(condition).order_by(orders.c.placed_at.desc(), orders.c.id.desc()).limit(limit)
    rows = connection.execute(query).mappings().all()
    if not rows:
        return ()
    wanted = sa.select(order_lines).where(order_lines.c.order_id.in_([row["id"] for row in rows]))
    lines: dict[str, list[Mapping[str, Any]]] = {}
    for line in connection.execute(wanted.order_by(order_lines.c.order_id, order_lines.c.position)).mappings():
        lines.setdefault(line["order_id"], []).append(dict(line))
    return tuple(_order(dict(row), lines.get(row["id"], ())) for row in rows)


def insert_orders(
    connection: sa.Connection, rows: Iterable[Mapping[str, Any]], lines: Iterable[Mapping[str, Any]]
) -> None:
    """Write new orders made by `order_row` and `line_rows`."""
    if batch := list(rows):
        connection.execute(sa.insert(orders), batch)
    if batch := list(lines):
        connection.execute(sa.insert(order_lines), batch)


def update_order(connection: sa.Connection, order: Order, seen_version: int) -> bool:
    """Write a changed order where it still has the version that was seen. Returns whether it had."""
    values = {name: getattr(order, name) for name in _SAME if name != "id"}
    values |= {"status": order.status.value, "refunded_minor": _refunded(order)}
    same = sa.and_(orders.c.id == order.id, orders.c.version == seen_version)
    return connection.execute(sa.update(orders).where(same).values(values)).rowcount == 1


def order_row(order: Order, customer_id: str | None, session_id: str | None, contact: str | None) -> dict[str, Any]:
    """Return the row of an order."""
    return {name: getattr(order, name) for name in _SAME} | {
        "customer_id": customer_id,
        "session_id": session_id,
        "status": order.status.value,
        "currency": order.total.currency,
        "subtotal_minor": order.subtotal.amount_minor,
        "shipping_minor": order.shipping.amount_minor,
        "total_minor": order.total.amount_minor,
        "refunded_minor": _refunded(order),
        "contact": contact,
    }


def line_rows(order: Order, decision_ids: Mapping[str, str] = MappingProxyType({})) -> list[dict[str, Any]]:
    """Return the rows of an order's lines.

    Args:
        order: the order.
        decision_ids: variant id -> the decision that it was chosen from.
    """
    return [
        {
            "order_id": order.id,
            "position": position,
            "product_id": line.product_id,
            "variant_id": line.variant_id,
            "title": line.title,
            "quantity": line.quantity,
            "price_minor": line.unit_price.amount_minor,
            "decision_id": decision_ids.get(line.variant_id),
        }
        for position, line in enumerate(order.lines)
    ]


def _refunded(order: Order) -> int:
    return order.refunded.amount_minor if order.refunded else 0


def _order(row: Mapping[str, Any], lines: Iterable[Mapping[str, Any]]) -> Order:
    currency = row["currency"]
    return Order(
        status=OrderStatus(row["status"]),
        lines=tuple(
            OrderLine(
                line["product_id"],
                line["variant_id"],
                line["title"],
                line["quantity"],
                Money(line["price_minor"], currency),
            )
            for line in lines
        ),
        subtotal=Money(row["subtotal_minor"], currency),
        shipping=Money(row["shipping_minor"], currency),
        total=Money(row["total_minor"], currency),
        refunded=Money(row["refunded_minor"], currency) if row["refunded_minor"] else None,
        **{name: row[name] for name in _SAME},
    )
