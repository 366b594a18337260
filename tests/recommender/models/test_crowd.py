from __future__ import annotations

import numpy as np
import pytest

from recommender.events import Candidate, EventType
from recommender.models.base import Ranker
from recommender.models.crowd import OnSale, Popularity, WellRated
from recommender.settings import DAY_S
from tests.contracts.ranker import RankerContract
from tests.recommender.shop import EventMaker, make_context, make_request, make_state, quiet_request


class TestPopularity(RankerContract):
    @pytest.fixture
    def ranker(self) -> Ranker:
        return Popularity()


class TestWellRated(RankerContract):
    @pytest.fixture
    def ranker(self) -> Ranker:
        return WellRated()


class TestOnSale(RankerContract):
    @pytest.fixture
    def ranker(self) -> Ranker:
        return OnSale()


def test_popularity_grows_with_visits_and_is_silent_before_the_third() -> None:
    make = EventMaker()
    state = make_state(
        [
            *make.visits(2, (EventType.CLICK, "tent-1")),
            *make.visits(3, (EventType.CLICK, "tent-2")),
            *make.visits(6, (EventType.CLICK, "tent-3")),
        ]
    )
    values = dict(zip(("tent-1", "tent-2", "tent-3"), Popularity().rank(make_request(state)).values, strict=False))
    assert values["tent-1"] == 0.0
    assert 0 < values["tent-2"] < values["tent-3"] < 1


def test_popularity_fades_to_half_in_its_half_life() -> None:
    state = make_state(EventMaker().visits(20, (EventType.PURCHASE, "tent-1")))
    context = make_context()
    now = state.popularity.read("tent-1", context.now)
    later = state.popularity.read("tent-1", context.now + 14 * DAY_S)
    assert later == pytest.approx(now / 2)


def test_one_visit_counts_once_however_often_it_clicks() -> None:
    make = EventMaker()
    once = make_state([make(EventType.CLICK, "tent-1", "bot")])
    often = make_state([make(EventType.CLICK, "tent-1", "bot") for _ in range(100)])
    assert often.item_sessions.known() == once.item_sessions.known() == {"tent-1": 1}
    assert often.popularity.read("tent-1", 1.7e9) == pytest.approx(once.popularity.read("tent-1", 1.7e9), rel=1e-3)


def test_ratings_stand_against_the_shops_mean_and_few_reviews_count_little() -> None:
    request = quiet_request(Candidate("tent-1"), Candidate("tent-2"), Candidate("tent-3"))
    mean = (4.8 * 100 + 3.0 * 80 + 4.9 * 300) / 480
    assert WellRated().rank(request).values == pytest.approx(
        [(4.8 - mean) * 100 / 110, np.clip((3.0 - mean) * 80 / 90, -1, 1), 0.0]
    )


def test_half_the_price_counts_in_full() -> None:
    request = quiet_request(Candidate("stove-1"), Candidate("tent-1"))
    assert OnSale().rank(request).values.tolist() == [1.0, 0.0]
