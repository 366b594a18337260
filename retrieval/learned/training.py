"""Train the ranker that a shop is served with: on weak queries, kept only where it beats fusion on kinds held out.

No judgment of a person takes part. Knows the search by one function only: query and features in, candidates out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from retrieval.index import Rows
from retrieval.learned.ranker import Judged, LinearRanker, fit
from retrieval.learned.weak_queries import WeakQuery

SHIPPED = ("rrf", "schema_first", "spread_dense")
"""Weak queries are made of the catalogue's own words, so they cannot tell how far words are to be trusted: that is left
to fusion. They can tell how much it says that candidates are alike."""
N_QUERIES = 600
L2 = 0.01
RENAMED_WEIGHT = 0.5
"""Of all queries with another name, relative to all others: they are few and noisier. Chosen on the development half of
the Icecat judgments, as SHIPPED was; see docs/experiments.md."""
_FOLDS = 5
_FEWEST_KINDS, _FEWEST_QUERIES = 5, 20
_DEPTH = 10

Describe = Callable[[str, Sequence[str]], tuple[Rows, NDArray[np.float64]]]
"""Candidates of a query, first by fusion first, and their features; see `Searcher.describe`."""


@dataclass(frozen=True, slots=True)
class Trained:
    """What training came to.

    Args:
        ranker: None where there is too little to learn from, or where it is no better than fusion.
        n_queries: weak queries that were learned from.
        ndcg, ndcg_fusion: mean nDCG@10 on kinds held out, of the ranker and of fusion alone; weighted as in training.
    """

    ranker: LinearRanker | None
    n_queries: int
    ndcg: float
    ndcg_fusion: float

    def about(self) -> dict[str, object]:
        """What is known of the training, for the file of the ranker."""
        return {name: value for name, value in asdict(self).items() if name != "ranker"}


def train(queries: Sequence[WeakQuery], describe: Describe, n_rows: int) -> Trained:
    """Fit a ranker to weak queries, and try it on kinds that it has not seen (cross-validation by kind).

    Args:
        queries: see `weak_queries.make_queries`.
        describe: the search.
        n_rows: products in the catalogue.
    """
    found = [(query, judged) for query in queries if (judged := _judge(query, describe, n_rows)) is not None]
    kinds = sorted({query.kind for query, _ in found})
    if len(kinds) < _FEWEST_KINDS or len(found) < _FEWEST_QUERIES:
        return Trained(None, len(found), 0.0, 0.0)
    fold_of = {kind: place % _FOLDS for place, kind in enumerate(kinds)}
    ours, fused = np.zeros(len(found)), np.zeros(len(found))
    for fold in range(_FOLDS):
        tried = _fit([(query, judged) for query, judged in found if fold_of[query.kind] != fold])
        for place, (query, judged) in enumerate(found):
            if fold_of[query.kind] == fold:
                ours[place] = ndcg(judged.gains, tried.score(judged.features))
                fused[place] = ndcg(judged.gains, judged.features[:, SHIPPED.index("rrf")])
    weights = _weights(found)
    mean_ours, mean_fused = float(np.average(ours, weights=weights)), float(np.average(fused, weights=weights))
    return Trained(_fit(found) if mean_ours > mean_fused else None, len(found), mean_ours, mean_fused)


def _fit(found: Sequence[tuple[WeakQuery, Judged]]) -> LinearRanker:
    return fit(SHIPPED, [judged for _, judged in found], weights=_weights(found), l2=L2, rising=SHIPPED)


def ndcg(gains: NDArray[np.float64], scores: NDArray[np.float64], k: int = _DEPTH) -> float:
    """Return nDCG@k of an order by score; 0 where nothing can be gained (Järvelin and Kekäläinen 2002)."""
    discounts = 1 / np.log2(np.arange(2, k + 2))
    best = np.sort(gains)[::-1][:k]
    got = gains[np.argsort(-scores, kind="stable")][:k]
    ideal = float(best @ discounts[: len(best)])
    return float(got @ discounts[: len(got)]) / ideal if ideal else 0.0


def _judge(query: WeakQuery, describe: Describe, n_rows: int) -> Judged | None:
    rows, features = describe(query.text, SHIPPED)
    gains = np.zeros(n_rows)
    gains[query.rows] = query.gains
    own = gains[rows]
    return Judged(features, own) if own.any() else None


def _weights(queries: Sequence[tuple[WeakQuery, Judged]]) -> NDArray[np.float64]:
    renamed = np.array([query.renamed for query, _ in queries], np.bool_)
    share = RENAMED_WEIGHT * (~renamed).sum() / max(1, int(renamed.sum()))
    return np.where(renamed, share, 1.0)
