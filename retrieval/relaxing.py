"""Where nothing fits: which wish to give up, and how far to move a limit, each with what that gives, exactly counted.

A wish that is given up or moved takes its words along, so that every count is what the next search finds. Knows
neither words nor meaning: whoever searches says which rows match.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import combinations

import numpy as np

from retrieval.columns import Columns
from retrieval.filters import AttributeIn, AttributeRange, Constraint, MinRating, PriceRange, number_of
from retrieval.index import Rows
from retrieval.results import Loosening, Relaxation, SearchRequest
from retrieval.wish_words import without_words_of

Matcher = Callable[[str, tuple[Constraint, ...]], Rows]
"""Rows that match a text under constraints."""
_MAX_PAIRS = 45

_SAME_SCALE = 0.25
"""How far another size may lie, as a share of the one asked for."""


def relaxations(request: SearchRequest, match: Matcher) -> tuple[Relaxation, ...]:
    """Count what giving up one wish would show; where none helps alone, giving up two.

    Args:
        request: one that nothing fits.
        match: says which rows match.

    Returns:
        Those that keep the kind first, and most products first; empty where no wish, and no two, stand in the way.
    """
    keys = tuple(dict.fromkeys(wish.key for wish in request.constraints))
    for size in (1, 2):
        found = []
        for dropped in list(combinations(keys, size))[:_MAX_PAIRS]:
            given_up = [wish for wish in request.constraints if wish.key in dropped]
            kept = tuple(wish for wish in request.constraints if wish.key not in dropped)
            count = len(match(_without(request.text, given_up), kept))
            if count:
                label = " and ".join(wish.label() for wish in given_up)
                found.append(Relaxation("+".join(dropped), label, count))
        if found:
            # The kind is what the shopper came for: it is given up last.
            return tuple(sorted(found, key=lambda r: ("category" in r.drop.split("+"), -r.count, r.drop)))
    return ()


def loosenings(request: SearchRequest, match: Matcher, columns: Columns) -> tuple[Loosening, ...]:
    """Find, for each limit in numbers, the nearest at which something fits while all other wishes hold.

    Args:
        request: one that nothing fits.
        match: says which rows match.
        columns: what the rows state.

    Returns:
        In the order of the wishes; none for a wish without a number, or whose moving alone does not help.
    """
    found = []
    for wish in request.constraints:
        kept = tuple(other for other in request.constraints if other.key != wish.key)
        if len(kept) < len(request.constraints) - 1:
            continue  # "From 10 to 20 and from 30": no one end is in the way.
        text = _without(request.text, [wish])
        moved = _nearest(wish, match(text, kept), kept, columns)
        if moved is not None:
            # In its place, so that the verdicts and chips keep their order.
            wishes = tuple(moved if other is wish else other for other in request.constraints)
            count = len(match(text, wishes))
            # Limits the wrong way round ("from 20 to 10") hold nothing, wherever one of them is moved.
            if count:
                found.append(Loosening(wish.key, moved.label(), moved, count))
    return tuple(found)


def _without(text: str, given_up: Sequence[Constraint]) -> str:
    for wish in given_up:
        text = without_words_of(text, wish)
    return text


def _nearest(wish: Constraint, rows: Rows, kept: Sequence[Constraint], columns: Columns) -> Constraint | None:
    """Move the wish to the nearest number that a variant of `rows` states while it meets the wishes `kept`."""
    as_range = _as_range(wish)
    if as_range is None or not len(rows):
        return None
    low, high = _ends(as_range)
    numbers = columns.stated_by(as_range, rows, [columns.variant_mask(other) for other in kept])
    away = np.maximum(np.maximum(low - numbers, numbers - high), 0.0)
    if not len(numbers) or not away.min() > 0:
        return None
    if isinstance(wish, AttributeIn) and away.min() > _SAME_SCALE * abs(low):
        return None  # Size 12 is not near size 42: it is counted otherwise.
    # Of two that are as near, the smaller.
    nearest = float(numbers[np.lexsort((numbers, away))[0]])
    return _moved(wish, as_range, nearest)


def _as_range(wish: Constraint) -> PriceRange | MinRating | AttributeRange | None:
    """The wish as limits in numbers; None where it has none ("red"), or more than one ("size 41 or 45")."""
    match wish:
        case PriceRange() | MinRating() | AttributeRange():
            return wish
        case AttributeIn(exclude=False) if len(wish.values) == 1:
            found = number_of(wish.values[0])
            return None if found is None else AttributeRange(wish.name, found[0], found[0], found[1] or None)
        case _:
            return None


def _ends(wish: PriceRange | MinRating | AttributeRange) -> tuple[float, float]:
    match wish:
        case PriceRange():
            low, high = wish.min_minor, wish.max_minor
            return (-np.inf if low is None else float(low), np.inf if high is None else float(high))
        case MinRating():
            return (wish.value, np.inf)
        case AttributeRange():
            return (-np.inf if wish.min is None else wish.min, np.inf if wish.max is None else wish.max)


def _moved(wish: Constraint, limits: PriceRange | MinRating | AttributeRange, to: float) -> Constraint:
    """The limits with the end that is in the way at `to`; another value in place of a single one ("size 43")."""
    low, high = _ends(limits)
    match limits:
        case PriceRange():
            return replace(limits, min_minor=int(to)) if to < low else replace(limits, max_minor=int(to))
        case MinRating():
            return MinRating(to)
        case AttributeRange():
            if low == high or limits.is_about:
                return AttributeRange(limits.name, to, to, limits.unit)
            return replace(limits, min=to) if to < low else replace(limits, max=to)
