"""Names in a sentence: of brands of the catalogue, and of things that neither the evidence nor the shopper named."""

from __future__ import annotations

import re

from assistant.evidence import HandOverFact
from assistant.grounding.claims import MONEY, MONTHS
from assistant.grounding.facts import Facts
from assistant.grounding.lexicon import Lexicon
from assistant.grounding.ordinary import ORDINARY, stem, stems_of
from assistant.grounding.subjects import Subject
from retrieval.filters import fold

_ENGLISH = re.compile(
    r"\b(?:the|is|are|it|its|they|you|your|with|of|and|for|has|this|these|to|a|an|i|my|would|will|be|can|from|worse|better"
    r"|than|get|or|we)\b",
    re.I,
)
_WORD = re.compile(r"[^\W\d_][\w'’&-]*")
_ACTS = re.compile(
    r"['’]s\b|\s+(?:is|are|was|has|have|makes?|costs?|sells?|offers?|sell|does|also|would|will|[A-Z]\w+)\b"
)
_KNOWN = frozenset(
    [
        "i",
        "i'd",
        "i'll",
        "i'm",
        "i've",
        "ok",
        "yes",
        "no",
        "ai",
        "usb",
        "usb-c",
        "led",
        "gps",
        "diy",
        "pdf",
        "uk",
        "us",
        "usa",
        "eu",
        "xs",
        "xl",
        "xxl",
        "checkout",
        "confirm",
        "cart",
        "card",
        "cards",
        "english",
        "mr",
        "mrs",
        "ms",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "mon",
        "tue",
        "wed",
        "thu",
        "fri",
        "sat",
        "sun",
        "faq",
        "st",
    ]
)


def claims_brand(subject: Subject, facts: Facts, lexicon: Lexicon) -> bool:
    """Whether a brand of the catalogue is named that neither the evidence nor the shopper named."""
    known = f"{facts.text} {facts.said}"
    return any(fold(match.group()) not in known for match in lexicon.brand_pattern.finditer(subject.text))


def claims_name(subject: Subject, facts: Facts, lexicon: Lexicon) -> bool:
    """Whether a capitalised name stands in an English sentence that nobody has named before."""
    text = MONEY.sub(" ", subject.text)
    if not _ENGLISH.search(text) or facts.has(HandOverFact):
        return False
    known = stems_of(f"{facts.text} {facts.said} {facts.asked}")
    for match in _WORD.finditer(text):
        word = match.group()
        if not word[0].isupper() or _is_known(word, known):
            continue
        if not _begins(text, match.start()) or (_ACTS.match(text, match.end()) and not _is_plain(word)):
            return True
    return False


def _begins(text: str, start: int) -> bool:
    """Whether a word opens a sentence, a list item or a part behind a colon."""
    before = text[:start].rstrip()
    return not before or before[-1] in ".!?:—–-(•·\n"


def _is_plain(word: str) -> bool:
    return fold(word) in ORDINARY or fold(word).endswith(("ing", "ly"))


def _is_known(word: str, known: frozenset[str]) -> bool:
    whole = fold(word).replace("’", "'")
    if whole in _KNOWN or whole[:3] in MONTHS or whole.split("'")[0] in _KNOWN:
        return True
    return all(stem(part) in known for part in re.split(r"[-'&\d_]", whole) if len(part) > 1 and part != "s")
