"""Whom a sentence speaks of: products named by title or a unique part of it, pointed at, or counted together."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.grounding.facts import Facts
from assistant.grounding.lexicon import Lexicon
from assistant.grounding.names import plain
from assistant.grounding.sheets import Sheet

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")
_PLACE = re.compile(
    rf"\b(?:the|number|this|that) ({'|'.join(_ORDINALS)}|last)"
    r"(?= (?:one|option|pick|product|choice|is|has|was|costs|weighs|comes|looks|and)\b|['’]s|[.,!?]|$)",
    re.I,
)
_ONE = re.compile(r"\b(?:it|its|it['’]s|this one|that one)\b|^(?:this|that)\b", re.I)
_THEY = re.compile(r"\b(?:they|they['’](?:re|ve)|them|their)\b", re.I)
_ALL = re.compile(r"\b(?:all|both|each|every|everything|these|those|they|they['’]re)\b", re.I)


@dataclass(frozen=True, slots=True)
class Mention:
    """A product named or pointed at by its place.

    Args:
        start, end: where, in the sentence without its marks.
        sheet: the product.
    """

    start: int
    end: int
    sheet: Sheet


@dataclass(frozen=True)
class Subject:
    """Whom a sentence speaks of.

    Args:
        text: the sentence without marks of emphasis.
        rest: the same with the names of products blanked out.
        mentions: products named, in the order of the sentence.
        about: the products meant; all shown ones where none is named.
        certain: whether they were named or pointed at.
        every: whether the sentence speaks of all of them.
    """

    text: str
    rest: str
    mentions: tuple[Mention, ...]
    about: tuple[Sheet, ...]
    certain: bool
    every: bool


def subject_of(sentence: str, facts: Facts, lexicon: Lexicon) -> Subject:
    """Find whom a sentence speaks of.

    Args:
        sentence: one sentence.
        facts: the products, and what the reply said before.
        lexicon: values that are no names.
    """
    text = plain(sentence)
    mentions = tuple(mentions_in(text, facts, lexicon))
    rest = text
    for mention in mentions:
        rest = rest[: mention.start] + " " * (mention.end - mention.start) + rest[mention.end :]
    everyone = tuple(facts.sheets_shown)
    if mentions:
        sheets = {mention.sheet.product.id: mention.sheet for mention in mentions}
        return Subject(text, rest, mentions, tuple(sheets.values()), True, bool(len(sheets) > 1))
    if _ONE.search(text) or _THEY.search(text):
        talked = _talked_about(facts, lexicon)
        if talked is not None:
            return Subject(text, rest, (), (talked,), True, False)
    certain = len(everyone) == 1
    return Subject(text, rest, (), everyone, certain, bool(_ALL.search(text)))


def mentions_in(text: str, facts: Facts, lexicon: Lexicon) -> list[Mention]:
    """Products named in a text without marks, first come first; overlapping names count once."""
    found: list[Mention] = []
    for sheet, pattern in facts.names(lexicon.values):
        found += [Mention(match.start(), match.end(), sheet) for match in pattern.finditer(text)]
    shown = facts.sheets_shown
    for match in _PLACE.finditer(text):
        place = len(shown) - 1 if match.group(1).lower() == "last" else _ORDINALS.index(match.group(1).lower())
        if 0 <= place < len(shown):
            found.append(Mention(match.start(), match.end(), shown[place]))
    found.sort(key=lambda mention: (mention.start, -mention.end))
    rows: list[Mention] = []
    for mention in found:
        if not rows or mention.start >= rows[-1].end:
            rows.append(mention)
    return rows


def _talked_about(facts: Facts, lexicon: Lexicon) -> Sheet | None:
    """The product that "it" means: the one named last in the reply so far, else the only one, else the one in focus."""
    before = mentions_in(plain(facts.before), facts, lexicon)
    if before:
        return before[-1].sheet
    if len(facts.sheets_shown) == 1:
        return facts.sheets_shown[0]
    return None
