"""Which order the words mean: a number, or the one talked about."""

from __future__ import annotations

from dataclasses import replace

from assistant.references import order_id_in
from assistant.tools.context import ShopperContext


def order_in_focus(context: ShopperContext, order_id: str) -> str:
    """The given number, or the one in the shopper's words, or the order talked about last; "" where there is none."""
    return order_id_in(order_id) or order_id or order_id_in(context.words) or context.before.order_id or ""


def put_order_in_focus(context: ShopperContext, order_id: str) -> None:
    """Make this the order that "it" means."""
    with context.ledger.lock:
        context.ledger.focus = replace(context.ledger.focus, order_id=order_id)
