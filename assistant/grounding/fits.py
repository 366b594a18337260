"""What is said to fit or to go with what, against the relations that the shop states."""

from __future__ import annotations

import re

from assistant.grounding.facts import Facts
from assistant.grounding.lexicon import Lexicon
from assistant.grounding.ordinary import stems_of
from assistant.grounding.subjects import UNSTATED, Subject, talked_about

_TOGETHER = re.compile(
    r"\b(?:fits?|(?:goes|go|going|works?|working|pairs?|combines?|belongs?) (?:\w+ ){0,2}?(?:with|together)"
    r"|us(?:e|es|ed|able) (?:\w+ ){0,2}?(?:with|together)|compatible|(?:made|meant|designed|built) (?:\w+ ){0,2}?for"
    r"|suit(?:s|able)?|match(?:es)?(?! quality)|attach(?:es)?|mounts?|clips?"
    r"|(?:screws?|clicks?|snaps?|slots?|slides?|plugs?|locks?|hooks?) (?:\w+ )?(?:on|onto|in|into|to)"
    r"|connects? (?:\w+ )?to)\b",
    re.I,
)
_WISH = re.compile(
    r"\b(?:fits?|suits?|match(?:es)?|made|meant) (?:\w+ )?(?:your|what|the words|that|all|you|well\b(?! with)"
    r"|in(?:to)? your)\b",
    re.I,
)
_POINTS = re.compile(r"\b(?:it|its|this|that|these|those|they|them|together)\b", re.I)
_ANYTHING = re.compile(r"\b(?:everything|anything|any|all|every|most|universal(?:ly)?)\b", re.I)


def claims_fit(subject: Subject, facts: Facts, lexicon: Lexicon) -> bool:
    """Whether products are said to go together, or not to, that no relation of the evidence joins."""
    text = subject.text
    match = _TOGETHER.search(subject.rest)
    if match is None or _WISH.search(text) or UNSTATED.search(text) or text.rstrip().endswith("?"):
        return False
    parties = list(dict.fromkeys(mention.sheet.product.id for mention in subject.mentions))
    pointed = _POINTS.search(subject.rest) is not None
    if _ANYTHING.search(subject.rest[match.end() :]):
        return True
    if len(subject.mentions) < 2 and _is_field(match.group(), subject):
        return False
    if parties and _denied(text, match):
        return True
    if not parties:
        return False
    if _ANYTHING.search(subject.rest[: match.start()]):
        parties = [*(sheet.product.id for sheet in facts.sheets_shown if sheet.product.id != parties[-1]), parties[-1]]
    elif len(parties) == 1 and (talked := talked_about(facts, lexicon)) not in (None, subject.mentions[0].sheet):
        assert talked is not None
        parties = [talked.product.id, *parties]
    if len(parties) == 1:
        return pointed and bool(facts.related) and not any(set(parties) & pair for pair in facts.related)
    *ones, other = parties
    return not all(frozenset({one, other}) in facts.related for one in ones)


def _is_field(words: str, subject: Subject) -> bool:
    """Whether the words are of the name of something that the product states, e.g. "hydration compatible"."""
    said = stems_of(words)
    return any(said & field.own for sheet in subject.about for field in sheet.fields if not field.loose)


def _denied(text: str, match: re.Match[str]) -> bool:
    """Whether it is said that they do not go together: that the shop joins them says the contrary."""
    return re.search(r"(?:\b(?:not|never|cannot)\b|n['’]t\b)[^.;]{0,30}$", text[: match.start()], re.I) is not None
