"""Queries cut from titles, each with slips of the keyboard in one of its words."""

from __future__ import annotations

import random
import re
import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from retrieval.words import STOP

_WORD = re.compile(r"[^\W_]+(?:[-.][^\W_]+)*")
_MOST_WORDS = 4
_BEGINNING = 10
"""Words of a title that are cut from: what follows are mostly part numbers."""


@dataclass(frozen=True, slots=True)
class Slip:
    """A query as it was meant and as it was typed; `place` is the word that differs."""

    meant: tuple[str, ...]
    place: int
    typed: str

    @property
    def text(self) -> str:
        """The query as typed."""
        return " ".join((*self.meant[: self.place], self.typed, *self.meant[self.place + 1 :]))


def make_slips(titles: Sequence[str], n: int, seed: int, edits: int = 1, shortest: int = 4) -> tuple[Slip, ...]:
    """Make `n` queries of one to four neighbouring words of a title.

    Args:
        titles: of a catalogue.
        n: how many.
        seed: the same seed makes the same queries.
        edits: how many slips, all in one word.
        shortest: letters of that word, at least.
    """
    return tuple(slip for slip, _ in zip(_slips(titles, random.Random(seed), edits, shortest), range(n), strict=False))


def _slips(titles: Sequence[str], chance: random.Random, edits: int, shortest: int) -> Iterator[Slip]:
    while True:
        words = _WORD.findall(chance.choice(titles).casefold())[:_BEGINNING]
        n = chance.randint(1, _MOST_WORDS)
        if len(words) < n:
            continue
        start = chance.randrange(len(words) - n + 1)
        meant = tuple(words[start : start + n])
        places = [i for i, word in enumerate(meant) if _is_plain(word) and len(word) >= shortest]
        if not places:
            continue
        place = chance.choice(places)
        typed = meant[place]
        for _ in range(edits):
            typed = mistype(typed, chance)
        if typed != meant[place]:
            yield Slip(meant, place, typed)


def _is_plain(word: str) -> bool:
    return word.isascii() and word.isalpha() and word not in STOP


def mistype(word: str, chance: random.Random) -> str:
    """Insert, leave out or replace a letter, or swap two neighbours, each as often, at any place."""
    kind, at = chance.choice(("insert", "delete", "replace", "swap")), chance.randrange(len(word))
    if kind == "insert":
        return word[:at] + chance.choice(string.ascii_lowercase) + word[at:]
    if kind == "delete":
        return word[:at] + word[at + 1 :]
    if kind == "replace":
        return word[:at] + chance.choice(string.ascii_lowercase) + word[at + 1 :]
    at = min(at, len(word) - 2)
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
