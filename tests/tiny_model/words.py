"""Words that nobody has ever read, so that a model which repeats them must have copied them."""

from __future__ import annotations

import random

_ONSETS = ("b", "br", "c", "ch", "cl", "d", "dr", "f", "fl", "g", "gl", "h", "j", "k", "kn", "l", "m", "n", "p", "pl")
_MORE_ONSETS = (
    "qu",
    "r",
    "s",
    "sc",
    "sh",
    "sk",
    "sl",
    "sp",
    "st",
    "str",
    "t",
    "th",
    "tr",
    "v",
    "w",
    "wh",
    "y",
    "z",
    "",
)
_VOWELS = ("a", "e", "i", "o", "u", "ee", "oo", "ou", "ai", "ea", "y", "ia", "io")
_CODAS = (
    "",
    "",
    "",
    "b",
    "ck",
    "d",
    "g",
    "l",
    "ll",
    "m",
    "n",
    "nd",
    "ng",
    "nt",
    "p",
    "r",
    "rd",
    "rt",
    "s",
    "st",
    "t",
    "x",
)
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_RARE = "äöüßéñçøåôíúÄÖÜ"
_DIGITS = "0123456789"


def spliced(draw: random.Random, known: list[str]) -> str:
    """The beginning of one word and the end of another: pieces that are known, one after another as never before."""
    first, second = draw.choice(known), draw.choice(known)
    return first[: draw.randint(0, len(first))] + second[draw.randint(0, len(second) - 1) :]


def made_up(draw: random.Random) -> str:
    """A word that can be spoken, or letters in any order."""
    if draw.random() < 0.75:
        onsets = _ONSETS + _MORE_ONSETS
        parts = [
            draw.choice(onsets) + draw.choice(_VOWELS) + draw.choice(_CODAS)
            for _ in range(draw.choice((1, 2, 2, 2, 3)))
        ]
        word = "".join(parts) + draw.choice(("", "", "", "s", "er", "ing", "ed", "es"))
    else:
        alphabet = _LETTERS if draw.random() < 0.9 else _LETTERS + _RARE
        word = "".join(draw.choice(alphabet) for _ in range(draw.randint(2, 11)))
    return word.capitalize() if draw.random() < 0.25 else word


def code(draw: random.Random) -> str:
    """The number of an order: mostly as the shop writes them."""
    if draw.random() < 0.6:
        return "A-" + "".join(draw.choice(_DIGITS) for _ in range(5))
    letters = "".join(draw.choice(_LETTERS.upper()) for _ in range(draw.randint(1, 3)))
    return f"{letters}-" + "".join(draw.choice(_DIGITS) for _ in range(draw.randint(3, 8)))


def amount(draw: random.Random) -> str:
    """A number as people write a price."""
    whole = str(draw.choice((draw.randint(5, 99), draw.randint(10, 60) * 5, draw.randint(100, 999))))
    return whole + draw.choice(("", "", "", "", ".50", ".95", ".90", f".{draw.randint(10, 99)}"))


def text(draw: random.Random, known: list[str], low: int, high: int) -> str:
    """Known and made-up words in any order, with numbers and signs between them."""
    rows = []
    for _ in range(draw.randint(low, high)):
        kind = draw.random()
        if kind < 0.25:
            rows.append(made_up(draw))
        elif kind < 0.55:
            rows.append(spliced(draw, known))
        elif kind < 0.85:
            rows.append(draw.choice(known))
        elif kind < 0.95:
            rows.append(amount(draw))
        else:
            rows.append(code(draw))
    joined = " ".join(rows)
    if draw.random() < 0.25:
        joined = joined.replace(" ", draw.choice((", ", "-", " & ", " / ", " (", '" ', "'s ")), 1)
    return joined
