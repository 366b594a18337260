"""The measures of the retrieval benchmark, worked by hand, and its input, checked."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from retrieval.bench.bootstrap import mean_interval, times_as_long
from retrieval.bench.judgments import (
    answerable,
    figures,
    measures,
    ndcg,
    ndcg_of_judged,
    ratio,
    read_judgments,
    recall,
)
from retrieval.errors import ImportFailed


def test_ndcg_is_that_worked_by_hand() -> None:
    ratings = {"a": 3, "b": 1, "c": 0}
    dcg = 1 / math.log2(2) + 7 / math.log2(4)
    ideal = 7 / math.log2(2) + 1 / math.log2(3)
    assert ndcg(["b", "x", "a"], ratings) == pytest.approx(dcg / ideal)
    assert ndcg(["a", "b"], ratings) == 1.0
    assert ndcg([], ratings) == 0.0


def test_documents_without_a_rating_can_be_passed_over() -> None:
    assert ndcg(["x", "a"], {"a": 3}) == pytest.approx(1 / math.log2(3))
    assert ndcg_of_judged(["x", "a"], {"a": 3}) == 1.0


def test_recall_counts_ratings_of_two_and_three() -> None:
    assert recall(["a", "x"], {"a": 3, "b": 2, "c": 1}) == 0.5
    assert recall(["a"], {"c": 1}) is None


def test_means_are_over_the_queries() -> None:
    judgments = {"lamp": {"a": 3, "b": 0}, "mug": {"c": 1}, "stylus": {"d": 0}}
    assert answerable(judgments) == ["lamp", "mug"]
    found = figures(measures({"lamp": ["a", "b"], "mug": []}, judgments))
    assert (found.ndcg, found.ndcg_judged, found.recall, found.judged) == (0.5, 0.5, 1.0, pytest.approx(0.1))


def test_a_ratio_has_an_interval_that_holds_it() -> None:
    rival = np.linspace(0.2, 0.8, 40)
    found = ratio(rival * 1.1, rival)
    assert found is not None
    assert (found.ratio, found.low, found.high) == (pytest.approx(1.1), pytest.approx(1.1), pytest.approx(1.1))
    noisy = ratio(rival + np.where(np.arange(40) % 2, 0.3, -0.2), rival)
    assert noisy is not None
    assert noisy.low < noisy.ratio < noisy.high
    assert ratio(rival, np.zeros(40)) is None


def test_intervals_are_as_wide_as_the_values_differ() -> None:
    values = np.array([0.0, 1.0] * 50)
    found = mean_interval(values)
    assert found == (pytest.approx(0.4, abs=0.03), pytest.approx(0.6, abs=0.03)), "half, give or take two times 0.05"
    assert mean_interval(np.full(5, 0.25)) == (0.25, 0.25)
    assert mean_interval(np.empty(0)) is None
    assert times_as_long(np.full(9, 6.0), np.full(9, 2.0)) == (3.0, 3.0)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("query,doc\na,b\n", "needs the columns query, docid, rating"),
        ("query,docid,rating\nlamp,a,3\nlamp,b,good\n", "Line 3 .* no rating from 0 to 3"),
        ("query,docid,rating\nlamp,a,7\n", "Line 2"),
        ("query,docid,rating\nlamp,a\n", "Line 2"),
        ("query,docid,rating\nlamp,a,0\n", "no query with a relevant document, and 5 are needed"),
        ("query,docid,rating\nlamp,a,3\n", "one query with a relevant document, and 5 are needed"),
        ("query,docid,rating\n" + "".join(f"lamp {n},a,3\n" for n in range(4)), "4 queries .* 5 are needed"),
    ],
)
def test_bad_judgments_are_reported_by_line(tmp_path: Path, content: str, told: str) -> None:
    path = tmp_path / "judgments.csv"
    path.write_text(content)
    with pytest.raises(ImportFailed, match=told):
        read_judgments(path)


def test_judgments_are_read_with_a_byte_order_mark(tmp_path: Path) -> None:
    path = tmp_path / "judgments.csv"
    path.write_text("\ufeffquery,docid,rating\n" + "".join(f"lamp {n},a,3\nlamp {n},b, 0\n" for n in range(5)), "utf-8")
    found = read_judgments(path)
    assert found.ratings == {f"lamp {n}": {"a": 3, "b": 0} for n in range(5)}
    assert found.repeated == 0
    with pytest.raises(ImportFailed, match="check that it is there"):
        read_judgments(tmp_path / "none.csv")


def test_documents_judged_twice_or_unknown_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "judgments.csv"
    rows = "".join(f"lamp {n},a,3\nlamp {n},gone,1\n" for n in range(5))
    path.write_text(f"query,docid,rating\n{rows}lamp 0,a,2\n")
    found = read_judgments(path)
    assert (found.repeated, found.ratings["lamp 0"]["a"]) == (1, 2)
    assert found.unknown({"a"}) == ["gone"]
