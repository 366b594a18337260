from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from recommender.candidates import gather, next_items
from recommender.candidates.sources import Pool, fresh, linked
from recommender.events import Candidate, DecisionContext, Event, EventType, Item
from recommender.item_table import build_table
from recommender.reasons import Code
from recommender.sequences.neighbours import Neighbours
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


def _neighbours(**near: str) -> Neighbours:
    ids = tuple(ITEMS)
    index = {item_id: row for row, item_id in enumerate(ids)}
    targets = np.array([[index[near[name]] if (name := i.replace("-", "_")) in near else -1] for i in ids])
    return Neighbours(ids, index, targets, np.ones((len(ids), 1), dtype=np.float32))


def test_what_follows_several_items_at_hand_adds_up_and_names_the_strongest() -> None:
    make = EventMaker()
    events = [
        *make.visits(4, (EventType.CLICK, "tent-1"), (EventType.CLICK, "mat-1")),
        *make.visits(4, (EventType.CLICK, "tent-2"), (EventType.CLICK, "mat-1")),
        *make.visits(4, (EventType.CLICK, "tent-2"), (EventType.CLICK, "stove-1")),
    ]
    found = linked(["tent-2", "tent-1"], Code.SEEN_WITH)(_pool(events), 10)
    assert _ids(found) == ["mat-1", "stove-1"]
    assert found[1].sources == ("seen_with:tent-2",)


def test_neighbours_learned_at_training_are_a_source_of_their_own() -> None:
    make = EventMaker()
    pool = replace(_pool([make(EventType.CLICK, "tent-2", "today", "ann")]), neighbours=_neighbours(tent_2="mat-1"))
    found = {candidate.item_id: candidate for candidate in gather(pool, make_context(), 10)}
    assert "taken_with:tent-2" in found["mat-1"].sources
    basket = {candidate.item_id: candidate for candidate in gather(pool, make_context(), 10, basket=["tent-2"])}
    assert "taken_with:tent-2" in basket["mat-1"].sources


def test_what_the_shop_relates_comes_first_with_its_origin_and_strangers_do_not() -> None:
    related = [Candidate("stove-1", sources=("accessory_of:tent-1",)), Candidate("stranger", sources=("fits:tent-1",))]
    found = gather(_pool(), make_context("goes_with"), 3, basket=["tent-1"], related=related)
    assert (found[0].item_id, found[0].sources[0]) == ("stove-1", "accessory_of:tent-1")
    assert "stranger" not in _ids(found)


def test_new_items_in_stock_get_at_most_one_place_in_five_once_anything_is_known() -> None:
    items = {f"item-{i:02}": Item(f"item-{i:02}", "tents", None, None, 1_000, in_stock=i != 1) for i in range(40)}
    items["item-02"] = replace(items["item-02"], category=None)
    assert fresh(_pool(items=items), 10) == []
    events = EventMaker().visits(5, (EventType.CLICK, "item-00"))
    pool = _pool(events, items)
    assert _ids(fresh(pool, 10)) == ["item-03", "item-04"]
    found = gather(pool, make_context(), 20)
    assert 1 <= sum("new" in candidate.sources for candidate in found) <= 4


def test_an_item_that_was_shown_often_is_new_no_more() -> None:
    make = EventMaker()
    events = [make(EventType.CLICK, "tent-1", "v"), *(make(EventType.IMPRESSION, "mat-1", "w") for _ in range(100))]
    assert "mat-1" not in _ids(fresh(_pool(events), 30))
    assert "mat-1" in _ids(fresh(_pool(events[:-1]), 30))


def test_to_go_on_is_what_was_left_open_then_what_follows_it() -> None:
    make = EventMaker()
    events = [
        *make.visits(4, (EventType.CLICK, "tent-1"), (EventType.CLICK, "mat-1")),
        make(EventType.CLICK, "tent-1", "yesterday", "ann"),
        make(EventType.ADD_TO_CART, "stove-1", "yesterday", "ann"),
    ]
    pool = replace(_pool(events), neighbours=_neighbours(tent_1="tent-3"))
    found = next_items(pool, make_context(), 10)
    assert _ids(found) == ["stove-1", "tent-1", "mat-1", "tent-3"]
    assert [candidate.sources for candidate in found] == [
        ("unfinished",),
        ("unfinished",),
        ("seen_with:tent-1",),
        ("taken_with:tent-1",),
    ]
    assert _ids(next_items(pool, replace(make_context(), exclude=frozenset({"stove-1"})), 2)) == ["tent-1", "mat-1"]
    assert next_items(pool, make_context(shopper="bob"), 10) == ()
