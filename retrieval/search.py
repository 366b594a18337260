"""A request's way to its result: filters, candidates by words and by meaning, fusion, counts, relaxations, facets.

Filters are compiled to one row mask before anything is searched, and both searches look at allowed rows only. A product
is a match when the words cover it well enough or its meaning is near enough; all counts here are over matches.
Knows nothing of files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from retrieval.catalogue import Catalogue
from retrieval.columns import Columns
from retrieval.embeddings import product_text
from retrieval.encoder import Encoder
from retrieval.facets import Facets
from retrieval.filters import CategoryIn, Constraint, judge
from retrieval.index import LexicalIndex, Mask, Rows, Scores, VectorIndex
from retrieval.learned.features import Candidates, FeatureMaker, Matrix, Vector
from retrieval.learned.ranker import LinearRanker
from retrieval.product_json import clean
from retrieval.ranking import BEST_SCORE, CANDIDATES, DENSE_WEIGHT, Ranking, reciprocal_ranks
from retrieval.relaxing import loosenings, relaxations
from retrieval.reranking import HEAD, HeadReranker
from retrieval.results import Hit, SearchRequest, SearchResult, Sort
from retrieval.title_kinds import TitleKinds
from retrieval.vocabulary import Vocabulary
from retrieval.words import tokens, word_key

MAX_HITS = 1_000
N_RANKED = 300
"""So many of the matches, first by fusion of ranks, are ordered by the learned ranker."""
_LOG_ODDS_SCALE = 4.0
"""A hit whose odds of being the one wanted are e times lower than the best one's scores exp(-1/4) = 0.78."""
MAX_QUERY_CHARS = 1_000
MIN_COVERAGE = 0.67
MIN_COSINE = 0.5
"""Both calibrated on the development half of the Icecat judgments, see docs/experiments.md."""
_WHOLE = 0.999
Mode = Literal["words", "words+meaning"]


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a search by meaning needs.

    Args:
        encoder: the encoder that made the vectors.
        vectors: unit vector of each row, shape (n_rows, dim).
        index: finds the nearest rows, with and without a filter.
        features, ranker: order the matches; ranks alone are fused where one of them is missing.
    """

    encoder: Encoder
    vectors: NDArray[np.float32]
    index: VectorIndex
    features: FeatureMaker | None = None
    ranker: LinearRanker | None = None


@dataclass(frozen=True, slots=True)
class _Query:
    """A request, made ready: words, their vector, and one variant mask per constraint."""

    text: str
    vector: NDArray[np.float32] | None
    masks: Sequence[Mask]
    names_kind: bool = False
    """Whether one of them says which kind of product is wanted."""
    core: str = ""


@dataclass(frozen=True, slots=True)
class _Matches:
    """Rows that match, and what their score is made of (arrays over all rows of the catalogue)."""

    rows: Rows
    bm25: Scores
    coverage: Scores
    dense: Scores


class Searcher:
    """Searches one catalogue version; safe to use from several threads."""

    def __init__(self, catalogue: Catalogue, lexical: LexicalIndex, vocabulary: Callable[[], Vocabulary]) -> None:
        self._catalogue = catalogue
        self._lexical = lexical
        self._vocabulary = vocabulary
        self._columns = Columns(catalogue.rows)

    @cached_property
    def _facets(self) -> Facets:
        return Facets(self._catalogue.rows)

    @cached_property
    def title_kinds(self) -> TitleKinds:
        """What titles call the products."""
        return TitleKinds(self._catalogue.rows, self._vocabulary())

    @cached_property
    def _ranking(self) -> Ranking:
        return Ranking(self._catalogue.rows, self.title_kinds)

    def features(self, vectors: NDArray[np.float32], schema: NDArray[np.float32]) -> FeatureMaker:
        """Return what makes the features of candidates; see FeatureMaker for the shapes."""
        return FeatureMaker(self._catalogue.rows, vectors, schema, self._ranking.popularity)

    def prepare(self) -> None:
        """Build what the first search would otherwise wait for."""
        self._columns.prepare()
        self._facets  # noqa: B018 - built by looking at it
        self._ranking  # noqa: B018

    def search(
        self, request: SearchRequest, meaning: Meaning | None, reranker: HeadReranker | None = None
    ) -> SearchResult:
        """Answer a request; see Retrieval.search."""
        text = clean(request.text[:MAX_QUERY_CHARS])
        if meaning is not None and not meaning.encoder.knows(text):
            meaning = None  # The vector of unknown signs would vote at random.
        query = self._query(text, request.constraints, meaning, core=request.core)
        matches = self._match(query, meaning)
        mode: Mode = "words" if meaning is None else "words+meaning"
        if not len(matches.rows):
            return self._nothing(request, query, meaning, mode)
        hits = self._hits(request, query, matches, meaning, reranker)
        mentions = {word: self._mentioned(word, matches.rows) for word in request.words}
        fitting = np.logical_and.reduce(query.masks) if query.masks else None
        facets = self._facets.count(matches.rows, fitting)
        return SearchResult(hits, len(matches.rows), (), facets, mode, mentions)

    def describe(
        self, text: str, meaning: Meaning, names: Sequence[str], n: int = N_RANKED, *, all_rows: bool = False
    ) -> tuple[Rows, Matrix]:
        """Describe what a ranker would order for `text`.

        Args:
            text: a query without wishes.
            meaning: with what makes features.
            names: of the features, see `learned.features.FEATURES`.
            n: the most candidates, first by fusion.
            all_rows: also rows that the search would rather not show, because too little of them matches.

        Returns:
            Rows of the candidates, and their features, shape (n_candidates, len(names)).
        """
        cleaned = clean(text[:MAX_QUERY_CHARS])
        query = _Query(cleaned, meaning.encoder.encode([cleaned])[0], ())
        matches = self._match(query, meaning)
        if all_rows:
            matches = replace(matches, rows=np.arange(self._columns.n_rows))
        if not cleaned or not len(matches.rows) or meaning.features is None:
            return np.empty(0, np.int64), np.empty((0, len(names)))
        of_kind = self._ranking.of_kind(cleaned, matches.rows)
        _, found = self._candidates(cleaned, matches, self._fuse(cleaned, matches, of_kind), of_kind, n)
        return found.rows, meaning.features.make(found, names)

    def nearest(self, row: int, k: int, constraints: Sequence[Constraint], meaning: Meaning | None) -> tuple[Hit, ...]:
        """Find products like the one at `row`; see Retrieval.similar."""
        allowed = self._columns.product_mask([self._columns.variant_mask(constraint) for constraint in constraints])
        allowed[row] = False
        if meaning is not None and meaning.encoder.knows(_like_text(self._catalogue, row)):
            rows, cosines = meaning.index.search(np.asarray(meaning.vectors[row]), k, allowed)
            scores, part = np.clip(cosines, 0.0, 1.0), "dense"
        else:
            words = self._lexical.match(_like_text(self._catalogue, row), allowed).scores
            rows = np.flatnonzero(words > 0).astype(np.int64)
            rows = rows[np.lexsort((rows, -words[rows]))][:k]
            scores, part = words[rows] / max(float(words.max(initial=0.0)), 1e-9), "bm25"
        pairs = zip(rows.tolist(), scores.tolist(), strict=True)
        return tuple(self._hit(at, constraints, score, {part: score}) for at, score in pairs)

    # ------------------------------------------------------------ matching

    def _query(
        self,
        text: str,
        constraints: Sequence[Constraint],
        meaning: Meaning | None,
        vector: NDArray[np.float32] | None = None,
        core: str = "",
    ) -> _Query:
        if vector is None and meaning is not None and text:
            vector = meaning.encoder.encode([text])[0]
        names_kind = any(isinstance(wish, CategoryIn) and not wish.exclude for wish in constraints)
        masks = [self._columns.variant_mask(wish) for wish in constraints]
        return _Query(text, vector, masks, names_kind, clean(core[:MAX_QUERY_CHARS]))

    def _match(self, query: _Query, meaning: Meaning | None) -> _Matches:
        """Find the rows that match under all masks."""
        n_rows = self._columns.n_rows
        allowed = self._columns.product_mask(query.masks) if query.masks else None
        dense = np.zeros(n_rows, np.float32)
        if not query.text:
            rows = np.arange(n_rows) if allowed is None else np.flatnonzero(allowed)
            return _Matches(rows.astype(np.int64), dense, dense, dense)
        words = self._lexical.match(query.text, allowed)
        decided = self._lexical.match(query.core, allowed).coverage if query.core else words.coverage
        matched = decided >= MIN_COVERAGE
        if meaning is not None and query.vector is not None:
            rows, cosines = meaning.index.search(query.vector, CANDIDATES, allowed)
            dense[rows] = cosines
            matched |= dense >= MIN_COSINE
        if allowed is not None and query.names_kind:
            # What is wanted is a wish already; further words ("a tent for the garden") rank, and hide nothing.
            matched = allowed
        return _Matches(np.flatnonzero(matched).astype(np.int64), words.scores, words.coverage, dense)

    def _mentioned(self, word: str, rows: Rows) -> int:
        """Count the rows that have a word or phrase in a text, or in the name of an attribute that they state."""
        found = self._lexical.match(word).coverage[rows] > _WHOLE
        keys = {token.key for token in tokens(word)}
        stated = [self._catalogue.rows[row].attributes for row in rows.tolist()]
        named = {name for name in set().union(*stated) if keys <= {word_key(part) for part in name.split("_")}}
        if named:
            found |= np.array([not named.isdisjoint(attributes) for attributes in stated], np.bool_)
        return int(np.count_nonzero(found))

    # ------------------------------------------------------------ hits

    def _hits(
        self,
        request: SearchRequest,
        query: _Query,
        matches: _Matches,
        meaning: Meaning | None,
        reranker: HeadReranker | None,
    ) -> tuple[Hit, ...]:
        rows = matches.rows
        popularity = self._ranking.popularity[rows]
        of_kind = self._ranking.of_kind(query.text, rows) if query.text else None
        fused = self._fuse(query.text, matches, of_kind) if query.text else np.zeros(len(rows))
        scores = np.clip(fused / BEST_SCORE, 0.0, 1.0) if query.text else popularity
        if query.text and meaning is not None and meaning.features is not None and meaning.ranker is not None:
            head, found = self._candidates(query.text, matches, fused, of_kind)
            log_odds = meaning.ranker.score(meaning.features.make(found, meaning.ranker.names))
            scores = _with_head(scores, head, np.exp((log_odds - log_odds.max()) / _LOG_ODDS_SCALE))
        prices = self._columns.fitting_prices(query.masks)
        order = self._ranking.order(request.sort, rows, scores, prices, of_kind)
        cross: dict[int, float] = {}
        if reranker is not None and query.text and request.sort is Sort.RELEVANCE:
            cross = self._reorder_head(reranker, query.text, rows, order, scores)
        return tuple(
            self._hit(
                int(rows[i]),
                request.constraints,
                float(scores[i]),
                {
                    "bm25": float(matches.bm25[rows[i]]),
                    "dense": float(matches.dense[rows[i]]),
                    "rrf": float(fused[i]),
                    "popularity": float(popularity[i]),
                    **({"cross": cross[i]} if i in cross else {}),
                },
            )
            for i in order[: max(1, min(request.k, MAX_HITS))].tolist()
        )

    def _reorder_head(
        self,
        reranker: HeadReranker,
        text: str,
        rows: Rows,
        order: NDArray[np.intp],
        scores: NDArray[np.float64],
    ) -> dict[int, float]:
        """Order the head anew, in place; return what the cross-encoder gave, by position in `rows`.

        The scores of the head stay what they are and are dealt out in the new order, so that a hit's score still says
        its place, and what follows the head keeps its own.
        """
        old = order[:HEAD].copy()
        texts = [product_text(self._catalogue.rows[row]) for row in rows[old].tolist()]
        head = reranker.reorder(text, scores[old], texts)
        if head is None:
            return {}
        order[:HEAD] = old[head.places]
        scores[order[:HEAD]] = scores[old]
        return dict(zip(old.tolist(), head.scores.tolist(), strict=True))

    def _fuse(self, text: str, matches: _Matches, of_kind: Vector | None) -> Vector:
        """Fuse ranks and add the boosts; shape (len(matches.rows),)."""
        rows = matches.rows
        fused = reciprocal_ranks(matches.bm25[rows]) + DENSE_WEIGHT * reciprocal_ranks(matches.dense[rows])
        return fused + self._ranking.boosts(text, matches.coverage, rows, of_kind)

    def _candidates(
        self, text: str, matches: _Matches, fused: Vector, of_kind: Vector | None, n: int = N_RANKED
    ) -> tuple[NDArray[np.intp], Candidates]:
        """Return the places in `matches.rows` of the first `n` by fusion, and all that is known of them."""
        head = np.lexsort((matches.rows, -self._ranking.popularity[matches.rows], -fused))[:n]
        rows = matches.rows[head]
        categories, brands = self._ranking.named(text)
        return head, Candidates(
            rows=rows,
            bm25=matches.bm25[rows],
            coverage=matches.coverage[rows],
            dense=matches.dense[rows],
            rrf=fused[head],
            kind=np.zeros(len(rows)) if of_kind is None else of_kind[head],
            category_named=categories[rows],
            brand_named=brands[rows],
            match_fields=lambda: self._lexical.match_fields(text, rows),
        )

    def _hit(self, row: int, constraints: Sequence[Constraint], score: float, parts: Mapping[str, float]) -> Hit:
        product = self._catalogue.rows[row]
        variant, verdicts = judge(constraints, product)
        by_key = {c.key: verdict for c, verdict in zip(constraints, verdicts, strict=True)}
        return Hit(product.id, variant.id, score, parts, by_key)

    # ------------------------------------------------------------ zero results

    def _nothing(self, request: SearchRequest, query: _Query, meaning: Meaning | None, mode: Mode) -> SearchResult:
        """Say what to give up, or how far to move a limit, so that something fits."""

        def match(text: str, constraints: tuple[Constraint, ...]) -> Rows:
            wanted = clean(text[:MAX_QUERY_CHARS])
            # The words are read anew only where they changed: their vector costs more than all the rest.
            vector = query.vector if wanted == query.text else None
            return self._match(self._query(wanted, constraints, meaning, vector, request.core), meaning).rows

        ways = relaxations(request, match)
        return SearchResult((), 0, ways, {}, mode, loosenings=loosenings(request, match, self._columns))


def _with_head(scores: Vector, head: NDArray[np.intp], scores_of_head: Vector) -> Vector:
    """Put new scores on the rows at `head`, and all others below them in the order they had."""
    result = scores * (float(scores_of_head.min()) / max(float(scores.max()), 1e-9))
    result[head] = scores_of_head
    return result


def _like_text(catalogue: Catalogue, row: int) -> str:
    product = catalogue.rows[row]
    return " ".join(part for part in (product.title, product.category) if part)
