"""In what a dearer product is better than another: by its stars, or by a number that the shop states of both."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Final

from assistant.evidence import ProductFact
from recommender.selling.upsell import Stated, UpSell, find_up_sell
from retrieval.product import Money, Product

STEPS: Final = {"rating": 0.3, "warranty": 1.0, "battery_life": 1.0}
"""Differences that are worth saying; of each of these, more is better."""
_MIN_REVIEWS: Final = 10


def step_up(first: ProductFact, others: Sequence[ProductFact], limit: Money | None) -> UpSell | None:
    """Find one that is better than the first for more money; None where none is.

    Args:
        first: what they are set against.
        others: best first; what is sold out or priced in another currency is passed over.
        limit: the most that the shopper wants to pay; None without a stated one.
    """
    currency = first.variant.price.currency
    if limit is not None and limit.currency != currency:
        return None
    usable = [one for one in others if one.variant.price.currency == currency and one.variant.in_stock is not False]
    most = limit.amount_minor if limit else sys.maxsize
    return find_up_sell(_stated(first), [_stated(one) for one in usable], limit_minor=most, steps=STEPS)


def stated_text(product: Product, name: str) -> str:
    """Return what is stated of a product under a name of STEPS, e.g. "4.6" or "3 years"."""
    return f"{product.rating or 0.0:.1f}" if name == "rating" else product.attributes[name].text


def _stated(fact: ProductFact) -> Stated:
    product = fact.product
    numbers = {
        name: float(attribute.value)
        for name in STEPS
        if (attribute := product.attributes.get(name)) is not None
        and isinstance(attribute.value, int | float)
        and not isinstance(attribute.value, bool)
    }
    if product.rating is not None and product.rating_count >= _MIN_REVIEWS:
        numbers["rating"] = product.rating
    return Stated(product.id, fact.variant.price.amount_minor, numbers)
