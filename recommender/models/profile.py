"""Ranking model "for_you": one shopper's decayed interest in categories, brands, attributes and prices.

Knows nothing of other shoppers. What is stated now outweighs history: a field with a stated wish says nothing here.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from recommender.columns import Places
from recommender.field_rates import Key
from recommender.item_table import FloatArray
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
    version = "3"

    def rank(self, request: RankRequest) -> Part:
        """Give -1 (disliked) to 1 (all interest lies there); the detail is the value that says most."""
        context = request.context
        profile = request.state.taste(context.shopper_key, context.session_key, context.now)
        if profile is None:
            return without_detail(np.zeros(len(request.rows)))
        liked = _Liked(profile, request)
        value = liked.category + liked.brand + liked.price(profile, request)
        stating = liked.n_attributes > 0
        with_attributes = (1.0 - _ATTRIBUTES) * value + _ATTRIBUTES * liked.attributes.sum(axis=0) / np.maximum(
            1, liked.n_attributes
        )
        return Part(np.where(stating, with_attributes, value), liked.details(request.state.kinds))


class _Liked:
    """What a shopper likes of n candidates: category (n,), brand (n,), attributes (m, n); 0 where nothing is known."""

    def __init__(self, profile: Profile, request: RankRequest) -> None:
        self.stated = frozenset(field for field, _ in request.context.stated)
        self.rows, self.located = request.rows, request.state.located(request.table)
        likings = profile.likings(request.context.now)
        unstated = {key: liking for key, liking in likings.items() if key[0] not in self.stated}
        by_place = request.state.kinds.spread(unstated)
        self.category = _CATEGORY * by_place[self.located.category[self.rows]]
        self.brand = _BRAND * by_place[self.located.brand[self.rows]]
        self.stating = self.located.attributes[:, self.rows]
        self.attributes = by_place[self.stating]
        self.n_attributes = self.located.n_attributes[self.rows]

    def price(self, profile: Profile, request: RankRequest) -> FloatArray:
        """Return what nearness to the usual prices adds where a category is liked, (n,)."""
        if "price" in self.stated:
            return np.zeros(len(self.rows))
        by_place = request.state.kinds.spread(profile.usual_log_prices(request.context.now))
        usual = by_place[self.located.category[self.rows]]
        distance = np.abs(request.table.log_price[self.rows] - usual)
        nearness: FloatArray = _PRICE * self.category / _CATEGORY * np.exp(-distance / _PRICE_SCALE)
        return np.where((usual > 0.0) & (self.category > 0.0), nearness, 0.0)

    def details(self, kinds: Places[Key]) -> tuple[str, ...]:
        """Return the value that says most for each candidate, n texts; "" where nothing does."""
        located, rows = self.located, self.rows
        best = np.zeros(len(rows), dtype=np.int64)
        if self.attributes.size:
            best = self.stating[self.attributes.argmax(axis=0), np.arange(len(rows))]
        places = np.stack([located.category[rows], located.brand[rows], best])
        # The first of equals: a kind says more than a brand, and a brand more than a colour.
        said = np.stack([self.category, self.brand, _ATTRIBUTES * self.attributes.max(axis=0, initial=0.0)])
        said_most = places[said.argmax(axis=0), np.arange(len(rows))]
        most = np.where(said.max(axis=0) > 0.0, said_most, 0)
        return tuple("" if key is None else key[1] for key in kinds.keys_at(most))
