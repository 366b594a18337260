"""A ranker that learns from judgments, for measuring what they are worth: trained by folds, and never shipped.

Judgments are pooled: a document has a rating because some search showed it to the judges, and one without counts as
irrelevant. So the gain of a document is expected to be the chance that it was judged at all times its gain if it was;
the order is by the logarithm of that product. Both parts are additive in the same features. Knows no catalogue.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrieval.learned.ranker import Judged, LinearRanker, Matrix, Vector, fit

RELEVANCE = (
    "title",
    "brand",
    "attributes",
    "description",
    "bm25",
    "bm25_rank",
    "coverage",
    "title_coverage",
    "attributes_coverage",
    "description_coverage",
    "dense",
    "kind",
    "rrf",
    "schema_first",
    "schema_rrf",
    "schema_dense",
    "schema_kind",
    "spread_rrf",
    "spread_dense",
    "spread_kind",
)
_L2, _POOL_L2 = 0.03, 0.003
_POOL_DEPTH = 200
_FLOOR = 0.1
"""Added to the chance of having been judged: a good document that no judge saw is not worthless."""
_POOL_SHARE = 0.7


@dataclass(frozen=True, slots=True)
class Example:
    """The candidates of one query.

    Args:
        features: shape (n_candidates, n_features).
        ratings: 0 to 3, or -1 where there is none; shape (n_candidates,).
    """

    features: Matrix
    ratings: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class PooledRanker:
    """Orders candidates by expected gain.

    Args:
        relevance: learned among the judged documents.
        relevance_columns: its features among all.
        pool: weights of all features and a constant, of the log odds of having been judged.
        means, deviations: of all features, where `pool` was learned.
    """

    relevance: LinearRanker
    relevance_columns: tuple[int, ...]
    pool: Vector
    means: Vector
    deviations: Vector

    def score(self, features: Matrix) -> Vector:
        """Return the score of each candidate, shape (n_candidates,)."""
        relevance = self.relevance.score(features[:, self.relevance_columns])
        scaled = (relevance - relevance.mean()) / (relevance.std() + 1e-9)
        log_odds = (features - self.means) / self.deviations @ self.pool[:-1] + self.pool[-1]
        return np.asarray(scaled + _POOL_SHARE * np.log(1 / (1 + np.exp(-log_odds)) + _FLOOR))


def fit_pooled(names: Sequence[str], examples: Sequence[Example]) -> PooledRanker:
    """Train on judged queries.

    Args:
        names: of the features.
        examples: at least one with a document of some gain.

    Raises:
        ValueError: no document among the candidates has a gain.
    """
    columns = tuple(list(names).index(name) for name in RELEVANCE)
    judged = []
    for example in examples:
        seen = example.ratings >= 0
        gains = np.exp2(example.ratings[seen].astype(np.float64)) - 1
        if gains.any():
            judged.append(Judged(example.features[seen][:, columns], gains))
    means, deviations, pool = _fit_pool(examples)
    return PooledRanker(fit(RELEVANCE, judged, l2=_L2), columns, pool, means, deviations)


def _fit_pool(examples: Sequence[Example]) -> tuple[Vector, Vector, Vector]:
    """Logistic regression of having a rating; each query counts alike."""
    from scipy.optimize import minimize

    heads = [example.features[:_POOL_DEPTH] for example in examples]
    table = np.vstack(heads)
    seen = np.concatenate([example.ratings[:_POOL_DEPTH] >= 0 for example in examples]).astype(np.float64)
    shares = np.concatenate([np.full(len(head), 1 / len(head) / len(heads)) for head in heads])
    means, deviations = table.mean(axis=0), np.maximum(table.std(axis=0), 1e-9)
    scaled = (table - means) / deviations

    def loss(weights: Vector) -> tuple[float, Vector]:
        log_odds = scaled @ weights[:-1] + weights[-1]
        off = shares * (1 / (1 + np.exp(-log_odds)) - seen)
        value = float((shares * (np.logaddexp(0, log_odds) - seen * log_odds)).sum())
        slope = np.append(scaled.T @ off + 2 * _POOL_L2 * weights[:-1], off.sum())
        return value + _POOL_L2 * float(weights[:-1] @ weights[:-1]), slope

    found = minimize(loss, np.zeros(table.shape[1] + 1), jac=True, method="L-BFGS-B")
    return means, deviations, np.asarray(found.x, np.float64)
