"""Kinds of product mined from titles, for catalogues that state no categories.

A kind is a short phrase that heads many titles of several brands ("toner cartridge", "notebook"): in a title it is followed by
a number, a value or the end far more often than by another word. It guides understanding, and is never a filter,
because some of what is mined will not be a kind of product.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence, Set

from retrieval.words import GENERIC_HEADS, STOP, has_digit, word_key, words

_LONGEST = 3
_HEAD_SHARE = 0.3
_BRANDS = 3


def mine_types(titles: Sequence[str], brands: Sequence[str | None], modifiers: Set[str]) -> dict[str, int]:
    """Find the phrases that head titles.

    Args:
        titles: as the shop writes them.
        brands: of the same products.
        modifiers: word keys of stated values (colours, materials …), which follow or precede a kind but are none.

    Returns:
        Phrase, folded as in titles, e.g. "toner cartridge" -> number of titles.
    """
    seen: Counter[str] = Counter()
    heads: Counter[str] = Counter()
    spread: dict[str, set[str]] = defaultdict(set)
    for title, brand in zip(titles, brands, strict=True):
        own = {word_key(word) for word in words(brand or "")}
        said = set[str]()
        for run in _runs(title, own):
            for end in range(len(run), 0, -1):
                is_head = all(key in modifiers for key in run[end:])
                for start in range(max(0, end - _LONGEST), end):
                    phrase = " ".join(run[start:end])
                    if phrase in said or run[end - 1] in modifiers or run[end - 1] in GENERIC_HEADS:
                        continue
                    said.add(phrase)
                    seen[phrase] += 1
                    heads[phrase] += is_head
                    spread[phrase].add((brand or "").casefold())
    least = max(4, len(titles) // 3000)
    return {
        phrase: count
        for phrase, count in seen.items()
        if count >= least
        and len(spread[phrase]) >= _BRANDS
        and heads[phrase] >= _HEAD_SHARE * count
        and len(phrase) > 1
    }


def _runs(title: str, own: Set[str]) -> list[list[str]]:
    """Stretches of a title's word keys between numbers, grammar words and the brand."""
    runs: list[list[str]] = [[]]
    for word in words(title):
        key = word_key(word)
        if has_digit(word) or key in STOP or key in own:
            runs.append([])
        else:
            runs[-1].append(key)
    return [run for run in runs if run]


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
