"""A sentence about the shop's rules against their text: some sentence of a section must hold all of it.

A paraphrase is kept where every telling word of it, or one that means the same, stands in one sentence of a section
(with the section's title, and the sentence before it where it points back), every number is one of that sentence, both
say yes or both say no, and neither narrows the rule where the other does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.evidence import PolicyFact, PolicySection
from assistant.grounding.claims import DATE, LINK, month_day
from assistant.grounding.english import English, english
from assistant.grounding.flags import is_denied
from assistant.grounding.names import plain
from assistant.grounding.ordinary import stem
from assistant.grounding.quantities import Figure, figures, without_figures
from assistant.grounding.stream import split_sentences

_POINTS_BACK = re.compile(r"\b(?:it|they|them|there|then|this|that|these|those|both|one|later)\b", re.I)
_LATE_CUT = re.compile(r"[;:](?= )|(?<=[.!?])\s")
_VERB = re.compile(
    r"\b(?:is|are|was|were|be|can|cannot|could|will|would|do|does|did|has|have|had|must|may|takes?|costs?|comes?|goes|lasts?"
    r"|pays?|sends?|gets?|arrives?|starts?|ships?|appl(?:y|ies)|counts?|waits?|needs?|tell|choose|match|start)\b",
    re.I,
)
_WAY = re.compile(r"\b(?:(?P<up>from|starting at|starting from)|up to|within|until|till|below)\s*$", re.I)
_LISTED = re.compile(r",(?!\d)| or ", re.I)
_NO_OTHER = re.compile(r"\bwithout\b|\b(?:and|or) not\b", re.I)
"""No denial of its own: a way of narrowing, and one that goes on with a denial before it."""
_DROPPED = frozenset({"if", "only", "unless", "some"})
"""What narrows a rule so that leaving it out makes the rule another."""
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


@dataclass(frozen=True)
class _Number:
    """A number of a rule.

    Args:
        figure: as read.
        way: "up" where it is the least ("from $50"), "down" where it is the most; "" where it limits nothing.
        beside: what stands for the telling words around it.
    """

    figure: Figure
    way: str
    beside: frozenset[str]


@dataclass(frozen=True)
class _Part:
    """One part of a sentence that has a verb.

    Args:
        words: what stands for its telling words.
        numbers: amounts, limits and spans.
        days: (month, day) named.
        denied: whether it says no.
    """

    words: frozenset[str]
    numbers: tuple[_Number, ...]
    days: frozenset[tuple[int, int]]
    denied: bool


@dataclass(frozen=True)
class _Rule:
    """One sentence.

    Args:
        parts: at least one.
        narrows: which kinds of restrictions it makes.
    """

    parts: tuple[_Part, ...]
    narrows: frozenset[str]

    @property
    def words(self) -> frozenset[str]:
        """Of all its parts."""
        return frozenset().union(*(part.words for part in self.parts))

    @property
    def tells(self) -> bool:
        """Whether it has a telling word, a number or a day."""
        return any(part.words or part.numbers or part.days for part in self.parts)


def section_of(sentence: str, facts: Sequence[PolicyFact]) -> PolicySection | None:
    """Find the section that holds a sentence; None where none does, or it says nothing of its own.

    Args:
        sentence: of a reply.
        facts: the sections of the evidence.
    """
    said = [part for text in _LATE_CUT.split(plain(sentence)) if (part := _read(text)).tells]
    sections = (section for fact in facts for section in fact.sections)
    return next((section for section in sections if said and all(_holds(section, part) for part in said)), None)


def speaks_of_rules(sentence: str, facts: Sequence[PolicyFact]) -> bool:
    """Whether a sentence has telling words of the sections' titles: then it is about the rules."""
    said = _read(plain(sentence)).words
    titles = [_title_words(section.title.partition(":")[0]) for fact in facts for section in fact.sections]
    return any(said & title for title in titles)


def says_nothing(sentence: str) -> bool:
    """Whether a sentence holds no telling word, no number, and neither yes nor no."""
    said = _read(plain(sentence))
    answers = re.search(r"\b(?:yes|no|not|never|always|can|cannot|may|possible|allowed)\b|n['’]t\b", sentence, re.I)
    return not (said.tells or said.narrows or answers)


def _holds(section: PolicySection, said: _Rule) -> bool:
    title = _title_words(section.title)
    return any(_covers(rule, before, title, said) for rule, before in _rules(section.text))


def _covers(rule: _Rule, before: frozenset[str], title: frozenset[str], said: _Rule) -> bool:
    return (
        said.narrows <= rule.narrows
        and rule.narrows & _DROPPED <= said.narrows
        and all(any(_covers_part(whole, before, title, part) for whole in rule.parts) for part in said.parts)
    )


def _covers_part(rule: _Part, before: frozenset[str], title: frozenset[str], said: _Part) -> bool:
    # A title only names what its section is about: most of what is said must stand in the text.
    from_title = said.words - rule.words - before
    return (
        from_title <= title
        and (2 * len(from_title) < len(said.words) or not said.words)
        and (bool(said.words & rule.words) or bool(said.numbers) or not said.words)
        and all(any(_same(one, other) for other in rule.numbers) for one in said.numbers)
        # A number that is left out is a limit that is left out: "ships free" is not "from $50 ships free".
        and all(any(_same(one, other) for one in said.numbers) for other in rule.numbers if other.beside & said.words)
        and said.days == rule.days
        and said.denied == rule.denied
    )


def _same(one: _Number, other: _Number) -> bool:
    """Whether two numbers are the same, and limit alike where both limit."""
    ends = [end for end in (one.figure.low, one.figure.high) if end is not None]
    others = [end for end in (other.figure.low, other.figure.high) if end is not None]
    spans = one.figure.exact or len(ends) == 1, other.figure.exact or len(others) == 1
    if spans[0] is not spans[1] or (one.way and other.way and one.way != other.way):
        return False
    if spans[0]:
        return ends[0].meets([others[0]])
    return all(a.meets([b]) for a, b in zip(ends, others, strict=True))


# A shop has some dozens of sections, and each is held against every sentence of every reply that has found one.
@lru_cache(maxsize=512)
def _title_words(title: str) -> frozenset[str]:
    return _read(title).words


@lru_cache(maxsize=512)
def _rules(text: str) -> tuple[tuple[_Rule, frozenset[str]], ...]:
    """The sentences of a section, each with the words that it points back to."""
    rows: list[tuple[_Rule, frozenset[str]]] = []
    before: frozenset[str] = frozenset()
    for line in split_sentences(text):
        for part in _LATE_CUT.split(line):
            if not part.strip():
                continue
            rule = _read(part)
            rows.append((rule, before if _POINTS_BACK.search(part) else frozenset()))
            before = rule.words
    return tuple(rows)


def _read(text: str) -> _Rule:
    words, text = english(), LINK.sub(" ", text)
    narrows = frozenset(words.narrowing[match.group("said").casefold()] for match in words.restrictors.finditer(text))
    return _Rule(tuple(_part(part, words) for part in _parts(text)), narrows)


def _parts(text: str) -> list[str]:
    """Cut a sentence at its commas, where both sides have a verb: "Cards take five days, Paywren is immediate".

    What begins with a restriction belongs to what it narrows: "up to $500, once you have received one order".
    """
    rows: list[str] = []
    for part in re.split(r",(?!\d)", text):
        narrows = english().restrictors.match(part.lstrip())
        if rows and (narrows or not (_VERB.search(rows[-1]) and _VERB.search(part))):
            rows[-1] += f",{part}"
        else:
            rows.append(part)
    return rows


def _way(figure: Figure, text: str) -> str:
    if not figure.exact and (figure.low is None or figure.high is None):
        return "down" if figure.low is None else "up"
    found = _WAY.search(text[: figure.start])
    return "" if found is None else "up" if found.group("up") else "down"


def _beside(figure: Figure, text: str, words: English) -> frozenset[str]:
    """What stands for the telling words between the commas and "or"s around a number."""
    start = max((cut.end() for cut in _LISTED.finditer(text[: figure.start])), default=0)
    behind = _LISTED.search(text, figure.end)
    return frozenset(_telling(without_figures(text[start : behind.start() if behind else len(text)]), words))


def _part(text: str, words: English) -> _Part:
    dateless = DATE.sub(lambda match: " " * len(match.group()), text)
    numbers = tuple(
        _Number(figure, _way(figure, dateless), _beside(figure, dateless, words)) for figure in figures(dateless)
    )
    days = frozenset(month_day(match) for match in DATE.finditer(text))
    rest = words.restrictors.sub(" ", without_figures(DATE.sub(" ", text)))
    return _Part(frozenset(_telling(rest, words)), numbers, days, is_denied(_NO_OTHER.sub(" ", text)))


def _telling(text: str, words: English) -> Iterator[str]:
    """What stands for the telling words of a text."""
    text = _BACK.sub(lambda match: f"{match[1]} back {match[2]}", text)
    for match in words.policies.finditer(text):
        yield words.heads[match.group("said").casefold()]
    for word in _WORD.findall(words.policies.sub(" ", text).casefold().replace("’", "'")):
        if len(word) > 1 and word not in words.policy_talk and "'" not in word:
            yield stem(word)


_BACK = re.compile(r"\b(send|sent|give|bring|go|hand|take|taken|pay|paid)((?: \w+){1,3}) back\b", re.I)
