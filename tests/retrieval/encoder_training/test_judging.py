"""The verdict's arithmetic, on answers worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from retrieval.encoder_training.judging import Question, Trial, judge, make_trial, paired_gain
from retrieval.encoder_training.pairs import Pair, View, document_text
from tests.retrieval.fakes import product

SHOP = [
    product("a", "red wool hat", description="a warm thing for winter"),
    product("b", "red wool hat", description="another one of the same name"),
    product("c", "hat of red wool with a brim", description="for the garden"),
    product("d", "blue silk scarf", description="for the evening"),
]


def pair(query: str, row: int, view: View = "query") -> Pair:
    return Pair(query, document_text(SHOP[row], view), row, view)


def rights(*pairs: Pair) -> dict[tuple[str, str], set[str]]:
    trial = make_trial(SHOP, pairs, max_questions=10, max_products=10, seed=1)
    assert len(trial.documents[pairs[0].view]) == len(SHOP)
    return {(q.view, q.query): {SHOP[place].id for place in q.right} for q in trial.questions}


def test_what_has_every_word_of_the_query_is_right_as_well() -> None:
    assert rights(pair("red hat", 0)) == {("query", "red hat"): {"a", "b", "c"}}
    assert rights(pair("silk", 3)) == {("query", "silk"): {"d"}}


def test_products_of_the_same_title_are_right_for_it() -> None:
    assert rights(pair("red wool hat", 0, "title")) == {("title", "red wool hat"): {"a", "b"}}


def test_only_what_was_taken_is_right_for_a_shoppers_words() -> None:
    assert rights(pair("red hat", 3, "taken"), pair("red hat", 1, "taken")) == {("taken", "red hat"): {"b", "d"}}


def test_a_trial_is_cut_to_size_and_keeps_what_is_asked_for() -> None:
    trial = make_trial(SHOP, [pair("silk", 3), pair("hat", 0)], max_questions=1, max_products=2, seed=1)
    assert len(trial.questions) == 1
    assert len(trial.documents["query"]) == 2
    assert all(place < 2 for place in trial.questions[0].right)


def test_ndcg_by_hand() -> None:
    """Twelve documents on a line; the query's cosine falls with their number."""
    texts = tuple(f"d{number}" for number in range(12))

    def encode(given: Sequence[str]) -> NDArray[np.float32]:
        angles = np.array([0.0 if text == "q" else 0.1 * (1 + int(text[1:])) for text in given])
        return np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32)

    questions = tuple(Question("q", "query", frozenset(right), "g") for right in ({0}, {1}, {11}, {0, 2}))
    found = judge(encode, Trial({"query": texts}, questions))
    log = np.log2
    assert found == pytest.approx([1.0, 1 / log(3), 0.0, (1 + 1 / log(4)) / (1 + 1 / log(3))])


def test_a_gain_that_is_the_same_everywhere_is_certain() -> None:
    before = np.linspace(0, 0.5, 40)
    gain = paired_gain(before, before + 0.2, [str(n) for n in range(40)], seed=1)
    assert (gain.mean, gain.low, gain.high) == pytest.approx((0.2, 0.2, 0.2))


def test_questions_of_one_product_are_no_independent_evidence() -> None:
    rng = np.random.default_rng(1)
    by_product = rng.normal(0.02, 0.1, 40)
    before, after = np.zeros(400), np.repeat(by_product, 10)
    together = paired_gain(before, after, [str(n // 10) for n in range(400)], seed=1)
    apart = paired_gain(before, after, [str(n) for n in range(400)], seed=1)
    assert together.mean == apart.mean
    assert together.high - together.low > 2.5 * (apart.high - apart.low)
    assert paired_gain(before, after, [str(n) for n in range(400)], seed=1) == apart
