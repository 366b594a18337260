""" "The lightest tent": which stated number of the wanted kind is meant, and which end of it.

Words are data (prompts/superlatives.yaml); what attributes there are comes from the catalogue's vocabulary.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from assistant.evidence import Extreme
from retrieval.filters import fold
from retrieval.vocabulary import AttributeStats, Vocabulary
from retrieval.words import word_key, words

_LEAST_SHARE = 0.4
"""An attribute orders a kind only where this share of its products states it, as for a filter."""
_LIMIT = re.compile(r"\d\S*\s+max\b|\bmax\b(?:\W+[^\W\d]+){0,2}\W*\d", re.IGNORECASE)
"""A number beside "max" is a limit ("max 120", "max weight 2 kg"), and no superlative."""


_BEFORE_STEP = (
    r"\W*(?:(?:ok(?:ay)?|and|but|well|so|hm+|please|show|give|find|have|got|any|anything|something|some|one|ones|a|an"
    r"|me|you|do|can|i|we|need|want|would|like|is|are|there|maybe|rather|bit|little|much|even|slightly|way|that|which|it"
    r"|the|with|has)\b\W*)*"
)
_AFTER_STEP = (
    r"(?:\W+(?:ones?|please|pls|than (?:that|this|it|these|those|the first)"
    r"|maybe|models?|versions?)\b)*(?P<rest>.{0,40})"
)


def comparative(superlative: str) -> str:
    """Return the comparative of a folded superlative ("lighter", "more powerful"); "" for one without."""
    first, _, rest = superlative.partition(" ")
    if first in ("most", "least") and rest:
        return f"{'more' if first == 'most' else 'less'} {rest}"
    return f"{first[:-2]}r {rest}".strip() if first.endswith("est") and len(first) > len("least") else ""


@dataclass(frozen=True, slots=True)
class Superlative:
    """A superlative in a text.

    Args:
        word: as said, e.g. "lightest", "most powerful".
        rest: the text without it.
        ends: whether much of it is wanted, and words of attribute names, tried in this order; two where the word means
            the least of one number and the most of another ("warmest": the lowest comfort temperature, the most fill).
    """

    word: str
    rest: str
    ends: tuple[tuple[bool, tuple[str, ...]], ...]


class Superlatives:
    """Reads superlatives.

    Args:
        rows: "highest" and "lowest" -> word -> words of attribute names; none where any number can be meant.
        vocabulary: of the catalogue.
    """

    def __init__(self, rows: Mapping[str, Mapping[str, Sequence[str]]], vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._known: dict[str, list[tuple[bool, tuple[str, ...]]]] = {}
        for end in rows:
            for word, hints in rows[end].items():
                self._known.setdefault(fold(word), []).append((end == "highest", tuple(hints or ())))
        listed = "|".join(sorted(map(re.escape, self._known), key=len, reverse=True))
        self._compared = {comparative(word): word for word in self._known if comparative(word)}
        steps = "|".join(sorted(map(re.escape, self._compared), key=len, reverse=True))
        self._step = re.compile(rf"{_BEFORE_STEP}(?P<step>{steps}){_AFTER_STEP}", re.I)
        self._pattern = re.compile(rf"(?<!\bat )\b(?:the\s+)?({listed})\b(?:\s+ones?\b)?", re.I)

    def find(self, text: str) -> Superlative | None:
        """The first superlative of a text, or None."""
        limits = [range(*limit.span()) for limit in _LIMIT.finditer(text)]
        found = self._pattern.finditer(text)
        match = next((match for match in found if not any(match.start(1) in limit for limit in limits)), None)
        if match is None:
            return None
        rest = " ".join(f"{text[: match.start()]} {text[match.end() :]}".split())
        return Superlative(match.group(1), rest, tuple(self._known[fold(match.group(1))]))

    def find_step(self, text: str) -> Superlative | None:
        """What a text begins by asking more or less of: "lighter", "a bit bigger", "with longer battery life"."""
        match = self._step.fullmatch(text.strip())
        if match is None:
            return None
        word = self._compared[" ".join(fold(match["step"]).split())]
        return Superlative(word, match["rest"].strip(), tuple(self._known[word]))

    def extreme(self, said: Superlative, kinds: Iterable[str]) -> Extreme | None:
        """Which attribute a superlative is about, of products of these kinds; None where they state none for it.

        A number that the rest of the words names ("longest battery life") wins over what the word alone suggests.
        """
        wanted = tuple(kinds)
        called = {word_key(word) for kind in wanted for word in words(kind)}
        named = {word_key(word) for word in words(said.rest)} - called
        stated = [stats for stats in self._vocabulary.numeric if self._share(stats, wanted) >= _LEAST_SHARE]
        best = max(stated, key=lambda stats: _overlap(stats, named), default=None)
        hinted = ((highest, hint) for highest, hints in said.ends for hint in hints)
        if best is not None and _overlap(best, named) >= 0.5:
            ends = [highest for highest, hint in hinted if _hints_at(hint, best)]
            return Extreme(best.name, next(iter(ends), said.ends[0][0]))
        for highest, hint in hinted:
            for stats in stated:
                if _hints_at(hint, stats):
                    return Extreme(stats.name, highest)
        return None

    def without_name(self, text: str, extreme: Extreme) -> str:
        """The text without the words that name the attribute, which would only be searched for."""
        name = {word_key(word) for word in extreme.name.split("_")}
        return " ".join(word for word in text.split() if word_key(word.strip(".,!?")) not in name)

    def _share(self, stats: AttributeStats, kinds: Sequence[str]) -> float:
        whole = sum(self._vocabulary.n_of_kind(kind) for kind in kinds)
        return sum(stats.by_kind.get(kind, 0) for kind in kinds) / whole if whole else 0.0


def _hints_at(hint: str, stats: AttributeStats) -> bool:
    return {word_key(word) for word in words(hint)} <= _name(stats)


def _name(stats: AttributeStats) -> set[str]:
    return {word_key(word) for word in stats.name.split("_")}


def _overlap(stats: AttributeStats, said: set[str]) -> float:
    name = _name(stats)
    return len(name & said) / len(name)
