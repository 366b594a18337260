"""Orders of the demo shop's customers, in every state, dated back from one instant.

Knows the shop's shipping prices (policies/shipping.md says the same) but neither the store nor the cart.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from assistant.demo.catalogue import Made
from assistant.demo.people import DEMO_CUSTOMERS, Person
from assistant.turn import Order, OrderLine, OrderStatus
from retrieval.product import Money

SHIPPING_MINOR = 490
EXPRESS_MINOR = 1290
FREE_FROM_MINOR = 5000
FIRST_NUMBER = 10_101
_CARRIERS = {"Parcelwren": "PW", "Lanternway": "LW", "Greypost": "GP"}
_VERSIONS = {
    OrderStatus.PLACED: 1,
    OrderStatus.PACKED: 2,
    OrderStatus.CANCELLED: 2,
    OrderStatus.SHIPPED: 3,
    OrderStatus.DELIVERED: 4,
    OrderStatus.RETURN_REQUESTED: 5,
    OrderStatus.RETURNED: 6,
}


@dataclass(frozen=True, slots=True)
class _Plan:
    """What an order is to look like: its state, its age in hours (low, high), and whether it is late."""

    status: OrderStatus
    hours: tuple[float, float]
    late: bool = False


_JUST_PLACED = _Plan(OrderStatus.PLACED, (0.3, 9))
_PACKED = _Plan(OrderStatus.PACKED, (12, 30))
_ON_ITS_WAY = _Plan(OrderStatus.SHIPPED, (40, 62))
_LATE = _Plan(OrderStatus.SHIPPED, (12 * 24, 16 * 24), late=True)
_FRESH = _Plan(OrderStatus.DELIVERED, (9 * 24, 30 * 24))
_OLD = _Plan(OrderStatus.DELIVERED, (50 * 24, 320 * 24))
_CANCELLED = _Plan(OrderStatus.CANCELLED, (30, 200 * 24))
_COMING_BACK = _Plan(OrderStatus.RETURN_REQUESTED, (10 * 24, 24 * 24))
_CAME_BACK = _Plan(OrderStatus.RETURNED, (30 * 24, 250 * 24))
_NAMED = (_JUST_PLACED, _PACKED, _ON_ITS_WAY, _LATE, _FRESH, _OLD, _CANCELLED, _COMING_BACK, _CAME_BACK)
_USUAL = {
    _OLD: 40.0,
    _FRESH: 16.0,
    _ON_ITS_WAY: 9.0,
    _JUST_PLACED: 8.0,
    _PACKED: 6.0,
    _LATE: 4.0,
    _CANCELLED: 7.0,
    _COMING_BACK: 5.0,
    _CAME_BACK: 5.0,
}


def make_orders(
    people: Sequence[Person], catalogue: Sequence[Made], *, seed: int, now: datetime
) -> tuple[tuple[str, Order], ...]:
    """Make the orders of all customers.

    Args:
        people: from `make_people`.
        catalogue: from `make_catalogue`.
        seed: of all chance.
        now: aware datetime to which ages are relative.

    Returns:
        (customer id, order), oldest first; numbers grow with the time of ordering.
    """
    rng = random.Random(f"{seed}:orders")
    shelf: dict[str, list[Made]] = {}
    for made in catalogue:
        shelf.setdefault(made.spec.category, []).append(made)
    drafts: list[tuple[str, Order]] = []
    for person in people:
        for plan in _plans(person.customer.id, rng):
            lines = _lines(catalogue, shelf, rng)
            drafts.append((person.customer.id, _order(plan, lines, now.replace(microsecond=0), rng)))
    drafts.sort(key=lambda draft: draft[1].placed_at)
    number = FIRST_NUMBER
    numbered = []
    for customer_id, order in drafts:
        number += rng.randint(1, 3)
        numbered.append((customer_id, replace(order, id=f"A-{number}")))
    return tuple(numbered)


def _plans(customer_id: str, rng: random.Random) -> Sequence[_Plan]:
    if customer_id in DEMO_CUSTOMERS:
        return _NAMED
    return rng.choices(list(_USUAL), weights=list(_USUAL.values()), k=rng.choice((2, 3, 4, 4, 5, 6)))


def _lines(catalogue: Sequence[Made], shelf: Mapping[str, Sequence[Made]], rng: random.Random) -> tuple[OrderLine, ...]:
    """Choose one to three products; half of the time the next one goes with the first."""
    chosen = [rng.choice(catalogue)]
    for _ in range(rng.choice((0, 0, 0, 1, 1, 2))):
        partners = chosen[0].spec.fits_with
        pool = shelf[rng.choice(partners)] if partners and rng.random() < 0.6 else catalogue
        extra = rng.choice(pool)
        if extra not in chosen:
            chosen.append(extra)
    return tuple(_line(made, rng) for made in chosen)


def _line(made: Made, rng: random.Random) -> OrderLine:
    variant = rng.choice(made.product.variants)
    paid = variant.list_price if variant.list_price and rng.random() < 0.4 else variant.price
    cheap = paid.amount_minor < 3000
    return OrderLine(made.product.id, variant.id, made.product.title, 2 if cheap and rng.random() < 0.3 else 1, paid)


def _order(plan: _Plan, lines: tuple[OrderLine, ...], now: datetime, rng: random.Random) -> Order:
    currency = lines[0].unit_price.currency
    subtotal = sum(line.unit_price.amount_minor * line.quantity for line in lines)
    express = not plan.late and rng.random() < 0.12
    shipping = EXPRESS_MINOR if express else (0 if subtotal >= FREE_FROM_MINOR else SHIPPING_MINOR)
    placed = now - timedelta(minutes=round(60 * rng.uniform(*plan.hours)))
    order = Order(
        id="",
        status=plan.status,
        lines=lines,
        subtotal=Money(subtotal, currency),
        shipping=Money(shipping, currency),
        total=Money(subtotal + shipping, currency),
        placed_at=placed,
        expected_at=_working_days_after(placed, 1 if express else rng.randint(4, 5)),
        version=_VERSIONS[plan.status],
    )
    return _with_progress(order, now, rng)


def _with_progress(order: Order, now: datetime, rng: random.Random) -> Order:
    """Add the time stamps that the order's state implies."""
    if order.status is OrderStatus.CANCELLED:
        cancelled = order.placed_at + timedelta(minutes=rng.randint(10, 600))
        return replace(order, cancelled_at=cancelled, expected_at=None, refunded=order.total)
    if order.status in (OrderStatus.PLACED, OrderStatus.PACKED):
        return order
    carrier = rng.choice(list(_CARRIERS))
    shipped = order.placed_at + timedelta(minutes=rng.randint(20 * 60, 36 * 60))
    order = replace(
        order,
        shipped_at=shipped,
        carrier=carrier,
        tracking_code=f"{_CARRIERS[carrier]}{rng.randrange(10**10):010d}",
    )
    if order.status is OrderStatus.SHIPPED:
        # A parcel that is not late is expected after now, also where a weekend or express would say otherwise.
        on_its_way = order.expected_at is None or order.expected_at > now or now - order.placed_at > timedelta(days=7)
        return order if on_its_way else replace(order, expected_at=_working_days_after(now, 1))
    delivered = min(shipped + timedelta(minutes=rng.randint(36 * 60, 120 * 60)), now - timedelta(hours=5))
    refunded = order.total if order.status is OrderStatus.RETURNED else None
    return replace(order, delivered_at=delivered, refunded=refunded)


def _working_days_after(start: datetime, days: int) -> datetime:
    """Return six in the evening of the day that lies so many working days after `start`."""
    day = start
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < 5
    return datetime.combine(day.date(), time(18), tzinfo=start.tzinfo)
