"""Complements: never over a stated budget, never the same kind, never what is held."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from recommender.events import Item
from recommender.selling.complements import Held, may_be_offered, room_minor

TENT = Item("tent", "Tents", None, None, 10_000)
MAT = Item("mat", "Mats", None, None, 3_000)
money = st.integers(0, 50_000)


def test_another_kind_within_what_is_left_may_be_offered() -> None:
    held = Held([TENT], 10_000)
    assert may_be_offered(MAT, held, room_minor(13_000, (), held.spent_minor))
    assert not may_be_offered(MAT, held, room_minor(12_999, (), held.spent_minor))
    assert may_be_offered(MAT, held, room_minor(None, (), held.spent_minor))


def test_the_same_kind_what_is_held_what_is_sold_out_and_what_has_no_kind_are_not() -> None:
    held = Held([TENT, MAT], 13_000)
    for item in (
        Item("tent-2", "Tents", None, None, 1),
        Item("mat", "Other", None, None, 1),
        Item("lamp", "Lamps", None, None, 1, in_stock=False),
        Item("thing", None, None, None, 1),
    ):
        assert not may_be_offered(item, held, None)


@given(st.none() | money, st.lists(money, max_size=3), money, money)
def test_what_is_offered_never_breaks_a_stated_budget(
    limit: int | None, earlier: list[int], spent: int, price: int
) -> None:
    room = room_minor(limit, earlier, spent)
    if may_be_offered(Item("lamp", "Lamps", None, None, price), Held([TENT], spent), room):
        assert limit is None or spent + price <= limit
        assert all(price <= budget for budget in earlier)
