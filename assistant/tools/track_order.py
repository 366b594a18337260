"""Tool: where an order is."""

from __future__ import annotations

import re

from assistant.tools.context import ShopperContext
from assistant.tools.order_words import order_in_focus, put_order_in_focus
from assistant.tools.summary import summarise
from assistant.turn import Order, OrdersFact, OrderStatus, ToolResult

_ON_THE_WAY = (OrderStatus.SHIPPED, OrderStatus.PACKED, OrderStatus.PLACED)


MAX_TRACKED = 5
_PARCEL = re.compile(r"\b(?:parcel|package|shipment)s?\b", re.I)
_NEWEST = re.compile(r"\b(?:last|latest|newest|most recent) (?:order|purchase|parcel|package|delivery)\b", re.I)


def track_order(context: ShopperContext, order_id: str = "", every: bool = False) -> ToolResult:
    """Say where one of the shopper's own orders is and when it should arrive.

    Without a number it is the order talked about, or the newest one that is still on its way; with `every`, each of
    those that are on their way.
    """
    orders, principal = context.shop.orders, context.principal
    wanted = "" if every else order_in_focus(context, order_id)
    if wanted:
        found: tuple[Order, ...] = (orders.get(principal, wanted),)
    else:
        own = orders.find(principal, limit=20)
        if _PARCEL.search(context.words):  # There is no parcel of an order before it is shipped.
            own = tuple(order for order in own if order.status is OrderStatus.SHIPPED) or own
        moving = [] if _NEWEST.search(context.words) else [order for order in own if order.status in _ON_THE_WAY]
        found = tuple((moving or list(own))[: MAX_TRACKED if every and moving else 1])
    fact = OrdersFact(found, tracked=bool(found), signed_in=principal.customer_id is not None)
    if found:
        put_order_in_focus(context, found[0].id)
    with context.ledger.lock:
        context.ledger.evidence.append(fact)
    return ToolResult((fact,), summarise((fact,)))
