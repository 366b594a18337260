"""First pass over a Chinese message: words, stock phrases, prices, measures and links to the catalogue.

Gives the same Reading as for English, so that the second pass is one for both. A text without spaces is cut with the
catalogue's own names in the dictionary: what is no name there stays a word ("鼠标垫" is no 鼠标).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from retrieval.chinese import measures, phrases, prices
from retrieval.chinese.numerals import sizes_in_digits
from retrieval.chinese.particles import PARTICLES
from retrieval.chinese.segmenter import Segmenter
from retrieval.linking import Link, Linker
from retrieval.measures import Measure, find_measures
from retrieval.price_words import PricePhrase
from retrieval.price_words import find_prices as find_latin_prices
from retrieval.reading import Mark, Reading, Said, find_links, mark_words, spans_of, spell, stock_phrases
from retrieval.vocabulary import Vocabulary
from retrieval.words import Token, clean, cut_runs, is_cjk, tokens, word_key

_LONGEST_NAME = 10
_COLOUR = "色"
_LIST_SIGNS = ",;。、\n"


class ChineseReader:
    """Reads messages against one catalogue.

    Args:
        vocabulary: of the catalogue.
        currency: the shop's ISO 4217 code.
    """

    def __init__(self, vocabulary: Vocabulary, currency: str) -> None:
        self._vocabulary = vocabulary
        self._currency = currency
        self._linker = Linker(vocabulary)
        self._segmenter = Segmenter(key for key in vocabulary.cjk_keys if len(key) <= _LONGEST_NAME)

    def scan(self, raw: str) -> Reading:
        """Read a message once; see `retrieval.reading.scan`."""
        text, corrected = spell(sizes_in_digits(clean(raw)), self._vocabulary)
        found_prices = self._prices(text)
        said = [Said(*span, Mark.PRICE) for price in found_prices for span in spans_of(price)]
        said += phrases.find_ratings(text)
        found_measures = self._measures(text, said)
        said += [Said(*measure.negation, Mark.FILLER) for measure in found_measures if measure.negation]
        said += [Said(*span, Mark.FILLER) for measure in found_measures for span in measures.bounds(text, measure)]
        said += [*phrases.find_phrases(text), *stock_phrases(measures.without_han(text), ())]
        edges = [edge for phrase in said for edge in (phrase.start, phrase.end)]
        edges += [edge for measure in found_measures for edge in (measure.start, measure.end)]
        words = [word for token in cut_runs(_with_commas(text), edges) for word in self._words(token)]
        marks, heard = mark_words(words, said)
        self._mark_plain_words(words, marks)
        links = _heads_only(find_links(self._linker, words, marks, text), words, text)
        _mark_lists(words, marks, links)
        return Reading(
            text, tuple(words), tuple(marks), links, found_prices, found_measures, heard, tuple(corrected.items())
        )

    def _prices(self, text: str) -> tuple[PricePhrase, ...]:
        """Prices in Chinese, and those in English that stand beside them."""
        found = prices.find_prices(text, self._currency)
        latin = find_latin_prices(measures.without_han(text), self._currency)
        return (*found, *(price for price in latin if price.sure and not _overlaps(price, found)))

    def _measures(self, text: str, taken: Sequence[Said]) -> tuple[Measure, ...]:
        units = self._vocabulary.unit_keys
        found = [m for m in measures.find_measures(text, units) if not _overlaps(m, taken)]
        latin = find_measures(measures.without_han(text), units)
        return (*found, *(m for m in latin if not _overlaps(m, taken) and not _overlaps(m, found)))

    def _words(self, token: Token) -> list[Token]:
        """Cut a run into words, each with the key by which the catalogue knows it."""
        if not is_cjk(token.text):
            return [token]
        words, start = [], token.start
        for word in self._segmenter.cut(token.text):
            words += self._split_compound(Token(word, self._key(word), start, start + len(word)))
            start += len(word)
        return words

    def _key(self, word: str) -> str:
        """The key of a word; "黑" and "黑色" are one colour, whichever of them the catalogue writes."""
        key = word_key(word)
        other = key.removesuffix(_COLOUR) if key.endswith(_COLOUR) else key + _COLOUR
        return other if key not in self._vocabulary.values and other in self._vocabulary.values else key

    def _split_compound(self, token: Token) -> list[Token]:
        """Split a word that the catalogue does not know before the kind of product that it ends with."""
        if len(token.text) < 3 or self._linker.find(token.key) is not None:
            return [token]
        for at in range(1, len(token.text) - 1):
            head = token.text[at:]
            if word_key(head) in self._vocabulary.category_endings:
                middle = token.start + at
                first = Token(token.text[:at], self._key(token.text[:at]), token.start, middle)
                return [first, Token(head, word_key(head), middle, token.end)]
        return [token]

    def _mark_plain_words(self, words: Sequence[Token], marks: list[Mark | None]) -> None:
        """Mark grammar words, and words that refuse."""
        for i, token in enumerate(words):
            if marks[i] is not None:
                continue
            if self._refuses(words, marks, i):
                marks[i] = Mark.NEGATION
            elif token.text in PARTICLES or token.text == "、":
                marks[i] = Mark.FILLER

    def _refuses(self, words: Sequence[Token], marks: Sequence[Mark | None], i: int) -> bool:
        """Whether a word refuses the name behind it (不防水), or stands between a refusal and a name."""
        if words[i].text in phrases.BEHIND_REFUSAL:
            return i > 0 and marks[i - 1] is Mark.NEGATION
        after = words[i + 1] if i + 1 < len(words) else None
        return words[i].text in phrases.REFUSING and after is not None and self._linker.find(after.key) is not None


def _with_commas(text: str) -> list[Token]:
    """The words of a text, and the commas of its lists, which a refusal reaches over."""
    commas = (Token(sign, sign, at, at + 1) for at, sign in enumerate(text) if sign == "、")
    return sorted((*tokens(text), *commas), key=lambda token: token.start)


def _overlaps(one: PricePhrase | Measure, others: Sequence[PricePhrase | Measure | Said]) -> bool:
    return any(other.start < one.end and one.start < other.end for other in others)


def _heads_only(links: Sequence[Link], words: Sequence[Token], text: str) -> tuple[Link, ...]:
    """Take the kind from a name that another kind follows in the same phrase: "笔记本电脑的鼠标" is a 鼠标."""
    kept: list[Link] = []
    for link in links:
        if link.names_kind and kept and kept[-1].names_kind:
            between = text[words[kept[-1].end - 1].end : words[link.start].start]
            listed = {word.text for word in words[kept[-1].end : link.start]} & phrases.LISTING
            if not listed and not any(sign in between for sign in _LIST_SIGNS) and "的" in between:
                kept[-1] = replace(kept[-1], categories=(), department=None, type=None)
        kept.append(link)
    return tuple(kept)


def _mark_lists(words: Sequence[Token], marks: list[Mark | None], links: Sequence[Link]) -> None:
    """Carry a refusal on to every name of a list: "不要黑色和红色的"."""
    ends = {link.start: link.end for link in links}
    for start, mark in enumerate(tuple(marks)):
        position = start + 1
        if mark is not Mark.NEGATION or position not in ends:
            continue
        while (joint := ends.get(position)) is not None and joint + 1 in ends and words[joint].text in phrases.LISTING:
            marks[joint] = Mark.NEGATION
            position = joint + 1
