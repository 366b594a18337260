"""Misspelt words of a language: the phrasebook's word that a word is a slip of.

A word that stands in the language's own dictionary is none; the dictionaries are those that pyspellchecker brings with
it, and without one of the language nothing is corrected.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable
from functools import cached_property, lru_cache
from importlib.util import find_spec
from pathlib import Path

from assistant.language.phrasebook import Phrasebook
from retrieval.english import is_plain_english
from retrieval.spelling import Speller

_SHORTEST = 5
_SHORTEST_STEM = 4
_STEM = re.compile(rf"[^\W\d_]{{{_SHORTEST_STEM},}}")
_OFTEN = 3.0
"""What each word of a phrasebook counts: enough for two slips in a long one."""


class Slips:
    """Corrects words.

    Args:
        book: whose words are meant.
        knows: whether a folded word is one of the catalogue.
    """

    def __init__(self, book: Phrasebook, knows: Callable[[str], bool]) -> None:
        self._book = book
        self._knows = knows

    def warm(self) -> None:
        """Load the dictionary and the words now."""
        _ = self._dictionary, self._speller, self._written

    def find(self, word: str) -> str | None:
        """The word that a folded word is a slip of; None where it is none, or not known to be one."""
        if len(word) < _SHORTEST or not (word.isascii() and word.isalpha()) or not self._dictionary:
            return None
        if word in self._dictionary or self._in_patterns(word) or self._knows(word) or is_plain_english(word):
            return None
        return self._speller.find(word)

    def is_word(self, word: str) -> bool:
        """Whether a folded word of five letters or more stands in the language's dictionary."""
        return word in self._dictionary

    def _in_patterns(self, word: str) -> bool:
        """Whether a word begins as one in a pattern or a phrase: what may follow there is written in many ways."""
        return any(word[:size] in self._written for size in range(_SHORTEST_STEM, len(word) + 1))

    @cached_property
    def _written(self) -> frozenset[str]:
        patterns = (stem for pattern, _ in self._book.patterns for stem in _STEM.findall(pattern.pattern))
        return frozenset([*patterns, *(word for key in self._book.entries if len(key) > 1 for word in key)])

    @property
    def _dictionary(self) -> frozenset[str]:
        return _words(self._book.language, tuple(self._book.letters.items()))

    @cached_property
    def _speller(self) -> Speller:
        return Speller({key[0]: _OFTEN for key in self._book.entries if len(key) == 1})


@lru_cache(maxsize=8)
def _words(language: str, letters: tuple[tuple[str, str], ...]) -> frozenset[str]:
    """The folded words of a language's dictionary; none where no package brings one."""
    spec = find_spec("spellchecker")
    places = list(spec.submodule_search_locations or ()) if spec else []
    path = Path(places[0]) / "resources" / f"{language}.json.gz" if places else None
    if path is None or not path.is_file():
        return frozenset()
    words = json.loads(gzip.decompress(path.read_bytes()))
    fold = Phrasebook(language, letters=dict(letters)).fold
    return frozenset(fold(word) for word in words if len(word) >= _SHORTEST)
