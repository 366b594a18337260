"""The languages that a shop understands: detect, then gloss. Knows the catalogue's names; decides nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from typing import Any

from assistant.language.detect import Detector
from assistant.language.gloss import Gloss, gloss
from assistant.language.phrasebook import Phrasebook, read_phrasebook
from assistant.language.slips import Slips
from assistant.language.sounds import Sounds

ENGLISH = "en"
_TOLD_BY = 500
"""Characters of a message that tell its language."""
_TITLES = 200
"""Titles that are looked at to tell the language of a catalogue."""


class Languages:
    """Reads messages.

    Args:
        files: language -> name of a file -> its parsed YAML, as `Prompts.languages` returns them.
        default: the language where nothing tells one.
        titles: of the catalogue: a message in their language is not glossed, because its words are the catalogue's.
        knows: whether a folded word is one of the catalogue; such a word is no slip.
    """

    def __init__(
        self,
        files: Mapping[str, Mapping[str, Any]],
        default: str = ENGLISH,
        titles: Iterable[str] = (),
        knows: Callable[[str], bool] = lambda _: False,
    ) -> None:
        self._books: dict[str, Phrasebook] = {name: read_phrasebook(name, rows) for name, rows in files.items()}
        self._slips = {name: Slips(book, knows) for name, book in self._books.items()}
        self._sounds = {name: Sounds(book) for name, book in self._books.items() if not book.spaced}
        books = list(self._books.values())
        self._detector = Detector(books, self._is_slip)
        self._default = default
        tell = Detector(books).detect
        votes = Counter(tell(title, ENGLISH) for title in islice(titles, _TITLES))
        self._own = votes.most_common(1)[0][0] if votes else ENGLISH

    def _is_slip(self, language: str, word: str) -> bool:
        """Whether a word is a slip in a language, and a word of none."""
        if any(slips.is_word(word) for slips in self._slips.values()):
            return False
        return self._slips[language].find(word) is not None

    def warm(self) -> None:
        """Load the dictionaries now, so that no message waits for them."""
        for slips in self._slips.values():
            slips.warm()

    def tell(self, said: str, before: str = "") -> str:
        """Tell the language of a message, as `read` does."""
        return self._detector.detect(said[:_TOLD_BY], before or self._default)

    def read(self, said: str, before: str = "", names: Sequence[str] = ()) -> Gloss:
        """Read a message.

        Args:
            said: the message, cleaned.
            before: the language of the conversation so far; "" at its beginning.
            names: titles and brands that may stand in the message: they stay as they are.
        """
        language = self.tell(said, before)
        if language in {ENGLISH, self._own} or language not in self._books:
            return Gloss(language, said, said)
        book = self._books[language]
        if language in self._sounds:
            return gloss(said, book, tuple(names), reread=self._sounds[language].slips)
        return gloss(said, book, tuple(names), self._slips[language].find)
