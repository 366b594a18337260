"""Tool: the shopper's own orders."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from assistant.tools.context import ShopperContext
from assistant.tools.order_times import period_in
from assistant.tools.order_words import order_in_focus, put_order_in_focus, statuses_in
from assistant.tools.summary import summarise
from assistant.turn import Order, OrdersFact, ToolResult

MAX_ORDERS = 5
SEARCHED = 200
_OLDEST = re.compile(r"\b(?:oldest|very first|first ever)\b", re.I)
_NEWEST = re.compile(r"\b(?:my|the) (?:last|latest|newest|most recent) (?:order|purchase|parcel|package)\b", re.I)


def find_orders(context: ShopperContext, order_id: str = "", about: str = "") -> ToolResult:
    """List the shopper's own orders, newest first, or find one by its number or by what was in it.

    `about` is a word for what was ordered, e.g. "tent". Whose orders these are comes from the session.
    """
    orders = context.shop.orders
    if order_id:
        found: tuple[Order, ...] = (orders.get(context.principal, order_in_focus(context, order_id)),)
    else:
        own = orders.find(context.principal, text=about or None, limit=SEARCHED)
        # "The tent of two weeks ago" may be three weeks old: what was ordered counts for more than when.
        found = (_described(context, own) or (own if about else ()))[:MAX_ORDERS]
    fact = OrdersFact(found, signed_in=context.principal.customer_id is not None)
    if found:
        put_order_in_focus(context, found[0].id)
    with context.ledger.lock:
        context.ledger.evidence.append(fact)
    return ToolResult((fact,), summarise((fact,)))


def _described(context: ShopperContext, own: Sequence[Order]) -> tuple[Order, ...]:
    """The orders that the words tell of by their state or their time; all of them where they tell of neither."""
    zone = ZoneInfo(context.shop.settings.timezone)
    states = statuses_in(context.words)
    period = period_in(context.words, datetime.fromtimestamp(context.shop.now(), zone))
    found = [order for order in own if not states or order.status in states]
    if period:
        found = [order for order in found if period[0] <= order.placed_at < period[1]]
    if _OLDEST.search(context.words):
        return tuple(found[-1:])
    return tuple(found[:1] if _NEWEST.search(context.words) and not states else found)
