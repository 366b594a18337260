"""Names in a sentence: of brands of the catalogue, and of things that neither the evidence nor the shopper named."""

from __future__ import annotations

import re

from assistant.evidence import HandOverFact
from assistant.grounding.claims import MONEY, MONTHS
from assistant.grounding.facts import Facts
from assistant.grounding.lexicon import Lexicon
from assistant.grounding.ordinary import ORDINARY, stem, stems_of
from assistant.grounding.subjects import Subject
from retrieval.filters import fold, states_word

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


_MADE_BY = re.compile(r"\b(?:is|are|comes?|made|built|produced) (?:made |a product )?(?:from|by|of) ", re.I)
_FOR_BRANDS = re.compile(r"\b(?:printers?|devices?|machines?|models?|cameras?|compatible|works?|fits?)\b", re.I)


def claims_brand(subject: Subject, facts: Facts, lexicon: Lexicon) -> bool:
    """Whether a brand of the catalogue is named that neither the evidence nor the shopper named."""
    known = _known_text(subject, facts)
    named = [fold(match.group()) for match in lexicon.brand_pattern.finditer(subject.rest)]
    if not all(states_word(known, name) for name in named):
        return True
    if made := _MADE_BY.search(subject.rest):
        maker = lexicon.brand_pattern.match(subject.rest, made.end())
        brands = {fold(sheet.product.brand or "") for sheet in subject.about}
        if maker is not None and subject.certain and fold(maker.group()) not in brands:
            return True
    if not _FOR_BRANDS.search(subject.rest):
        return False
    # "Works in printers by Acme": what a product fits is not the brand that made it.
    fields = [field for sheet in subject.about for field in sheet.fields if stem("compatibility") in field.own]
    fitting = [field.text for field in fields if "brand" in field.own] or [field.text for field in fields]
    return bool(fitting) and not all(any(states_word(text, name) for text in fitting) for name in named)


def claims_name(subject: Subject, facts: Facts, lexicon: Lexicon) -> bool:
    """Whether a capitalised name stands in an English sentence that nobody has named before."""
    text = MONEY.sub(lambda match: " " * len(match.group()), subject.rest)
    if (facts.language == "en" and not _ENGLISH.search(text)) or facts.has(HandOverFact):
        return False
    text_known = _known_text(subject, facts)
    known, codes = stems_of(text_known), frozenset(re.findall(r"[^\W_]+", text_known))
    for match in _WORD.finditer(text):
        word = match.group()
        if not word[0].isupper() or _is_known(word, known, codes):
            continue
        if not _begins(subject.text, match.start()) or (_ACTS.match(text, match.end()) and not _is_plain(word)):
            return True
    return False


def _known_text(subject: Subject, facts: Facts) -> str:
    """What names may be taken from: of a product named or pointed at, what it states itself, and what is shared."""
    if not subject.certain:
        return f"{facts.text} {facts.said} {facts.asked}"
    own = " . ".join(text for sheet in subject.about for text in (sheet.text, *sheet.denied))
    return f"{own} {facts.shared} {facts.said} {facts.asked}"


def _begins(text: str, start: int) -> bool:
    """Whether a word opens a sentence, a list item or a part behind a colon."""
    before = text[:start].rstrip()
    return not before or before[-1] in ".!?:—–-(•·\n"


def _is_plain(word: str) -> bool:
    return fold(word) in ORDINARY or fold(word).endswith(("ing", "ly"))


def _is_known(word: str, known: frozenset[str], codes: frozenset[str]) -> bool:
    whole = fold(word).replace("’", "'")
    if any(c.isdigit() for c in whole):
        return all(part in codes for part in re.findall(r"[^\W_]+", whole))
    if whole in _KNOWN or whole[:3] in MONTHS or whole.split("'")[0] in _KNOWN:
        return True
    return all(stem(part) in known for part in re.split(r"[-'&\d_]", whole) if len(part) > 1 and part != "s")
