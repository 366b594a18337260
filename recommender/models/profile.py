"""Ranking model "for_you": one shopper's decayed interest in categories, brands and prices.

Knows nothing of other shoppers.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from recommender.events import Item
from recommender.models.base import Part, RankRequest, without_detail
from recommender.reasons import Code
from recommender.state import Shopper

_CATEGORY, _BRAND, _PRICE = 0.5, 0.35, 0.15
# How far prices lie apart (natural log) until their closeness has fallen to 1/e: about two thirds more or less.
_PRICE_SCALE: Final = 0.5


class ForYou:
    """Interest in the candidate's category and brand, and nearness to the prices usually chosen there."""

    code = Code.FOR_YOU
    version = "1"

    def rank(self, request: RankRequest) -> Part:
        """Give -1 (disliked) to 1 (all interest lies there); the detail is the brand or category that says most."""
        shopper = request.state.shoppers.find(request.context.shopper_key)
        values, details = np.zeros(len(request.candidates)), [""] * len(request.candidates)
        if shopper is None:
            return without_detail(values)
        memo: dict[tuple[str | None, str | None], tuple[float, float, float | None]] = {}
        for i, candidate in enumerate(request.candidates):
            item = request.table.find(candidate.item_id)
            if item is not None:
                key = (item.category, item.brand)
                if key not in memo:
                    memo[key] = _interest(shopper, item, request.context.now)
                values[i], details[i] = _value(item, *memo[key])
        return Part(values, tuple(details))


def _interest(shopper: Shopper, item: Item, now: float) -> tuple[float, float, float | None]:
    return (
        _CATEGORY * shopper.affinity("category", item.category, now),
        _BRAND * shopper.affinity("brand", item.brand, now),
        shopper.usual_log_price(item.category, now),
    )


def _value(item: Item, category: float, brand: float, usual_log_price: float | None) -> tuple[float, str]:
    value = category + brand
    if usual_log_price is not None and category > 0:
        distance = abs(float(np.log1p(max(0, item.price_minor))) - usual_log_price)
        value += _PRICE * category / _CATEGORY * float(np.exp(-distance / _PRICE_SCALE))
    if max(category, brand) <= 0:
        return value, ""
    return value, (item.category if category >= brand else item.brand) or ""
