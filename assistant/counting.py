"""Numbers in a shopper's words: places in a list ("number 2", "the 3rd", "1 and 3"), amounts, and the pieces of a list.

Words only: knows no products.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.words import STOP, tokens, word_key, word_set

NUMBERS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "fifty": 50, "hundred": 100, "thousand": 1000,
    "dozen": 12, "couple": 2,
}  # fmt: skip
ORDINALS = {
    "first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
    "tenth": 10, "eleventh": 11, "twelfth": 12,
}  # fmt: skip
MAX_PLACE = 30
_NO_PLACE = "gen|generation|time|times|class|aid|hand|floor|edition|year|grade|party|day|birthday"
PLACE = re.compile(
    rf"(?<!est )(?<!\bmy )(?<!\bour )(?<!cheaper )\b(?:({'|'.join(ORDINALS)}|\d{{1,2}}(?:st|nd|rd|th))"
    rf"|(?:numbers?|no\.?|nr\.?|option|item|#)\s*(\d{{1,2}}|{'|'.join(NUMBERS)}))\b(?![\s-]+(?:{_NO_PLACE})\b)"
    r"|#(\d{1,2})\b",
    re.I,
)
"""One place in a list: "the first", "2nd", "number three", "#4"; never "first aid" or "2nd generation"."""
_POINTER = re.compile(
    rf"\b(?:the|that|this|your|number|option)\s+(?={PLACE.pattern})|\b\d{{1,2}}(?:st|nd|rd|th)\b", re.I
)
MIDDLE = re.compile(r"\b(?:the\s+)?middle\b(?!\s+(?:school|class|east|layer))", re.I)
BEFORE_LAST = re.compile(
    r"\b(?:second|next)[\s-]+(?:to|from the)?[\s-]*last\b|\blast but one\b|\bbefore (?:the )?last\b|\bpenultimate\b",
    re.I,
)
_GLUE = frozenset(["and", "&", ",", "+", "or", "vs", "versus", "with", "to", "against", "from"])
_FILLER = word_set(
    """the number numbers no nr option item items product products one ones please pls plz thanks ok okay yes yeah yep
    sure so then just only hm hmm uh also now well actually rather maybe show open see me view compare tell about more
    add buy order put get take give gimme grab have pick choose i ill i'll id i'd want like would let lets let's us look
    at check in into my cart basket bag trolley difference differences between is are what what's whats how which better
    of them these those think go for very info information details detail describe tell zoom on a closer"""
)
_COUNTED_WORDS = 3
_BEFORE_ONE = frozenset(["the", "this", "that", "last", "which"])
_TOKEN = re.compile(r"#?\d+(?:st|nd|rd|th)?\b|[^\W\d_]+(?:'[^\W\d_]+)?|[&,+]", re.I)
_CUT = re.compile(
    r"\s*[,;+&]\s*(?:and\s+|also\s+|then\s+)*|\s+(?:and|plus|as well as|also|then)\s+(?:also\s+|then\s+)?"
    r"|(?<=[.!?])\s+|\n+",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a message: its text, and where it stands (character offsets)."""

    text: str
    start: int
    end: int


def number(word: str) -> int | None:
    """The number that a word or digits say; None for anything else."""
    said = word.casefold()
    return int(said) if said.isdigit() else NUMBERS.get(said)


def place(word: str) -> int | None:
    """The place (from 1) that "first", "2nd", "#3" or "three" say; None for anything else."""
    said = word.casefold().lstrip("#")
    found = re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)?", said)
    return int(found[1]) if found else ORDINALS.get(said) or NUMBERS.get(said)


def is_ordinal(word: str) -> bool:
    """Whether a word is "first", "2nd" and so on."""
    return word.casefold() in ORDINALS or re.fullmatch(r"\d{1,2}(?:st|nd|rd|th)", word, re.I) is not None


def places(text: str) -> tuple[int, ...]:
    """The places in a list (from 1) that the words name, in their order: ordinals, else numbers that stand alone."""
    found = [place(next(group for group in match.groups() if group)) for match in PLACE.finditer(text)]
    return tuple(n for n in found if n is not None) or numbers_alone(text)


def numbers_alone(text: str) -> tuple[int, ...]:
    """The numbers of a message that says nothing else but what to do with them: "2", "compare 1 and 3", "open 4"."""
    words = [word.casefold() for word in _TOKEN.findall(text)]
    if re.search(r"[$€£¥%]|\d[.:/]\d|[-−]\d|\b(?:\d|one|two|three)\s+more\b", text, re.I):
        return ()
    several = any(word in _GLUE for word in words)
    found: list[int] = []
    for before, word in zip(["", *words], words, strict=False):
        said = place(word)
        if word == "one" and (not several or before in _BEFORE_ONE or is_ordinal(before)):
            continue  # "The second one" and "this one" are no number one.
        if said is not None:
            found.append(said)
        elif word not in _GLUE and word not in _FILLER:
            return ()
    return tuple(found) if all(0 < n <= MAX_PLACE for n in found) else ()


def counted_by(text: str) -> str:
    """The words that may tell what the places of a text count: "second tent" of "is the second tent heavy"; those
    behind other words tell something else ("does the first charge my phone")."""
    rows = []
    for match in PLACE.finditer(text):
        before = [token.text for token in tokens(text[: match.start()])][-1:]
        rows += [*before, *_counted(text[match.end() :])]
    return " ".join(rows)


def things_counted(text: str) -> list[list[str]]:
    """Of each place in a text, the keys of the words behind it: [["tent"], []] of "the first tent or the 2nd"."""
    return [[word_key(word) for word in _counted(text[match.end() :])] for match in PLACE.finditer(text)]


def _counted(behind: str) -> list[str]:
    words = [token.text for token in tokens(behind)]
    words = words[1:] if words[:1] == ["of"] else words
    plain = next((i for i, word in enumerate(words) if word_key(word) in STOP), len(words))
    return words[: min(plain, _COUNTED_WORDS)]


def points_by_place(text: str) -> bool:
    """Whether the words point at a place of a list, whether it is there or not: "the 3rd", "second please", "2"."""
    return bool(
        _POINTER.search(text)
        or numbers_alone(text)
        or re.search(r"\b(?:the\s+)(?:last|middle)\s*(?:one|item|product)?\s*[?.!]*$", text, re.I)
        or is_bare(text)
    )


def is_bare(text: str) -> bool:
    """Whether the words do nothing but point at places: "the first", "first please", "the middle one", "show me #2"."""
    rest, count = text, 0
    for pattern in (BEFORE_LAST, PLACE, MIDDLE, re.compile(r"\blast\b", re.I)):
        rest, found = pattern.subn(" ", rest)
        count += found
    left = [word.casefold() for word in _TOKEN.findall(rest)]
    return bool(numbers_alone(text)) or (count > 0 and all(word in _FILLER or word in _GLUE for word in left))


def pieces(text: str, titles: Sequence[str] = ()) -> list[Piece]:
    """Cut a text at commas, "and" and sentence ends, but never inside one of the titles."""
    kept = [match.span() for title in titles for match in re.finditer(re.escape(title.casefold()), text.casefold())]
    cuts = [m.span() for m in _CUT.finditer(text) if not any(a < m.end() and m.start() < b for a, b in kept)]
    starts, ends = [0, *(end for _, end in cuts)], [*(start for start, _ in cuts), len(text)]
    return [Piece(text[a:b].strip(), a, b) for a, b in zip(starts, ends, strict=True) if text[a:b].strip()]
