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


class Popularity:
    """Decayed clicks, carts and purchases on a logarithmic scale; 0 until several visits agree."""

    code = Code.POPULAR
    version = "1"

    def rank(self, request: RankRequest) -> Part:
        """Give 0 (unknown) to 1 (the shop's most popular item)."""
        state, now = request.state, request.context.now
        top = np.log1p(max(_FULL_POPULARITY, state.popularity.largest(now)))
        values = [
            min(1.0, np.log1p(state.popularity.read(c.item_id, now)) / top)
            if state.item_sessions.get(c.item_id, 0) >= request.settings.min_sessions
            else 0.0
            for c in request.candidates
        ]
        return without_detail(np.array(values, dtype=np.float64))


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
