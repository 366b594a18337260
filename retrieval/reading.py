"""First pass over a message: words, spelling, stock phrases, prices, measures and links to the catalogue.

Marks what each word is; which wishes come of it is decided later, need by need.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from retrieval import phrases
from retrieval.linking import Link, Linker
from retrieval.measures import Measure, find_measures
from retrieval.price_words import PricePhrase, find_prices
from retrieval.results import Sort
from retrieval.units import unit_key
from retrieval.vocabulary import Vocabulary
from retrieval.words import STOP, Token, clean, tokens, word_key


class Mark(StrEnum):
    """What a word is, besides a name of something."""

    FILLER = "filler"
    PRICE = "price"
    SORT = "sort"
    RATING = "rating"
    STOCK = "stock"
    SERVICE = "service"
    NEGATION = "negation"
    NEGATED = "negated"


@dataclass(frozen=True, slots=True)
class Reading:
    """A message (or the part of it that is one need) with everything found in it.

    Args:
        text: cleaned.
        tokens: its words; misspelt ones already corrected.
        marks: per token, or None.
        links: names found, by token position.
        prices, measures: phrases with numbers.
        sort, cheap, in_stock, min_rating: what stock phrases say.
        corrected: misspelt word -> word used.
    """

    text: str
    tokens: tuple[Token, ...]
    marks: tuple[Mark | None, ...]
    links: tuple[Link, ...]
    prices: tuple[PricePhrase, ...]
    measures: tuple[Measure, ...]
    sort: Sort = Sort.RELEVANCE
    cheap: bool = False
    in_stock: bool = False
    min_rating: float | None = None
    corrected: tuple[tuple[str, str], ...] = ()

    def part(self, start: int, end: int, prices: tuple[PricePhrase, ...]) -> Reading:
        """Cut out the tokens `start` to `end` (excluded) as a reading of its own, with these prices."""
        chosen = self.tokens[start:end]
        first = chosen[0].start if chosen else 0
        last = chosen[-1].end if chosen else 0
        said = {token.folded for token in chosen}
        return replace(
            self,
            tokens=chosen,
            marks=self.marks[start:end],
            links=tuple(
                replace(link, start=link.start - start, end=link.end - start)
                for link in self.links
                if start <= link.start and link.end <= end
            ),
            prices=prices,
            measures=tuple(m for m in self.measures if first <= m.start and m.end <= last + 2),
            corrected=tuple((wrong, right) for wrong, right in self.corrected if right in said),
        )


def scan(raw: str, vocabulary: Vocabulary, currency: str) -> Reading:
    """Read a message once from left to right."""
    text = clean(raw)
    linker = Linker(vocabulary)
    found = [piece for token in tokens(text) for piece in linker.split_run(token)]
    marks: list[Mark | None] = [None] * len(found)

    def is_thing(word: str) -> bool:
        return word_key(word) in vocabulary.category_endings or word_key(word) in vocabulary.type_keys

    prices = find_prices(text, currency, is_thing)
    _mark(marks, found, ((p.start, p.end) for p in prices), Mark.PRICE)
    rating = phrases.find_rating(text)
    if rating:
        _mark(marks, found, [(rating[0].start, rating[0].end)], Mark.RATING)
    cheap = _mark(marks, found, (m.span() for m in phrases.CHEAP.finditer(text)), Mark.SORT)
    sort = Sort.RELEVANCE
    for order, pattern in phrases.SORTS:
        if _mark(marks, found, (m.span() for m in pattern.finditer(text)), Mark.SORT) and sort is Sort.RELEVANCE:
            sort = order
    in_stock = _mark(marks, found, (m.span() for m in phrases.IN_STOCK.finditer(text)), Mark.STOCK)
    _mark(marks, found, (m.span() for m in phrases.FILLERS.finditer(text)), Mark.FILLER)
    _mark(marks, found, (m.span() for m in phrases.SERVICE.finditer(text)), Mark.SERVICE)
    words, corrected = _correct(found, marks, vocabulary)
    units = frozenset(unit_key(stat.unit or "") for stat in vocabulary.numeric)
    measures = tuple(
        m for m in find_measures(text, units) if not any(p.start < m.end and m.start < p.end for p in prices)
    )
    links = _links(linker, words, marks, text)
    _mark(marks, found, (m.span() for m in phrases.NEGATION.finditer(text)), Mark.NEGATION)
    return Reading(
        text, tuple(words), tuple(marks), links, prices, measures,
        sort, cheap and sort is Sort.RELEVANCE, in_stock, rating[1] if rating else None, tuple(corrected.items()),
    )  # fmt: skip


def _mark(marks: list[Mark | None], words: list[Token], spans: Iterable[tuple[int, int]], mark: Mark) -> bool:
    """Mark the still unmarked words inside the spans; say whether a span lay wholly on unmarked words."""
    hit = False
    for start, end in spans:
        inside = [i for i, token in enumerate(words) if start <= token.start and token.end <= end]
        fresh = [i for i in inside if marks[i] is None]
        hit = hit or (bool(inside) and len(fresh) == len(inside))
        for i in fresh:
            marks[i] = mark
    return hit


def _correct(
    found: list[Token], marks: list[Mark | None], vocabulary: Vocabulary
) -> tuple[list[Token], dict[str, str]]:
    words, corrected = list(found), dict[str, str]()
    for i, token in enumerate(found):
        if marks[i] is not None or token.key in STOP:
            continue
        right = vocabulary.find_correction(token.text)
        if right:
            corrected[token.folded] = right
            words[i] = Token(right, word_key(right), token.start, token.end)
    return words, corrected


def _links(linker: Linker, words: list[Token], marks: list[Mark | None], text: str) -> tuple[Link, ...]:
    links: list[Link] = []
    start = 0
    for i in range(len(words) + 1):
        if i == len(words) or marks[i] is not None:
            for link in linker.links(words[start:i], text):
                links.append(replace(link, start=link.start + start, end=link.end + start))
            start = i + 1
    return tuple(links)
