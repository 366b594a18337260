"""Misspelt words: the catalogue's nearest word within one or two edits.

Knows letters, not meaning; whoever asks decides which words may be corrected at all.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

_SHORT = 4


class Speller:
    """Find the most likely catalogue word for a misspelt one.

    Words are pre-selected by the set of their letters, all at once; only the few that remain are compared in full.

    Args:
        frequency: word -> number of products that use it; words of fewer than 4 letters are left out.
    """

    def __init__(self, frequency: Mapping[str, int]) -> None:
        self._words = [word for word in frequency if len(word) >= 4 and word.isalpha()]
        self._frequency = {word: frequency[word] for word in self._words}
        self._masks = np.array([_mask(word) for word in self._words], dtype=np.uint64)
        self._lengths = np.array([len(word) for word in self._words], dtype=np.int16)
        self._firsts = np.array([ord(word[0]) for word in self._words], dtype=np.uint32)

    def find(self, word: str) -> str | None:
        """Return the catalogue's word for `word` (folded, at least 4 letters), or None where none is near enough."""
        if len(word) < 4 or len(word) > 32 or not self._words:
            return None
        allowed = 1 if len(word) < 7 else 2
        # A replaced letter changes at most two members of the letter set, one more or less at most one. A wrong first
        # letter is rare, so it must agree.
        apart = np.bitwise_count(self._masks ^ np.uint64(_mask(word)))
        longer = np.abs(self._lengths - len(word))
        near = (longer <= allowed) & (apart <= 2 * allowed - longer)
        near &= (self._firsts == ord(word[0])) | (self._firsts == ord(word[1]))
        best: tuple[int, int, str] | None = None
        for index in np.flatnonzero(near):
            candidate = self._words[index]
            distance = edits(word, candidate, allowed)
            if distance is None or (candidate[0] != word[0] and candidate[1] != word[0]):
                continue
            # Short words have too many neighbours: only a letter that is missing, doubled or swapped is a slip.
            if len(word) == _SHORT and len(candidate) == _SHORT and sorted(candidate) != sorted(word):
                continue
            rank = (distance, -self._frequency[candidate], candidate)
            if best is None or rank < best:
                best = rank
        return best[2] if best else None


def _mask(word: str) -> int:
    mask = 0
    for char in word:
        mask |= 1 << (ord(char) % 64)
    return mask


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
