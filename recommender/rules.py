"""Which candidates may be shown at all. Stock and earlier dismissals are parts of the score (fusion.py)."""

from __future__ import annotations

from collections.abc import Sequence

from recommender.events import Candidate, DecisionContext
from recommender.state import BehaviourState


def allowed(candidates: Sequence[Candidate], context: DecisionContext, state: BehaviourState) -> tuple[Candidate, ...]:
    """Drop repeats, excluded items and what was dismissed in this visit; keep the order.

    Args:
        candidates: as found.
        context: names what is excluded.
        state: knows the visit's dismissals.
    """
    out = context.exclude | state.dismissed_now(context.session_key)
    first: dict[str, Candidate] = {}
    for candidate in candidates:
        if candidate.item_id not in out:
            first.setdefault(candidate.item_id, candidate)
    return tuple(first.values())
