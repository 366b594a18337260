"""Why a product stands where it stands: reasons that its logged score holds may be told, and no others.

A reason is no statement of the product ("bought with" stands in no catalogue), so it is taken out of the sentence
before the rest is read. Knows English phrases; sentences of other languages are put into them first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from assistant.evidence import WhyFact
from assistant.grounding.facts import Facts
from recommender.reasons import Code, tellable

_SAW: Final = r"(?: (?:what|other things) you (?:looked at|saw)(?: before)?)?"
_TOLD: Final = {
    Code.RELEVANT: r"\bfits? (?:your|the) words\b",
    Code.BOUGHT_WITH: rf"\b(?:is|are) (?:often|frequently) (?:bought|taken) (?:together )?with\b{_SAW}",
    Code.SEEN_WITH: rf"\b(?:is|are) (?:often|frequently) (?:looked at|seen|viewed) after\b{_SAW}",
    Code.SIMILAR_TO: rf"\b(?:is|are) (?:similar to|like)\b{_SAW}",
    Code.FOR_YOU: rf"\b(?:is|are) like\b{_SAW}",
}
_UNKNOWN: Final = re.compile(r"\bwas not put there by a ranking\b(?: that I could explain)?", re.I)


def without_reasons(sentence: str, facts: Facts) -> str:
    """Return the sentence without the reasons that the evidence holds, and the names of the products in them."""
    whys = [fact for fact in facts.evidence if isinstance(fact, WhyFact)]
    for pattern in (pattern for why in whys for pattern in _patterns(why)):
        sentence = pattern.sub(" ", sentence)
    return sentence


def _patterns(why: WhyFact) -> Iterator[re.Pattern[str]]:
    reasons = tellable(why.item.reasons)
    if not reasons:
        yield _UNKNOWN
    for reason in reasons:
        told = _TOLD.get(Code(reason.code))
        if told is None:
            continue
        if title := why.titles.get(reason.detail):
            yield re.compile(rf"{told}\W*{_as_written(title)}", re.I)
        if reason.code == Code.FOR_YOU and reason.detail:
            yield re.compile(rf"\byou have looked at\W*{_as_written(reason.detail)}(?: before)?", re.I)
        yield re.compile(told, re.I)


def _as_written(title: str) -> str:
    """A pattern for a title as a reply writes it: marks of its own may be left out."""
    return r"\W+".join(map(re.escape, re.findall(r"\w+", title)))
