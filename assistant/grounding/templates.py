"""What composed sentences of another language say in English: the English template with the same name and the same
variables, which the checks read as they read an English reply.

A sentence that a model wrote like a template is read alike; what stands in the variables is checked either way.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.grounding.stream import split_sentences
from assistant.prompts import load_prompts

_VARIABLE = re.compile(r"\$\{?([a-z_]+)\}?|\{([a-z_]+)\}")
_FIRST = re.compile(r"\$([a-z_]+)\s+")
_MARKS = re.compile(r"\*\*|__")
_QUOTED = re.compile(r"„([^„“”]*)[“”]|«\s?([^«»]*?)\s?»")
_STOPS = (".", "!", "?", "…", "。", "！", "？")
_LONGEST = 1000
"""Characters of a sentence that is compared with templates."""


@dataclass(frozen=True)
class Template:
    """One sentence of a template.

    Args:
        text: as it stands in the file, without marks of emphasis.
        begins, ends: text before the first variable and behind the last.
        pattern: matches the sentence; a group for each variable, or for two that touch.
        english: parts of the English sentence: texts, and numbers of groups.
    """

    text: str
    begins: str
    ends: str
    pattern: re.Pattern[str]
    english: tuple[str | int, ...]

    @property
    def words(self) -> int:
        """Characters of its own."""
        return len(_VARIABLE.sub("", self.text))

    def parts(self, sentence: str) -> tuple[str | tuple[str], ...] | None:
        """The English of a sentence: texts, and one-tuples of what the variables hold, in its own language."""
        if not (sentence.startswith(self.begins) and sentence.endswith(self.ends)):
            return None
        match = self.pattern.fullmatch(sentence)
        return match and tuple(part if isinstance(part, str) else (match[part],) for part in self.english)


@dataclass(frozen=True)
class Found:
    """A sentence that is a template with something in its variables.

    Args:
        words: characters of the template's own.
        parts: see `Template.parts`.
    """

    words: int
    parts: tuple[str | tuple[str], ...]


def find(text: str, language: str, *, part: bool = False) -> Found | None:
    """Find the template with the most words of its own that a sentence is written by.

    Args:
        text: a sentence, or a part of one.
        language: of the text.
        part: whether it is a part: a template without a stop makes no sentence.
    """
    if len(text) > _LONGEST:
        return None
    rows = ((one, one.parts(text)) for one in templates(language) if part or one.ends.endswith(_STOPS))
    return next((Found(one.words, parts) for one, parts in rows if parts is not None), None)


def unmarked(text: str) -> str:
    """The text without marks of emphasis, and with English quotation marks."""
    return _QUOTED.sub("“\\1\\2”", _MARKS.sub("", text))


@functools.cache
def templates(language: str) -> tuple[Template, ...]:
    """Read the sentences of `prompts/replies/<language>` and `prompts/sentences/<language>.yaml`."""
    found: dict[str, Template] = {}
    for said, english in _pairs(language):
        own, other = split_sentences(said), split_sentences(english)
        # A whole one as well: "You are number 3. Stay" is one sentence, for "3." may be a day.
        apart = list(zip(own, other, strict=True)) if len(own) == len(other) else []
        for one, two in [(said, english), *apart, *_behind_sentences(apart)]:
            # A list of mere variables is no sentence.
            words = re.search(r"[^\W\d_]", separator(language).sub(" ", _VARIABLE.sub(" ", one)))
            template = _template(one.strip(), two.strip()) if words else None
            if template is not None:
                found.setdefault(template.pattern.pattern, template)
    # The most words first: a template of mere variables would read everything.
    return tuple(sorted(found.values(), key=lambda one: one.words, reverse=True))


def _behind_sentences(pairs: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """What stands behind a variable that holds sentences of its own: "$after Nothing happens until ..."."""
    for one, two in pairs:
        first, second = _FIRST.match(one), _FIRST.match(two)
        if first and second and first[1] == second[1] and two[second.end() :][:1].isupper():
            yield one[first.end() :], two[second.end() :]


@functools.cache
def separator(language: str) -> re.Pattern[str]:
    """Finds what parts the items of a list, and brackets around one."""
    word = load_prompts().texts.get(f"replies/{language}/and.md", "")
    return re.compile(rf"(, |，|、|; | ?[(（]|[)）]|{rf' {word} ' if word.isascii() else word})")


def _pairs(language: str) -> Iterator[tuple[str, str]]:
    prompts = load_prompts()
    for path, text in prompts.texts.items():
        other = path.replace(f"replies/{language}/", "replies/en/")
        if path.startswith(f"replies/{language}/") and other in prompts.texts:
            yield text, prompts.texts[other]
    # Labels first: "peso" is a weight, and only as an option a load.
    for part in ("labels", "sentences"):
        for english, said in prompts.sentences(language, part).items():
            yield said, english


def _template(said: str, english: str) -> Template | None:
    """None where the variables are not the same."""
    said, english = unmarked(said), unmarked(english)
    names = [match[1] or match[2] for match in _VARIABLE.finditer(said)]
    texts = _VARIABLE.split(said)[::3]
    if set(names) != {match[1] or match[2] for match in _VARIABLE.finditer(english)}:
        return None
    groups: dict[str, int] = {}
    pattern, n_groups, touching = re.escape(texts[0]), 0, False
    for place, name in enumerate(names):
        if name in groups:
            pattern += rf"\{groups[name]}" if groups[name] else ""
        elif touching:
            groups[name] = 0
        else:
            n_groups += 1
            groups[name] = n_groups
            # What touches a word may be nothing: "I found 3 tents$limits".
            at_least = "*" if texts[place][-1:].isalnum() else "+"
            pattern += f"(.{at_least})" if texts[place + 1] == "" else f"(.{at_least}?)"
        pattern += re.escape(texts[place + 1])
        touching = texts[place + 1] == ""
    return Template(said, texts[0], texts[-1], re.compile(pattern, re.S), _english(english, groups))


def _english(english: str, groups: dict[str, int]) -> tuple[str | int, ...]:
    rows: list[str | int] = []
    end = 0
    for match in _VARIABLE.finditer(english):
        rows += [english[end : match.start()], groups[match[1] or match[2]]]
        end = match.end()
    # What touches another variable is read with it.
    return tuple(row for row in [*rows, english[end:]] if row not in ("", 0))
