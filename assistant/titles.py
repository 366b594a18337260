"""Which product a name means: the words of all titles, the rare ones weighing most.

"The Norrfell Nimbus" is the product whose title holds most of what was said, on the table or off it; of equals, the one
on the table; of equals there, none: whoever asks is told between which. Knows nothing of numbers, places and "it".
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product as product_of
from itertools import takewhile

from assistant.naming import named_by
from retrieval.filters import fold
from retrieval.product import Product
from retrieval.words import STOP, word_key

MIN_SHARE = 0.5
"""A product that is not on the table is named by at least this share of its title, by weight."""
MIN_WORDS = 2
MAX_HOLDERS = 200
"""A word that more titles hold leads to no candidate by itself."""
MAX_TIED = 4
_WORD = re.compile(r"[^\W_]+", re.UNICODE)
_EPSILON = 1e-9
_NO_NAMES = frozenset({"set", "pack", "new", "size", "pair", "piece"})


@dataclass(frozen=True, slots=True)
class Named:
    """What a name means.

    Args:
        product: the product; None where there is none, or no telling which.
        tied: where the words fit several equally well: those, at most 4.
    """

    product: Product | None = None
    tied: tuple[Product, ...] = ()


class TitleIndex:
    """Finds products by the words of their titles.

    Args:
        products: of the catalogue.
    """

    def __init__(self, products: Iterable[Product] = ()) -> None:
        self._count = 0
        self._held: dict[str, int] = {}
        self._holders: dict[str, list[Product]] = {}
        self._kind_words: set[str] = set()
        for product in products:
            self._count += 1
            self._kind_words |= _kind_words(product)
            for word in title_words(product):
                self._held[word] = self._held.get(word, 0) + 1
                rows = self._holders.setdefault(word, [])
                if len(rows) <= MAX_HOLDERS:
                    rows.append(product)

    def find(self, words: str, table: Sequence[Product]) -> Named:
        """Find the one product that the words name.

        Args:
            words: of one product, e.g. "the norrfell nimbus in red".
            table: products that were shown or talked about: a part of the name is enough for them.
        """
        said = {word_key(word) for word in _WORD.findall(fold(words))} - STOP
        on_table = {product.id for product in table}
        pool = [*table, *self._candidates(said, on_table)]
        whole = _whole(words, pool)
        if whole is not None:
            return Named(whole)
        kinds = self._kind_words.union(*(_kind_words(product) for product in table))
        scored = [(self._score(said, product), product) for product in pool if _may_mean(said, product, kinds)]
        scored = [row for row in scored if row[1].id in on_table or self._is_named(said, row[1])]
        best = max((score for score, _ in scored), default=0.0)
        winners = [product for score, product in scored if score > best - _EPSILON]
        winners = [product for product in winners if product.id in on_table] or winners
        near = {product.id: _nearness(words, product) for product in winners}
        winners = [product for product in winners if near[product.id] == max(near.values())]
        return Named(winners[0]) if len(winners) == 1 else Named(None, tuple(winners[:MAX_TIED]))

    def find_whole(self, words: str, table: Sequence[Product]) -> Product | None:
        """The product whose whole title stands in the words, the longest title first; None without one."""
        said = {word_key(word) for word in _WORD.findall(fold(words))} - STOP
        return _whole(words, [*table, *self._candidates(said, {product.id for product in table})])

    def knows(self, words: str) -> bool:
        """Whether a word of the text is part of some title, and no word for a kind of product."""
        said = {word_key(word) for word in _WORD.findall(fold(words))} - STOP - self._kind_words
        return any(word in self._held and not word.isdigit() for word in said)

    def _candidates(self, said: set[str], on_table: set[str]) -> list[Product]:
        rows = {p.id: p for word in said if self._held.get(word, 0) <= MAX_HOLDERS for p in self._holders.get(word, ())}
        return [product for id, product in rows.items() if id not in on_table]

    def _weight(self, word: str) -> float:
        return math.log(1 + (self._count + 1) / (self._held.get(word, 0) + 1))

    def _score(self, said: set[str], product: Product) -> float:
        return sum(self._weight(word) for word in title_words(product) & said)

    def _is_named(self, said: set[str], product: Product) -> bool:
        title = title_words(product)
        share = self._score(said, product) / max(_EPSILON, sum(map(self._weight, title)))
        return len(title & said) >= MIN_WORDS and (share >= MIN_SHARE or named_by(product, said))


def _may_mean(said: set[str], product: Product, kinds: set[str]) -> bool:
    """Whether more than the kind, an option or a stated fact is said: "boots" begins a search, and "is it waterproof?"
    does not point at the one whose title says so."""
    texts = [value for variant in product.variants for value in variant.options.values()]
    for name, attribute in product.attributes.items():
        texts += [name.replace("_", " "), attribute.label, attribute.text]
    stated = {word_key(word) for text in texts for word in _WORD.findall(fold(text))}
    return any(not word.isdigit() for word in (title_words(product) & said) - kinds - stated - _NO_NAMES)


def title_words(product: Product) -> frozenset[str]:
    """Keys of the words of a title, without grammar words."""
    return frozenset(word_key(word) for word in _WORD.findall(fold(product.title))) - STOP


def _kind_words(product: Product) -> set[str]:
    return {word_key(word) for word in _WORD.findall(fold(product.category or ""))}


def _nearness(words: str, product: Product) -> tuple[int, bool]:
    """How many words of a title are said in a row, and whether no number follows: "Badger" is not the "Badger 2"."""
    said, title = (_WORD.findall(fold(text)) for text in (words, product.title))
    best = (0, False)
    for i, j in product_of(range(len(said)), range(len(title))):
        run = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(said[i:], title[j:], strict=False)))
        best = max(best, (run, not title[j + run : j + run + 1] or not title[j + run].isdigit()))
    return best


def _whole(words: str, pool: Sequence[Product]) -> Product | None:
    said = fold(words)
    found = [product for product in pool if re.search(rf"(?<!\w){re.escape(fold(product.title))}(?!\w)", said)]
    return max(found, key=lambda product: len(product.title), default=None)
