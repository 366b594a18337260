"""A phrasebook: one language's words for a shop in English, as prompts/languages/<language>/*.yaml states them.

Reads and checks the files. Knows no message and no product.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.errors import ConfigError
from retrieval.chinese.numerals import NUMBER as HAN_NUMBER

FIRST_MASK, MASKS = 0xA000, 0x400
"""A letter of its own for each thing in a message that stays: no language of a phrasebook writes in Yi syllables."""
_TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[\u3400-\u9fff]|[^\W\d_\u3400-\u9fff]+(?:['’][^\W\d_]+)*")

KEPT = re.compile(
    r"\S+@\S+\.\w+|https?://\S+|\b[A-Za-z]{1,3}-\d{3,12}\b|\b(?=[A-Z-]*\d)[A-Z0-9]+(?:-[A-Z0-9]+)+\b", re.ASCII
)
"""What is no word of any language: e-mail addresses, links, order numbers and part numbers."""
_PARTS_WITHIN_PARTS = 3
Key = tuple[str, ...]
"""Folded tokens of an entry."""


class _File(BaseModel):
    """One YAML file."""

    model_config = ConfigDict(extra="forbid")

    marks: list[str] = []
    signs: str = ""
    spaced: bool = True
    decimal_comma: bool = False
    letters: dict[str, str] = {}
    endings: dict[str, str] = {}
    links: list[str] = []
    numbers: dict[str, int] = {}
    parts: dict[str, str] = {}
    patterns: list[dict[str, str]] = []
    phrases: dict[str, str] = {}
    words: dict[str, str] = {}


@dataclass(frozen=True)
class Phrasebook:
    """What prompts/languages/README.md describes, ready for use.

    Args:
        language: e.g. "de".
        marks: folded words that tell the language.
        signs: letters and marks of the language alone.
        spaced: whether words are written apart.
        decimal_comma: whether "1,5" is one and a half.
        letters: letter -> as it is compared.
        endings: ending of a word -> what it is without it.
        links: what may stand between the parts of a compound; empty where there are no compounds.
        patterns: compiled, with what they say in English ("\\1" is the first group).
        entries: folded tokens -> English: phrases, words and numbers.
    """

    language: str
    marks: frozenset[str] = frozenset()
    signs: frozenset[str] = frozenset()
    spaced: bool = True
    decimal_comma: bool = False
    letters: Mapping[str, str] = field(default_factory=dict)
    endings: Mapping[str, str] = field(default_factory=dict)
    links: tuple[str, ...] = ()
    patterns: tuple[tuple[re.Pattern[str], str], ...] = ()
    entries: Mapping[Key, str] = field(default_factory=dict)

    @property
    def longest(self) -> int:
        """Tokens of the longest entry."""
        return max(map(len, self.entries), default=0)

    def fold(self, text: str) -> str:
        """The text in small letters, its special letters as they are compared."""
        return "".join(folded for folded, _ in self.folded(text))

    def folded(self, text: str) -> Iterator[tuple[str, int]]:
        """Folded letters of a text, each with the place of the letter that it comes from."""
        return _folded(text, self.letters)

    def key(self, text: str) -> Key:
        """The folded tokens of a text."""
        return tuple(match.group() for match in tokens(self.fold(text)))

    def find(self, word: str) -> str | None:
        """The English of a folded word, with or without an ending, or taken apart; None where it is not known."""
        found = self._simple(word)
        return found if found is not None or not self.links else self._compound(word)

    def _simple(self, word: str) -> str | None:
        if (word,) in self.entries:
            return self.entries[(word,)]
        for ending, put in self.endings.items():
            stem = word[: len(word) - len(ending)] + put
            if word.endswith(ending) and len(stem) >= _SHORTEST_STEM and (stem,) in self.entries:
                return self.entries[(stem,)]
        return None

    def _compound(self, word: str) -> str | None:
        """Two parts, the longest last one first: what a compound is stands at its end."""
        for cut in range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1):
            last = self._simple(word[cut:])
            if last is None:
                continue
            for link in self.links:
                first = word[:cut]
                if first.endswith(link):
                    part = first[: len(first) - len(link)]
                    found = self._simple(part) if len(part) >= _SHORTEST_PART else None
                    if found is not None:
                        return f"{found} {last}"
        return None


_SHORTEST_STEM = 3
_SHORTEST_PART = 3


def tokens(text: str) -> Iterator[re.Match[str]]:
    """Words, numbers and single Chinese characters of a text."""
    return _TOKEN.finditer(text)


def read_phrasebook(language: str, files: Mapping[str, Any]) -> Phrasebook:
    """Check and join the files of a language.

    Args:
        language: name of the folder.
        files: parsed YAML by name of the file.

    Raises:
        ConfigError: a file holds something else than README.md describes, or a pattern is no regular expression.
    """
    rows = [_read_file(f"languages/{language}/{name}", content) for name, content in sorted(files.items())]
    letters = {letter: put for row in rows for letter, put in row.letters.items()}
    spaced = all(row.spaced for row in rows)
    plain = {letter: put[:1] for letter, put in letters.items()}  # "grun" for "grün": dropped, and not written out
    entries: dict[Key, str] = {}
    for row in rows:
        for text, english in {**{w: str(n) for w, n in row.numbers.items()}, **row.words, **row.phrases}.items():
            entries[_key(text, letters)] = english
            entries.setdefault(_key(text, plain), english)
    numbers = [_fold(word, letters) for row in rows for word in row.numbers]
    macros = {
        **_macros(numbers, spaced=spaced),
        **{f"{{{name}}}": part for row in rows for name, part in row.parts.items()},
    }
    return Phrasebook(
        language,
        marks=frozenset(_fold(mark, letters) for row in rows for mark in row.marks),
        signs=frozenset("".join(row.signs for row in rows)),
        spaced=spaced,
        decimal_comma=any(row.decimal_comma for row in rows),
        letters=letters,
        endings={ending: put for row in rows for ending, put in row.endings.items()},
        links=tuple(link for row in rows for link in row.links),
        patterns=tuple(
            (_compiled(language, pattern, macros, letters, spaced=spaced), english)
            for row in rows
            for one in row.patterns
            for pattern, english in one.items()
        ),
        entries=entries,
    )


def _macros(numbers: Sequence[str], *, spaced: bool) -> Mapping[str, str]:
    words = "|".join(sorted(map(re.escape, numbers), key=len, reverse=True)) or "(?!)"
    number = rf"\d+(?:[.,]\d+)*|{words}" if spaced else HAN_NUMBER
    return {
        "{number}": f"({number})",
        "{words}": r"(\S(?:(?:(?![.!?;。！？；]\s).)*?\S)?)",
        "{rest}": r"(\S(?:(?![.!?;。！？；](?:\s|$)).)*)",
        "{kept}": rf"([{chr(FIRST_MASK)}-{chr(FIRST_MASK + MASKS - 1)}])",
    }


def _read_file(name: str, content: Any) -> _File:
    try:
        return _File.model_validate(content or {})
    except ValidationError as problem:
        where = ".".join(str(part) for part in problem.errors()[0]["loc"])
        raise ConfigError(f"prompts/{name}.yaml: {where}: {problem.errors()[0]['msg']}.") from problem


def _compiled(
    language: str, pattern: str, macros: Mapping[str, str], letters: Mapping[str, str], *, spaced: bool
) -> re.Pattern[str]:
    text = pattern
    for _ in range(_PARTS_WITHIN_PARTS):
        for macro, meaning in macros.items():
            text = text.replace(macro, meaning)
    text = "".join(letters.get(char, char) for char in text)
    try:
        return re.compile(rf"(?<!\w)(?:{text})(?!\w)" if spaced else text)
    except re.error as problem:
        raise ConfigError(
            f"prompts/languages/{language}: {pattern!r} is no regular expression: {problem}."
        ) from problem


def _key(text: str, letters: Mapping[str, str]) -> Key:
    return tuple(match.group() for match in tokens(_fold(text, letters)))


def _fold(text: str, letters: Mapping[str, str]) -> str:
    return "".join(folded for folded, _ in _folded(text, letters))


def _folded(text: str, letters: Mapping[str, str]) -> Iterator[tuple[str, int]]:
    for place, char in enumerate(text):
        small = char.lower()
        for letter in letters.get(small, small):
            yield letter, place
