from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from recommender.candidates import gather
from recommender.candidates.sources import Pool
from recommender.events import Candidate, DecisionContext, Event, EventType, Item
from recommender.item_table import build_table
from recommender.settings import RecommenderSettings
from tests.recommender.shop import ITEMS, EventMaker, make_context, make_state


def _pool(events: Iterable[Event] = (), items: dict[str, Item] | None = None) -> Pool:
    return Pool(build_table(ITEMS if items is None else items), None, make_state(events), RecommenderSettings())


def _ids(candidates: Iterable[Candidate]) -> list[str]:
    return [candidate.item_id for candidate in candidates]


def test_more_like_this_gives_the_alike_first_with_likeness_as_relevance() -> None:
    found = gather(_pool(), make_context("more_like_this"), 10, like="tent-1")
    assert _ids(found) == ["tent-3", "tent-2"]
    assert found[0].sources == ("similar_to:tent-1",)
    assert 1 > found[0].relevance > found[1].relevance > 0.5


def test_more_like_an_unknown_item_is_nothing() -> None:
    assert gather(_pool(), make_context("more_like_this"), 10, like="stranger") == ()


def test_what_goes_with_a_basket_is_what_was_bought_with_it() -> None:
    pool = _pool(EventMaker().visits(3, (EventType.PURCHASE, "tent-1"), (EventType.PURCHASE, "mat-1")))
    found = gather(pool, make_context("goes_with"), 3, basket=["tent-1"])
    assert found[0].item_id == "mat-1"
    assert found[0].sources[0] == "bought_with:tent-1"
    assert "tent-1" not in _ids(found)


def test_a_fresh_shop_recommends_the_best_rated_of_each_category_and_sold_out_last() -> None:
    found = gather(_pool(), make_context(), 10)
    assert set(_ids(found[:3])) == {"tent-1", "stove-1", "mat-1"}
    assert found[-1].item_id == "stove-2"


def test_own_interest_brings_its_kind_among_the_first() -> None:
    make = EventMaker()
    pool = _pool([make(EventType.CLICK, "mat-1", "today", "ann")])
    found = gather(pool, make_context(), 4)
    assert found[0].item_id == "mat-1"
    assert "for_you" in found[0].sources
    # The same brand comes before what nothing is known of, but not before what can be bought.
    assert "stove-2" in _ids(gather(pool, make_context(), 10))


def test_an_item_of_several_sources_carries_all_of_them_once() -> None:
    make = EventMaker()
    pool = _pool([*make.visits(5, (EventType.CLICK, "tent-1")), make(EventType.CLICK, "tent-3", "today", "ann")])
    found = {candidate.item_id: candidate for candidate in gather(pool, make_context(), 10)}
    assert {"for_you", "popular", "similar_to:tent-3"} <= set(found["tent-1"].sources)
    assert len(found) == len(ITEMS)


def test_excluded_and_dismissed_items_are_left_out_and_replaced() -> None:
    make = EventMaker()
    pool = _pool([make(EventType.DISMISS, "tent-1", "today", "ann")])
    context: DecisionContext = replace(make_context(), exclude=frozenset({"stove-1"}))
    found = _ids(gather(pool, context, 4))
    assert len(found) == 4
    assert not {"tent-1", "stove-1"} & set(found)


def test_items_that_the_catalogue_lost_are_not_brought_back_by_behaviour() -> None:
    events = EventMaker().visits(5, (EventType.PURCHASE, "tent-1"), (EventType.PURCHASE, "mat-1"))
    pool = _pool(events, {item_id: item for item_id, item in ITEMS.items() if item_id != "tent-1"})
    assert "tent-1" not in _ids(gather(pool, make_context(), 10))
    assert "tent-1" not in _ids(gather(pool, make_context("goes_with"), 10, basket=["mat-1"]))


def test_an_empty_catalogue_gives_nothing() -> None:
    assert gather(_pool(items={}), make_context(), 10) == ()
    assert gather(_pool(items={}), make_context(), 10, like="tent-1") == ()
