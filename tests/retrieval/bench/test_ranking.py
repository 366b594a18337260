"""The benchmark of ranking: plain rivals worked by hand, folds that never see what they order, typos corrected."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from retrieval.bench.pooled import Example, fit_pooled
from retrieval.bench.ranking import compare
from retrieval.engine import Retrieval
from retrieval.errors import ImportFailed
from retrieval.learned.features import FEATURES
from retrieval.loader import import_products
from retrieval.query import QueryReader
from tests.retrieval.fakes import WordEncoder, product

_KINDS = ("lantern", "kettle", "pillow", "hammer", "ladder", "bottle")


@pytest.fixture
def retrieval(tmp_path: Path) -> Retrieval:
    """Things, and covers for them whose text names the thing more often."""
    made = []
    for kind in _KINDS:
        made += [product(f"{kind}-{n}", f"Norrfell {kind} {n}", 5_000, category="Things") for n in range(5)]
        made += [product(f"{kind}-cover-{n}", f"{kind} cover {n} for {kind}", 500, category="Covers") for n in range(5)]
    import_products(made, root=tmp_path, name="shop", encoder=WordEncoder())
    opened = Retrieval.open(tmp_path, "shop")
    opened.warm(WordEncoder())
    return opened


def _judgments() -> dict[str, dict[str, int]]:
    return {kind: {f"{kind}-{n}": 3 for n in range(5)} | {f"{kind}-cover-{n}": 0 for n in range(5)} for kind in _KINDS}


def test_all_systems_answer_the_same_queries(retrieval: Retrieval) -> None:
    reader = QueryReader(retrieval.vocabulary(), "USD")
    compared = compare(retrieval, reader, WordEncoder(), _judgments() | {"stylus": {"kettle-0": 0}})
    assert compared.queries == len(_KINDS)
    assert set(compared.systems) == set(compared.misspelt) == {"bm25", "dense", "rrf", "ours_shipped", "ours"}
    assert set(compared.ratios) == set(compared.systems) - {"bm25"}
    for one in compared.systems.values():
        assert min(one.ndcg, one.ndcg_judged, one.recall, one.judged) >= 0
        assert max(one.ndcg, one.ndcg_judged, one.recall, one.judged) <= 1
    assert compared.systems["bm25"].ndcg_judged < 0.7, "words bring the covers first"
    assert compared.systems["ours"].ndcg_judged > 0.9, "judgments of other queries tell that covers are not meant"
    assert compared.ratios["ours"]["ndcg_judged"].ratio > 1.2


def test_each_mean_lies_in_its_interval(retrieval: Retrieval) -> None:
    compared = compare(retrieval, QueryReader(retrieval.vocabulary(), "USD"), WordEncoder(), _judgments())
    for name, one in compared.systems.items():
        for measure in ("ndcg", "ndcg_judged", "recall"):
            low, high = compared.intervals[name][measure]
            assert low - 1e-9 <= getattr(one, measure) <= high + 1e-9


def test_judgments_of_other_products_are_refused(retrieval: Retrieval) -> None:
    strange = {kind: {f"other-{n}": 3 for n in range(3)} for kind in _KINDS}
    with pytest.raises(ImportFailed, match="by the ids of the file"):
        compare(retrieval, QueryReader(retrieval.vocabulary(), "USD"), WordEncoder(), strange)


def test_a_typo_is_corrected_before_ours_look(retrieval: Retrieval) -> None:
    reader = QueryReader(retrieval.vocabulary(), "USD")
    compared = compare(retrieval, reader, WordEncoder(), _judgments())
    assert compared.misspelt["bm25"].ndcg == 0.0
    assert compared.misspelt_ratios["bm25"]["ndcg"].ratio == 0.0
    assert compared.misspelt["ours"].ndcg_judged == pytest.approx(compared.systems["ours"].ndcg_judged, abs=0.2)


def _example(seed: int, *, pool: bool) -> Example:
    """Rating 3 where `title` is high; what has a rating at all has a high `bm25`, where `pool` says so."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(60, len(FEATURES)))
    title, bm25 = (list(FEATURES).index(name) for name in ("title", "bm25"))
    judged = features[:, bm25] > 0.5 if pool else rng.random(60) < 0.4
    ratings = np.where(judged, np.where(features[:, title] > 0.3, 3, 0), -1)
    return Example(features, ratings.astype(np.int64))


def test_a_judged_document_is_preferred_among_the_relevant() -> None:
    names = tuple(FEATURES)
    title, bm25 = (names.index(name) for name in ("title", "bm25"))
    pair = np.zeros((4, len(names)))
    pair[0, title], pair[1, title] = 2.0, 2.0
    pair[0, bm25], pair[1, bm25], pair[2, bm25], pair[3, bm25] = 2.0, -2.0, 2.0, -2.0
    ranker = fit_pooled(names, [_example(seed, pool=True) for seed in range(12)])
    scores = ranker.score(pair)
    assert scores[0] == scores.max()
    assert scores[0] - scores[1] > 0.3
    random_pool = fit_pooled(names, [_example(seed, pool=False) for seed in range(12)])
    assert abs(random_pool.score(pair)[0] - random_pool.score(pair)[1]) < scores[0] - scores[1]


def test_the_same_judgments_give_the_same_figures(retrieval: Retrieval) -> None:
    reader = QueryReader(retrieval.vocabulary(), "USD")
    first, second = (compare(retrieval, reader, WordEncoder(), _judgments()) for _ in range(2))
    assert first == second
