"""Ranking model "relevant": how well a candidate answers the request, as the search said."""

from __future__ import annotations

import numpy as np

from recommender.models.base import Part, RankRequest, without_detail
from recommender.reasons import Code


class Relevance:
    """Passes the candidates' relevance on."""

    code = Code.RELEVANT
    version = "1"

    def rank(self, request: RankRequest) -> Part:
        """Give each candidate its relevance, 0 to 1."""
        return without_detail(np.clip([candidate.relevance for candidate in request.candidates], 0.0, 1.0))
