"""Are the reasons true? The deletion test: the named reason is taken away, and the item must fall.

Taken away means: the item's part becomes what the request's candidates get on average, and everything is ranked again.
So a part that all candidates share cannot pass, however heavy. Where an item leads by so much that no single part
carries it, none can pass either; such cases are counted apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from recommender.events import Decision, Reason
from recommender.reasons import Code, tellable


@dataclass(frozen=True, slots=True)
class Deletions:
    """What came of taking reasons away.

    Args:
        items: shown items looked at.
        named: those with a reason that sets them apart.
        lowered: of these, how many fell when it was taken away.
        lowered_without_all: of these, how many fell when all that was told was taken away.
        weight_first_lowered: how many fell when the heaviest reason was taken away instead, whatever its lead.
    """

    items: int
    named: int
    lowered: int
    lowered_without_all: int
    weight_first_lowered: int


def named_reason(reasons: Iterable[Reason]) -> Reason | None:
    """Return the reason that is told first; None where nothing that may be told sets the item apart."""
    told = [reason for reason in tellable(tuple(reasons)) if reason.code != Code.TRYING_NEW and reason.lead > 0]
    return told[0] if told else None


def count_deletions(decisions: Iterable[Decision]) -> Deletions:
    """Take the named reason of every shown item away and rank again.

    Args:
        decisions: of which the order was not asked for.
    """
    items = named = lowered = without_all = heaviest = 0
    for decision in decisions:
        scores = np.array(decision.candidate_scores, dtype=np.float64)
        for item in decision.items:
            items += 1
            first = named_reason(item.reasons)
            if first is None:
                continue
            named += 1
            place = decision.candidate_ids.index(item.item_id)
            told = tellable(item.reasons)
            lowered += _falls(scores, place, first.lead)
            without_all += _falls(scores, place, sum(max(0.0, reason.lead) for reason in told))
            heaviest += _falls(scores, place, max(told, key=lambda reason: reason.weight).lead)
    return Deletions(items, named, lowered, without_all, heaviest)


def _falls(scores: np.ndarray, place: int, lead: float) -> bool:
    """Tell whether an item falls when it loses that much of its score."""
    return bool(((scores > scores[place] - lead) & (np.arange(len(scores)) > place)).any())
