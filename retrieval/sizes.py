"""Sizes: "size 8", "size M", "EU 42", "in a medium", "a size 10".

Knows the letters that stand for sizes and the regions that count them; which sizes there are is the catalogue's.
"""

from __future__ import annotations

import re

from retrieval.choices import Choices
from retrieval.filters import AttributeIn
from retrieval.measures import Measure
from retrieval.units import convert
from retrieval.words import phrase_key

_LETTERS = {
    "extra small": "XS", "x-small": "XS", "xsmall": "XS", "small": "S", "medium": "M", "large": "L",
    "extra large": "XL",
    "x-large": "XL", "xlarge": "XL", "xx-large": "XXL", "xxlarge": "XXL", "2xl": "XXL", "xxl": "2XL",
}  # fmt: skip
_WRITTEN = (
    r"x{1,4}[\s-]?(?:small|large)|extra (?:small|large)|small|medium|large|\d?x{0,4}[sml]|"
    r"\d{1,3}(?:[.,]\d)?(?:\s?/\s?\d{1,3})?[a-z]?"
)
_LONE = re.compile(
    rf"(?:(?:in|a|an|ok|okay|the|make it)\s+)*(?P<size>{_WRITTEN})(?:\s*,?\s*(?:please|pls|thanks))?[.!]?", re.I
)
_MORE = re.compile(rf"\s*(?:,|/|or|and)\s*(?:size )?(?P<size>{_WRITTEN})(?![\w%-])", re.IGNORECASE)
_COMES_IN_SIZES = 0.8
_REGION = r"(?P<region>us|uk|eu|eur)"
_END = r"(?=\s*(?:[,.;!?]|$)|\s(?:please|and|but|or|under|below|for|from|with)\b)"
_WEARS = (
    r"(?:i|he|she|they|we)(?:'?d|'?ll| can| could| would| do)?(?: also| usually| normally)? (?:wears?|takes?|needs?)"
)
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?<![\w-])(?:size[sd]?|sz\.?)(?:(?: is| of|:)? |:|(?=\d))(?:{_REGION} ?)?(?P<size>{_WRITTEN})(?![\w%-])",
        rf"(?<![\w-]){_REGION}(?: size)? ?(?P<size>\d{{1,3}}(?:[.,]5)?)(?![\w%-])",
        rf"(?<![\w-])(?P<size>{_WRITTEN})[\s-](?:sized?)(?!\w)",
        rf"(?<![\w-])in (?:an? )?(?P<size>extra small|extra large|small|medium|large|x{{0,4}}[sml]){_END}",
        rf"(?<![\w'’])(?:i'?m|i am|{_WEARS})(?: (?:usually|normally|also|always|more of|rather))* (?:an? )?"
        rf"(?P<size>{_WRITTEN})(?=\s*(?:[,.;!?]|$)|\s(?:in|and|but|or|now|not|too|then|for|please|usually)\b)",
        rf"(?<![\w-])(?P<size>{_WRITTEN}) (?:would )?(?:fits?|suits?)(?! in)(?:\s|$|[,.!])",
        r"(?P<size>\d{2,3}|[XSML]{1,4})[码号]",
        r"(?<![\w-])(?P<size>x{0,4}[sml])(?= ?(?:,|/|or) ?x{0,4}[sml](?![\w-]))",
        r"(?-i:(?<![\w'’&-])(?P<size>X{0,4}[SML]|[2-5]XL))(?=\s*(?:[,.;!?]|$|\s(?:please|and|or)\b))",
    )
)
_AMONG_WORDS = re.compile(r"(?<![\w'’&-])(?<!\d )(?P<size>X{0,4}[SML]|[2-5]XL)(?=\s(?!shaped?\b))")


def lone_size(text: str) -> str | None:
    """Return the size of a message that says nothing else, e.g. "M" for "M please"; None for any other message."""
    match = _LONE.fullmatch(text.strip())
    return match["size"] if match else None


def find_size(text: str, choices: Choices) -> AttributeIn | None:
    """Find a size that is said and that products of these kinds come in.

    Args:
        text: cleaned message, or the part of it that is one need.
        choices: the catalogue, from the wanted kinds of product.
    """
    asked: str | None = None
    # Beside a kind that comes in sizes, a capital between other words is one too: "rain jacket M black".
    for pattern in (*_PATTERNS, _AMONG_WORDS) if choices.kinds else _PATTERNS:
        for match in pattern.finditer(text):
            region = match.groupdict().get("region") or ""
            found = _stated(_spellings(match["size"], region), choices)
            if found:
                return _with_more(found, text, match.end(), choices)
            if pattern in _PATTERNS[:2] and asked is None:
                asked = f"{region} {match['size']}".strip().upper()
    if asked is None:
        return None
    return (_holding(float(asked), None, choices) if asked.isdecimal() else None) or _unmet(asked, choices)


def find_held_size(measure: Measure, choices: Choices) -> AttributeIn | None:
    """Find the sizes, stated as spans, that hold a measure: of helmets, "56-60 cm" for "58 cm"."""
    return None if measure.about is None else _holding(measure.about, measure.unit, choices)


def _holding(number: float, unit: str | None, choices: Choices) -> AttributeIn | None:
    """The sizes of these kinds, stated as spans, that hold a number; without a unit, it counts in theirs."""
    held: dict[str, list[str]] = {}
    for span in choices.vocabulary.size_spans if choices.kinds else ():
        within = number if unit is None else convert(number, unit, span.unit) if span.unit else None
        stated = choices.count(span.use.by_kind, span.use.count) and choices.states(span.use.name) >= choices.coverage
        if stated and within is not None and span.low <= within <= span.high:
            held.setdefault(span.use.name, []).append(span.use.value)
    return next((AttributeIn(name, tuple(values)) for name, values in held.items()), None)


def _with_more(size: AttributeIn, text: str, end: int, choices: Choices) -> AttributeIn:
    """Add the sizes that follow as alternatives: "M or L"."""
    values = [*size.values]
    while more := _MORE.match(text, end):
        found = _stated(_spellings(more["size"], ""), choices)
        if found is None or found.name != size.name:
            break
        values += found.values
        end = more.end()
    return AttributeIn(size.name, tuple(dict.fromkeys(values)))


def _unmet(asked: str, choices: Choices) -> AttributeIn | None:
    """A size that is clearly said, of a kind of product that comes in sizes, but not in this one."""
    shares = {name: choices.states(name) for name in choices.vocabulary.sizes} if choices.kinds else {}
    best = max(shares, key=lambda name: (shares[name], name), default=None)
    return AttributeIn(best, (asked,)) if best and shares[best] >= _COMES_IN_SIZES else None


def _spellings(said: str, region: str) -> list[str]:
    """How a catalogue may write a size, most likely first."""
    plain = said.casefold().replace(",", ".")
    letters = _LETTERS.get(plain, _LETTERS.get(plain.replace(" ", "-"), plain))
    regions = [region] if region else ["", "EU", "US", "UK"]
    return [phrase_key(f"{prefix} {form}") for form in dict.fromkeys((plain, letters)) for prefix in (*regions, "")]


def _stated(keys: list[str], choices: Choices) -> AttributeIn | None:
    vocabulary = choices.vocabulary
    for key in dict.fromkeys(keys):
        uses = [use for use in vocabulary.values.get(key, ()) if use.name in vocabulary.sizes]
        fitting = [
            use
            for use in uses
            if choices.count(use.by_kind, use.count) and choices.states(use.name) >= choices.coverage
        ]
        if fitting:
            best = max(fitting, key=lambda use: choices.count(use.by_kind, use.count))
            return AttributeIn(best.name, (best.value,))
    return None
