"""Which candidates may be shown at all. Stock and earlier dismissals are parts of the score (fusion.py); what the owner
decides is in owner_rules.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from recommender.events import Candidate, DecisionContext
from recommender.state import BehaviourState


@dataclass(frozen=True, slots=True)
class Allowed:
    """What may be shown, and why the rest may not.

    Args:
        candidates: distinct, in the order given.
        removed: (what removed, ids).
    """

    candidates: tuple[Candidate, ...]
    removed: tuple[tuple[str, tuple[str, ...]], ...]


def allowed(candidates: Sequence[Candidate], context: DecisionContext, state: BehaviourState) -> Allowed:
    """Drop repeats, excluded items, what was dismissed in this visit and, where asked, what this visit has seen.

    Args:
        candidates: as found.
        context: names what is excluded, and whether something different is asked for.
        state: knows the visit.
    """
    first: dict[str, Candidate] = {}
    for candidate in candidates:
        first.setdefault(candidate.item_id, candidate)
    removed: list[tuple[str, tuple[str, ...]]] = []
    for what, out in (("excluded", context.exclude), ("dismissed", state.dismissed_now(context.session_key))):
        _drop(first, out, what, removed)
    if context.different:
        seen = state.shown_in(context.session_key)
        # Where nothing else is left, the same again is better than nothing.
        if not first.keys() <= seen:
            _drop(first, seen, "seen", removed)
    return Allowed(tuple(first.values()), tuple(removed))


def _drop(
    first: dict[str, Candidate], out: frozenset[str], what: str, removed: list[tuple[str, tuple[str, ...]]]
) -> None:
    gone = tuple(item_id for item_id in first if item_id in out)
    for item_id in gone:
        del first[item_id]
    if gone:
        removed.append((what, gone))
