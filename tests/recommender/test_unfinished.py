from __future__ import annotations

from recommender.events import EventType
from recommender.unfinished import Unfinished
from tests.recommender.shop import EventMaker


def _after(*steps: tuple[EventType, str, str]) -> Unfinished:
    make, unfinished = EventMaker(), Unfinished(max_shoppers=2)
    for kind, item_id, session in steps:
        unfinished.apply(make(kind, item_id, session, "ann"))
    return unfinished


def test_carted_items_come_before_those_looked_at_each_latest_first() -> None:
    left = _after(
        (EventType.CLICK, "tent-1", "v"),
        (EventType.ADD_TO_CART, "mat-1", "v"),
        (EventType.CLICK, "tent-2", "v"),
        (EventType.CLICK, "tent-1", "v"),
    )
    assert left.items("ann") == ("mat-1", "tent-1", "tent-2")
    assert left.items("bob") == ()


def test_what_was_bought_or_dismissed_is_finished() -> None:
    left = _after(
        (EventType.CLICK, "tent-1", "v"),
        (EventType.ADD_TO_CART, "mat-1", "v"),
        (EventType.CLICK, "tent-2", "v"),
        (EventType.PURCHASE, "mat-1", "w"),
        (EventType.DISMISS, "tent-2", "w"),
    )
    assert left.items("ann") == ("tent-1",)


def test_taken_out_of_the_cart_it_may_still_be_looked_at() -> None:
    left = _after(
        (EventType.CLICK, "mat-1", "v"),
        (EventType.ADD_TO_CART, "mat-1", "v"),
        (EventType.REMOVE_FROM_CART, "mat-1", "v"),
    )
    assert left.items("ann") == ("mat-1",)


def test_a_new_visit_ends_the_looking_of_the_one_before_but_keeps_the_cart() -> None:
    left = _after(
        (EventType.CLICK, "tent-1", "v"), (EventType.ADD_TO_CART, "mat-1", "v"), (EventType.CLICK, "stove-1", "w")
    )
    assert left.items("ann") == ("mat-1", "stove-1")


def test_a_long_visit_keeps_its_latest_and_a_shopper_can_be_forgotten() -> None:
    left = _after(*((EventType.CLICK, f"item-{i}", "v") for i in range(30)))
    assert left.items("ann") == tuple(f"item-{i}" for i in range(29, 9, -1))
    left.forget("ann")
    assert left.items("ann") == ()
