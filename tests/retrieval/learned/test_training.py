"""Training on weak queries: keeps what beats fusion on kinds that it has not seen, and nothing else."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from retrieval.index import Rows
from retrieval.learned.training import RENAMED_WEIGHT, SHIPPED, ndcg, train
from retrieval.learned.weak_queries import WeakQuery

_N_ROWS = 60


def _queries(n_kinds: int = 12, each: int = 3) -> list[WeakQuery]:
    rng = np.random.default_rng(0)
    made = []
    for kind in range(n_kinds):
        for turn in range(each):
            rows = np.sort(rng.choice(_N_ROWS, 6, replace=False))
            made.append(WeakQuery(f"kind {kind} {turn}", f"kind {kind}", rows, np.full(6, 7.0), renamed=turn == 0))
    return made


def _search(queries: Sequence[WeakQuery], telling: str):
    """A search whose feature `telling` is high for the answers of a query; all others are noise."""
    answers = {query.text: query.rows for query in queries}

    def describe(text: str, names: Sequence[str]) -> tuple[Rows, np.ndarray]:
        rng = np.random.default_rng(abs(sum(map(ord, text))))
        features = rng.normal(size=(_N_ROWS, len(names)))
        features[answers[text], list(names).index(telling)] += 4
        return np.arange(_N_ROWS), features

    return describe


def test_what_helps_on_unseen_kinds_is_kept() -> None:
    queries = _queries()
    trained = train(queries, _search(queries, "spread_dense"), _N_ROWS)
    assert trained.ranker is not None
    assert trained.ndcg > trained.ndcg_fusion + 0.2
    weights = dict(zip(trained.ranker.names, trained.ranker.weights.tolist(), strict=True))
    assert weights["spread_dense"] > 5 * max(weights["rrf"], weights["schema_first"])
    assert trained.about() == {
        "n_queries": len(queries),
        "ndcg": trained.ndcg,
        "ndcg_fusion": trained.ndcg_fusion,
    }


def test_what_is_no_better_than_fusion_is_not_kept() -> None:
    queries = _queries()

    def describe(text: str, names: Sequence[str]) -> tuple[Rows, np.ndarray]:
        rows, features = _search(queries, "rrf")(text, names)
        return rows, np.repeat(features[:, :1], len(names), axis=1)

    trained = train(queries, describe, _N_ROWS)
    assert trained.ranker is None
    assert trained.ndcg == pytest.approx(trained.ndcg_fusion)


def test_few_kinds_or_queries_without_answers_teach_nothing() -> None:
    queries = _queries()
    assert train(_queries(2), _search(queries, "rrf"), _N_ROWS).ranker is None
    assert train([], _search(queries, "rrf"), _N_ROWS).n_queries == 0
    found_nothing = train(queries, lambda text, names: (np.empty(0, np.int64), np.empty((0, len(names)))), _N_ROWS)
    assert (found_nothing.ranker, found_nothing.n_queries) == (None, 0)


def test_queries_with_another_name_weigh_what_is_said() -> None:
    """A third of the queries has another name; their order is right by one feature, that of the others by another."""
    queries = _queries()
    by_words, by_meaning = _search(queries, "rrf"), _search(queries, "spread_dense")
    renamed = {query.text for query in queries if query.renamed}

    def describe(text: str, names: Sequence[str]) -> tuple[Rows, np.ndarray]:
        return (by_meaning if text in renamed else by_words)(text, names)

    ranker = train(queries, describe, _N_ROWS).ranker
    assert ranker is not None
    weights = dict(zip(ranker.names, ranker.weights.tolist(), strict=True))
    assert 0 < weights["spread_dense"] < weights["rrf"]
    assert RENAMED_WEIGHT < 1
    assert set(weights) == set(SHIPPED)


def test_ndcg_is_that_worked_by_hand() -> None:
    gains, scores = np.array([0.0, 7.0, 1.0]), np.array([3.0, 2.0, 1.0])
    got = 7 / math.log2(3) + 1 / math.log2(4)
    assert ndcg(gains, scores) == pytest.approx(got / (7 + 1 / math.log2(3)))
    assert ndcg(np.zeros(3), scores) == 0.0
