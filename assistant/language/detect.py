"""Which language a message is in: by its script, by words that tell a language, and by what was spoken before.

Knows the languages that have a phrasebook, and English.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from assistant.language.phrasebook import KEPT, Phrasebook
from retrieval.chinese.script import has_han
from retrieval.english import is_plain_english

_MARK, _SIGN, _WORD = 3, 3, 1
"""What a word that tells the language counts, one of its own letters, and a word that it knows."""


class Detector:
    """Tells the language of short messages.

    Args:
        books: of the languages; that of English holds its marks alone.
        is_slip: whether a folded word is a slip of one that the phrasebook of a language knows.
    """

    def __init__(
        self, books: Sequence[Phrasebook], is_slip: Callable[[str, str], bool] = lambda _language, _word: False
    ) -> None:
        self._books = tuple(books)
        self._is_slip = is_slip
        self._all_marks = frozenset(mark for book in books for mark in book.marks)

    def detect(self, words: str, before: str) -> str:
        """Tell the language of a message.

        Args:
            words: the message.
            before: the language spoken so far; it stays where the message does not tell another.
        """
        words = KEPT.sub(" ", words)
        unspaced = next((book for book in self._books if not book.spaced), None)
        if unspaced and has_han(words):
            return unspaced.language
        scores = {book.language: self._score(book, words) for book in self._books if book.spaced}
        best = max(scores, key=lambda language: (scores[language], language == before), default=before)
        return best if scores and scores[best] > scores.get(before, 0) else before

    def _score(self, book: Phrasebook, words: str) -> int:
        score = _SIGN * sum(char in book.signs for char in words.lower())
        for word in book.key(words):
            if len(word) == 1:
                continue  # "usb c", "iphone x": a letter is a part of many names.
            if word in book.marks:
                score += _MARK
            elif word.isalpha() and word not in self._all_marks and not is_plain_english(word):
                score += _WORD * (book.find(word) is not None or self._is_slip(book.language, word))
        return score
