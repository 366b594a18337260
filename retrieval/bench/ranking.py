"""Ranking quality on judged queries: words, meaning, both fused, and ours with and without judgments, in one run.

bm25          plain BM25 (Lucene's form, k1 1.2, b 0.75) over lower-cased words of title, brand, description, type
dense         cosine of the encoder's vectors
rrf           reciprocal rank fusion of these two
ours_shipped  the search as shops get it, trained on what the catalogue itself says
ours          all features, trained inside the judgments by folds of queries; nothing of it is kept
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
from numpy.typing import NDArray

from retrieval.bench.bootstrap import Interval, Values, mean_interval
from retrieval.bench.judgments import MIN_QUERIES, Figures, Ratings, Ratio, answerable, figures, measures, ratio
from retrieval.bench.pooled import Example, PooledRanker, fit_pooled
from retrieval.bench.typos import misspell
from retrieval.encoder import Encoder
from retrieval.engine import Retrieval
from retrieval.errors import ImportFailed
from retrieval.index import Rows
from retrieval.learned.features import FEATURES
from retrieval.product import Product
from retrieval.query import QueryReader
from retrieval.ranking import RRF_K
from retrieval.results import SearchRequest
from retrieval.search import MAX_HITS

RIVAL = "bm25"
_FOLDS = MIN_QUERIES
_TIMES_RIVAL = ("ndcg", "ndcg_judged")
_WITH_INTERVAL = (*_TIMES_RIVAL, "recall")
_SEED = 0
_N_CANDIDATES = 600
_K1, _B = 1.2, 0.75
_WORD = re.compile(r"\w+")
Progress = Callable[[str, int, int | None], None]
Order = Callable[[str], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What systems came to on the same queries.

    Measures are called as the fields of Figures; a ratio whose divisor is 0 is left out.

    Args:
        queries: number of queries that have a relevant document.
        systems: name -> its figures.
        intervals: name -> 95 % intervals of "ndcg", "ndcg_judged" and "recall".
        ratios: name -> "ndcg" and "ndcg_judged" as multiples of the rival's.
        misspelt: name -> its figures with one typo in each query.
        misspelt_ratios: name -> "ndcg", "ndcg_judged" and "recall" as multiples of its own without a typo.
    """

    queries: int
    systems: Mapping[str, Figures]
    intervals: Mapping[str, Mapping[str, Interval]]
    ratios: Mapping[str, Mapping[str, Ratio]]
    misspelt: Mapping[str, Figures]
    misspelt_ratios: Mapping[str, Mapping[str, Ratio]]


def compare(
    retrieval: Retrieval,
    reader: QueryReader,
    encoder: Encoder,
    judgments: Mapping[str, Ratings],
    progress: Progress = lambda *_: None,
) -> Comparison:
    """Measure all systems.

    Args:
        retrieval: warm, with vectors.
        reader: of its vocabulary; corrects the words before `ours` and `ours_shipped` look for them.
        encoder: of the vectors.
        judgments: query -> ratings by product id; MIN_QUERIES of them or more have a relevant document.
        progress: called with (what, done, in all).

    Raises:
        ImportFailed: no relevant document is found, so that there is nothing to learn from.
    """
    queries = answerable(judgments)
    said = _misspelt(queries)
    plain = _Plain(retrieval, encoder)
    folds = _Folds(retrieval, reader, queries, judgments, progress)
    systems: dict[str, Callable[[str, str], Sequence[str]]] = {
        "bm25": lambda _, text: plain.by_words(text),
        "dense": lambda _, text: plain.by_meaning(text),
        "rrf": lambda _, text: plain.by_both(text),
        "ours_shipped": lambda _, text: [
            hit.product_id for hit in retrieval.search(SearchRequest(reader.corrected(text), k=MAX_HITS)).hits
        ],
        "ours": folds.order,
    }
    plainly: dict[str, dict[str, Values]] = {}
    with_typos: dict[str, dict[str, Values]] = {}
    for done, (name, order) in enumerate(systems.items()):
        progress("searching", done, len(systems))
        plainly[name] = measures({query: order(query, query) for query in queries}, judgments)
        with_typos[name] = measures({query: order(query, said[query]) for query in queries}, judgments)
    return Comparison(
        queries=len(queries),
        systems={name: figures(one) for name, one in plainly.items()},
        intervals={name: _intervals(one) for name, one in plainly.items()},
        ratios={name: _ratios(one, plainly[RIVAL], _TIMES_RIVAL) for name, one in plainly.items() if name != RIVAL},
        misspelt={name: figures(one) for name, one in with_typos.items()},
        misspelt_ratios={name: _ratios(one, plainly[name], _WITH_INTERVAL) for name, one in with_typos.items()},
    )


def _misspelt(queries: Sequence[str]) -> dict[str, str]:
    rng = Random(_SEED)
    return {query: misspell(query, rng) for query in queries}


def _intervals(measured: Mapping[str, Values]) -> dict[str, Interval]:
    found = {name: mean_interval(measured[name]) for name in _WITH_INTERVAL}
    return {name: ends for name, ends in found.items() if ends is not None}


def _ratios(ours: Mapping[str, Values], rival: Mapping[str, Values], names: Sequence[str]) -> dict[str, Ratio]:
    found = {name: ratio(ours[name], rival[name]) for name in names}
    return {name: one for name, one in found.items() if one is not None}


class _Plain:
    """The rivals: as plain as they are usually built."""

    def __init__(self, retrieval: Retrieval, encoder: Encoder) -> None:
        found = retrieval.vectors()
        if found is None:
            raise ValueError("the catalogue has no vectors")
        self._ids, self._vectors = found
        self._encoder = encoder
        self._postings, self._lengths = _postings([_plain_words(p) for p in retrieval.catalogue.rows])

    def by_words(self, text: str) -> list[str]:
        scores = self._bm25(text)
        return self._ordered(scores, np.flatnonzero(scores > 0))

    def by_meaning(self, text: str) -> list[str]:
        return self._ordered(self._cosines(text), np.arange(len(self._ids)))

    def by_both(self, text: str) -> list[str]:
        words, meaning = self._bm25(text), self._cosines(text)
        fused = np.where(words > 0, 1 / (RRF_K + 1 + _ranks(words)), 0) + 1 / (RRF_K + 1 + _ranks(meaning))
        return self._ordered(fused, np.arange(len(self._ids)))

    def _bm25(self, text: str) -> NDArray[np.float64]:
        scores = np.zeros(len(self._ids))
        norm = _K1 * (1 - _B + _B * self._lengths / max(float(self._lengths.mean()), 1e-9))
        for word in _WORD.findall(text.lower()):
            rows, counts = self._postings.get(word, (np.empty(0, np.int64), np.empty(0)))
            idf = math.log1p((len(self._ids) - len(rows) + 0.5) / (len(rows) + 0.5))
            scores[rows] += idf * counts / (counts + norm[rows])
        return scores

    def _cosines(self, text: str) -> NDArray[np.float64]:
        return np.asarray(self._vectors @ self._encoder.encode([text])[0], np.float64)

    def _ordered(self, scores: NDArray[np.float64], rows: NDArray[np.intp]) -> list[str]:
        return [self._ids[row] for row in rows[np.argsort(-scores[rows], kind="stable")].tolist()]


def _ranks(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    ranks = np.empty(len(scores))
    ranks[np.argsort(-scores, kind="stable")] = np.arange(len(scores))
    return ranks


def _plain_words(product: Product) -> list[str]:
    kind = product.attributes.get("type")
    parts = (product.title, product.brand, product.description, product.category, kind.text if kind else None)
    return _WORD.findall(" ".join(part for part in parts if part).lower())


def _postings(
    texts: Sequence[list[str]],
) -> tuple[dict[str, tuple[Rows, NDArray[np.float64]]], NDArray[np.float64]]:
    rows: defaultdict[str, list[int]] = defaultdict(list)
    counts: defaultdict[str, list[int]] = defaultdict(list)
    for row, words in enumerate(texts):
        for word, count in Counter(words).items():
            rows[word].append(row)
            counts[word].append(count)
    found = {word: (np.array(rows[word], np.int64), np.array(counts[word], np.float64)) for word in rows}
    return found, np.array([len(words) for words in texts], np.float64)


def _fit(examples: Sequence[Example]) -> PooledRanker:
    try:
        return fit_pooled(tuple(FEATURES), examples)
    except ValueError as error:
        raise ImportFailed(
            "No query finds a relevant document: do the judgments name products by the ids of the file?"
        ) from error


class _Folds:
    """`ours`: each query is ordered by a ranker that has not seen it."""

    def __init__(
        self,
        retrieval: Retrieval,
        reader: QueryReader,
        queries: Sequence[str],
        judgments: Mapping[str, Ratings],
        progress: Progress,
    ) -> None:
        self._retrieval = retrieval
        self._reader = reader
        self._ids = [product.id for product in retrieval.catalogue.rows]
        examples: dict[str, Example] = {}
        for done, query in enumerate(queries):
            progress("features", done, len(queries))
            rows, features = self._describe(query)
            ratings = [judgments[query].get(self._ids[row], -1) for row in rows.tolist()]
            examples[query] = Example(features, np.array(ratings, np.int64))
        order = np.random.default_rng(_SEED).permutation(len(queries))
        fold_of = {queries[place]: turn % _FOLDS for turn, place in enumerate(order.tolist())}
        trained: list[PooledRanker] = []
        for fold in range(_FOLDS):
            progress("training", fold, _FOLDS)
            trained.append(_fit([examples[q] for q in queries if fold_of[q] != fold]))
        self._ranker_of = {query: trained[fold_of[query]] for query in queries}

    def order(self, query: str, text: str) -> list[str]:
        """Order the candidates of `text` by the ranker that was trained without `query`."""
        rows, features = self._describe(text)
        scores = self._ranker_of[query].score(features)
        return [self._ids[row] for row in rows[np.argsort(-scores, kind="stable")].tolist()]

    def _describe(self, text: str) -> tuple[Rows, NDArray[np.float64]]:
        return self._retrieval.describe(self._reader.corrected(text), tuple(FEATURES), _N_CANDIDATES)
