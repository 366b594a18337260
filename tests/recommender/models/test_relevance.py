from __future__ import annotations

import pytest

from recommender.events import Candidate
from recommender.models.base import Ranker
from recommender.models.relevance import Relevance
from tests.contracts.ranker import RankerContract
from tests.recommender.shop import quiet_request


class TestRelevance(RankerContract):
    @pytest.fixture
    def ranker(self) -> Ranker:
        return Relevance()


def test_relevance_is_passed_on_within_its_bounds() -> None:
    request = quiet_request(Candidate("tent-1", 0.4), Candidate("tent-2", 1.7), Candidate("tent-3", -1.0))
    assert Relevance().rank(request).values.tolist() == [0.4, 1.0, 0.0]
