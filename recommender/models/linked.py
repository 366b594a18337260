"""Ranking models on the items at hand: bought with, looked at with, alike.

The items at hand are those that the candidates' sources name ("bought_with:tent-2"), otherwise the visit's latest.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from recommender.models.base import Part, RankRequest, anchors
from recommender.reasons import Code
from recommender.similarity import MIN_SIMILARITY, similarity_to
from recommender.state import Links

_N_RECENT: Final = 3


def _strongest_link(request: RankRequest, links: Links, source: str) -> Part:
    values, details = np.zeros(len(request.candidates)), [""] * len(request.candidates)
    at_hand = anchors(request, source, n_recent=_N_RECENT)
    places = {candidate.item_id: i for i, candidate in enumerate(request.candidates)} if at_hand else {}
    for anchor in at_hand:
        for item_id, strength in links.among(anchor, places, min_visits=request.settings.min_sessions).items():
            i = places[item_id]
            if strength > values[i]:
                values[i], details[i] = strength, anchor
    return Part(values, tuple(details))


class BoughtWith:
    """Purchases of the same visit."""

    code = Code.BOUGHT_WITH
    version = "1"

    def rank(self, request: RankRequest) -> Part:
        """Give 0 to 1: the strongest link from an item at hand, named in the detail."""
        return _strongest_link(request, request.state.bought_with, self.code)


class SeenWith:
    """Interest that followed interest in an item at hand (windowed, directed)."""

    code = Code.SEEN_WITH
    version = "1"

    def rank(self, request: RankRequest) -> Part:
        """Give 0 to 1: the strongest link from an item at hand, named in the detail."""
        return _strongest_link(request, request.state.seen_with, self.code)


class SimilarTo:
    """Likeness in content to an item at hand."""

    code = Code.SIMILAR_TO
    version = "1"

    def rank(self, request: RankRequest) -> Part:
        """Give 0 to 1: the likeness to the most similar item at hand, named in the detail."""
        values, details = np.zeros(len(request.candidates)), [""] * len(request.candidates)
        for anchor in anchors(request, self.code, n_recent=_N_RECENT):
            anchor_row = request.table.index.get(anchor)
            if anchor_row is None:
                continue
            alike = similarity_to(request.table, request.vectors, anchor_row, request.rows)
            better = (alike > values) & (alike >= MIN_SIMILARITY) & (request.rows != anchor_row)
            values = np.where(better, alike, values)
            for i in np.flatnonzero(better):
                details[i] = anchor
        return Part(values, tuple(details))
