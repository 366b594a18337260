"""A message in the planner's English, made by code from the shopper's own words and a phrasebook.

Patterns first (they hold numbers and change the order of words), then the longest known phrase, then single words,
endings and compounds. What the phrasebook does not know stays as it is, and so do names, numbers and order numbers.
It adds no word that the phrasebook does not give for something that was said.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.language.phrasebook import FIRST_MASK, KEPT, MASKS, Phrasebook, tokens
from retrieval.chinese.numerals import NUMBER, parse_span
from retrieval.chinese.script import HAN, has_han

_PUNCTUATION = str.maketrans(
    dict(zip("，。？！；：、（）", (", ", ". ", "? ", "! ", "; ", ": ", ", ", " (", ") "), strict=True))
)
_OPENING = str.maketrans("¿¡", "  ")
_BETWEEN_HAN = re.compile(rf"(?<=[{HAN}])[ \t]+(?=[{HAN}])")
"""A space in Chinese ends what it stands behind, as a comma does."""
_NUMERAL = re.compile(NUMBER)
_DEEPEST = 40
_GROUP = re.compile(r"\\(\d)")
_THOUSANDS = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?")
_BEFORE_STOP = re.compile(r"[ ,;]*([,.?!;:)])")
"""What was said before a stop may be nothing in English, and leave a comma."""
_DECIMAL = re.compile(r"\d+,\d{1,2}")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a message: as it was said, and in English."""

    said: str
    english: str


_SPACE = Piece("", " ")


@dataclass(frozen=True, slots=True)
class Gloss:
    """A message and what it says in English.

    Args:
        language: of the message, e.g. "de".
        said: as typed.
        words: in the planner's English; `said` itself where that is its language.
        pieces: how the two go together, in order.
        corrected: misspelt word -> the word that was read.
    """

    language: str
    said: str
    words: str
    pieces: tuple[Piece, ...] = ()
    corrected: tuple[tuple[str, str], ...] = ()

    def as_said(self, phrase: str) -> str:
        """A phrase of `words` as the shopper said it; the phrase itself where it does not come from this message."""
        wanted = phrase.casefold().split()
        rows: list[str] = []
        for word in wanted:
            found = next((p.said for p in self.pieces if p.said and word in p.english.casefold().split()), word)
            if not rows or rows[-1] != found:
                rows.append(found)
        return phrase if [row.casefold() for row in rows] == wanted else " ".join(rows)


def gloss(
    said: str,
    book: Phrasebook,
    names: tuple[str, ...] = (),
    correct: Callable[[str], str | None] = lambda _: None,
    reread: Callable[[str], Mapping[str, str]] = lambda _: {},
) -> Gloss:
    """Say a message in English.

    Args:
        said: the message, cleaned.
        book: of its language.
        names: titles and brands that may stand in it and stay as they are.
        correct: the word of the phrasebook that a folded unknown word is a slip of; None where it is none.
        reread: parts of a text that are read as others of the same length.
    """
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        if len(kept) == MASKS:
            return match.group()
        kept.append(match.group())
        mask = chr(FIRST_MASK + len(kept) - 1)
        return mask if book.spaced else f" {mask} "

    text = said
    for name in sorted(filter(None, names), key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", keep, text, flags=re.I)
    text = KEPT.sub(keep, text.translate(_OPENING))
    if not book.spaced:
        text = _BETWEEN_HAN.sub("，", text)
    text, corrected = _corrected(text, book, correct)
    for wrong, right in reread(text).items():
        text, corrected[wrong] = text.replace(wrong, right), right
    pieces = [Piece(_unmasked(p.said, kept), _unmasked(p.english, kept)) for p in _Glosser(book).pieces(text)]
    return Gloss(book.language, said, _joined(pieces) or said, tuple(pieces), tuple(corrected.items()))


def _corrected(text: str, book: Phrasebook, correct: Callable[[str], str | None]) -> tuple[str, dict[str, str]]:
    """The text with its slips mended, and what was mended: patterns and phrases hold words as they are spelt."""
    found: dict[str, str] = {}
    rows, end = [], 0
    for match in tokens(text):
        key = book.fold(match.group())
        right = correct(key) if key[0].isalpha() and book.find(key) is None else None
        if right is not None:
            found[match.group()] = right
            rows += [text[end : match.start()], right]
            end = match.end()
    return "".join([*rows, text[end:]]), found


class _Glosser:
    def __init__(self, book: Phrasebook) -> None:
        self._book = book
        self._longest = book.longest

    def pieces(self, text: str, depth: int = 0) -> Iterator[Piece]:
        """The pieces of a text; groups within groups are read as patterns `_DEEPEST` times, then by words."""
        patterns = self._book.patterns if depth < _DEEPEST else ()
        folded = list(self._book.folded(text))
        joined, places = "".join(letter for letter, _ in folded), [place for _, place in folded]
        for pattern, english in patterns:
            found = [match for match in pattern.finditer(joined) if _says_more(match)]
            if not found:
                continue
            end = 0
            for match in found:
                start, stop = _place(match, 0, places)
                slots = [text[slice(*_place(match, n, places))] for n in range(1, pattern.groups + 1)]
                yield from self.pieces(text[end:start], depth + 1)
                yield from self._filled(english, text[start:stop], slots, depth + 1)
                end = stop
            yield from self.pieces(text[end:], depth + 1)
            return
        yield from self._by_words(text)

    def _filled(self, english: str, said: str, slots: Sequence[str], depth: int) -> Iterator[Piece]:
        yield _SPACE
        whole = "" if slots else said.strip()
        for place, part in enumerate(_GROUP.split(english)):
            if place % 2:
                yield from self.pieces(slots[int(part) - 1], depth)
            else:
                # Words that stand for the whole of what was said are said back so; those around a group are ours.
                yield from (Piece("", part[: len(part) - len(part.lstrip())]), Piece(whole, part.strip()))
                yield Piece("", part[len(part.rstrip()) :])
        yield _SPACE

    def _by_words(self, text: str) -> Iterator[Piece]:
        found = list(tokens(text))
        keys = [self._book.fold(match.group()) for match in found]
        end, i = 0, 0
        while i < len(found):
            gap = text[end : found[i].start()]
            if gap:
                yield Piece("", gap.translate(_PUNCTUATION))
            size, english = self._match(keys, i)
            numeral = None if self._book.spaced else self._numeral(text, found[i:], keys[i:])
            if numeral and (english is None or numeral[0] > size):
                size, english = numeral
            said = text[found[i].start() : found[i + size - 1].end()]
            yield Piece(said, said if english is None else english)
            end, i = found[i + size - 1].end(), i + size
        if text[end:]:
            yield Piece("", text[end:].translate(_PUNCTUATION))

    def _match(self, keys: list[str], i: int) -> tuple[int, str | None]:
        for size in range(min(self._longest, len(keys) - i), 1, -1):
            found = self._book.entries.get(tuple(keys[i : i + size]))
            if found is not None:
                return size, found
        return 1, self._word(keys[i])

    def _word(self, key: str) -> str | None:
        if key[0].isdigit():
            return self._number(key)
        return self._book.find(key)

    def _numeral(self, text: str, found: Sequence[re.Match[str]], keys: Sequence[str]) -> tuple[int, str] | None:
        """A number in Chinese numerals at the beginning, and of how many tokens; of one character only where it counts.

        A lone character is a part of many words ("一般"): it counts where nothing else is said or a measure follows.
        """
        match = _NUMERAL.match(text, found[0].start())
        span = parse_span(match.group()) if match and has_han(match.group()) else None
        if match is None or span is None:
            return None
        size = sum(token.end() <= match.end() for token in found)
        alone = match.group() == text.strip()
        if size == 1 and not alone and (keys[0] == "一" or (*keys[1:2],) not in self._book.entries):
            return None
        return size, " to ".join(f"{end:f}" for end in dict.fromkeys(span))

    def _number(self, digits: str) -> str | None:
        """The number with a decimal point and nothing between thousands."""
        if not self._book.decimal_comma:
            return None
        if _THOUSANDS.fullmatch(digits):
            digits = digits.replace(".", "")
        elif not _DECIMAL.fullmatch(digits):
            return None
        return digits.replace(",", ".")


def _says_more(match: re.Match[str]) -> bool:
    """Whether a match holds more than one of its groups: else its group would be read for ever."""
    return bool(match.group()) and match.group().strip() not in {group.strip() for group in match.groups("")}


def _place(match: re.Match[str], group: int, places: Sequence[int]) -> tuple[int, int]:
    """Where a group of a match in the folded text stands in the text; nowhere where it took no part."""
    start, end = match.span(group)
    return (places[start], places[end - 1] + 1) if end > start else (0, 0)


def _unmasked(text: str, kept: list[str]) -> str:
    return "".join(kept[n] if 0 <= (n := ord(char) - FIRST_MASK) < len(kept) else char for char in text)


def _joined(pieces: list[Piece]) -> str:
    """The English as one text: with a space where a word was put beside another that it touched."""
    text, changed_before = "", False
    for piece in pieces:
        changed = bool(piece.said) and piece.said != piece.english
        apart = text[-1:].isalnum() and piece.english[:1].isalnum() and (changed or changed_before)
        text += f" {piece.english}" if apart else piece.english
        changed_before = changed
    return _BEFORE_STOP.sub(r"\1", " ".join(text.split())).lstrip(" .,;!?")
