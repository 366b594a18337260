"""How one slate came about, as a table: candidates, parts of their scores, rules, chances, places; and what came of it.

Pure: reads a decision's row and its trace. Knows neither words for people nor pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from recommender.errors import LogBroken, RecommenderError
from recommender.events import Decision
from recommender.fusion import weighed
from recommender.policies import make_policy
from recommender.slate import pinned_places
from recommender.trace import Trace, unpack


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a score: its reason code and what it adds."""

    code: str
    weight: float


@dataclass(frozen=True, slots=True)
class CandidateRow:
    """One candidate.

    Args:
        place: 1 for the highest score.
        item_id: product id.
        sources: where it came from.
        parts: of its score, without those that are 0, heaviest first; empty where none were kept.
        score: their sum.
        first_chance: exact probability that it fills the first slot that is drawn; None where the policy is not known
            here, 0 for what a rule has put into a slot.
        slot: 1-based place in the slate; None where it was not chosen.
        chance: exact probability of it in that slot, given the slots before.
        pinned: whether a rule put it there.
        paid: whether somebody pays for its place.
        shown: whether the shopper saw it.
        happened: what the shopper did with it, e.g. ("click", "add_to_cart").
    """

    place: int
    item_id: str
    sources: tuple[str, ...]
    parts: tuple[Part, ...]
    score: float
    first_chance: float | None
    slot: int | None
    chance: float | None
    pinned: bool
    paid: bool
    shown: bool
    happened: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SlateTrace:
    """One slate.

    Args:
        decision: its row.
        rows: candidates, best first.
        removed: what took candidates away, and their ids.
        differs: where recomputing the row comes out otherwise, and at which step; "" where all is identical.
        shopper: short code of the shopper's key; names nobody.
        traced: whether the parts of the scores were kept.
    """

    decision: Decision
    rows: tuple[CandidateRow, ...]
    removed: tuple[tuple[str, tuple[str, ...]], ...]
    differs: str
    shopper: str
    traced: bool

    @property
    def slots(self) -> tuple[CandidateRow, ...]:
        """The chosen ones, in the order of the slate."""
        return tuple(sorted((row for row in self.rows if row.slot), key=lambda row: row.slot or 0))

    @property
    def as_chosen(self) -> bool:
        """Whether the shopper saw exactly what was chosen."""
        return self.decision.seen_ids == self.decision.chosen_ids


def short_code(key: str) -> str:
    """Return six letters and digits that stand for a shopper or visit: the same for one key, and no way back."""
    return blake2b(key.encode(), digest_size=3).hexdigest()


def trace_slate(decision: Decision, happened: Mapping[str, tuple[str, ...]], differs: str) -> SlateTrace:
    """Lay a slate open.

    Args:
        decision: with its trace.
        happened: item id -> what the shopper did with it.
        differs: see SlateTrace.
    """
    trace = _find_trace(decision)
    parts = _parts(trace, len(decision.candidate_ids))
    chances = _first_chances(decision)
    chosen = {item.item_id: item for item in decision.items}
    seen, paid = set(decision.seen_ids), set(decision.sponsored_ids)
    ids, scores = decision.candidate_ids, decision.candidate_scores
    # Candidates are kept best first, but for rows that somebody else wrote.
    order = range(len(ids)) if trace else sorted(range(len(ids)), key=lambda i: -scores[i])
    rows = []
    for place, i in enumerate(order, 1):
        item_id = ids[i]
        item = chosen.get(item_id)
        rows.append(
            CandidateRow(
                place=place,
                item_id=item_id,
                sources=decision.candidate_sources[i] if i < len(decision.candidate_sources) else (),
                parts=parts[i],
                score=scores[i],
                first_chance=chances[i] if chances else None,
                slot=item.position + 1 if item else None,
                chance=item.probability if item else None,
                pinned=item_id in decision.pinned_ids and item_id not in paid,
                paid=item_id in paid,
                shown=item_id in seen,
                happened=happened.get(item_id, ()),
            )
        )
    removed = trace.removed if trace else ()
    shopper = short_code(decision.context.shopper_key)
    return SlateTrace(decision, tuple(rows), removed, differs, shopper, trace is not None)


def _find_trace(decision: Decision) -> Trace | None:
    try:
        trace = unpack(decision.trace) if decision.trace else None
    except LogBroken:
        return None
    # A row that does not fit its trace is told by the replay; its parts would be those of other candidates.
    return trace if trace is not None and len(trace.order) == len(decision.candidate_ids) else None


def _parts(trace: Trace | None, n: int) -> list[tuple[Part, ...]]:
    if trace is None:
        return [()] * n
    learned = [weighed(values, float(weight)) for values, weight in zip(trace.values, trace.weights, strict=True)]
    codes = (*trace.codes, *trace.rule_codes)
    table = np.array([*learned, *trace.rule_parts], dtype=np.float64).reshape(len(codes), n)
    found = []
    for i in trace.order:
        parts = [Part(code, float(weight)) for code, weight in zip(codes, table[:, i], strict=True) if weight]
        found.append(tuple(sorted(parts, key=lambda part: -abs(part.weight))))
    return found


def _first_chances(decision: Decision) -> list[float]:
    """Return each candidate's exact probability for the first slot that is drawn; nothing for a policy of old."""
    try:
        policy = make_policy(decision.policy, decision.params)
    except (RecommenderError, TypeError):
        return []
    pinned = set(pinned_places(decision).values())
    free = [i for i in range(len(decision.candidate_ids)) if i not in pinned]
    chances = [0.0] * len(decision.candidate_ids)
    if free:
        drawn = policy.probabilities(np.array(decision.candidate_scores, dtype=np.float64)[free])
        for i, chance in zip(free, drawn.tolist(), strict=True):
            chances[i] = chance
    return chances
