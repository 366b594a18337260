"""At most one slot in five, in one decision of ten, for what nothing but being new speaks for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from recommender.decide import Recommender
from recommender.event_log import MemoryEventLog
from recommender.events import Candidate, Decision, Item
from recommender.experiments.interleaving import TEAM_DRAFT
from recommender.newcomers import NEW
from recommender.replay import replay_many
from recommender.settings import RecommenderSettings
from recommender.slate import replay
from recommender.treatment import RankerChange, Treatment
from tests.recommender.shop import make_context

_OLD = tuple(Candidate(f"old-{i}", 0.5, ("popular",)) for i in range(12))
# Far more relevant, so that nothing but the quota keeps them down.
_NEW = tuple(Candidate(f"new-{i}", 0.9 + i / 100, (NEW,)) for i in range(6))
_SETTINGS = RecommenderSettings(policy_params={"share": 0.9, "gamma": 0.0, "floor": 0.0})


def _decided(
    n: int, candidates: tuple[Candidate, ...] = (*_OLD, *_NEW), k: int = 5, treatment: Treatment | None = None
) -> list[Decision]:
    items = {one.item_id: Item(one.item_id, "tents", None, None, 1_000, in_stock=True) for one in (*_OLD, *_NEW)}
    recommender = Recommender(items, MemoryEventLog(), settings=_SETTINGS)
    contexts = [replace(make_context(k=k), turn_id=str(turn), treatment=treatment) for turn in range(n)]
    return [recommender.decide(context, candidates) for context in contexts]


def _n_new(decision: Decision) -> int:
    return sum(item_id.startswith("new-") for item_id in decision.chosen_ids)


def test_new_items_get_one_slot_of_five_in_one_decision_of_ten() -> None:
    decisions = _decided(400)
    counts = [_n_new(decision) for decision in decisions]
    assert set(counts) == {0, 1}
    assert 0.05 < sum(counts) / len(counts) < 0.15
    assert {item_id for one in decisions for item_id in one.chosen_ids if item_id.startswith("new-")} == {"new-5"}
    assert all(replay(one) == tuple(item.probability for item in one.items) for one in decisions)
    assert replay_many(decisions[:50], None, lambda _n: None).mismatches == ()


def test_ten_slots_hold_two() -> None:
    assert {_n_new(decision) for decision in _decided(100, k=10)} <= {0, 1, 2}
    assert max(_n_new(decision) for decision in _decided(100, k=10)) == 2


def test_two_rankers_that_share_a_slate_share_the_quota() -> None:
    shared = Treatment(interleaving="two", rival=RankerChange(weights={"recommend": {"popular": 0.1}}))
    decisions = _decided(200, treatment=shared)
    assert {decision.policy for decision in decisions} == {TEAM_DRAFT}
    assert {_n_new(decision) for decision in decisions} == {0, 1}


@pytest.mark.parametrize("sources", [("search",), ("well_rated", NEW)])
def test_what_another_source_gives_too_stands_on_its_own(sources: tuple[str, ...]) -> None:
    found = tuple(replace(one, sources=sources) for one in _NEW)
    assert min(_n_new(decision) for decision in _decided(20, (*_OLD, *found))) >= 3


def test_where_nothing_else_is_left_new_items_fill_the_slate() -> None:
    assert {len(decision.items) for decision in _decided(20, (*_OLD[:2], *_NEW))} == {5}
