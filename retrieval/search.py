"""A request's way to its result: filters, candidates by words and by meaning, fusion, counts, relaxations, facets.

Filters are compiled to one row mask before anything is searched, and both searches look at allowed rows only. A product
is a match when the words cover it well enough or its meaning is near enough; all counts here are over matches.
Knows nothing of files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from retrieval.catalogue import Catalogue
from retrieval.columns import Columns
from retrieval.encoder import Encoder
from retrieval.facets import Facets
from retrieval.filters import Constraint, fold, judge
from retrieval.index import LexicalIndex, Mask, Rows, VectorIndex
from retrieval.results import Hit, Relaxation, SearchRequest, SearchResult, Sort

MAX_HITS = 200
CANDIDATES = 200
MAX_QUERY_CHARS = 1_000
RRF_K = 60
MIN_COVERAGE = 0.5
MIN_COSINE = 0.45
ALL_IN_TITLE_BOOST = 0.006
CATEGORY_BOOST = 0.006
BRAND_BOOST = 0.003
_MAX_RELAXED_PAIRS = 15


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a search by meaning needs.

    Args:
        encoder: the encoder that made the vectors.
        unfiltered: index that is asked where nothing is filtered.
        filtered: index that is asked under a filter.
    """

    encoder: Encoder
    unfiltered: VectorIndex
    filtered: VectorIndex


@dataclass(frozen=True, slots=True)
class _Matches:
    """Rows that match a request, with what their score is made of (arrays over all rows)."""

    rows: Rows
    bm25: NDArray[np.float32]
    dense: NDArray[np.float32]
    title_coverage: NDArray[np.float32]


class Searcher:
    """Searches one catalogue version; safe to use from several threads."""

    def __init__(self, catalogue: Catalogue, lexical: LexicalIndex) -> None:
        self._catalogue = catalogue
        self._lexical = lexical
        self._columns = Columns(catalogue.rows)
        self._facets: Facets | None = None
        products = catalogue.rows
        self._prior = _popularity([p.rating or 0.0 for p in products], [p.rating_count for p in products])

    def search(self, request: SearchRequest, meaning: Meaning | None) -> SearchResult:
        """Answer a request; see Retrieval.search."""
        text = request.text[:MAX_QUERY_CHARS].strip()
        vector = self._encode(text, meaning)
        masks = [self._columns.variant_mask(constraint) for constraint in request.constraints]
        matches = self._match(text, vector, self._allowed(masks), meaning)
        mode: Literal["words", "words+meaning"] = "words" if meaning is None else "words+meaning"
        if not len(matches.rows):
            return SearchResult((), 0, self._relaxations(request, text, vector, masks, meaning), {}, mode)
        hits = self._hits(request, text, matches)
        return SearchResult(hits, len(matches.rows), (), self._count_facets(matches.rows), mode)

    def nearest(self, row: int, k: int, constraints: Sequence[Constraint], meaning: Meaning | None) -> tuple[Hit, ...]:
        """Find products like the one at `row`; see Retrieval.similar."""
        masks = [self._columns.variant_mask(constraint) for constraint in constraints]
        allowed = self._columns.product_mask(masks)
        allowed[row] = False
        if meaning is None:
            match = self._lexical.match(_like_text(self._catalogue, row), allowed)
            scores = match.scores / max(float(match.scores.max(initial=0.0)), 1e-9)
            rows = np.flatnonzero(match.scores > 0)
            rows = rows[np.lexsort((rows, -scores[rows]))][:k]
            name = "bm25"
        else:
            vector = meaning.encoder.encode([_like_text(self._catalogue, row)])[0]
            rows, cosines = meaning.filtered.search(vector, k, allowed)
            scores = np.zeros(self._columns.n_rows, np.float32)
            scores[rows] = np.clip(cosines, 0.0, 1.0)
            name = "dense"
        return tuple(self._hit(int(r), constraints, float(scores[r]), {name: float(scores[r])}) for r in rows)

    # ------------------------------------------------------------ matching

    def _encode(self, text: str, meaning: Meaning | None) -> NDArray[np.float32] | None:
        return None if meaning is None or not text else meaning.encoder.encode([text])[0]

    def _allowed(self, masks: Sequence[Mask]) -> Mask | None:
        return self._columns.product_mask(masks) if masks else None

    def _match(
        self, text: str, vector: NDArray[np.float32] | None, allowed: Mask | None, meaning: Meaning | None
    ) -> _Matches:
        n_rows = self._columns.n_rows
        zeros = np.zeros(n_rows, np.float32)
        if not text:
            rows = np.arange(n_rows) if allowed is None else np.flatnonzero(allowed)
            return _Matches(rows.astype(np.int64), zeros, zeros, zeros)
        words = self._lexical.match(text, allowed)
        matched = words.coverage >= MIN_COVERAGE
        dense = zeros
        if meaning is not None and vector is not None:
            index = meaning.unfiltered if allowed is None else meaning.filtered
            rows, cosines = index.search(vector, CANDIDATES, allowed)
            dense = np.zeros(n_rows, np.float32)
            dense[rows] = cosines
            matched |= dense >= MIN_COSINE
        return _Matches(np.flatnonzero(matched).astype(np.int64), words.scores, dense, words.title_coverage)

    # ------------------------------------------------------------ ranking

    def _hits(self, request: SearchRequest, text: str, matches: _Matches) -> tuple[Hit, ...]:
        rows = matches.rows
        lexical = _reciprocal_ranks(matches.bm25[rows])
        dense = _reciprocal_ranks(matches.dense[rows])
        boost = self._boosts(text, matches)
        total = lexical + dense + boost
        limit = 2 / (RRF_K + 1) + ALL_IN_TITLE_BOOST + CATEGORY_BOOST + BRAND_BOOST
        scores = total / limit if text else self._prior[rows]
        order = self._order(request.sort, rows, scores)[: max(1, min(request.k, MAX_HITS))]
        return tuple(
            self._hit(
                int(rows[i]),
                request.constraints,
                float(np.clip(scores[i], 0.0, 1.0)),
                {
                    "bm25": float(matches.bm25[rows[i]]),
                    "dense": float(matches.dense[rows[i]]),
                    "rrf": float(lexical[i] + dense[i]),
                    "boost": float(boost[i]),
                    "popularity": float(self._prior[rows[i]]),
                },
            )
            for i in order.tolist()
        )

    def _boosts(self, text: str, matches: _Matches) -> NDArray[np.float64]:
        rows = matches.rows
        boost = np.where(matches.title_coverage[rows] > 0.999, ALL_IN_TITLE_BOOST, 0.0)
        if not text:
            return np.zeros(len(rows))
        words = f" {fold(text)} "
        for i, row in enumerate(rows.tolist()):
            product = self._catalogue.rows[row]
            if product.category and f" {product.category.casefold()} " in words:
                boost[i] += CATEGORY_BOOST
            if product.brand and f" {product.brand.casefold()} " in words:
                boost[i] += BRAND_BOOST
        return boost

    def _order(self, sort: Sort, rows: Rows, scores: NDArray[np.float64]) -> NDArray[np.int64]:
        prior = self._prior[rows]
        products = [self._catalogue.rows[row] for row in rows.tolist()]
        match sort:
            case Sort.RELEVANCE:
                first = -scores
            case Sort.PRICE_LOW:
                first = np.array([float(p.price.amount_minor) for p in products])
            case Sort.PRICE_HIGH:
                first = np.array([-float(p.price.amount_minor) for p in products])
            case Sort.RATING:
                first = np.array([-(p.rating or 0.0) for p in products])
            case Sort.NEWEST:
                newest = sorted({p.released or "" for p in products}, reverse=True)
                place = {released: float(i) for i, released in enumerate(newest)}
                first = np.array([place[p.released or ""] for p in products])
        return np.lexsort((rows, -prior, -scores, first))

    def _hit(self, row: int, constraints: Sequence[Constraint], score: float, parts: Mapping[str, float]) -> Hit:
        product = self._catalogue.rows[row]
        variant, verdicts = judge(constraints, product)
        by_key = {c.key: verdict for c, verdict in zip(constraints, verdicts, strict=True)}
        return Hit(product.id, variant.id, score, parts, by_key)

    # ------------------------------------------------------------ zero results and facets

    def _relaxations(
        self,
        request: SearchRequest,
        text: str,
        vector: NDArray[np.float32] | None,
        masks: Sequence[Mask],
        meaning: Meaning | None,
    ) -> tuple[Relaxation, ...]:
        constraints = request.constraints
        for size in (1, 2):
            found = []
            for dropped in list(combinations(range(len(constraints)), size))[:_MAX_RELAXED_PAIRS]:
                kept = [mask for i, mask in enumerate(masks) if i not in dropped]
                count = len(self._match(text, vector, self._allowed(kept), meaning).rows)
                if count:
                    drop = "+".join(constraints[i].key for i in dropped)
                    found.append(Relaxation(drop, " and ".join(constraints[i].label() for i in dropped), count))
            if found:
                return tuple(sorted(found, key=lambda r: (-r.count, r.drop)))
        return ()

    def _count_facets(self, rows: Rows) -> Mapping[str, Mapping[str, int]]:
        if self._facets is None:
            self._facets = Facets(self._catalogue.rows)
        return self._facets.count(rows)


def _reciprocal_ranks(scores: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return 1 / (60 + rank) for the best `CANDIDATES` positive scores, 0 for the rest (Cormack et al. 2009, eq. 1)."""
    result = np.zeros(len(scores), np.float64)
    order = np.lexsort((np.arange(len(scores)), -scores))
    order = order[scores[order] > 0][:CANDIDATES]
    result[order] = 1.0 / (RRF_K + 1 + np.arange(len(order)))
    return result


def _popularity(ratings: Sequence[float], counts: Sequence[int]) -> NDArray[np.float64]:
    raw = np.array(ratings, np.float64) * np.log1p(np.array(counts, np.float64))
    return raw / max(float(raw.max(initial=0.0)), 1e-9)


def _like_text(catalogue: Catalogue, row: int) -> str:
    product = catalogue.rows[row]
    return " ".join(part for part in (product.title, product.brand, product.category) if part)
