"""Fusion, boosts and sorts, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from retrieval.ranking import ALL_WORDS_BOOST, BRAND_BOOST, CANDIDATES, CATEGORY_BOOST, Ranking, reciprocal_ranks
from retrieval.results import Sort
from tests.retrieval.fakes import product, small_shop


def test_ranks_count_from_one_and_zero_scores_get_nothing() -> None:
    ranks = reciprocal_ranks(np.array([0.0, 3.0, 1.0, -1.0], np.float32))
    assert ranks.tolist() == pytest.approx([0, 1 / 61, 1 / 62, 0])


def test_only_the_best_candidates_get_a_rank() -> None:
    scores = np.arange(1, CANDIDATES + 51, dtype=np.float32)
    assert np.count_nonzero(reciprocal_ranks(scores)) == CANDIDATES


def test_boosts_name_what_they_are_for() -> None:
    ranking = Ranking(small_shop())
    coverage = np.array([1.0, 0.5, 0, 0, 0, 0], np.float32)
    boosts = ranking.boosts("norrfell hiking boot", coverage, np.arange(3))
    expected = [ALL_WORDS_BOOST + CATEGORY_BOOST + BRAND_BOOST, CATEGORY_BOOST, BRAND_BOOST]
    assert boosts.tolist() == pytest.approx(expected)


def test_popularity_is_rating_times_logarithm_of_reviews() -> None:
    shop = [
        product("a", "A", rating=4.0, rating_count=99),
        product("b", "B", rating=5.0, rating_count=9),
        product("c", "C"),
    ]
    expected = [1.0, 5 * np.log(10) / (4 * np.log(100)), 0.0]
    assert Ranking(shop).popularity.tolist() == pytest.approx(expected)


def test_equal_places_go_by_score_then_popularity_then_row() -> None:
    shop = [product("a", "A"), product("b", "B", rating=5.0, rating_count=9), product("c", "C"), product("d", "D")]
    scores = np.array([0.1, 0.1, 0.9, 0.1])
    prices = np.full(4, 500)
    order = Ranking(shop).order(Sort.PRICE_LOW, np.arange(4), scores, prices)
    assert order.tolist() == [2, 1, 0, 3]


def test_products_without_a_date_are_the_oldest() -> None:
    shop = [product("a", "A"), product("b", "B", released="2024-05-01"), product("c", "C", released="2023-01-01")]
    assert Ranking(shop).order(Sort.NEWEST, np.arange(3), np.zeros(3), np.zeros(3, np.int64)).tolist() == [1, 2, 0]
