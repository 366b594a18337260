"""First pass over a message: words, spelling, stock phrases, prices, measures and links to the catalogue.

Marks what each word is; which wishes come of it is decided later, need by need.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from retrieval import phrases
from retrieval.linking import Link, Linker
from retrieval.measures import Measure, find_measures
from retrieval.price_words import PricePhrase, find_prices
from retrieval.results import Sort
from retrieval.vocabulary import Vocabulary
from retrieval.words import STOP, TYPOS, Token, clean, cut_runs, tokens, word_key


class Mark(StrEnum):
    """What a word is, besides a name of something."""

    FILLER = "filler"
    PRICE = "price"
    SORT = "sort"
    RATING = "rating"
    STOCK = "stock"
    SERVICE = "service"
    NEGATION = "negation"
    WITHDRAWN = "withdrawn"
    UNWANTED = "unwanted"


@dataclass(frozen=True, slots=True)
class Said:
    """A stock phrase: where it stands (character offsets), what kind of phrase it is and what it asks for."""

    start: int
    end: int
    mark: Mark
    sort: Sort | None = None
    stars: float | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A message (or the part of it that is one need) with everything found in it.

    Args:
        text: the whole message, cleaned.
        tokens: its words; misspelt ones already corrected.
        marks: per token, or None.
        links: names found, by token position.
        prices, measures: phrases with numbers.
        said: stock phrases that ask for something.
        corrected: misspelt word -> word used.
        left_out: names of needs beyond the most that are read.
    """

    text: str
    tokens: tuple[Token, ...]
    marks: tuple[Mark | None, ...]
    links: tuple[Link, ...]
    prices: tuple[PricePhrase, ...]
    measures: tuple[Measure, ...]
    said: tuple[Said, ...] = ()
    corrected: tuple[tuple[str, str], ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def sort(self) -> Sort:
        """The first order asked for."""
        return next((phrase.sort for phrase in self.said if phrase.sort), Sort.RELEVANCE)

    @property
    def cheap(self) -> bool:
        """Whether something cheap is asked for, and no order."""
        cheap = any(phrase.mark is Mark.SORT and phrase.sort is None for phrase in self.said)
        return cheap and self.sort is Sort.RELEVANCE

    @property
    def in_stock(self) -> bool:
        return any(phrase.mark is Mark.STOCK for phrase in self.said)

    @property
    def min_stars(self) -> float | None:
        return next((phrase.stars for phrase in self.said if phrase.stars is not None), None)

    def part(self, start: int, end: int, prices: tuple[PricePhrase, ...]) -> Reading:
        """Cut out the tokens `start` to `end` (excluded) as a reading of its own, with these prices."""
        chosen = self.tokens[start:end]
        first, last = chosen[0].start, chosen[-1].end
        words = {token.folded for token in chosen}
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
            measures=tuple(measure for measure in self.measures if first <= measure.start < last),
            said=tuple(phrase for phrase in self.said if first <= phrase.start < last),
            corrected=tuple((wrong, right) for wrong, right in self.corrected if right in words),
        )


def scan(raw: str, vocabulary: Vocabulary, currency: str) -> Reading:
    """Read a message once from left to right."""
    text, corrected = spell(clean(raw), vocabulary)

    def is_thing(word: str) -> bool:
        return word_key(word) in vocabulary.category_endings or word_key(word) in vocabulary.type_keys

    def is_measured(word: str) -> bool:
        # In "cable under 9" the cable is a thing, although lengths of cables are stated too.
        key = word_key(word)
        return key in vocabulary.measured_heads or (key in vocabulary.measured_words and not is_thing(word))

    def is_value(word: str) -> bool:
        return word_key(word) in vocabulary.values

    rating = phrases.find_rating(text)
    prices = tuple(
        price
        for price in find_prices(text, currency, is_thing, is_measured, is_value)
        if not (rating and price.start < rating.end and rating.start < price.end)  # "rated above 4"
    )
    measures = tuple(
        measure
        for measure in find_measures(text, vocabulary.unit_keys, is_thing)
        if not any(price.start < measure.end and measure.start < price.end for price in prices)
    )
    turned = [Said(*measure.negation, Mark.FILLER) for measure in measures if measure.negation]
    said = [*turned, *stock_phrases(text, prices)]
    linker = Linker(vocabulary)
    edges = [edge for phrase in said for edge in (phrase.start, phrase.end)]
    found = [piece for token in cut_runs(tokens(text), edges) for piece in linker.split_run(token)]
    marks, heard = mark_words(found, said)
    _free_names(linker, found, marks)
    return Reading(
        text,
        tuple(found),
        tuple(marks),
        find_links(linker, found, marks, text),
        prices,
        measures,
        heard,
        tuple(corrected.items()),
    )


def spell(text: str, vocabulary: Vocabulary) -> tuple[str, dict[str, str]]:
    """Correct the misspelt words of a text.

    Args:
        text: cleaned.
        vocabulary: of the catalogue.

    Returns:
        The text, and misspelt word -> word used.
    """
    found = tokens(text)
    corrected: dict[str, str] = {}
    parts, last = [], 0
    for i, token in enumerate(found):
        joined = i + 1 < len(found) and token.key + found[i + 1].key in vocabulary.word_keys
        right = None if joined or token.key in STOP else vocabulary.find_correction(token.text)
        right = TYPOS.get(token.folded, right)
        if right:
            corrected[token.folded] = right
            parts += [text[last : token.start], right]
            last = token.end
    return "".join((*parts, text[last:])), corrected


def stock_phrases(text: str, prices: Sequence[PricePhrase]) -> list[Said]:
    """All stock phrases; where two overlap, the earlier in this list counts."""
    found = [Said(*span, Mark.PRICE) for price in prices for span in spans_of(price)]
    rating = phrases.find_rating(text)
    if rating:
        found.append(Said(rating.start, rating.end, Mark.RATING, stars=rating.stars))
    found += _spans(text, phrases.SERVICE, Mark.SERVICE)
    found += _spans(text, phrases.CHEAP, Mark.SORT)
    for order, pattern in phrases.SORTS:
        found += [replace(phrase, sort=order) for phrase in _spans(text, pattern, Mark.SORT)]
    found += _spans(text, phrases.IN_STOCK, Mark.STOCK)
    found += _spans(text, phrases.WITHDRAWN, Mark.WITHDRAWN)
    found += _spans(text, phrases.NOT_TOO, Mark.UNWANTED)
    found += _spans(text, phrases.REFUSED, Mark.NEGATION)
    found += _spans(text, phrases.DOWN_TO, Mark.FILLER)
    found += _spans(text, phrases.FILLERS, Mark.FILLER)
    found += _spans(text, phrases.NEGATION, Mark.NEGATION)
    return found


def spans_of(price: PricePhrase) -> tuple[tuple[int, int], ...]:
    """Where the words of a price stand."""
    return (*((price.negation,) if price.negation else ()), (price.start, price.end))


def _spans(text: str, pattern: phrases.Pattern, mark: Mark) -> list[Said]:
    return [Said(*span, mark) for span in pattern.spans(text)]


def mark_words(words: Sequence[Token], said: Iterable[Said]) -> tuple[list[Mark | None], tuple[Said, ...]]:
    """Mark the words of each phrase; a phrase is heard where no earlier phrase has taken one of its words."""
    marks: list[Mark | None] = [None] * len(words)
    heard: list[Said] = []
    for phrase in said:
        inside = [i for i, token in enumerate(words) if phrase.start <= token.start and token.end <= phrase.end]
        fresh = [i for i in inside if marks[i] is None]
        for i in fresh:
            marks[i] = phrase.mark
        if inside and len(fresh) == len(inside):
            heard.append(phrase)
    return marks, tuple(sorted(heard, key=lambda phrase: phrase.start))


def _free_names(linker: Linker, words: Sequence[Token], marks: list[Mark | None]) -> None:
    """Take the last word of a negation back where a stated value begins with it ("not | in ear")."""
    for i in range(1, len(words) - 1):
        if marks[i - 1] is marks[i] is Mark.NEGATION and marks[i + 1] is None:
            link = linker.find(words[i].key + words[i + 1].key)
            if link is not None and link.values:
                marks[i] = None


def find_links(linker: Linker, words: Sequence[Token], marks: Sequence[Mark | None], text: str) -> tuple[Link, ...]:
    """Link the stretches of words between marked ones."""
    links: list[Link] = []
    start = 0
    for i in range(len(words) + 1):
        if i == len(words) or marks[i] is not None:
            for link in linker.links(words[start:i], text):
                links.append(replace(link, start=link.start + start, end=link.end + start))
            start = i + 1
    return tuple(links)
