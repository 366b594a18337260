"""Orders as JSON lines, for people and programs that read the demo shop's files."""

from __future__ import annotations

import json
from datetime import datetime

from assistant.turn import Order


def order_to_json(customer_id: str, order: Order) -> str:
    """Write an order as one line of JSON, without its line end."""
    row = {
        "id": order.id,
        "customer_id": customer_id,
        "status": order.status.value,
        "lines": [
            {
                "product_id": line.product_id,
                "variant_id": line.variant_id,
                "title": line.title,
                "quantity": line.quantity,
                "unit_price_minor": line.unit_price.amount_minor,
            }
            for line in order.lines
        ],
        "currency": order.total.currency,
        "subtotal_minor": order.subtotal.amount_minor,
        "shipping_minor": order.shipping.amount_minor,
        "total_minor": order.total.amount_minor,
        "refunded_minor": order.refunded.amount_minor if order.refunded else 0,
        "placed_at": _iso(order.placed_at),
        "shipped_at": _iso(order.shipped_at),
        "delivered_at": _iso(order.delivered_at),
        "cancelled_at": _iso(order.cancelled_at),
        "expected_at": _iso(order.expected_at),
        "carrier": order.carrier,
        "tracking_code": order.tracking_code,
        "version": order.version,
    }
    return json.dumps(row, ensure_ascii=False)


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="seconds")
