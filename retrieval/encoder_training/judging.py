"""Whether an encoder finds better: held-out questions, nDCG@10 of search by meaning alone, and a paired interval.

Knows texts and which places are right; what an encoder is comes in as a function.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retrieval.encoder_training.pairs import Pair, View, document_text, words_of
from retrieval.product import Product
from retrieval.tokens import tokenise

CUT = 10
_BOOTSTRAPS = 10_000
Encode = Callable[[Sequence[str]], NDArray[np.float32]]
"""Texts to unit vectors, shape (n_texts, dim)."""
PerQuestion = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Question:
    """A held-out query.

    Args:
        query: its words.
        view: among which texts it searches.
        right: places of the documents that answer it, at least one.
        group: questions of one group hang together (those of one product), and are drawn together.
    """

    query: str
    view: View
    right: frozenset[int]
    group: str


@dataclass(frozen=True, slots=True)
class Trial:
    """Questions, and by view the documents among which they are answered."""

    documents: Mapping[View, tuple[str, ...]]
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Gain:
    """Mean difference of nDCG@10 after less before, with the bounds of its 95 % bootstrap interval."""

    mean: float
    low: float
    high: float


def make_trial(
    products: Sequence[Product], pairs: Sequence[Pair], *, max_questions: int, max_products: int, seed: int
) -> Trial:
    """Make questions of held-out pairs.

    A document is right where it is the pair's own, has the same title, or has every word of the query; for words that
    shoppers took something after, what they took is right and nothing else.

    Args:
        products: the catalogue; a pair's row is a place in it.
        pairs: held out.
        max_questions: questions beyond it are left out, drawn by seed.
        max_products: products to search among, as many of the pairs' as fit first, then others.
    """
    rng = random.Random(seed)
    asked = sorted(_by_query(pairs).items())
    if len(asked) > max_questions:
        asked = sorted(rng.sample(asked, max_questions))
    wanted = sorted({row for _, rows in asked for row in rows})
    others = sorted(set(range(len(products))) - set(wanted))
    rows = sorted([*wanted, *rng.sample(others, max(0, min(len(others), max_products - len(wanted))))])
    views = dict.fromkeys(view for (view, _), _ in asked)
    documents: dict[View, tuple[str, ...]] = {
        view: tuple(document_text(products[row], view) for row in rows) for view in views
    }
    places = {row: place for place, row in enumerate(rows)}
    titles: dict[str, set[int]] = {}
    for place, row in enumerate(rows):
        titles.setdefault(products[row].title, set()).add(place)
    holding = {view: _holding(texts) for view, texts in documents.items() if view != "taken"}
    questions = []
    for (view, query), own in asked:
        right = {places[row] for row in own}
        if view != "taken":
            right |= set.intersection(*(holding[view].get(word, set()) for word in words_of(query)))
            right |= set().union(*(titles[products[row].title] for row in own))
        group = query if view == "taken" else products[own[0]].id
        questions.append(Question(query, view, frozenset(right), group))
    return Trial(documents, tuple(questions))


def _by_query(pairs: Sequence[Pair]) -> dict[tuple[View, str], list[int]]:
    found: dict[tuple[View, str], list[int]] = {}
    for pair in pairs:
        found.setdefault((pair.view, pair.query), []).append(pair.row)
    return found


def _holding(texts: Sequence[str]) -> dict[str, set[int]]:
    words: dict[str, set[int]] = {}
    for place, text in enumerate(texts):
        for word in tokenise(text):
            words.setdefault(word, set()).add(place)
    return words


def judge(encode: Encode, trial: Trial) -> PerQuestion:
    """Answer every question by cosine alone.

    Returns:
        nDCG@10 with gain 1 for what is right (Järvelin and Kekäläinen 2002), shape (n_questions,).
    """
    result = np.zeros(len(trial.questions), np.float64)
    for view, texts in trial.documents.items():
        numbers = [number for number, question in enumerate(trial.questions) if question.view == view]
        documents = encode(texts)
        queries = encode([trial.questions[number].query for number in numbers])
        for number, vector in zip(numbers, queries, strict=True):
            best = np.argsort(-(documents @ vector), kind="stable")[:CUT]
            result[number] = _ndcg([place in trial.questions[number].right for place in best.tolist()], trial, number)
    return result


def _ndcg(hits: Sequence[bool], trial: Trial, number: int) -> float:
    discounts = 1.0 / np.log2(np.arange(CUT) + 2)
    ideal = discounts[: min(CUT, len(trial.questions[number].right))].sum()
    return float(discounts[: len(hits)][np.array(hits, np.bool_)].sum() / ideal)


def paired_gain(before: PerQuestion, after: PerQuestion, groups: Sequence[str], seed: int) -> Gain:
    """Compare two encoders on the same questions.

    Args:
        before, after: nDCG@10 by question, shape (n_questions,).
        groups: which questions hang together; groups are drawn, not questions (Efron and Tibshirani 1993, bootstrap).
        seed: of the draws.
    """
    numbers = {name: number for number, name in enumerate(dict.fromkeys(groups))}
    at = np.array([numbers[name] for name in groups], np.int64)
    sums = np.bincount(at, after - before, len(numbers))
    sizes = np.bincount(at, minlength=len(numbers))
    rng = np.random.default_rng(seed)
    means = np.empty(_BOOTSTRAPS, np.float64)
    for draw in range(_BOOTSTRAPS):
        drawn = rng.integers(0, len(numbers), len(numbers))
        means[draw] = sums[drawn].sum() / sizes[drawn].sum()
    low, high = np.percentile(means, (2.5, 97.5))
    return Gain(float((after - before).mean()), float(low), float(high))
