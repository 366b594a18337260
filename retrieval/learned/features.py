"""What a learned ranker sees of a candidate: its words by field, its meaning, its kind, its neighbours, its offer.

Every feature is made for the candidates of one query only, so the cost grows with them and not with the catalogue; and
only the features that a ranker names are made. Scores are relative to the best candidate, because BM25 has no scale
that queries share. Knows nothing of weights.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from retrieval.field_index import FIELDS
from retrieval.index import FieldMatch, Rows, Scores
from retrieval.product import Product

Matrix = NDArray[np.float64]
Vector = NDArray[np.float64]

N_FIRST = 50
_FIRST_TEMPERATURE = 0.004
"""Of RRF scores: a product in tenth place counts about half of the first."""
_SCHEMA_NEIGHBOURS = 30
_SPREAD_TEMPERATURE = 0.15
_SPREAD_STEPS, _SPREAD_SHARE = 10, 0.8
_WHOLE = 0.999


@dataclass(frozen=True, slots=True)
class Candidates:
    """The candidates of one query, best first by fusion of ranks; every array has one entry per candidate.

    Args:
        rows: in the catalogue.
        bm25, coverage, dense, rrf: as the search knows them.
        kind: above 0 for what the query asks for.
        category_named, brand_named: whether the query names them.
        match_fields: matches the query's words in the candidates by field, where a feature wants that.
    """

    rows: Rows
    bm25: Scores
    coverage: Scores
    dense: Scores
    rrf: Vector
    kind: Vector
    category_named: NDArray[np.bool_]
    brand_named: NDArray[np.bool_]
    match_fields: Callable[[], FieldMatch]


class FeatureMaker:
    """Makes features for one catalogue.

    Args:
        products: row i is products[i].
        vectors: unit vectors of their meaning, shape (n_rows, dim).
        schema: unit vectors of what they state, shape (n_rows, dim); see `schema.schema_vectors`.
        popularity: 0 to 1, shape (n_rows,).
    """

    def __init__(
        self,
        products: Sequence[Product],
        vectors: NDArray[np.float32],
        schema: NDArray[np.float32],
        popularity: Vector,
    ) -> None:
        self._vectors = vectors
        self._schema = schema
        self._popularity = popularity
        self._log_prices = np.log1p(np.array([product.price.amount_minor for product in products], np.float64))
        self._ratings = np.array([product.rating or 0.0 for product in products], np.float64) / 5

    def make(self, found: Candidates, names: Sequence[str]) -> Matrix:
        """Return the features `names` of candidates, shape (n_candidates, len(names)).

        Raises:
            KeyError: there is no such feature.
        """
        rows = found.rows
        view = _View(
            found,
            np.asarray(self._vectors[rows], np.float64),
            np.asarray(self._schema[rows], np.float64),
            self._log_prices[rows],
            self._ratings[rows],
            self._popularity[rows],
        )
        return np.column_stack([FEATURES[name](view) for name in names])


class _View:
    """The candidates of one query with what is known of them; what several features need is computed once."""

    def __init__(
        self,
        found: Candidates,
        vectors: Matrix,
        schema: Matrix,
        log_prices: Vector,
        ratings: Vector,
        popularity: Vector,
    ) -> None:
        self.found = found
        self.vectors = vectors
        self.schema = schema
        self.log_prices = log_prices
        self.ratings = ratings
        self.popularity = popularity
        self.rrf = _relative(found.rrf)
        self.dense = found.dense.astype(np.float64)
        self.kind = np.minimum(found.kind, 1.0)

    @cached_property
    def fields(self) -> FieldMatch:
        return self.found.match_fields()

    @cached_property
    def first(self) -> Vector:
        """How much each of the first candidates counts where the first ones tell what is wanted."""
        weights = np.exp((self.found.rrf[:N_FIRST] - self.found.rrf[0]) / _FIRST_TEMPERATURE)
        return np.asarray(weights / weights.sum())

    @cached_property
    def alike(self) -> Matrix:
        """Cosines of what the candidates state, shape (n_candidates, n_candidates)."""
        return np.asarray(self.schema @ self.schema.T)

    @cached_property
    def nearest(self) -> NDArray[np.intp]:
        """Places of the candidates that state most nearly the same, oneself among them."""
        return np.argsort(-self.alike, axis=1, kind="stable")[:, :_SCHEMA_NEIGHBOURS]

    @cached_property
    def ties(self) -> Matrix:
        """How strongly candidates share their scores; rows sum to 1."""
        weights = np.exp((self.vectors @ self.vectors.T + self.alike - 2) / _SPREAD_TEMPERATURE)
        np.fill_diagonal(weights, 0.0)
        return np.asarray(weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-12))

    def spread(self, scores: Vector) -> Vector:
        """Let candidates that are alike in meaning and in what they state share their scores.

        Label spreading, Zhou et al. 2004: f = αWf + (1 - α)y.
        """
        shared = scores
        for _ in range(_SPREAD_STEPS):
            shared = _SPREAD_SHARE * (self.ties @ shared) + (1 - _SPREAD_SHARE) * scores
        return shared

    def score_in(self, field: str) -> Vector:
        return _relative(self.fields.scores[:, FIELDS.index(field)])

    def coverage_in(self, field: str) -> Vector:
        return self.fields.coverage[:, FIELDS.index(field)]


def _relative(scores: NDArray[np.floating]) -> Vector:
    return np.asarray(scores / max(float(scores.max(initial=0.0)), 1e-9), np.float64)


def _log_rank(scores: NDArray[np.floating]) -> Vector:
    """Logarithm of the place of each score, 0 for the highest; equal ones in order."""
    ranks = np.empty(len(scores), np.float64)
    ranks[np.argsort(-scores, kind="stable")] = np.arange(len(scores))
    return np.log1p(ranks)


FEATURES: Mapping[str, Callable[[_View], Vector]] = {
    "rrf": lambda view: view.rrf,
    "bm25": lambda view: _relative(view.found.bm25),
    "bm25_rank": lambda view: -_log_rank(view.found.bm25),
    "coverage": lambda view: view.found.coverage.astype(np.float64),
    "title": lambda view: view.score_in("title"),
    "brand": lambda view: view.score_in("brand"),
    "category": lambda view: view.score_in("category"),
    "attributes": lambda view: view.score_in("attributes"),
    "description": lambda view: view.score_in("description"),
    "title_rank": lambda view: -_log_rank(view.score_in("title")),
    "attributes_rank": lambda view: -_log_rank(view.score_in("attributes")),
    "description_rank": lambda view: -_log_rank(view.score_in("description")),
    "title_coverage": lambda view: view.coverage_in("title"),
    "attributes_coverage": lambda view: view.coverage_in("attributes"),
    "description_coverage": lambda view: view.coverage_in("description"),
    "best_field": lambda view: _relative(view.fields.best_field),
    "best_field_rank": lambda view: -_log_rank(view.fields.best_field),
    "fields_with_all": lambda view: (view.fields.coverage > _WHOLE).sum(axis=1).astype(np.float64),
    "phrase": lambda view: view.fields.phrase.astype(np.float64),
    "dense": lambda view: view.dense,
    "dense_rank": lambda view: -_log_rank(view.found.dense),
    "kind": lambda view: view.kind,
    "category_named": lambda view: view.found.category_named.astype(np.float64),
    "brand_named": lambda view: view.found.brand_named.astype(np.float64),
    # What the first ones state, the wanted ones state too (pseudo relevance feedback).
    "schema_first": lambda view: view.schema @ (view.first @ view.schema[:N_FIRST]),
    "schema_rrf": lambda view: view.rrf[view.nearest].mean(axis=1),
    "schema_dense": lambda view: view.dense[view.nearest].mean(axis=1),
    "schema_kind": lambda view: view.kind[view.nearest].mean(axis=1),
    "spread_rrf": lambda view: view.spread(view.rrf),
    "spread_dense": lambda view: view.spread(view.dense),
    "spread_kind": lambda view: view.spread(view.kind),
    "price": lambda view: view.log_prices - float(view.first @ view.log_prices[:N_FIRST]),
    "rating": lambda view: view.ratings,
    "popularity": lambda view: view.popularity,
}
"""Feature by name; a higher value speaks for a candidate, save for the price, which may speak either way."""
EITHER_WAY = frozenset({"price"})
