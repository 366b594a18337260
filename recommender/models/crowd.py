"""Ranking models on what everyone does and says: popularity, reviews, discounts.

Know nothing of the single shopper.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from recommender.models.base import Part, RankRequest, without_detail
from recommender.reasons import Code

# Decayed clicks at which a shop's most popular item counts in full; a quiet shop's few clicks weigh less.
_FULL_POPULARITY: Final = 20.0
# The share of showings that ends in interest is pulled to a tenth, worth ten showings; one in two counts in full.
_PRIOR_INTERESTED, _PRIOR_SHOWN, _FULL_SHARE = 1.0, 10.0, 0.5


class Popularity:
    """How often showing an item ends in interest, and how much interest there is lately; 0 until several visits agree.

    Counting interest alone would call popular whatever has been shown most.
    """

    code = Code.POPULAR
    version = "1"

    def rank(self, request: RankRequest) -> Part:
        """Give 0 (unknown, or shown and ignored) to 1 (half of the showings end in interest, and nothing has more)."""
        state, now = request.state, request.context.now
        item = state.located(request.table).item[request.rows]
        interested = state.item_sessions.at(item)
        shown = np.maximum(interested, state.item_impressions.at(item))
        share = (interested + _PRIOR_INTERESTED) / (shown + _PRIOR_SHOWN)
        top = float(np.log1p(max(_FULL_POPULARITY, state.popularity.largest(now))))
        amount = np.log1p(state.popularity.at(item, now)) / top
        values = np.minimum(1.0, share / _FULL_SHARE) * (0.5 + 0.5 * np.minimum(1.0, amount))
        values[interested < request.settings.min_sessions] = 0.0
        return without_detail(values)


class WellRated:
    """The review mean, shrunk for few reviews, against the shop's mean."""

    code = Code.WELL_RATED
    version = "1"

    def rank(self, request: RankRequest) -> Part:
        """Give -1 (a star or more below the mean) to 1 (a star or more above)."""
        return without_detail(np.clip(request.table.rating[request.rows], -1.0, 1.0))


class OnSale:
    """The share of the list price that is saved."""

    code = Code.ON_SALE
    version = "1"

    def rank(self, request: RankRequest) -> Part:
        """Give 0 (no discount) to 1 (half the price or less)."""
        return without_detail(np.minimum(1.0, 2.0 * request.table.discount[request.rows]))
