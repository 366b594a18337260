from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from sklearn.metrics import ndcg_score

from recommender.sequences.measures import (
    best_items,
    coverage,
    diversity,
    gini,
    hits,
    interval,
    ndcg,
    paired_ratio,
    ranks,
)


def test_ties_take_the_middle_of_their_places() -> None:
    scores = np.array([[3, 1, 2, 0], [1, 1, 1, 0], [0, 0, 0, 0], [-np.inf, 0, 1, 2]], dtype=np.float32)
    assert ranks(scores, np.array([0, 1, 2, 1])).tolist() == [1.0, 2.0, 2.5, 3.0]


@given(st.integers(0, 10_000), st.integers(0, 29))
def test_ndcg_is_that_of_scikit_learn(seed: int, target: int) -> None:
    scores = np.random.default_rng(seed).permutation(30).astype(np.float32)[None]
    relevant = np.zeros((1, 30))
    relevant[0, target] = 1
    ours = ndcg(ranks(scores, np.array([target])))[0]
    assert ours == pytest.approx(ndcg_score(relevant, scores, k=10))


def test_hits_are_within_ten() -> None:
    assert hits(np.array([1.0, 10.0, 10.5, np.inf])).tolist() == [1, 1, 0, 0]


def test_the_best_items_come_in_order_and_all_where_fewer_are_there() -> None:
    scores = np.array([[1, 4, 2, 3]], dtype=np.float32)
    assert best_items(scores, 2).tolist() == [[1, 3]]
    assert best_items(scores, 9).tolist() == [[1, 3, 2, 0]]


def test_gini_is_none_for_equal_shares_and_high_for_one_item() -> None:
    assert gini(np.array([3, 3, 3])) == pytest.approx(0)
    assert gini(np.array([0, 0, 0, 8])) == pytest.approx(0.75)
    assert gini(np.array([0, 0])) == 0


def test_coverage_is_the_share_of_items_shown() -> None:
    assert coverage(np.array([2, 0, 1, 0])) == 0.5


def test_a_list_of_alike_items_has_no_diversity() -> None:
    vectors = sparse.csr_matrix(np.array([[1.0, 0], [1, 0], [0, 1]]))
    assert diversity(np.array([[0, 1]]), vectors) == pytest.approx(0)
    assert diversity(np.array([[0, 2]]), vectors) == pytest.approx(1)
    assert diversity(np.array([[0, 1, 2]]), vectors) == pytest.approx(2 / 3)


def test_intervals_hold_the_mean_and_pairs_cancel_what_is_common() -> None:
    theirs = np.random.default_rng(1).random(400)
    low, high = interval(theirs, seed=0)
    assert low < theirs.mean() < high
    ratio, low, high = paired_ratio(1.1 * theirs, theirs, seed=0)
    assert (ratio, low, high) == pytest.approx((1.1, 1.1, 1.1))
