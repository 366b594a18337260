"""Kinds of product mined from titles, for catalogues that state no categories.

A kind is a short phrase that heads many titles of several brands ("toner cartridge", "notebook"): it is often
followed by a number, a value or the end of the title. It guides understanding, and is never a filter, because some of
what is mined will not be a kind of product.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence, Set

from retrieval.units import find_unit
from retrieval.words import GENERIC_HEADS, STOP, has_digit, word_key, word_set, words

_LONGEST = 3
_HEAD_SHARE = 0.2
_BRANDS = 3
_ADJECTIVES = word_set(
    """original compatible genuine refurbished used standard professional pro premium internal external portable
    wireless wired full high low single dual double triple multi mini micro super ultra"""
)
"""Plain adjectives that titles put behind a kind of product, or in front of it, but that are none."""


def mine_types(titles: Sequence[Sequence[str]], brands: Sequence[str | None], modifiers: Set[str]) -> dict[str, int]:
    """Find the phrases that head titles.

    Args:
        titles: their word keys, in order.
        brands: of the same products.
        modifiers: word keys of stated values (colours, materials …), which follow or precede a kind but are none.

    Returns:
        Phrase, folded as in titles, e.g. "toner cartridge" -> number of titles.
    """
    seen: Counter[str] = Counter()
    heads: Counter[str] = Counter()
    spread: dict[str, set[str | None]] = defaultdict(set)
    modifiers = modifiers | _ADJECTIVES
    names = {word_key(word) for brand in set(brands) for word in words(brand or "")}
    barred = modifiers | names | GENERIC_HEADS
    own = {brand: frozenset(word_key(word) for word in words(brand or "")) for brand in set(brands)}
    for title, brand in zip(titles, brands, strict=True):
        for phrase, is_head in _phrases(title_runs(title, own[brand]), modifiers, barred).items():
            seen[phrase] += 1
            heads[phrase] += is_head
            spread[phrase].add(brand)
    least = max(4, len(titles) // 3000)
    return {
        phrase: count
        for phrase, count in seen.items()
        if count >= least
        and len(spread[phrase]) >= _BRANDS
        and heads[phrase] >= _HEAD_SHARE * count
        and len(phrase) > 1
    }


def _phrases(runs: list[list[str]], modifiers: Set[str], barred: Set[str]) -> dict[str, bool]:
    """Phrases of a title that may be a kind, each with whether only modifiers follow it."""
    found: dict[str, bool] = {}
    for run in runs:
        is_head = True
        for end in range(len(run), 0, -1):
            is_head = is_head and (end == len(run) or run[end] in modifiers)
            if run[end - 1] in barred:
                continue
            for start in range(end - 1, max(-1, end - 1 - _LONGEST), -1):
                if run[start] in modifiers:
                    break
                found.setdefault(" ".join(run[start:end]), is_head)
    return found


def title_runs(title: Sequence[str], own: Set[str]) -> list[list[str]]:
    """Stretches of a title's word keys between numbers, grammar words and the brand."""
    runs: list[list[str]] = [[]]
    after_number = False
    for key in title:
        number = has_digit(key)
        # What directly follows a number is its unit ("6 pcs", "3 m").
        measure = after_number and (len(key) <= 3 or find_unit(key) is not None)
        if number or measure or len(key) < 2 or key in STOP or key in own:
            runs.append([])
        else:
            runs[-1].append(key)
        after_number = number
    return [run for run in runs if run]


def head_of(run: Sequence[str], modifiers: Set[str]) -> str | None:
    """Return the last word of a stretch that does not only qualify; None where all do."""
    return next((key for key in reversed(run) if key not in modifiers and key not in _ADJECTIVES), None)


def title_types(title_keys: Sequence[str], types: Set[str]) -> tuple[str, ...]:
    """Return the mined kinds that stand in a title, longest first, none inside another."""
    found: list[str] = []
    taken: set[int] = set()
    for length in range(_LONGEST, 0, -1):
        for start in range(len(title_keys) - length + 1):
            place = range(start, start + length)
            phrase = " ".join(title_keys[start : start + length])
            if phrase in types and phrase not in found and taken.isdisjoint(place):
                found.append(phrase)
                taken.update(place)
    return tuple(found)
