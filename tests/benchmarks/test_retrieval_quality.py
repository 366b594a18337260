"""The measures of the retrieval benchmark, worked by hand."""

from __future__ import annotations

import math

import pytest

from tests.benchmarks.retrieval_quality import development_half, measure, ndcg, recall


def test_ndcg_is_that_worked_by_hand() -> None:
    ratings = {"a": 3, "b": 1, "c": 0}
    dcg = 1 / math.log2(2) + 7 / math.log2(4)
    ideal = 7 / math.log2(2) + 1 / math.log2(3)
    assert ndcg(["b", "x", "a"], ratings) == pytest.approx(dcg / ideal)
    assert ndcg(["a", "b"], ratings) == 1.0
    assert ndcg([], ratings) == 0.0


def test_recall_counts_ratings_of_two_and_three() -> None:
    assert recall(["a", "x"], {"a": 3, "b": 2, "c": 1}) == 0.5
    assert recall(["a"], {"c": 1}) is None


def test_queries_without_a_relevant_document_are_left_out() -> None:
    judgments = {"lamp": {"a": 3}, "stylus": {"b": 0}}
    figures = measure(lambda query: ["a"] if query == "lamp" else [], judgments | {"mug": {"c": 1}})
    assert figures["ndcg@10"] == 0.5
    assert development_half(judgments) == {"lamp"}
