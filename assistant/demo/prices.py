"""Prices as shops write them ($39.95, $149, $1,299), discounts, stock and barcode numbers.

Knows no words.
"""

from __future__ import annotations

import random
from collections.abc import Mapping

from assistant.demo.attributes import number
from assistant.demo.spec import PriceSpec
from retrieval.product import Attribute, Money

CURRENCY = "USD"
_DISCOUNTS = (0.10, 0.15, 0.20, 0.20, 0.25, 0.30, 0.40)


def draw_price(
    spec: PriceSpec, attributes: Mapping[str, Attribute], tier: float, level: float, rng: random.Random
) -> float:
    """Draw a raw price in major units; `snap` makes it one that people know."""
    price = spec.base + sum(weight * number(attributes, name) for name, weight in spec.per.items())
    for name, factors in spec.factor.items():
        if name in attributes:
            price *= next((factor for value, factor in factors.items() if value == attributes[name].value), 1.0)
    return price * (1 + spec.tier * (tier - 0.5)) * level * rng.uniform(1 - spec.spread, 1 + spec.spread)


def snap(price: float) -> Money:
    """Round to a price that people know.

    Args:
        price: major units, above 0.
    """
    if price < 25:
        minor = max(2, round(price)) * 100 - 5
    elif price < 100:
        minor = round(price / 5) * 500 - 5
    elif price < 300:
        minor = round(price / 10) * 1000 - 100
    else:
        minor = round(price / 50) * 5000 - 100
    return Money(minor, CURRENCY)


def draw_discount(rng: random.Random) -> float | None:
    """Share taken off the list price for about a fifth of the products; None for the rest."""
    return rng.choice(_DISCOUNTS) if rng.random() < 0.21 else None


def list_price(now: Money, discount: float | None) -> Money | None:
    """The price before a discount, or None where rounding leaves no saving."""
    if discount is None:
        return None
    before = snap(now.amount_minor / 100 / (1 - discount))
    return before if before.amount_minor > now.amount_minor else None


def draw_stock(rng: random.Random, *, sold_out: bool) -> int:
    """Units at hand: mostly some, sometimes few, sometimes none."""
    if sold_out or rng.random() < 0.08:
        return 0
    return rng.randint(1, 4) if rng.random() < 0.2 else rng.randint(5, 60)


def gtin(counter: int) -> str:
    """A 13-digit barcode number with a valid check digit, from the range 29… that is free for in-store use.

    Args:
        counter: 0 to 9,999,999,999, one per variant.
    """
    body = f"29{counter:010d}"
    total = sum(int(digit) * (3 if i % 2 else 1) for i, digit in enumerate(body))
    return f"{body}{-total % 10}"
