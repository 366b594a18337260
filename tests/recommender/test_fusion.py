from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.events import Candidate, EventType
from recommender.fusion import greedy_order, score, stack_version
from recommender.models import RANKERS
from recommender.reasons import Code
from recommender.settings import LIKE_WEIGHTS, SEARCH_WEIGHTS, RecommenderSettings
from tests.recommender.shop import (
    ALL,
    ITEMS,
    EventMaker,
    busy_events,
    busy_request,
    make_context,
    make_request,
    make_state,
    quiet_request,
)

STACK = tuple(make() for make in RANKERS.values())


def _ranked(request_scores: np.ndarray) -> list[str]:
    return [list(ITEMS)[i] for i in greedy_order(request_scores)]


@pytest.mark.parametrize("surface", ["search", "recommend", "more_like_this", "goes_with"])
def test_reasons_add_up_to_the_score_exactly_in_any_order(surface: str) -> None:
    state = make_state(busy_events())
    candidates = tuple(Candidate(i, 1 / (n + 3), (), ("red", "under $80")[: n % 3]) for n, i in enumerate(ITEMS))
    scored = score(make_request(state, candidates, make_context(surface)), STACK)
    for i, total in enumerate(scored.scores):
        weights = [reason.weight for reason in scored.reasons(i)]
        random.Random(i).shuffle(weights)
        assert sum(weights) == total


def test_reasons_stand_by_their_lead_and_only_with_weight() -> None:
    scored = score(busy_request(), STACK)
    for i in range(len(ITEMS)):
        reasons = scored.reasons(i)
        assert [r.lead for r in reasons] == sorted((r.lead for r in reasons), reverse=True)
        assert 0.0 not in [r.weight for r in reasons]


def test_a_reason_that_all_share_stands_behind_one_that_sets_an_item_apart() -> None:
    candidates = tuple(Candidate(i, 0.9, (), ("under $400",)) for i in ITEMS)
    scored = score(make_request(make_state(busy_events()), candidates, make_context("search")), STACK)
    first, *_ = scored.reasons(list(ITEMS).index("tent-1"))
    assert (first.code, first.weight < 0.45) == (Code.POPULAR, True)
    shared = next(r for r in scored.reasons(0) if r.code == Code.MATCHES)
    assert shared.lead == pytest.approx(0.0, abs=1e-9)


def test_met_wishes_share_the_relevance_that_they_are_part_of() -> None:
    scored = score(quiet_request(Candidate("tent-3", 0.9, (), ("red", "under $80"))), STACK)
    reasons = {(reason.code, reason.detail): reason.weight for reason in scored.reasons(0)}
    assert reasons == pytest.approx({("matches", "red"): 0.3, ("matches", "under $80"): 0.3, ("relevant", ""): 0.3})


@given(
    st.lists(st.floats(0, 1), min_size=6, max_size=6),
    st.sampled_from(["anything new", ""]),
)
def test_in_a_search_behaviour_never_lifts_an_item_over_a_clearly_more_relevant_one(
    relevances: list[float], query: str
) -> None:
    learned = sum(weight for code, weight in SEARCH_WEIGHTS.items() if code != Code.RELEVANT)
    candidates = tuple(Candidate(i, r) for i, r in zip(ITEMS, relevances, strict=True) if i != "stove-2")
    context = make_context("search", query=query)
    scores = score(make_request(make_state(busy_events()), candidates, context), STACK).scores
    # Parts lie in [-1, 1], so the widest swing is twice the weights that can be negative.
    negative = SEARCH_WEIGHTS[Code.FOR_YOU] + SEARCH_WEIGHTS[Code.WELL_RATED] + SEARCH_WEIGHTS[Code.PREDICTED]
    dismissed = RecommenderSettings().dismissed_penalty
    for better, worse in ((a, b) for a in range(5) for b in range(5)):
        allowed = learned + negative + (dismissed if candidates[better].item_id == "tent-2" else 0.0)
        if candidates[better].relevance > candidates[worse].relevance + allowed:
            assert scores[better] > scores[worse]


def test_behaviour_reorders_what_is_about_as_relevant() -> None:
    candidates = (Candidate("tent-3", 0.80), Candidate("tent-1", 0.78))
    scores = score(make_request(make_state(busy_events()), candidates, make_context("search")), STACK).scores
    assert scores[1] > scores[0]


def test_a_shop_without_behaviour_ranks_by_relevance() -> None:
    candidates = tuple(Candidate(i, r) for i, r in zip(ITEMS, (0.2, 0.4, 0.6, 0.8, 1.0, 0.5), strict=True))
    unsold = tuple(candidate for candidate in candidates if candidate.item_id != "stove-2")
    scores = score(make_request(make_state(()), unsold, make_context("search")), STACK).scores
    assert [unsold[i].item_id for i in greedy_order(scores)] == ["stove-1", "tent-3", "mat-1", "tent-2", "tent-1"]


def test_sold_out_items_come_last_in_recommendations_however_good() -> None:
    scored = score(quiet_request(), STACK)
    assert _ranked(scored.scores)[-1] == "stove-2"
    assert scored.reasons(list(ITEMS).index("stove-2"))[-1].code == Code.SOLD_OUT


def test_in_a_search_the_very_item_asked_for_stays_in_sight_when_sold_out() -> None:
    candidates = (Candidate("stove-2", 1.0), Candidate("tent-3", 0.3))
    scores = score(make_request(make_state(()), candidates, make_context("search")), STACK).scores
    assert scores[0] > scores[1]


def test_an_item_dismissed_in_an_earlier_visit_is_lowered() -> None:
    scored = score(busy_request(), STACK)
    parts = {reason.code: reason.weight for reason in scored.reasons(list(ITEMS).index("tent-2"))}
    assert parts[Code.DISMISSED] == pytest.approx(-0.6, abs=0.001)


def test_each_further_item_of_one_kind_is_lowered_more() -> None:
    request = make_request(make_state(()), (Candidate("tent-1"), Candidate("tent-3"), Candidate("tent-2")))
    variety = dict(score(request, STACK).parts)[Code.VARIETY].values
    # In order of score: tent-1 first, tent-3 of the same brand, then tent-2 of another brand.
    assert variety.tolist() == pytest.approx([0.0, -0.06, -0.04], abs=1e-9)


def test_what_is_like_something_shown_goes_down_where_something_different_is_asked_for() -> None:
    make = EventMaker()
    state = make_state([make(EventType.IMPRESSION, "tent-1", "today")])
    found = (Candidate("tent-3"), Candidate("stove-1"))
    asked = replace(make_context("search"), different=True)
    lowered = dict(score(make_request(state, found, asked), STACK).parts)[Code.DIFFERENT].values
    # The same category and brand, three times the price: 0.6 + 0.15 + 0.25 / 3.
    assert lowered.tolist() == pytest.approx([-0.3 * (0.75 + 0.25 / 3), 0.0], abs=1e-5)
    assert Code.DIFFERENT not in dict(score(make_request(state, found, make_context("search")), STACK).parts)
    other = replace(asked, session_key="new")
    assert not dict(score(make_request(state, found, other), STACK).parts)[Code.DIFFERENT].values.any()


def test_a_search_is_not_spread_out() -> None:
    scored = score(make_request(make_state(()), ALL, make_context("search")), STACK)
    assert Code.VARIETY not in dict(scored.parts)


def test_a_request_in_words_is_ranked_as_a_search_wherever_it_is_asked() -> None:
    settings = RecommenderSettings()
    assert settings.weights_for("recommend", "a gift") is SEARCH_WEIGHTS
    assert settings.weights_for("recommend", "") is not SEARCH_WEIGHTS
    assert settings.weights_for("more_like_this", "like the first") is LIKE_WEIGHTS
    assert settings.weights_for("no such surface", "") is SEARCH_WEIGHTS


def test_the_version_changes_with_the_weights_and_models() -> None:
    weights = RecommenderSettings().weights
    recommend, search = weights["recommend"], weights["search"]
    versions = {stack_version(STACK, recommend), stack_version(STACK[1:], recommend), stack_version(STACK, search)}
    assert len(versions) == 3
