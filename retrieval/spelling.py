"""Misspelt words: the catalogue's most likely word within one or two edits.

A noisy channel (Kernighan, Church and Gale 1990): of the words that are near, the one that is used often and whose slip
is a likely one, such as a letter left out or two letters swapped. Knows letters and counts, not meaning; whoever asks
decides which words may be corrected at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

SHORTEST = 3
_LONGEST = 24
_TWO_EDITS = 7
"""Letters of the longer of two words that may be two edits apart."""
_SHORT = 4
_LETTERS = 26
_FIRST = 0.3
"""Slips seldom fall on the first letter (Pollock and Zamora 1984)."""
_SEEN = 2
"""A word that stands somewhere once is no candidate for two slips."""
_CLEAR = 0.75
_OFTEN = 1.5
"""Short words have many neighbours: the share of all likelihood that the best must have, and how often it is used."""


class Speller:
    """Find the most likely word for a misspelt one.

    Words are pre-selected by the set of their letters, then compared from both ends, all at once.

    Args:
        frequency: word -> how often it is used; words of other signs than a to z are left out.
    """

    def __init__(self, frequency: Mapping[str, float]) -> None:
        self._words = [w for w in frequency if SHORTEST < len(w) <= _LONGEST and w.isascii() and w.isalpha()]
        self._counts = np.array([frequency[word] for word in self._words], dtype=np.float64)
        self._masks = np.array([_mask(word) for word in self._words], dtype=np.uint32)
        self._lengths = np.array([len(word) for word in self._words], dtype=np.int64)
        self._forward = _matrix(self._words)
        self._backward = _matrix([word[::-1] for word in self._words])

    def find(self, word: str, only_one: bool = False) -> str | None:
        """Return the most likely other word, or None where none is near.

        Args:
            word: folded, a to z, at least 3 letters.
            only_one: whether to look for words one edit away only.
        """
        if not SHORTEST <= len(word) <= _LONGEST or not self._words:
            return None
        likely = {row: chance for row, chance in self._one_edit(word).items() if self._words[row] != word}
        if not likely and not only_one and len(word) >= _TWO_EDITS - 2:
            likely = dict(self._two_edits(word))
        if not likely:
            return None
        best = max(likely, key=lambda row: (likely[row], self._words[row]))
        doubtful = likely[best] < _CLEAR * sum(likely.values()) or self._counts[best] < _OFTEN
        if len(word) <= _SHORT and doubtful:
            return None
        return self._words[best]

    def _one_edit(self, word: str) -> dict[int, float]:
        """Rows one edit away, with how likely each is meant."""
        n = len(word)
        apart = np.bitwise_count(self._masks ^ np.uint32(_mask(word)))
        rows = np.flatnonzero((np.abs(self._lengths - n) <= 1) & (apart <= 2))
        lengths = self._lengths[rows]
        start = _agreeing(self._forward[rows], _codes(word))
        end = _agreeing(self._backward[rows], _codes(word[::-1]))
        edited = start + end >= np.maximum(lengths, n) - 1
        swapped = self._swapped(rows, start, end, word)
        found = np.flatnonzero(edited | swapped)
        return {
            int(rows[i]): float(self._counts[rows[i]])
            * _slip(word, self._words[rows[i]], int(start[i]), bool(swapped[i] and not edited[i]))
            for i in found
        }

    def _swapped(
        self, rows: NDArray[np.int64], start: NDArray[np.int64], end: NDArray[np.int64], word: str
    ) -> NDArray[np.bool_]:
        n, codes = len(word), _codes(word)
        at = np.minimum(start, n - 2)
        here, there = self._forward[rows, at], self._forward[rows, at + 1]
        same = (self._lengths[rows] == n) & (start + end == n - 2)
        return np.asarray(same & (here == codes[at + 1]) & (there == codes[at]))

    def _two_edits(self, word: str) -> Iterator[tuple[int, float]]:
        """Rows of long words two edits away that begin alike, with how likely each is meant."""
        apart = np.bitwise_count(self._masks ^ np.uint32(_mask(word)))
        longer = np.abs(self._lengths - len(word))
        alike = np.isin(self._forward[:, 0], _codes(word[:2])) | (self._forward[:, 1] == ord(word[0]))
        long = np.maximum(self._lengths, len(word)) >= _TWO_EDITS
        near = (longer <= 2) & (apart <= 4 - longer) & (self._counts >= _SEEN) & alike & long
        for row in np.flatnonzero(near):
            if edits(word, self._words[row], 2) is not None:
                yield int(row), float(self._counts[row])


def _slip(word: str, meant: str, at: int, swapped: bool) -> float:
    """How likely a word is mistyped as another one, one edit away.

    Args:
        word: as written.
        meant: the word.
        at: letters that both begin with.
        swapped: whether two neighbours are.
    """
    if swapped:
        chance = 1 / (len(meant) - 1)
    elif len(meant) > len(word):
        chance = 1 / len(meant)  # a letter is missing
    elif len(meant) == len(word):
        chance = 1 / (len(meant) * _LETTERS)
    else:
        twice = at > 0 and word[min(at, len(word) - 1)] == word[at - 1]
        chance = 1 / (len(word) * (1 if twice else _LETTERS))
    return chance * (_FIRST if word[0] != meant[0] else 1)


def _mask(word: str) -> int:
    mask = 0
    for char in word:
        mask |= 1 << (ord(char) % 32)
    return mask


def _codes(word: str) -> NDArray[np.uint8]:
    return np.frombuffer(word.encode("ascii"), dtype=np.uint8)


def _matrix(words: list[str]) -> NDArray[np.uint8]:
    """Letters of the words, one per row, shape (n_words, longest + 2), 0 behind the last."""
    matrix = np.zeros((len(words), _LONGEST + 2), dtype=np.uint8)
    for row, word in enumerate(words):
        matrix[row, : len(word)] = _codes(word)
    return matrix


def _agreeing(matrix: NDArray[np.uint8], codes: NDArray[np.uint8]) -> NDArray[np.int64]:
    """How many letters each row begins with like `codes`, shape (n_rows,)."""
    same = matrix[:, : len(codes) + 1] == np.append(codes, 255).astype(np.uint8)
    return np.asarray(np.argmin(same, axis=1), dtype=np.int64)


def edits(one: str, other: str, most: int) -> int | None:
    """Count edits (insert, delete, replace, swap of neighbours) between two words; None where more than `most`."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        before, last, row = row, before, [i]
        for j, b in enumerate(other, start=1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, last[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return None
    return row[-1] if row[-1] <= most else None
