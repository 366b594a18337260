"""Ranking model "avoided": what this shopper has said never to want.

Knows nothing of what was learned; a wish of now for the very same value outweighs it.
"""

from __future__ import annotations

import numpy as np

from recommender.models.base import Part, RankRequest, without_detail
from recommender.reasons import Code


class Avoided:
    """-1 for an item that meets a stated dislike, with the value as the detail; 0 for the rest."""

    code = Code.AVOIDED
    version = "1"

    def rank(self, request: RankRequest) -> Part:
        """Give -1 where an item has what is never wanted and not asked for now."""
        values, details = np.zeros(len(request.candidates)), [""] * len(request.candidates)
        context = request.context
        profile = request.state.taste(context.shopper_key, context.session_key, context.now)
        if profile is None or not profile.avoided:
            return without_detail(values)
        for i, candidate in enumerate(request.candidates):
            item = request.table.find(candidate.item_id)
            met = None if item is None else profile.avoids(item)
            if met is not None and (met[0], met[1].casefold()) not in context.stated:
                values[i], details[i] = -1.0, met[1]
        return Part(values, tuple(details))
