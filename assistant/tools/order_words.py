"""Which order the words mean: a number, or the one talked about."""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.errors import BadArguments
from assistant.evidence import OrderStatus
from assistant.references import order_id_in, order_ids_in
from assistant.tools.context import ShopperContext

_STATUS = {
    OrderStatus.SHIPPED: re.compile(r"\b(shipped|on (?:its|the) way|sent out|in transit)\b", re.I),
    OrderStatus.DELIVERED: re.compile(r"\b(delivered|arrived|received)\b(?! yet)", re.I),
    OrderStatus.CANCELLED: re.compile(r"\b(cancell?ed)\b", re.I),
    OrderStatus.RETURNED: re.compile(r"\b(returned|sent back)\b", re.I),
    OrderStatus.PACKED: re.compile(r"\bpacked\b", re.I),
    OrderStatus.PLACED: re.compile(r"\b(unshipped|not (?:yet )?(?:shipped|packed)|open|pending) (?:one|order)", re.I),
}
_TIME = re.compile(
    r"\b(?:last|this|the (?:other|first)|two|three|\d+)\s+(?:day|week|month|year)s?\b|\byesterday\b"
    r"|\b(?:old|older|oldest|first|second|third|other) (?:order|one)\b",
    re.I,
)


_OPEN = re.compile(
    r"\b(?:still|open|pending|outstanding|unfinished|under ?way|on (?:its|the|their) way"
    r"|not (?:yet )?(?:here|arrived|delivered|complete\w*)|to come|coming)\b",
    re.I,
)
_UNSHIPPED = re.compile(r"\b(?:unshipped|not (?:yet )?(?:shipped|sent)|not left)\b", re.I)
_IN_HAND = (OrderStatus.PLACED, OrderStatus.PACKED)


def statuses_in(words: str) -> frozenset[OrderStatus]:
    """The states of orders that a list is asked for ("still open", "delivered"); empty for any."""
    if _UNSHIPPED.search(words):
        return frozenset(_IN_HAND)
    if _OPEN.search(words):
        return frozenset({*_IN_HAND, OrderStatus.SHIPPED})
    status = status_in(words)
    if status is OrderStatus.RETURNED:
        return frozenset({OrderStatus.RETURNED, OrderStatus.RETURN_REQUESTED})
    return frozenset({status}) if status else frozenset()


def status_in(words: str) -> OrderStatus | None:
    """The state of an order that the words describe ("the shipped one"), or None."""
    placed = OrderStatus.PLACED
    if _STATUS[placed].search(words):
        return placed
    return next((status for status, pattern in _STATUS.items() if pattern.search(words)), None)


def order_in_focus(context: ShopperContext, order_id: str, *, unless_described: bool = False) -> str:
    """The given number, or the one in the shopper's words, or the order talked about last; "" where there is none.

    Args:
        context: of the turn.
        order_id: as the model gave it; may be empty.
        unless_described: words that describe an order ("the shipped one", "from last month") rule the one talked
            about out, because they may well mean another.

    Raises:
        BadArguments: several numbers are named; one order is dealt with at a time.
    """
    if len(order_ids_in(context.words)) > 1:
        raise BadArguments("Several orders are named: ask the shopper which one to begin with.")
    named = order_id_in(order_id) or order_id or order_id_in(context.words)
    if named:
        return named
    described = unless_described and (status_in(context.words) is not None or described_by_time(context.words))
    return "" if described else context.before.order_id or ""


def described_by_time(words: str) -> bool:
    """Whether the words tell the order by when it was, which only its number can settle."""
    return _TIME.search(words) is not None


def put_order_in_focus(context: ShopperContext, order_id: str) -> None:
    """Make this the order that "it" means."""
    with context.ledger.lock:
        context.ledger.focus = replace(context.ledger.focus, order_id=order_id)
