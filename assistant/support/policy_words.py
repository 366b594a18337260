"""How well a policy section fits a question by its words alone. English word lists; knows nothing of meaning."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.support.words import stems
from assistant.turn import PolicySection

_TITLE_WEIGHT = 3.0
_UNKNOWN_WEIGHT = 1.0
_SATURATION = 1.5
_SAME_WORDS = (
    "ship shipping shipment deliver delivery dispatch",
    "parcel package packet",
    "cost fee",
    "broken damaged defective faulty",
    "exchange swap",
    "warranty guarantee",
    "lower cheaper",
    "erase delete remove",
    "keep store",
    "repair fix mend",
    "data information info",
    "collect pick",
    "discount coupon promo voucher",
    "match matching beat",
    "refund reimburse reimbursement money",
    "instalment installment",
    "colour color",
)
_IDLE = frozenset(stems("policy question know"))
_SAID = (
    (re.compile(r"\b(?:send|give|bring|ship)(?:ing)?\b((?:\s+\w+){0,3}?)\s+back\b", re.IGNORECASE), r"return\1"),
    (re.compile(r"\bsend((?:\s+\w+)?)\s+to\b", re.IGNORECASE), r"ship\1 to"),
)
"""What shoppers say -> what policies say."""
_SAME = {stem: same[0] for group in _SAME_WORDS for same in [stems(group)] for stem in same}


class WordIndex:
    """How much of a question's telling words a section covers, 0 to 1, rare words counting more."""

    def __init__(self, sections: Sequence[PolicySection]) -> None:
        counts = [_count(section) for section in sections]
        in_sections = Counter(stem for count in counts for stem in count)
        self._idf = {stem: math.log(1 + len(sections) / n) for stem, n in in_sections.items()}
        self._unknown = _UNKNOWN_WEIGHT * max(self._idf.values(), default=1.0)
        # Saturating: a word said often counts more than one said once, but never more than 1.
        self._tf = [{stem: n / (n + _SATURATION) for stem, n in count.items()} for count in counts]

    def scores(self, question: str) -> NDArray[np.float64]:
        """Return one score per section."""
        asked = set(_terms(question)) - _IDLE
        mass = sum(self._idf.get(stem, self._unknown) for stem in asked)
        if not mass:
            return np.zeros(len(self._tf))
        covered = (sum(self._idf[stem] * tf[stem] for stem in asked & tf.keys()) for tf in self._tf)
        return np.fromiter((value / mass for value in covered), dtype=np.float64, count=len(self._tf))


def in_policy_words(question: str) -> str:
    """Put what shoppers say into the words of policies, e.g. "send it back" -> "return it"."""
    for said, meant in _SAID:
        question = said.sub(meant, question)
    return question


def _count(section: PolicySection) -> Mapping[str, float]:
    count: dict[str, float] = defaultdict(float)
    for stem in _terms(section.title):
        count[stem] += _TITLE_WEIGHT
    for stem in _terms(section.text):
        count[stem] += 1
    return count


def _terms(text: str) -> tuple[str, ...]:
    """The telling words of a text, with words that mean the same in a shop's policies made one."""
    return tuple(_SAME.get(stem, stem) for stem in stems(text) if not (stem.isdigit() and len(stem) == 1))
