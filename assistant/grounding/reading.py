"""A sentence made ready for checking: what it quotes is known, and what it says is put as a shop would state it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.evidence import PolicySection, Proposal, RefusalFact
from assistant.grounding.english import english
from assistant.grounding.facts import Facts
from assistant.grounding.lexicon import Lexicon
from assistant.grounding.names import plain
from assistant.grounding.reasons import without_reasons
from assistant.grounding.stream import split_sentences
from assistant.grounding.subjects import mentions_in
from retrieval.chinese.script import HAN
from retrieval.filters import fold

_LEAST_QUOTED = 4
_POINTER = re.compile(r"\[\w+(?: \w+){0,2}\]\([^)\s]+\)")
"""A link named by a word or three: what it leads to is checked apart."""
_HAN = re.compile(f"[{HAN}]")
_STOPS = ".!?:。！？："
_IN_QUOTES = re.compile(r"“([^”]*)”")


def as_stated(sentence: str, facts: Facts, lexicon: Lexicon) -> str:
    """The sentence without what it quotes or echoes, in the words in which shops state things."""
    sentence = _without_quotes(_without_echo(sentence, facts), facts, lexicon)
    return english().rewritten(without_reasons(sentence, facts))


def without_titles(sentence: str, facts: Facts) -> str:
    """The sentence without the title of the section that it is quoted from ("From Returns: How long?: You may ...")."""
    sentence = _POINTER.sub("", sentence)
    for fact in facts.rules:
        for title in (worded.title for section in fact.sections for worded in section.wordings):
            sentence = re.sub(rf"^\W*(?:\w+ ){{0,3}}\W*{re.escape(title)}\W*", "", sentence, flags=re.I)
    return sentence


def quoted_section(sentence: str, facts: Facts) -> PolicySection | None:
    """The section in whose text a sentence stands word for word; None where none does."""
    sections = (section for fact in facts.rules for section in fact.sections)
    told = plain(without_titles(sentence, facts))
    # A short sentence ("Nobody else.") is quoted where it goes on with what was quoted before it.
    before = plain(without_titles("".join(split_sentences(facts.before)[-1:]), facts))
    texts = [(one, fold(plain(worded.text))) for one in sections for worded in one.wordings]
    return next((one for one, text in texts if _stands_in(told, text) or _goes_on_in(before, told, text)), None)


def is_quoted(sentence: str, facts: Facts) -> bool:
    """Whether a sentence stands word for word in what the shop or its rules say: that claims nothing of its own."""
    return quoted_section(sentence, facts) is not None or any(_stands_in(sentence, text) for text in _sayings(facts))


def _stands_in(sentence: str, text: str) -> bool:
    """Whether a text holds a sentence from the beginning of one of its own to the end of one or of a part of one: what
    stands before it may deny it, and what stands behind it may narrow it.
    """
    said = fold(sentence.strip())
    if len(said.split()) < _LEAST_QUOTED and len(_HAN.findall(said)) < _LEAST_QUOTED:
        return False
    end = "" if said[-1] in f"{_STOPS};|" else rf"(?=\s*(?:[{_STOPS};；|]|$))"
    return re.search(rf"(?:^|[{_STOPS}|]\s*){re.escape(said)}{end}", fold(text)) is not None


def _goes_on_in(before: str, sentence: str, text: str) -> bool:
    return bool(before) and _stands_in(f"{before} {sentence}", text)


def _sayings(facts: Facts) -> Iterator[str]:
    for fact in facts.evidence:
        match fact:
            case RefusalFact():
                yield fact.message
            case Proposal():
                yield from (fact.title, fact.before, fact.after)


def _without_echo(sentence: str, facts: Facts) -> str:
    """The sentence without the shopper's own words, or a wish read from them, in quotation marks ("None of them
    mentions “bigger”", "Without “about 13 inch” there are 3")."""
    said = set(fold(facts.words).split())
    wishes = {fold(wish) for wish in facts.wishes}

    def is_echo(quoted: str) -> bool:
        return fold(quoted) in wishes or set(fold(quoted).split()) <= said

    return _IN_QUOTES.sub(lambda match: " " if is_echo(match[1]) else match[0], sentence)


def _without_quotes(sentence: str, facts: Facts, lexicon: Lexicon) -> str:
    """The sentence without what stands in quotation marks and in the text of a product that it names."""
    if not _IN_QUOTES.search(sentence):
        return sentence
    named = [mention.sheet for mention in mentions_in(plain(_IN_QUOTES.sub(" ", sentence)), facts, lexicon)]

    def is_said(quoted: str) -> bool:
        said = fold(quoted).rstrip(".")
        return len(said.split()) > 1 and any(said in sheet.text for sheet in named)

    return _IN_QUOTES.sub(lambda match: " " if is_said(match[1]) else match[0], sentence)
