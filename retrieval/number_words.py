"""Numbers in words: "fifty", "twenty five", "a hundred", "two thousand".

Knows English up to the thousands; "one" and "a" alone are no numbers here, for they are articles and pronouns.
"""

from __future__ import annotations

import re
from decimal import Decimal

_SMALL = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_VALUES = {word: number for number, word in enumerate(_SMALL)} | {word: 20 + 10 * n for n, word in enumerate(_TENS)}
_UNITS = "|".join(_SMALL[1:10])
_BELOW_HUNDRED = rf"(?:{'|'.join(_TENS)})(?:[ -](?:{_UNITS}))?|{'|'.join(sorted(_SMALL[2:], key=len, reverse=True))}"
_LARGE = rf"(?:an?|one|{_BELOW_HUNDRED})[ -](?:hundred|thousand|grand)(?:(?: and)? (?:{_BELOW_HUNDRED}|one))?"
SPELT = rf"(?<!\w)(?:{_LARGE}|{_BELOW_HUNDRED})(?!\w)"
"""Pattern of a number in words, case ignored."""


def read_words(text: str) -> Decimal:
    """Read what SPELT matches, e.g. "two hundred and fifty" to 250."""
    total, current = 0, 0
    for word in re.split(r"[ -]", text.casefold()):
        if word in ("thousand", "grand"):
            total, current = total + 1000 * max(1, current), 0
        elif word == "hundred":
            current = 100 * max(1, current)
        else:
            current += _VALUES.get(word, 0)
    return Decimal(total + current)
