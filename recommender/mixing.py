"""Two rankers in one slate of the online path: who ranks what, and what the log keeps of it.

The mathematics are in experiments/interleaving.py; this file knows how a request is ranked twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from recommender.events import Decision, DecisionContext
from recommender.experiments.interleaving import TEAM_DRAFT, logged_order, replayed, team_draft
from recommender.fusion import greedy_order, score
from recommender.item_table import IntArray
from recommender.models.base import Ranker, RankRequest
from recommender.policies.base import Draw
from recommender.settings import RecommenderSettings


@dataclass(frozen=True, slots=True)
class Mix:
    """A slate that two rankers share.

    Args:
        draw: places in the first ranker's order, with exact probabilities.
        teams: whose each slot is, e.g. "ABBA".
        params: what the probabilities can be recomputed from, beside the first ranker's order.
    """

    draw: Draw
    teams: str
    params: Mapping[str, float]

    @property
    def name(self) -> str:
        """What a decision logs as its policy."""
        return TEAM_DRAFT


def mix(
    request: RankRequest,
    rankers: Sequence[Ranker],
    order: IntArray,
    own: RecommenderSettings,
    rng: np.random.Generator,
) -> Mix | None:
    """Draw an interleaved slate; None where no experiment asks for one, or nothing may be tried out.

    Args:
        request: as the first ranker ranks it.
        rankers: of both.
        order: (n,) the first ranker's order.
        own: the shop's settings, that either ranker's change is put over.
        rng: takes one number per round.
    """
    context = request.context
    rival = context.treatment.rival_settings(own) if context.treatment else None
    if rival is None or context.keep_order or not context.explore:
        return None
    theirs = greedy_order(score(replace(request, settings=rival), rankers).scores)
    places = np.argsort(order)
    second = [int(places[i]) for i in theirs]
    mixed = team_draft(range(len(second)), second, context.k, rng)
    return Mix(Draw(mixed.chosen, mixed.probabilities), mixed.teams, logged_order(second, context.k))


def logged_arms(context: DecisionContext, mixed: Mix | None) -> Mapping[str, str]:
    """Return experiment -> arm as a decision logs it; an interleaving tells whose each slot is."""
    treatment = context.treatment
    if treatment is None:
        return {}
    arms = {name: arm for name, arm in treatment.experiments.items() if name != treatment.interleaving}
    return {**arms, treatment.interleaving: mixed.teams} if mixed else arms


def replay_mix(decision: Decision) -> tuple[float, ...]:
    """Recompute the probabilities of a decision whose policy is `TEAM_DRAFT`."""
    places = {item_id: place for place, item_id in enumerate(decision.candidate_ids)}
    return replayed(decision.params, [places[item.item_id] for item in decision.items], len(places))
