"""Tool: the shopper's own orders."""

from __future__ import annotations

from assistant.tools.context import ShopperContext
from assistant.tools.order_words import order_in_focus, put_order_in_focus, status_in
from assistant.tools.summary import summarise
from assistant.turn import Order, OrdersFact, ToolResult

MAX_ORDERS = 5


def find_orders(context: ShopperContext, order_id: str = "", about: str = "") -> ToolResult:
    """List the shopper's own orders, newest first, or find one by its number or by what was in it.

    `about` is a word for what was ordered, e.g. "tent". Whose orders these are comes from the session.
    """
    orders = context.shop.orders
    if order_id:
        found: tuple[Order, ...] = (orders.get(context.principal, order_in_focus(context, order_id)),)
    else:
        status = status_in(context.words)
        found = orders.find(context.principal, text=about or None, status=status, limit=MAX_ORDERS)
    fact = OrdersFact(found, signed_in=context.principal.customer_id is not None)
    if found:
        put_order_in_focus(context, found[0].id)
    with context.ledger.lock:
        context.ledger.evidence.append(fact)
    return ToolResult((fact,), summarise((fact,)))
