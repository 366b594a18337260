"""Which kind of thing each title calls its product, and which kind a query asks for: the last noun of a phrase.

In "Notebook Case 15.6" the product is a case, and in "Toner for LaserJet printer" no printer. Which words are kinds and
which only qualify is learned from titles (`type_phrases`); no kind is named here. Knows nothing of scores.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import dropwhile

import numpy as np
from numpy.typing import NDArray

from retrieval.concepts import other_ways
from retrieval.product import Product
from retrieval.type_phrases import head_of, title_runs
from retrieval.vocabulary import Vocabulary
from retrieval.words import word_key, word_set, words

_FITTED = word_set("for compatible with fits suits")
_FEWEST = 4
_OTHER_NAME = 6.0
"""Where titles call the kind by another name, the shopper's own word stands mostly in titles of accessories."""
_HEAD_SHARE = 0.2
"""A word that titles hold far more often than they end a phrase with it ("laptop" in "laptop lock") only qualifies."""


class TitleKinds:
    """The kinds of one catalogue's products, from their titles; empty where the catalogue states categories.

    Args:
        products: row i is products[i].
        vocabulary: of the same catalogue.
    """

    def __init__(self, products: Sequence[Product], vocabulary: Vocabulary) -> None:
        self._n_rows = len(products)
        self._vocabulary = vocabulary
        found: defaultdict[str, list[int]] = defaultdict(list)
        said: Counter[str] = Counter()
        for row, product in enumerate(products if vocabulary.types else ()):
            own = frozenset(map(word_key, words(product.brand or "")))
            said.update({word_key(word) for word in words(product.title)})
            # Brands stand first; further on their words are words ("Case Logic … notebook case").
            keys = list(dropwhile(own.__contains__, _unfitted(product.title)))
            for noun in set(self._heads(keys, frozenset())):
                found[noun].append(row)
        self.rows: dict[str, NDArray[np.int64]] = {
            noun: np.array(rows, np.int64)
            for noun, rows in found.items()
            if len(rows) >= max(_FEWEST, _HEAD_SHARE * said[noun])
        }
        """Rows by the last noun of what their titles call them."""
        brands = {word_key(word) for brand in vocabulary.brands.values() for word in words(brand.name)}
        self._brands = frozenset(brands - self.rows.keys())

    def of(self, text: str) -> NDArray[np.float64] | None:
        """Find the products that are what a query asks for, and do not only mention it.

        Args:
            text: the query's words, e.g. "gaming laptop".

        Returns:
            How much it matters, 0 for other products, shape (n_rows,); None where the query names no kind that
            the catalogue is known to hold.
        """
        heads = self._heads(_unfitted(text), self._brands) if self.rows else []
        if not heads:
            return None
        ways = (heads[0], *(word_key(words(way)[-1]) for way in other_ways(heads[0])))
        rows = [self.rows[way] for way in ways if way in self.rows]
        if not rows:
            return None
        result = np.zeros(self._n_rows, np.float64)
        result[np.concatenate(rows)] = 1.0 if heads[0] in self.rows else _OTHER_NAME
        return result

    def _heads(self, keys: Sequence[str], own: frozenset[str]) -> list[str]:
        """The last noun of each stretch of words."""
        heads = (head_of(run, self._vocabulary.modifiers) for run in title_runs(keys, own))
        return [head for head in heads if head is not None]


def _unfitted(text: str) -> list[str]:
    """Word keys up to what the product is only meant for."""
    keys = [word_key(word) for word in words(text)]
    end = next((at for at, key in enumerate(keys) if at and key in _FITTED), len(keys))
    return keys[:end]
