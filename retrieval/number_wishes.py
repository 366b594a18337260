"""The numbers of one need as typed wishes: measures, sizes of two sides, headcounts, degrees, bounds and spans.

Where several attributes of the wanted kind may be meant and none stands out, nothing is made of a number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Set
from dataclasses import replace

from retrieval.choices import Choices
from retrieval.filters import AttributeRange
from retrieval.measures import (
    Measure,
    as_fluid,
    choose_range,
    find_area,
    find_bounded,
    find_degrees,
    find_headcount,
    find_named,
    find_spans,
)
from retrieval.need_draft import NeedDraft
from retrieval.needs import kind_links
from retrieval.reading import Reading
from retrieval.units import find_unit
from retrieval.vocabulary import AttributeStats
from retrieval.words import has_digit, word_key, word_set

_NEAR_NUMBER = 25
_AS_MUCH = 1.5
"""How far outside of what a kind holds a capacity may be that is asked of it."""
_BORNE, _AT_MOST = word_set("load weight user rider"), word_set("max maximum capacity limit")
"""A name with a word of both states what something bears ("max_load"); the "load" of a dumbbell is its own."""
_BEARS = re.compile(r"(?<!\w)(?:holds?|supports?|bears?|carr(?:y|ies)|withstands?|takes?)\s*$", re.IGNORECASE)


def read_numbers(need: NeedDraft) -> None:
    """Add the wishes that the numbers of a need say."""
    _read_area(need)
    _read_measures(need)
    _read_named_numbers(need)
    _read_bounded(need)
    _read_spans(need)


def _read_area(need: NeedDraft) -> None:
    """Read "50 by 60 inches" as length and width, where the wanted kind states both."""
    tokens, stats = need.reading.tokens, need.choices.vocabulary.attributes
    sides = [stats.get(name) for name in ("length", "width")]
    found = find_area(need.reading.text) if tokens and need.choices.kinds else None
    if found is None or not all(side and need.choices.share_of(side) >= need.choices.coverage for side in sides):
        return
    inside = {i for i, token in enumerate(tokens) if found[0].start <= token.start < found[0].end}
    wishes = [
        _range(side, frozenset([name]), need.choices) for side, name in zip(found, ("length", "width"), strict=True)
    ]
    if inside and not inside & need.dropped and all(wish and wish.name in ("length", "width") for wish in wishes):
        need.wishes += [wish for wish in wishes if wish]
        need.claimed |= inside


def _read_measures(need: NeedDraft) -> None:
    reading, taken = need.reading, {wish.key for wish in need.wishes}
    degrees = _degrees(need)
    spoken = [m for m in reading.measures if not degrees or m.end <= degrees.start or degrees.end <= m.start]
    for measure in (*([degrees] if degrees else []), *spoken, *_unspoken(need)):
        inside = {i for i, token in enumerate(reading.tokens) if measure.start <= token.start < measure.end}
        numbers = {i for i in inside if has_digit(reading.tokens[i].text)}
        if inside & need.dropped or numbers & need.claimed or _is_taken(reading, inside, taken):
            continue
        first, last = measure.start - _NEAR_NUMBER, measure.end + _NEAR_NUMBER
        near = frozenset(token.key for token in reading.tokens if first <= token.start <= last)
        chosen = _fluid_range(measure, near, need.choices) or _range(measure, near, need.choices)
        if chosen and (least := _least_load(chosen, measure, reading.text)) is not None:
            chosen = _range(least, near, need.choices)
        if chosen and chosen.key not in taken:
            need.wishes.append(chosen)
            need.claimed |= inside
            taken.add(chosen.key)


def _range(measure: Measure, near: frozenset[str], choices: Choices) -> AttributeRange | None:
    return choose_range(measure, choices.vocabulary.numeric, near, choices.share_of, choices.coverage)


def _fluid_range(measure: Measure, near: frozenset[str], choices: Choices) -> AttributeRange | None:
    """What ounces mean where the wanted kind holds about so much: a "16 oz bottle" weighs something else."""
    fluid = as_fluid(measure, near)
    chosen = _range(fluid, near, choices) if fluid else None
    held = choices.range_of(choices.vocabulary.attributes[chosen.name]) if chosen else None
    if chosen is None or held is None:
        return None
    low, high = held[0] / _AS_MUCH, held[1] * _AS_MUCH
    return chosen if any(low <= end <= high for end in (chosen.min, chosen.max) if end is not None) else None


def _least_load(wish: AttributeRange, measure: Measure, text: str) -> Measure | None:
    """The measure as a least one, where it is said what something has to bear: "for 130 kg", "holds up to 130 kg"."""
    words = set(wish.name.split("_"))
    if not (words & _BORNE and words & _AT_MOST and _dimension(measure.unit) == "mass"):
        return None
    bears = measure.low is None and _BEARS.search(text[: measure.start])
    number = measure.high if bears else measure.about
    return None if number is None else replace(measure, low=number, high=None)


def _unspoken(need: NeedDraft) -> Iterator[Measure]:
    """Measures whose unit the wanted kind tells, where nothing else does: "tent for 2", "sleeping bag down to -10"."""
    tokens = need.reading.tokens
    if not tokens or not need.choices.kinds:
        return
    first = tokens[0].start
    text = need.reading.text[first : tokens[-1].end]
    spoken = any(_dimension(measure.unit) == "persons" for measure in need.reading.measures)
    if not spoken and (found := find_headcount(text)) is not None and _states(need, "persons"):
        yield replace(found, start=found.start + first, end=found.end + first)


def _degrees(need: NeedDraft) -> Measure | None:
    """Down to which temperature something is meant, where the wanted kind is measured in degrees: "for minus 5" is no
    wish for just that."""
    tokens = need.reading.tokens
    if not tokens or not need.choices.kinds:
        return None
    first = tokens[0].start
    found = find_degrees(need.reading.text[first : tokens[-1].end])
    if found is None or not _states(need, "temperature"):
        return None
    return replace(found, start=found.start + first, end=found.end + first)


def _states(need: NeedDraft, dimension: str) -> bool:
    """Whether the wanted kinds are measured in this dimension."""
    stats = (stat for stat in need.choices.vocabulary.numeric if _dimension(stat.unit or "") == dimension)
    return any(need.choices.share_of(stat) >= need.choices.coverage for stat in stats)


def _dimension(name: str) -> str | None:
    unit = find_unit(name)
    return unit.dimension if unit else None


def _read_named_numbers(need: NeedDraft) -> None:
    taken = {wish.key for wish in need.wishes}
    tokens = need.reading.tokens
    if not any(has_digit(token.text) for token in tokens):
        return
    keys = {token.key for token in tokens}
    named = (s for s in need.choices.vocabulary.plain_numbers if keys.issuperset(map(word_key, s.name.split("_"))))
    stats = [stat for stat in named if need.choices.share_of(stat) >= need.choices.coverage]
    first, last = (tokens[0].start, tokens[-1].end) if tokens else (0, 0)
    for start, end, wish in find_named(need.reading.text, stats):
        if wish.key not in taken and first <= start and end <= last:
            need.wishes.append(wish)
            need.claimed |= {i for i, token in enumerate(tokens) if start <= token.start < end}


def _read_bounded(need: NeedDraft) -> None:
    """Read a number with a limit and no unit by the one number of the wanted kind that is named beside it and goes so
    far: "good battery, 5000 at least"."""
    tokens, taken = need.reading.tokens, {wish.key for wish in need.wishes}
    if not need.choices.kinds or not tokens:
        return
    called = {i for link in kind_links(need.reading) for i in range(link.start, link.end)}
    for start, end, low, high in find_bounded(need.reading.text):
        inside = {i for i, token in enumerate(tokens) if start <= token.start < end}
        priced = any(price.start < end and start < price.end and price.sure for price in need.reading.prices)
        if priced or not inside or inside & (need.claimed | need.dropped):
            continue
        first, last = start - _NEAR_NUMBER, end + _NEAR_NUMBER
        # The "power" of "power bank under 50" is a part of what the kind is called, and names no number.
        near = {token.key for i, token in enumerate(tokens) if first <= token.start <= last and i not in called}
        meant = [stats for stats in need.choices.vocabulary.numeric if _may_mean(stats, near, low or high or 0.0, need)]
        if len(meant) == 1 and f"attribute:{meant[0].name}" not in taken:
            need.wishes.append(AttributeRange(meant[0].name, low, high, meant[0].unit))
            need.claimed |= inside


def _may_mean(stats: AttributeStats, near: Set[str], number: float, need: NeedDraft) -> bool:
    """Whether a number may be of this attribute: it is named, widely stated, and holds about so much."""
    named = not near.isdisjoint(word_key(word) for word in stats.name.split("_"))
    held = need.choices.range_of(stats) if named and need.choices.share_of(stats) >= need.choices.coverage else None
    return held is not None and held[0] / _AS_MUCH <= number <= held[1] * _AS_MUCH


def _read_spans(need: NeedDraft) -> None:
    """Read how many there are to be, of what the wanted kind states the fewest and the most ("for 4 players")."""
    tokens = need.reading.tokens
    if not need.choices.kinds or not tokens:
        return
    pairs = need.choices.vocabulary.spans
    stated = [pair for pair in pairs if all(need.choices.share_of(stat) >= need.choices.coverage for stat in pair)]
    first, last = tokens[0].start, tokens[-1].end
    for start, end, wishes in find_spans(need.reading.text, stated):
        if first <= start and end <= last:
            need.wishes += wishes
            need.claimed |= {i for i, token in enumerate(tokens) if start <= token.start < end}


def _is_taken(reading: Reading, inside: set[int], taken: set[str]) -> bool:
    """Whether the words of a measure are already a wish for a stated value ("256 GB")."""
    names = (use.name for link in reading.links if link.start in inside for use in link.values)
    return any(f"attribute:{name}" in taken for name in names)
