"""Ranking model "for_you": one shopper's decayed interest in categories, brands, attributes and prices.

Knows nothing of other shoppers. What is stated now outweighs history: a field with a stated wish says nothing here.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from recommender.events import Item
from recommender.models.base import Part, RankRequest, without_detail
from recommender.profiles.profile import Profile
from recommender.reasons import Code

_CATEGORY, _BRAND, _PRICE = 0.5, 0.35, 0.15
# Of the whole, where an item states attributes that shoppers choose by.
_ATTRIBUTES: Final = 0.15
# How far prices lie apart (natural log) until their closeness has fallen to 1/e: about two thirds more or less.
_PRICE_SCALE: Final = 0.5


class ForYou:
    """Interest in the candidate's category, brand and attributes, and nearness to the prices usually chosen there."""

    code = Code.FOR_YOU
    version = "2"

    def rank(self, request: RankRequest) -> Part:
        """Give -1 (disliked) to 1 (all interest lies there); the detail is the value that says most."""
        context = request.context
        profile = request.state.taste(context.shopper_key, context.session_key, context.now)
        values, details = np.zeros(len(request.candidates)), [""] * len(request.candidates)
        if profile is None:
            return without_detail(values)
        taste = _Taste(profile, context.now, frozenset(field for field, _ in context.stated))
        for i, candidate in enumerate(request.candidates):
            item = request.table.find(candidate.item_id)
            if item is not None:
                values[i], details[i] = taste.of(item)
        return Part(values, tuple(details))


class _Taste:
    """One shopper's affinities at one moment, each looked up once."""

    def __init__(self, profile: Profile, now: float, stated: frozenset[str]) -> None:
        self._profile, self._now, self._stated = profile, now, stated
        self._read = profile.affinities(now)
        self._affinities: dict[tuple[str, str | None], float] = {}
        self._prices: dict[str | None, float | None] = {}

    def of(self, item: Item) -> tuple[float, str]:
        """Return the liking of an item and the value that says most for it; "" where nothing does."""
        category = _CATEGORY * self._affinity("category", item.category)
        brand = _BRAND * self._affinity("brand", item.brand)
        value = category + brand + self._price(item, category)
        said = [(category, item.category), (brand, item.brand)]
        if item.attributes:
            liked = [(self._affinity(name, stated), stated) for name, stated in item.attributes]
            mean = sum(affinity for affinity, _ in liked) / len(liked)
            value = (1.0 - _ATTRIBUTES) * value + _ATTRIBUTES * mean
            best, stated = max(liked)
            said.append((_ATTRIBUTES * best, stated))
        # The first of equals: a kind says more than a brand, and a brand more than a colour.
        weight, detail = max(said, key=lambda pair: pair[0])
        return value, (detail or "") if weight > 0 else ""

    def _price(self, item: Item, category: float) -> float:
        if item.category not in self._prices:
            self._prices[item.category] = self._profile.usual_log_price(item.category, self._now)
        usual = self._prices[item.category]
        if usual is None or category <= 0 or "price" in self._stated:
            return 0.0
        distance = abs(float(np.log1p(max(0, item.price_minor))) - usual)
        return _PRICE * category / _CATEGORY * float(np.exp(-distance / _PRICE_SCALE))

    def _affinity(self, field: str, value: str | None) -> float:
        key = (field, value)
        found = self._affinities.get(key)
        if found is None:
            found = self._affinities[key] = 0.0 if field in self._stated else self._read(field, value)
        return found
