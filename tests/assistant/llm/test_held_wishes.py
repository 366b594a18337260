"""Limits for several things at once keep what was wished of each."""

from __future__ import annotations

from assistant.llm.embedded.held_wishes import with_held_wishes
from assistant.llm.state import TurnState
from assistant.turn import Focus, Need
from retrieval.filters import AttributeIn, CategoryIn, PriceRange

RED = AttributeIn("colour", ("Red",))
BLUE = AttributeIn("colour", ("Blue",))
TENTS, MUGS = CategoryIn(("Tents",)), CategoryIn(("Mugs",))
UNDER_100, UNDER_20 = PriceRange("USD", None, 10_000), PriceRange("USD", None, 2_000)
STATE = TurnState("", need=Need("", (MUGS, BLUE)), focus=Focus(earlier_needs=(Need("light", (TENTS, RED)),)))


def test_each_limit_goes_to_what_was_wished_of_its_kind() -> None:
    tents, mugs = with_held_wishes([Need("tent", (TENTS, UNDER_100)), Need("mug", (MUGS, UNDER_20))], STATE)
    assert (tents.text, set(tents.constraints)) == ("light", {TENTS, RED, UNDER_100})
    assert set(mugs.constraints) == {MUGS, BLUE, UNDER_20}


def test_what_says_more_than_a_limit_is_a_need_of_its_own() -> None:
    for other in (Need("dome tent", (TENTS, UNDER_100)), Need("", (TENTS,)), Need("", (TENTS, BLUE, UNDER_100))):
        assert with_held_wishes([other, Need("", (MUGS, UNDER_20))], STATE)[0] == other


def test_one_need_alone_is_left_as_it_is() -> None:
    assert with_held_wishes([Need("", (TENTS, UNDER_100))], STATE) == [Need("", (TENTS, UNDER_100))]
