"""The trace of one slate in words and bars. Pure: no HTML."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from assistant.slate_trace import CandidateRow, SlateTrace
from assistant.text import clean
from ui.owner_words import HAPPENED, acted_words, part_words, percent, removed_words, surface_words, without_words

HEAD = 12
"""So many candidates stand in the table at once; the rest can be opened."""


@dataclass(frozen=True, slots=True)
class PartView:
    """One part of a score: its name, its signed number, and its length in percent of the longest score."""

    name: str
    number: str
    width: float
    negative: bool


@dataclass(frozen=True, slots=True)
class RowView:
    """One candidate."""

    place: int
    title: str
    item_id: str
    sources: str
    parts: tuple[PartView, ...]
    score: str
    first_chance: str
    slot: int | None
    chance: str
    pinned: bool
    paid: bool
    shown: bool
    happened: str


@dataclass(frozen=True, slots=True)
class SlateView:
    """One slate: its facts as pairs, its slots, all candidates, what was removed and what acted.

    Args:
        old: whether nothing was kept to compute it again from: it was imported, or comes from an older version.
    """

    decision_id: str
    at: datetime
    query: str
    asked: str
    surface: str
    facts: tuple[tuple[str, str], ...]
    slots: tuple[RowView, ...]
    head: tuple[RowView, ...]
    rest: tuple[RowView, ...]
    removed: tuple[tuple[str, str], ...]
    acted: tuple[str, ...]
    default: tuple[str, ...]
    as_chosen: bool
    seen: tuple[str, ...]
    differs: str
    traced: bool
    old: bool


def slate_view(trace: SlateTrace, titles: Mapping[str, str]) -> SlateView:
    """Write a trace."""
    decision = trace.decision
    longest = max((sum(abs(part.weight) for part in row.parts) for row in trace.rows), default=0.0) or 1.0
    rows = {row.item_id: _row(row, titles, longest) for row in trace.rows}
    every = tuple(rows[row.item_id] for row in trace.rows)
    name = _namer(titles)
    return SlateView(
        decision_id=decision.decision_id,
        at=datetime.fromtimestamp(decision.context.now, UTC),
        query=clean(decision.context.query),
        asked=without_words(decision.context.surface),
        surface=surface_words(decision.context.surface),
        facts=_facts(trace),
        slots=tuple(rows[row.item_id] for row in trace.slots),
        head=every[:HEAD],
        rest=every[HEAD:],
        removed=tuple((removed_words(what), ", ".join(map(name, ids))) for what, ids in trace.removed),
        acted=tuple(acted_words(guard, titles) for guard in decision.guards),
        default=tuple(map(name, decision.default_ids)) if decision.default_ids != decision.chosen_ids else (),
        as_chosen=trace.as_chosen,
        seen=tuple(map(name, decision.seen_ids)),
        differs=clean(trace.differs),
        traced=trace.traced,
        old=not decision.trace,
    )


def outcome_words(happened: Sequence[str]) -> str:
    """Say what a shopper did with an item."""
    return ", ".join(HAPPENED.get(kind, kind.replace("_", " ")) for kind in happened)


def _namer(titles: Mapping[str, str]) -> Callable[[str], str]:
    return lambda item_id: clean(titles.get(item_id, item_id))


def _facts(trace: SlateTrace) -> tuple[tuple[str, str], ...]:
    decision = trace.decision
    streams = {"uniform": "the hold-out that draws evenly", "canary": "a release on trial", "live": "all shoppers"}
    facts = [
        ("Shopper", f"{trace.shopper}{' (' + decision.segment + ')' if decision.segment else ''}"),
        ("Part of", streams[decision.stream]),
        ("Policy", decision.policy),
        ("Release", decision.policy_version.replace("-", " ") or "none"),
        ("Chance of this very slate", f"{decision.slate_probability:.3g}"),
        ("Took", f"{decision.latency_us / 1000:.1f} ms" if decision.latency_us else "not measured"),
    ]
    facts += [(f"Experiment {clean(name)}", clean(arm)) for name, arm in decision.experiments.items()]
    return tuple(facts)


def _row(row: CandidateRow, titles: Mapping[str, str], longest: float) -> RowView:
    return RowView(
        place=row.place,
        title=clean(titles.get(row.item_id, row.item_id)),
        item_id=row.item_id,
        sources=", ".join(_source(source, titles) for source in row.sources),
        parts=tuple(
            PartView(
                part_words(part.code),
                f"{part.weight:+.3f}".replace("-", "−"),
                round(100 * abs(part.weight) / longest, 2),
                part.weight < 0,
            )
            for part in row.parts
        ),
        score=f"{row.score:.3f}".replace("-", "−"),
        first_chance=_chance(row.first_chance),
        slot=row.slot,
        chance=_chance(row.chance),
        pinned=row.pinned,
        paid=row.paid,
        shown=row.shown,
        happened=outcome_words(row.happened),
    )


def _source(source: str, titles: Mapping[str, str]) -> str:
    kind, _, item_id = source.partition(":")
    words = kind.replace("_", " ")
    return f"{words} {clean(titles.get(item_id, item_id))}" if item_id else words


def _chance(chance: float | None) -> str:
    if chance is None:
        return "–"
    return "100 %" if chance == 1.0 else "0 %" if chance == 0.0 else percent(chance, 1 if chance >= 0.001 else 3)
