"""What every ranking model must do. Inherit, and give `ranker` as a fixture."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from recommender.models import RANKERS
from recommender.models.base import Ranker
from recommender.reasons import Code
from recommender.settings import RecommenderSettings
from tests.recommender.shop import busy_request, quiet_request


class RankerContract:
    """One bounded, repeatable statement per candidate."""

    @pytest.fixture
    def ranker(self) -> Ranker:
        raise NotImplementedError

    def test_it_is_listed_under_its_code_and_has_a_weight(self, ranker: Ranker) -> None:
        assert type(ranker) is RANKERS[ranker.code]
        assert ranker.code in set(Code)
        assert any(ranker.code in weights for weights in RecommenderSettings().weights.values())

    def test_it_gives_one_finite_value_between_minus_one_and_one_per_candidate(self, ranker: Ranker) -> None:
        for request in (busy_request(), quiet_request()):
            part = ranker.rank(request)
            assert part.values.shape == (len(request.candidates),)
            assert len(part.details) == len(request.candidates)
            assert np.isfinite(part.values).all()
            assert (np.abs(part.values) <= 1.0).all()

    def test_the_same_request_gives_the_same_values_again(self, ranker: Ranker) -> None:
        # Ranked twice on one state: a model that changes what it reads would answer differently.
        request = busy_request()
        first, second = ranker.rank(request), ranker.rank(request)
        assert (first.values == second.values).all()
        assert first.details == second.details
        assert ranker.version

    def test_a_candidate_gets_the_same_value_wherever_it_stands(self, ranker: Ranker) -> None:
        request = busy_request()
        turned = replace(request, candidates=request.candidates[::-1], rows=request.rows[::-1])
        there, back = ranker.rank(request), ranker.rank(turned)
        assert back.values[::-1] == pytest.approx(there.values, abs=1e-6)
        assert back.details[::-1] == there.details

    def test_details_stand_only_beside_values(self, ranker: Ranker) -> None:
        part = ranker.rank(busy_request())
        assert all(value != 0 for value, detail in zip(part.values, part.details, strict=True) if detail)
