"""Two rankers in one slate of the online path: how the second one orders, and what the log keeps of it.

The mathematics are in experiments/interleaving.py, the draw is in slate.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from recommender.events import DecisionContext
from recommender.fusion import greedy_order, score
from recommender.item_table import IntArray
from recommender.models.base import Ranker, RankRequest
from recommender.settings import RecommenderSettings


def rival_order(
    request: RankRequest, rankers: Sequence[Ranker], own: RecommenderSettings, buried: NDArray[np.bool_]
) -> IntArray | None:
    """Return the second ranker's order of the candidates, (n,); None where no experiment asks for one.

    Args:
        request: as the first ranker ranks it.
        rankers: of both.
        own: the shop's settings, that either ranker's change is put over.
        buried: (n,) what comes last, whoever ranks.
    """
    treatment = request.context.treatment
    rival = treatment.rival_settings(own) if treatment else None
    if rival is None:
        return None
    return greedy_order(score(replace(request, settings=rival, said={}), rankers, buried=buried).scores)


def logged_arms(context: DecisionContext, teams: str) -> Mapping[str, str]:
    """Return experiment -> arm as a decision logs it; an interleaving tells whose each slot is.

    Args:
        context: says what the shopper is in.
        teams: whose each free slot is, e.g. "ABBA"; "" where nothing was mixed.
    """
    treatment = context.treatment
    if treatment is None:
        return {}
    arms = {name: arm for name, arm in treatment.experiments.items() if name != treatment.interleaving}
    return {**arms, treatment.interleaving: teams} if teams else arms
