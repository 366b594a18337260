"""Order of matching rows: fusion of words and meaning, small boosts, popularity, and the sorts that shoppers ask for.

Works on rows and arrays of one catalogue; knows nothing of filters and files.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from retrieval.index import Mask, Rows, Scores
from retrieval.product import Product
from retrieval.results import Sort
from retrieval.title_kinds import TitleKinds
from retrieval.tokens import name_tokens, query_tokens

CANDIDATES = 200
RRF_K = 60
DENSE_WEIGHT = 0.6
"""Words count more than meaning: measured on Icecat, see docs/experiments.md."""
ALL_WORDS_BOOST = 0.003
CATEGORY_BOOST = 0.006
BRAND_BOOST = 0.003
KIND_BOOST = 0.004
"""For being what the query asks for, where titles tell: chosen on the development half."""
BEST_SCORE = (1 + DENSE_WEIGHT) / (RRF_K + 1) + ALL_WORDS_BOOST + CATEGORY_BOOST + BRAND_BOOST + KIND_BOOST
_ALL = 0.999
_ENOUGH_OF_KIND = 4
"""From here on a price order shows the kind that was asked for before everything else."""


class Ranking:
    """Orders rows of one catalogue.

    Args:
        products: row i is products[i].
        kinds: what their titles call them; None where that is not known.
    """

    def __init__(self, products: Sequence[Product], kinds: TitleKinds | None = None) -> None:
        self._products = products
        self._kinds = kinds
        self._brands = _Names(product.brand for product in products)
        self._categories = _Names(product.category for product in products)
        raw = np.array([(p.rating or 0.0) * np.log1p(p.rating_count) for p in products], np.float64)
        self.popularity: NDArray[np.float64] = raw / max(float(raw.max(initial=0.0)), 1e-9)
        """Rating times the logarithm of the number of reviews, 0 to 1, shape (n_rows,)."""

    def boosts(
        self, text: str, coverage: Scores, rows: Rows, of_kind: NDArray[np.float64] | None = None
    ) -> NDArray[np.float64]:
        """Return what rows get on top of fusion; shape (len(rows),).

        Args:
            text: whose category and brand count.
            coverage: share of the words found, by row of the catalogue.
            rows: matching rows.
            of_kind: above 0 for those of `rows` that are what the query names.
        """
        categories, brands = self.named(text)
        return np.asarray(
            ALL_WORDS_BOOST * (coverage[rows] > _ALL)
            + CATEGORY_BOOST * categories[rows]
            + BRAND_BOOST * brands[rows]
            + KIND_BOOST * (False if of_kind is None else of_kind),
            np.float64,
        )

    def named(self, text: str) -> tuple[Mask, Mask]:
        """Return of which rows the text names the category, and of which the brand; each of shape (n_rows,)."""
        tokens = frozenset(query_tokens(text))
        return self._categories.named(tokens), self._brands.named(tokens)

    def of_kind(self, text: str, rows: Rows) -> NDArray[np.float64] | None:
        """Return how much it matters that a row is what the text names; None where it names no kind."""
        kind = None if self._kinds is None else self._kinds.of(text)
        return None if kind is None else kind[rows]

    def order(
        self,
        sort: Sort,
        rows: Rows,
        scores: NDArray[np.float64],
        prices: NDArray[np.int64] | None,
        of_kind: NDArray[np.float64] | None = None,
    ) -> NDArray[np.intp]:
        """Return positions in `rows`, first to show first.

        Args:
            sort: order asked for; equal places go by score, then popularity, then row.
            rows: matching rows.
            scores: relevance, shape (len(rows),).
            prices: price of the fitting variant by row of the catalogue; needed by the price sorts only.
            of_kind: above 0 for those of `rows` that are what the query names; first under any asked order.
        """
        first: NDArray[np.float64] = -scores
        if sort in {Sort.PRICE_LOW, Sort.PRICE_HIGH} and prices is not None:
            first = prices[rows].astype(np.float64) * (1 if sort is Sort.PRICE_LOW else -1)
        elif sort is Sort.RATING:
            first = -self._ratings[rows]
        elif sort is Sort.NEWEST:
            first = -self._newness[rows]
        other = np.zeros(len(rows), np.bool_)
        if of_kind is not None and sort is not Sort.RELEVANCE and np.count_nonzero(of_kind) >= _ENOUGH_OF_KIND:
            other = of_kind == 0
        return np.lexsort((rows, -self.popularity[rows], -scores, first, other))

    @cached_property
    def _ratings(self) -> NDArray[np.float64]:
        return np.array([product.rating or 0.0 for product in self._products], np.float64)

    @cached_property
    def _newness(self) -> NDArray[np.float64]:
        dates = sorted({product.released or "" for product in self._products})
        place = {date: float(number) for number, date in enumerate(dates)}
        return np.array([place[product.released or ""] for product in self._products], np.float64)


class _Names:
    """Distinct names of the rows, to find those whose every word a query says."""

    def __init__(self, names: Iterable[str | None]) -> None:
        numbers: dict[str | None, int] = {}
        self._number = np.array([numbers.setdefault(name, len(numbers)) for name in names], np.int64)
        self._tokens = [name_tokens(name or "") for name in numbers]

    def named(self, tokens: frozenset[str]) -> Mask:
        said = np.array([bool(own) and own <= tokens for own in self._tokens], np.bool_)
        found: Mask = said[self._number]
        return found


def reciprocal_ranks(scores: Scores) -> NDArray[np.float64]:
    """Return 1 / (60 + rank) for the best positive scores, 0 for the rest (Cormack, Clarke, Buettcher 2009)."""
    result = np.zeros(len(scores), np.float64)
    order = np.argsort(-scores, kind="stable")[:CANDIDATES]
    order = order[scores[order] > 0]
    result[order] = 1.0 / (RRF_K + 1 + np.arange(len(order)))
    return result
