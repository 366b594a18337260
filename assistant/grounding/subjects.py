"""Whom a sentence speaks of: products named by title or a unique part of it, pointed at, or counted together."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

from assistant.grounding.facts import Facts
from assistant.grounding.lexicon import Lexicon
from assistant.grounding.names import plain
from assistant.grounding.ordinary import words_of
from assistant.grounding.sheets import Sheet

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")
_PLACE = re.compile(
    rf"\b(?:the|number|this|that) ({'|'.join(_ORDINALS)}|last)"
    r"(?= (?:one|option|pick|product|choice|is|has|was|costs|weighs|comes|looks|and)\b|['’]s|[.,!?]|$)",
    re.I,
)
_JOINED = re.compile(r"\W*(?:and|or|&|nor|,)?\W*(?:and |or |the |both )*\W*", re.I)
_MAKER = re.compile(r"\b(?:from|by|brand|maker|make)\W*$", re.I)
_IT = re.compile(r"\W*(?:it|its|it['’]s|this one|that one|this|that)\b(?! (?:is|are) (?:all|everything))", re.I)
_NONE = re.compile(r"\b(?:none|neither)\b", re.I)
_SEVERAL = re.compile(
    r"\b(?:all|both|each|every|everything|these|those|none|neither|others?|here (?:are|is)|ones|any|some|most"
    r"|i (?:found|see|have)"
    r"|of (?:them|these|those)|(?:one|two|three|four|five|six|\d+) of the \d+"
    r"|the (?:two|three|four|five|six)|products|options|results|picks|prices)\b",
    re.I,
)
_ALL = re.compile(r"\b(?:all|both|each|every|everything|these|those|they|they['’]re)\b", re.I)

UNSTATED = re.compile(
    r"(?:\b(?:not|no|nothing|neither|never|cannot)\b|n['’]t\b)[^.;]{0,40}"
    r"\b(?:stated?|says?|mention\w*|list\w*|know|tell|specif\w*|found|find|sure|information|word)\b",
    re.I,
)
_CLAUSE = re.compile(r"[;:]|,(?!\d)|\b(?:but|and|though|although|yet|while|because)\b", re.I)
_TELLS = re.compile(
    r"\W*+(?!(?:or|nor|whether|if|how|what|which|who|when|where|why)\b).*"
    r"\b(?:is|are|was|were|has|have|had|does|do|did|can|will|comes?|weighs?|costs?|lasts?|works?|fits?|holds?|made)\b",
    re.I,
)
_OPEN = re.compile(
    r"^(?:if|should) you\b|^(?:would|do|shall|should|which|what|are you|is there|want|how|can i|may i)\b.*\?$", re.I
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A product named or pointed at by its place.

    Args:
        start, end: where, in the sentence without its marks.
        sheet: the product.
        words: the name as written.
        whole: whether it is a title and no part of one, which may be a word of the reply as well ("Left").
    """

    start: int
    end: int
    sheet: Sheet
    words: str
    whole: bool


@dataclass(frozen=True)
class Subject:
    """Whom a sentence speaks of.

    Args:
        text: the sentence without marks of emphasis, and with whole titles blanked out: their words are no claims.
        rest: the same with all names of products blanked out.
        mentions: products named, in the order of the sentence.
        about: the products meant; all shown ones where none is named.
        certain: whether they were named or pointed at.
        every: whether the sentence speaks of all of them.
        none: whether it says something of none of them.
    """

    text: str
    rest: str
    mentions: tuple[Mention, ...]
    about: tuple[Sheet, ...]
    certain: bool
    every: bool
    none: bool = False

    def about_at(self, place: int) -> tuple[Sheet, ...]:
        """Whom a word at a place speaks of: of several products named those named last before it, else the first ones
        behind it. Names that only "and" parts are one group.
        """
        groups = self._groups()
        if len(groups) < 2:
            return self.about
        before = [group for group in groups if group[-1].end <= place]
        named = before[-1] if before else groups[0]
        return tuple({mention.sheet.product.id: mention.sheet for mention in named}.values())

    def _groups(self) -> list[list[Mention]]:
        rows: list[list[Mention]] = []
        for mention in self.mentions:
            if rows and _JOINED.fullmatch(self.text[rows[-1][-1].end : mention.start]):
                rows[-1].append(mention)
            else:
                rows.append([mention])
        return rows


def subject_of(sentence: str, facts: Facts, lexicon: Lexicon) -> Subject:
    """Find whom a sentence speaks of.

    Args:
        sentence: one sentence.
        facts: the products, and what the reply said before.
        lexicon: values that are no names.
    """
    text = plain(sentence)
    mentions = tuple(mentions_in(text, facts, lexicon))
    rest = _without(text, mentions)
    text = _without(text, [mention for mention in mentions if mention.whole])
    everyone = tuple(facts.sheets_shown)
    if mentions:
        sheets = {mention.sheet.product.id: mention.sheet for mention in mentions}
        return Subject(text, rest, mentions, tuple(sheets.values()), True, bool(len(sheets) > 1))
    if facts.names_order(text):
        return Subject(text, rest, (), everyone, False, False)
    if _IT.match(text) or not _SEVERAL.search(text):
        talked = talked_about(facts, lexicon)
        if talked is not None and not is_open(Subject(text, rest, (), (), False, False)):
            return Subject(text, rest, (), (talked,), True, False)
    certain = len(everyone) == 1
    return Subject(text, rest, (), everyone, certain, bool(_ALL.search(text)), bool(_NONE.search(text)))


def _without(text: str, mentions: Iterable[Mention]) -> str:
    """The text with some names blanked out: places stay what they are."""
    for mention in mentions:
        text = text[: mention.start] + " " * (mention.end - mention.start) + text[mention.end :]
    return text


def is_open(subject: Subject) -> bool:
    """Whether a sentence asks or supposes, and speaks of no product."""
    points = re.search(r"\b(?:it|they|this|these|that)\b", subject.text, re.I)
    return not subject.mentions and not points and _OPEN.search(subject.text) is not None


def beside_unstated(subject: Subject) -> Subject | None:
    """What a sentence tells beside saying that something is not stated; None where it says nothing else.

    "It is made of gold, the shop does not say more": the first clause is a claim like any other.
    """
    if not UNSTATED.search(subject.text):
        return None
    cuts = [0, *(match.start() for match in _CLAUSE.finditer(subject.text)), len(subject.text)]
    text, rest = [";"] * len(subject.text), [";"] * len(subject.text)
    tells = False
    for start, end in pairwise(cuts):
        clause = _CLAUSE.sub(lambda match: ";".ljust(len(match.group())), subject.text[start:end])
        if not UNSTATED.search(clause) and _TELLS.match(clause):
            text[start:end], rest[start:end] = clause, subject.rest[start:end]
            tells = True
    return replace(subject, text="".join(text), rest="".join(rest)) if tells else None


def names_differences(subject: Subject) -> bool:
    """Whether a sentence only names in what products differ: labels say nothing of one of them."""
    match = re.search(r"\bdiffer in (.+)", subject.rest, re.I)
    labels = {
        label for sheet in subject.about for a in sheet.product.attributes.values() for label in words_of(a.label)
    }
    return match is not None and all(word in labels | {"and", "price"} for word in words_of(match.group(1)))


def mentions_in(text: str, facts: Facts, lexicon: Lexicon) -> list[Mention]:
    """Products named in a text without marks, first come first; overlapping names count once."""
    found: list[Mention] = []
    for sheet, pattern in facts.names(lexicon.values):
        found += [
            Mention(match.start(), match.end(), sheet, match.group(), match["title"] is not None)
            for match in pattern.finditer(text)
        ]
    shown = facts.sheets_shown
    for match in _PLACE.finditer(text):
        place = len(shown) - 1 if match.group(1).lower() == "last" else _ORDINALS.index(match.group(1).lower())
        if 0 <= place < len(shown):
            found.append(Mention(match.start(), match.end(), shown[place], match.group(), False))
    # "From Acme" tells the maker, not one of its products.
    found = [one for one in found if not _is_maker(one, text)]
    found.sort(key=lambda mention: (mention.start, -mention.end))
    rows: list[Mention] = []
    for mention in found:
        if not rows or mention.start >= rows[-1].end:
            rows.append(mention)
    return rows


def _is_maker(mention: Mention, text: str) -> bool:
    # "Lite" of "Tripp Lite" may be a name that no other title holds.
    brands = re.finditer(re.escape(mention.sheet.product.brand or "\0"), text)
    return any(
        brand.start() <= mention.start and mention.end <= brand.end() and _MAKER.search(text[: brand.start()])
        for brand in brands
    )


def talked_about(facts: Facts, lexicon: Lexicon) -> Sheet | None:
    """The product that "it" means: the one named last in the reply so far, else the one looked up last, else the only
    one.
    """
    before = mentions_in(plain(facts.before), facts, lexicon)
    if before:
        return before[-1].sheet
    if facts.looked_up is None and len(facts.sheets_shown) == 1:
        return facts.sheets_shown[0]
    return facts.looked_up
