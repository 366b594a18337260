"""Orders of the demo shop's customers, in every state.

Those of the customers who are simulated shoppers are the purchases of their behaviour, and where they stand follows
from their age; the customers to sign in as have one order in each state besides. Knows the shop's shipping prices
(policies/shipping.md says the same) but neither the store nor the cart.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

from assistant.demo.catalogue import Made
from assistant.demo.people import DEMO_CUSTOMERS, Person
from assistant.demo.visits import Purchase
from assistant.turn import Order, OrderLine, OrderStatus
from retrieval.product import Money, Product

SHIPPING_MINOR = 490
EXPRESS_MINOR = 1290
FREE_FROM_MINOR = 5000
FIRST_NUMBER = 10_101
_EXPRESS = 0.12
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
class _Course:
    """How an order went: its state, and when it was placed, shipped, delivered or cancelled."""

    status: OrderStatus
    placed: datetime
    shipped: datetime
    delivered: datetime
    cancelled: datetime
    express: bool = False


@dataclass(frozen=True, slots=True)
class _Plan:
    """What an order is to look like: its state, its age in hours (low, high), and whether it is late."""

    status: OrderStatus
    hours: tuple[float, float]
    late: bool = False


_NAMED = (
    _Plan(OrderStatus.PLACED, (0.3, 9)),
    _Plan(OrderStatus.PACKED, (12, 30)),
    _Plan(OrderStatus.SHIPPED, (40, 62)),
    _Plan(OrderStatus.SHIPPED, (12 * 24, 16 * 24), late=True),
    _Plan(OrderStatus.DELIVERED, (9 * 24, 30 * 24)),
    _Plan(OrderStatus.DELIVERED, (50 * 24, 320 * 24)),
    _Plan(OrderStatus.CANCELLED, (30, 200 * 24)),
    _Plan(OrderStatus.RETURN_REQUESTED, (10 * 24, 24 * 24)),
    _Plan(OrderStatus.RETURNED, (30 * 24, 250 * 24)),
)


def make_orders(
    people: Sequence[Person],
    catalogue: Sequence[Made],
    purchases: Sequence[Purchase],
    *,
    seed: int,
    now: datetime,
) -> tuple[tuple[str, Order], ...]:
    """Make the orders of all customers.

    Args:
        people: from `make_people`.
        catalogue: from `make_catalogue`.
        purchases: from `simulate`; those of shoppers who are no customers are left out.
        seed: of all chance.
        now: aware datetime to which ages are relative.

    Returns:
        (customer id, order), oldest first; numbers grow with the time of ordering.
    """
    rng, now = random.Random(f"{seed}:orders"), now.replace(microsecond=0)
    products = {made.product.id: made.product for made in catalogue}
    customers = {person.shopper_key: person.customer.id for person in people if person.shopper_key}
    drafts = [
        (customers[purchase.shopper_key], _order(_lived(purchase, now, rng), _bought(purchase, products), now, rng))
        for purchase in purchases
        if purchase.shopper_key in customers
    ]
    shelf: dict[str, list[Made]] = {}
    for made in catalogue:
        shelf.setdefault(made.spec.category, []).append(made)
    for customer_id in DEMO_CUSTOMERS:
        for plan in _NAMED:
            drafts.append((customer_id, _order(_planned(plan, now, rng), _lines(catalogue, shelf, rng), now, rng)))
    drafts.sort(key=lambda draft: draft[1].placed_at)
    number = FIRST_NUMBER
    numbered = []
    for customer_id, order in drafts:
        number += rng.randint(1, 3)
        numbered.append((customer_id, replace(order, id=f"A-{number}")))
    return tuple(numbered)


def _lived(purchase: Purchase, now: datetime, rng: random.Random) -> _Course:
    """Where a purchase stands by now: the shop packs within about a day, and parcels take some days."""
    placed = datetime.fromtimestamp(purchase.at, now.tzinfo).replace(microsecond=0)
    packed = placed + timedelta(minutes=rng.randint(10 * 60, 26 * 60))
    shipped = packed + timedelta(minutes=rng.randint(4 * 60, 12 * 60))
    delivered = shipped + timedelta(minutes=rng.randint(36 * 60, 120 * 60), days=8 if purchase.late else 0)
    cancelled = placed + timedelta(minutes=rng.randint(10, 580))
    express = not purchase.late and rng.random() < _EXPRESS
    status = next(
        status
        for status, since in (
            (OrderStatus.CANCELLED, cancelled if purchase.cancelled else None),
            (OrderStatus.RETURNED, _moment(purchase.returned_at, now)),
            (OrderStatus.RETURN_REQUESTED, _moment(purchase.return_asked_at, now)),
            (OrderStatus.DELIVERED, delivered),
            (OrderStatus.SHIPPED, shipped),
            (OrderStatus.PACKED, packed),
            (OrderStatus.PLACED, placed),
        )
        if since is not None and since <= now
    )
    return _Course(status, placed, shipped, delivered, cancelled, express)


def _moment(at: float | None, now: datetime) -> datetime | None:
    return None if at is None else datetime.fromtimestamp(at, now.tzinfo)


def _planned(plan: _Plan, now: datetime, rng: random.Random) -> _Course:
    placed = now - timedelta(minutes=round(60 * rng.uniform(*plan.hours)))
    shipped = placed + timedelta(minutes=rng.randint(20 * 60, 36 * 60))
    delivered = min(shipped + timedelta(minutes=rng.randint(36 * 60, 120 * 60)), now - timedelta(hours=5))
    cancelled = placed + timedelta(minutes=rng.randint(10, 600))
    return _Course(plan.status, placed, shipped, delivered, cancelled, not plan.late and rng.random() < _EXPRESS)


def _bought(purchase: Purchase, products: Mapping[str, Product]) -> tuple[OrderLine, ...]:
    return tuple(
        OrderLine(
            product_id,
            variant_id,
            products[product_id].title,
            quantity,
            products[product_id].get_variant(variant_id).price,
        )
        for product_id, variant_id, quantity in purchase.lines
    )


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


def _order(course: _Course, lines: tuple[OrderLine, ...], now: datetime, rng: random.Random) -> Order:
    currency = lines[0].unit_price.currency
    subtotal = sum(line.unit_price.amount_minor * line.quantity for line in lines)
    standard = 0 if subtotal >= FREE_FROM_MINOR else SHIPPING_MINOR
    shipping = EXPRESS_MINOR if course.express else standard
    expected = _working_days_after(course.placed, 1 if course.express else rng.randint(4, 5))
    order = Order(
        id="",
        status=course.status,
        lines=lines,
        subtotal=Money(subtotal, currency),
        shipping=Money(shipping, currency),
        total=Money(subtotal + shipping, currency),
        placed_at=course.placed,
        expected_at=expected,
        version=_VERSIONS[course.status],
    )
    return _with_progress(order, course, now, rng)


def _with_progress(order: Order, course: _Course, now: datetime, rng: random.Random) -> Order:
    """Add the time stamps that the order's state implies."""
    if order.status is OrderStatus.CANCELLED:
        return replace(order, cancelled_at=course.cancelled, expected_at=None, refunded=order.total)
    open_status = order.status in (OrderStatus.PLACED, OrderStatus.PACKED, OrderStatus.SHIPPED)
    overdue = order.expected_at is not None and order.expected_at <= now
    if open_status and overdue and now - order.placed_at <= timedelta(days=7):
        # A parcel that is not late is expected after now, also where a weekend or express would say otherwise.
        order = replace(order, expected_at=_working_days_after(now, 1))
    if order.status in (OrderStatus.PLACED, OrderStatus.PACKED):
        return order
    carrier = rng.choice(list(_CARRIERS))
    order = replace(
        order,
        shipped_at=course.shipped,
        carrier=carrier,
        tracking_code=f"{_CARRIERS[carrier]}{rng.randrange(10**10):010d}",
    )
    if order.status is OrderStatus.SHIPPED:
        return order
    refunded = order.total if order.status is OrderStatus.RETURNED else None
    return replace(order, delivered_at=course.delivered, refunded=refunded)


def _working_days_after(start: datetime, days: int) -> datetime:
    """Return six in the evening of the day that lies so many working days after `start`."""
    day = start
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < 5
    return datetime.combine(day.date(), time(18), tzinfo=start.tzinfo)
