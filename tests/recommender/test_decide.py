from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import count

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.decide import Recommender, replay
from recommender.errors import NothingToDecide
from recommender.event_log import MemoryEventLog
from recommender.events import Candidate, Decision, DecisionContext, EventType, Item
from tests.recommender.shop import ALL, ITEMS, NOW, make_context

MANY = {f"item-{i}": Item(f"item-{i}", f"category-{i}", None, None, 1000 + i, in_stock=True) for i in range(20)}
RANKED = tuple(Candidate(f"item-{i}", relevance=1 - i / 50) for i in range(20))


def _recommender(items: dict[str, Item] | None = None, log: MemoryEventLog | None = None) -> Recommender:
    numbers = count()
    return Recommender(
        items or dict(ITEMS), log or MemoryEventLog(), new_id=lambda: f"decision-{next(numbers)}", timer_ns=lambda: 0
    )


def _search(turn: int = 0, **changes: object) -> DecisionContext:
    context = DecisionContext("ann", "today", f"turn-{turn}", "search", NOW, seed=7, query="item")
    return replace(context, **changes)  # type: ignore[arg-type]


def _ids(decision: Decision) -> list[str]:
    return [item.item_id for item in decision.items]


def test_a_slate_has_k_items_in_places_from_zero() -> None:
    decision = _recommender(MANY).decide(_search(k=4), RANKED)
    assert [item.position for item in decision.items] == [0, 1, 2, 3]
    assert len(set(_ids(decision))) == 4


def test_the_decision_and_its_impressions_are_logged() -> None:
    log = MemoryEventLog()
    decision = _recommender(MANY, log).decide(_search(), RANKED)
    assert log.find_decision(decision.decision_id) == decision
    shown = [(event.type, event.item_id, event.position, event.decision_id) for _, event in log.events()]
    assert shown == [
        (EventType.IMPRESSION, item.item_id, item.position, decision.decision_id) for item in decision.items
    ]


def test_scores_are_logged_for_all_candidates_in_scoring_order() -> None:
    decision = _recommender(MANY).decide(_search(), RANKED)
    assert sorted(decision.candidate_ids) == sorted(MANY)
    assert list(decision.candidate_scores) == sorted(decision.candidate_scores, reverse=True)
    scores = dict(zip(decision.candidate_ids, decision.candidate_scores, strict=True))
    assert all(item.score == scores[item.item_id] for item in decision.items)


@settings(deadline=None, max_examples=40)
@given(turn=st.integers(0, 10_000), k=st.integers(1, 12), explore=st.booleans())
def test_probabilities_can_be_replayed_from_the_decision_alone(turn: int, k: int, explore: bool) -> None:
    decision = _recommender(MANY).decide(_search(turn, k=k, explore=explore), RANKED)
    assert replay(decision) == tuple(item.probability for item in decision.items)
    assert decision.slate_probability == pytest.approx(np.prod(replay(decision)))


def test_the_same_turn_gives_the_same_slate_again() -> None:
    first, second = (_recommender(MANY).decide(_search(5), RANKED) for _ in range(2))
    assert first == second


def test_exploration_is_modest_and_says_so() -> None:
    recommender = _recommender(MANY)
    requests = [_search(turn, k=3, shopper_key=f"s{turn}", session_key=f"s{turn}") for turn in range(300)]
    decisions = [recommender.decide(request, RANKED) for request in requests]
    best_first = np.mean([_ids(decision)[0] == decision.candidate_ids[0] for decision in decisions])
    assert 0.6 < best_first < 0.95
    for decision in decisions:
        for item in decision.items:
            lifted = decision.candidate_ids.index(item.item_id) > item.position
            assert ("trying_new" in {reason.code for reason in item.reasons}) is lifted


def test_without_exploring_the_best_are_shown_with_certainty() -> None:
    decision = _recommender(MANY).decide(_search(explore=False), RANKED)
    assert _ids(decision) == [f"item-{i}" for i in range(6)]
    assert decision.slate_probability == 1.0
    assert decision.policy == "greedy/1"


def test_an_order_that_was_asked_for_is_kept() -> None:
    cheapest_last = RANKED[::-1]
    decision = _recommender(MANY).decide(_search(keep_order=True), cheapest_last)
    assert _ids(decision) == [candidate.item_id for candidate in cheapest_last[:6]]
    assert decision.slate_probability == 1.0
    assert replay(decision) == (1.0,) * 6


def test_excluded_and_repeated_candidates_are_not_shown() -> None:
    context = _search(exclude=frozenset({"item-0"}), explore=False, k=3)
    decision = _recommender(MANY).decide(context, [RANKED[0], RANKED[2], RANKED[1], RANKED[2]])
    assert _ids(decision) == ["item-1", "item-2"]


@pytest.mark.parametrize("candidates", [(), (Candidate("item-0"),)])
def test_no_candidates_are_refused(candidates: Sequence[Candidate]) -> None:
    with pytest.raises(NothingToDecide):
        _recommender(MANY).decide(_search(exclude=frozenset({"item-0"})), candidates)


def test_an_item_that_the_catalogue_does_not_hold_is_ranked_by_its_relevance() -> None:
    decision = _recommender(MANY).decide(_search(explore=False, k=1), [RANKED[3], Candidate("stranger", 0.99)])
    assert _ids(decision) == ["stranger"]


def test_no_sold_out_item_is_ever_tried_out_above_one_that_can_be_bought() -> None:
    recommender = _recommender()
    for turn in range(200):
        decision = recommender.decide(replace(make_context(), turn_id=f"turn-{turn}"), ALL)
        assert _ids(decision)[-1] == "stove-2"


def test_the_slate_of_a_fresh_shop_follows_relevance() -> None:
    decision = _recommender(MANY).decide(_search(explore=False), RANKED)
    assert [reason.code for reason in decision.items[0].reasons] == ["relevant"]


def test_a_new_catalogue_is_used_at_once() -> None:
    recommender = _recommender()
    recommender.use_items({item_id: replace(item, in_stock=True) for item_id, item in ITEMS.items()})
    decision = recommender.decide(replace(make_context(), explore=False), ALL)
    assert _ids(decision)[0] == "stove-2"
    recommender.use_items(MANY)
    assert recommender.health["items"] == "20"


def test_vectors_are_used_and_dropped_with_the_catalogue() -> None:
    recommender = _recommender()
    unit = np.eye(3, dtype=np.float32)
    recommender.use_vectors(["tent-1", "mat-1", "stranger"], unit[[0, 0, 1]])
    assert recommender.health["vectors"] == "in use"
    found = recommender.candidates(make_context("more_like_this"), 3, like="tent-1")
    assert (found[0].item_id, found[0].relevance) == ("mat-1", 1.0)
    recommender.use_items(dict(ITEMS))
    assert recommender.health["vectors"] == "none"
