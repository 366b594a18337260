"""Yes or no: what products state so, against how a sentence says it, denials counted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from assistant.grounding.facts import Facts
from assistant.grounding.fields import Field, speaking_of
from assistant.grounding.lexicon import Lexicon
from assistant.grounding.numbers import quantified
from assistant.grounding.ordinary import stem, words_of
from assistant.grounding.sheets import Sheet
from assistant.grounding.subjects import Subject, is_open, names_differences

PART = re.compile(r"[;:.]| [–—-] |,(?! (?:and|or)\b)|\b(?:and|but|because|so|which|though|although|while)\b")
_LEFT_OUT = re.compile(
    r"\W*(?:the|but|and)?\W*(?:does|do|is|are|has|have|can)(?: not|n['’]t|not)?(?: too| either| as well)?\W*", re.I
)
DENIAL = re.compile(
    r"\b(?:no|not|never|without|neither|nor|nothing|none|cannot|lacks?|lacking|missing)\b|n['’]t\b", re.I
)
_HAS_NO = re.compile(
    r"\b(?:(?:has|have|comes? with|there (?:is|are)) no|lacks?|(?:do|does)(?: not|n['’]t) have)\b"
    r"(?P<what>(?: [a-z-]+){1,4})"
    r"(?=\W*(?:[.,;!]|$))",
    re.I,
)
_ARTICLES = frozenset({"a", "an", "the", "ani"})
_NO_DENIAL = re.compile(
    r"\b(?:not only|no (?:more|less|longer|fewer|problem|doubt|need|worries)|none (?:of|is|are))\b", re.I
)


def is_denied(text: str) -> bool:
    """Whether a part of a sentence says no: an odd number of denials."""
    text = _NO_DENIAL.sub(" ", text)
    if re.search(r"\bneither\b", text, re.I):
        text = re.sub(r"\bnor\b", " ", text, flags=re.I)
    return len(DENIAL.findall(text)) % 2 == 1


def claims_flag(subject: Subject, facts: Facts, lexicon: Lexicon) -> bool:
    """Whether something is said to be so, or not so, that a product states otherwise."""
    if is_open(subject) or names_differences(subject):
        return False
    for part, about, name in flags_said(subject, facts):
        yes = subject.none or not is_denied(part)
        if not quantified(subject, [_states(sheet, name, yes=yes) for sheet in about]):
            return True
    return any(not quantified(subject, held) for held in _lacking(subject, facts))


def _lacking(subject: Subject, facts: Facts) -> Iterator[list[bool]]:
    """For what a sentence says is not there: for each product spoken of, whether nothing that it states as "yes" holds
    all words of it ("no strap" where there is a removable strap).
    """
    for match in _HAS_NO.finditer(subject.rest):
        said = {stem(word) for word in words_of(match["what"])} - _ARTICLES
        about = subject.about_at(match.start()) if subject.mentions else subject.about
        if said and about:
            yield [not _has(sheet, said) for sheet in about]


def _has(sheet: Sheet, said: set[str]) -> bool:
    flags = [field for field in sheet.fields if isinstance(field.value, bool) and said <= field.own]
    return bool(flags) and all(field.value for field in flags)


def flags_said(subject: Subject, facts: Facts) -> Iterator[tuple[str, tuple[Sheet, ...], str]]:
    """The flags that a sentence speaks of: the part of it, the products that it speaks of, the flag's name."""
    everyone = subject.about or tuple(facts.sheets.values())
    before: list[str] = []
    for start, part in _parts(subject.rest):
        if not words_of(PART.sub(" ", part)):
            continue
        about = (subject.about_at(start + len(part)) if subject.mentions else None) or everyone
        # "The one has it, the other does not": what is denied was said before.
        before = _said(part, about) or (before if _LEFT_OUT.fullmatch(part) else [])
        for name in before:
            yield part, about, name


def _parts(text: str) -> Iterator[tuple[int, str]]:
    """The parts of a sentence that may say yes and no apart, with where each begins."""
    cuts = [0, *(match.end() for match in PART.finditer(text)), len(text)]
    return ((start, text[start:end]) for start, end in pairwise(cuts))


def _said(part: str, about: tuple[Sheet, ...]) -> list[str]:
    """The names of the flags that a part of a sentence speaks of; of two, the one whose name is longer."""
    left = {stem(word) for word in words_of(part)}
    flags = {field.name: field for sheet in about for field in sheet.fields if isinstance(field.value, bool)}
    rows: list[str] = []
    for flag in sorted(flags.values(), key=lambda field: -len(field.own)):
        if spoken := _spoken(flag, left):
            rows.append(flag.name)
            left -= spoken
    return rows


def _spoken(flag: Field, said: set[str]) -> set[str]:
    """The words of a part that name a flag, all of its name or what stands for it; none where one is missing."""
    found: set[str] = set()
    for word in flag.own:
        here = ({word} | speaking_of(word)) & said
        if not here:
            return set()
        found |= here
    return found


def _states(sheet: Sheet, name: str, *, yes: bool) -> bool:
    value = next((field.value for field in sheet.fields if field.name == name), None)
    return value is yes
