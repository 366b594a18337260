"""One slip of the finger in a query, as shoppers make them. Knows no words."""

from __future__ import annotations

import re
from random import Random

FEWEST_LETTERS = 4
_WORD = re.compile(rf"[a-z]{{{FEWEST_LETTERS},}}", re.IGNORECASE)
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def misspell(text: str, rng: Random) -> str:
    """Make one edit in one word of at least four letters: a letter left out, doubled up with another, wrong, or two
    neighbours swapped (Damerau 1964). A text without such a word stays as it is."""
    words = list(_WORD.finditer(text))
    if not words:
        return text
    word = rng.choice(words)
    edited = word.group()
    while edited == word.group():
        edited = _edit(word.group(), rng)
    return text[: word.start()] + edited + text[word.end() :]


def _edit(word: str, rng: Random) -> str:
    at = rng.randrange(len(word))
    kind = rng.randrange(4)
    if kind == 0:
        return word[:at] + word[at + 1 :]
    if kind == 1:
        return word[:at] + rng.choice(_LETTERS) + word[at:]
    if kind == 2:
        return word[:at] + rng.choice(_LETTERS) + word[at + 1 :]
    return word[:at] + word[at : at + 2][::-1] + word[at + 2 :]
