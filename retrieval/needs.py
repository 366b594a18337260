"""Cut a message into its needs: "a tent, a sleeping bag and hiking boots" is three.

Cuts only between two kinds of product that a comma, "and" or the like separates.
"""

from __future__ import annotations

import re

from retrieval.linking import Link
from retrieval.price_words import PricePhrase
from retrieval.reading import Mark, Reading

MAX_NEEDS = 4
_SEPARATOR = re.compile(r"[,;.\n]|(?<!\w)(?:and|plus|also|then|as well as)(?!\w)|[&+、，和]", re.IGNORECASE)
_MODIFIER = frozenset("for with like of in inside on to fits under".split())
_ARTICLES = frozenset("a an some the my one two three new another".split())
_FOR_ALL = re.compile(
    r"(?<!\w)(?:all|each|every(?:thing)?|both|total|altogether|in all|per item|a ?piece)(?!\w)", re.IGNORECASE
)


def kind_links(reading: Reading) -> tuple[Link, ...]:
    """The links that name a wanted kind of product: not a negated one, and not one after "for" or "with"."""
    wanted: list[Link] = []
    for link in reading.links:
        if not link.names_kind or _is_modifier(reading, link) or _is_negated(reading, link):
            continue
        if wanted and wanted[-1].end == link.start and not _separated(reading, wanted[-1], link):
            wanted.pop()  # "laptop bag": the last noun says what it is
        wanted.append(link)
    return tuple(wanted)


def split_needs(reading: Reading) -> tuple[Reading, ...]:
    """Return one reading per need, in order; the whole reading where there is one."""
    kinds = kind_links(reading)
    starts = [0]
    for before, after in zip(kinds, kinds[1:], strict=False):
        cut = _cut(reading, before, after)
        if cut is not None:
            starts.append(cut)
    if len(starts) == 1:
        return (reading,)
    ends = [*starts[1:], len(reading.tokens)]
    shared = _shared_prices(reading)
    parts = []
    for start, end in list(zip(starts, ends, strict=True))[:MAX_NEEDS]:
        first, last = reading.tokens[start].start, reading.tokens[end - 1].end
        own = tuple(p for p in reading.prices if first <= p.start < last and p not in shared)
        parts.append(reading.part(start, end, own or shared))
    return tuple(parts)


def _is_modifier(reading: Reading, link: Link) -> bool:
    position = link.start - 1
    while position >= 0 and reading.tokens[position].folded in _ARTICLES:
        position -= 1
    return position >= 0 and reading.marks[position] is None and reading.tokens[position].folded in _MODIFIER


def _is_negated(reading: Reading, link: Link) -> bool:
    return link.start > 0 and reading.marks[link.start - 1] is Mark.NEGATION


def _between(reading: Reading, before: Link, after: Link) -> tuple[int, str]:
    start = reading.tokens[before.end - 1].end
    return start, reading.text[start : reading.tokens[after.start].start]


def _separated(reading: Reading, before: Link, after: Link) -> bool:
    return _SEPARATOR.search(_between(reading, before, after)[1]) is not None


def _cut(reading: Reading, before: Link, after: Link) -> int | None:
    """Token position where the need of `after` starts; None where both are one need."""
    offset, between = _between(reading, before, after)
    cuts = [offset + match.end() for match in _SEPARATOR.finditer(between)]
    if not cuts:
        return None
    positions = [
        next(i for i in range(before.end, after.start + 1) if i == after.start or reading.tokens[i].start >= cut)
        for cut in cuts
    ]
    for position in reversed(positions):
        if reading.tokens[position].folded in _ARTICLES:
            return position
    return positions[0]


def _shared_prices(reading: Reading) -> tuple[PricePhrase, ...]:
    """Limits that are said of all needs ("all under $100")."""
    return tuple(
        p
        for p in reading.prices
        if _FOR_ALL.search(reading.text[max(0, p.start - 20) : p.start])
        or _FOR_ALL.match(reading.text[p.end :].strip())
    )
