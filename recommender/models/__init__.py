"""Ranking models: each says one thing about every candidate, and is one reason.

To add one: a file of its own, a line in RANKERS, a weight in settings.py (docs/add-ranking-model.md).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from recommender.models.avoided import Avoided
from recommender.models.base import Ranker
from recommender.models.crowd import OnSale, Popularity, WellRated
from recommender.models.lately import LearnedLately
from recommender.models.linked import BoughtWith, SeenWith, SimilarTo
from recommender.models.predicted import Predicted
from recommender.models.profile import ForYou
from recommender.models.relevance import Relevance
from recommender.reasons import Code

RANKERS: Final[Mapping[str, Callable[[], Ranker]]] = {
    Code.RELEVANT: Relevance,
    Code.POPULAR: Popularity,
    Code.WELL_RATED: WellRated,
    Code.ON_SALE: OnSale,
    Code.FOR_YOU: ForYou,
    Code.BOUGHT_WITH: BoughtWith,
    Code.SEEN_WITH: SeenWith,
    Code.SIMILAR_TO: SimilarTo,
    Code.PREDICTED: Predicted,
    Code.AVOIDED: Avoided,
    # The last one: it builds on what the others said.
    Code.LATELY: LearnedLately,
}
"""Reason code -> class. Their weighted values add up to the score."""
