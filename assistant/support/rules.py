"""What may happen to an order: pure functions over the order, no store and no words of a model.

`ARROWS` is the whole state machine. Amounts are computed here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from assistant.errors import Refused
from assistant.turn import Order, OrderStatus, RefusalFact
from retrieval.product import Money

ARROWS: Mapping[OrderStatus, frozenset[OrderStatus]] = {
    OrderStatus.PLACED: frozenset({OrderStatus.PACKED, OrderStatus.CANCELLED}),
    OrderStatus.PACKED: frozenset({OrderStatus.SHIPPED}),
    # A parcel that is refused at the door, or that cannot be delivered, comes back.
    OrderStatus.SHIPPED: frozenset({OrderStatus.DELIVERED, OrderStatus.RETURNED}),
    OrderStatus.DELIVERED: frozenset({OrderStatus.RETURN_REQUESTED}),
    OrderStatus.RETURN_REQUESTED: frozenset({OrderStatus.RETURNED, OrderStatus.DELIVERED}),
    OrderStatus.CANCELLED: frozenset(),
    OrderStatus.RETURNED: frozenset(),
}
DELIVERY_WORKING_DAYS = 5
"""What the demo shop's shipping policy promises."""
_NO_CANCEL: Mapping[OrderStatus, tuple[str, str]] = {
    OrderStatus.PACKED: (
        "already_packed",
        "Order {id} is packed and about to leave, so it can no longer be cancelled. "
        "You can refuse the parcel at the door, or send it back once it has arrived.",
    ),
    OrderStatus.SHIPPED: (
        "already_shipped",
        "Order {id} is on its way, so it can no longer be cancelled. "
        "You can refuse the parcel at the door, or send it back once it has arrived.",
    ),
    OrderStatus.DELIVERED: (
        "already_delivered",
        "Order {id} has been delivered, so it can no longer be cancelled. You can send it back instead.",
    ),
    OrderStatus.CANCELLED: ("already_cancelled", "Order {id} is cancelled already."),
    OrderStatus.RETURN_REQUESTED: (
        "return_under_way",
        "A return of order {id} is under way, so there is nothing left to cancel.",
    ),
    OrderStatus.RETURNED: ("already_returned", "Order {id} has been returned, so there is nothing left to cancel."),
}


def expected_delivery(placed_at: datetime) -> datetime:
    """Return when a new order is expected at the latest: 18:00 of the fifth working day (Monday to Friday)."""
    day, left = placed_at, DELIVERY_WORKING_DAYS
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    return day.replace(hour=18, minute=0, second=0, microsecond=0)


def may_cancel(order: Order) -> RefusalFact | None:
    """Return why the order cannot be cancelled, with the way out; None where it can be."""
    if OrderStatus.CANCELLED in ARROWS[order.status]:
        return None
    code, message = _NO_CANCEL[order.status]
    return RefusalFact(code, message.format(id=order.id))


def cancel_refund(order: Order) -> Money:
    """Return what a cancellation gives back: all that was paid and not given back yet."""
    given = order.refunded.amount_minor if order.refunded else 0
    return Money(order.total.amount_minor - given, order.total.currency)


def advance(order: Order, to: OrderStatus, now: datetime) -> Order:
    """Return the order in its next state, with its time stamp and the next version.

    Raises:
        Refused: "not_possible_now" where no arrow leads there.
    """
    if to not in ARROWS[order.status]:
        raise Refused(
            "not_possible_now",
            f"Order {order.id} is {_words(order.status)}; it cannot become {_words(to)}.",
        )
    moved = replace(order, status=to, version=order.version + 1)
    if to is OrderStatus.SHIPPED:
        return replace(moved, shipped_at=now)
    if to is OrderStatus.DELIVERED:
        # A withdrawn return leaves the day of delivery as it was.
        return replace(moved, delivered_at=order.delivered_at or now)
    if to is OrderStatus.CANCELLED:
        return replace(moved, cancelled_at=now, expected_at=None)
    return moved


def _words(status: OrderStatus) -> str:
    return status.value.replace("_", " ")


def refund(order: Order, amount: Money) -> Order:
    """Return the order with money given back.

    Raises:
        Refused: "refund_too_high" where more would go back than was paid.
    """
    given = order.refunded.amount_minor if order.refunded else 0
    total = given + amount.amount_minor
    if amount.currency != order.total.currency or amount.amount_minor < 0 or total > order.total.amount_minor:
        raise Refused("refund_too_high", f"No more than {order.total.format()} can be given back for order {order.id}.")
    return replace(order, refunded=Money(total, order.total.currency))
