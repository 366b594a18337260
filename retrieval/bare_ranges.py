"""A range of two plain numbers behind a kind of product: "jacket 80 to 120", "tent 100-200".

It is a price only where it can be nothing else: no number that the kind states lies there, no size is written so, and
the kind costs about so much.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.choices import Choices
from retrieval.linking import Link
from retrieval.price_words import parse_number
from retrieval.product import Money
from retrieval.reading import Reading
from retrieval.words import phrase_key

_RANGE = re.compile(
    r",?\s+(?P<low>\d{2,5})(?:\s?[-–]\s?|\s+to\s+)(?P<high>\d{2,5})"
    r"(?=\s*(?:\Z|[,;!?]|\.(?!\d)|(?:please|pls|and|but|or|with|without|not|no|in|for|that|which)(?!\w)))",
    re.IGNORECASE,
)
_YEARS = range(1900, 2100)
_SIZES_END = 60
"""No usual count of sizes goes further."""
_CLOSE, _DEAR = 2, 10
"""How far below what is cheap for the kind a price may begin, and how far above."""


@dataclass(frozen=True, slots=True)
class BareRange:
    """Where the numbers stand (character offsets), and what they say, in minor units."""

    start: int
    end: int
    low: int
    high: int


def find_bare_range(
    reading: Reading, kind: Sequence[Link], choices: Choices, cheap_minor: int | None, currency: str
) -> BareRange | None:
    """Find the price range that two plain numbers behind a kind of product are; None where they may be something else.

    Args:
        reading: of one need.
        kind: the links that name what is wanted.
        choices: of the wanted kinds.
        cheap_minor: what counts as cheap for them; None where it is not known.
        currency: the shop's ISO 4217 code.
    """
    ends = [reading.tokens[link.end - 1].end for link in kind]
    match = next((match for end in ends if (match := _RANGE.match(reading.text, end))), None)
    if match is None or cheap_minor is None:
        return None
    said = [parse_number(match[name]) for name in ("low", "high")]
    low, high = (float(number) if number is not None else 0.0 for number in said)
    least, most = (Money.from_major(int(number), currency).amount_minor for number in (low, high))
    likely = (
        low < high and cheap_minor / _CLOSE <= most and cheap_minor / _CLOSE / _CLOSE <= least <= cheap_minor * _DEAR
    )
    if not likely or (int(low) in _YEARS and int(high) in _YEARS) or _is_stated(low, high, match, choices):
        return None
    return BareRange(match.start("low"), match.end(), least, most)


def _is_stated(low: float, high: float, match: re.Match[str], choices: Choices) -> bool:
    """Whether the kinds state such numbers: as a measure, in a range that meets this one, or as a size or model."""
    vocabulary = choices.vocabulary
    sized = any(choices.states(name) > 0 for name in vocabulary.sizes)
    if sized and low <= _SIZES_END:
        return True
    numbers = (choices.range_of(stats) for stats in vocabulary.attributes.values())
    if any(held is not None and held[0] <= high and low <= held[1] for held in numbers):
        return True
    uses = (use for name in ("low", "high") for use in vocabulary.values.get(phrase_key(match[name]), ()))
    return any(choices.count(use.by_kind, use.count) for use in uses)
