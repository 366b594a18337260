from __future__ import annotations

import pytest

from assistant.turn import Need
from assistant.wishes import with_limit_kept, without_wish
from retrieval.filters import AttributeIn, AttributeRange, BrandIn, CategoryIn, InStock, PriceRange

PRICE, BRAND = PriceRange("USD", None, 20000), BrandIn(("Norrfell",))
TENTS, SIZE = CategoryIn(("Tents",)), AttributeRange("length", 2.0, None, "m")
COLOUR, DRY = AttributeIn("colour", ("navy blue",)), AttributeIn("waterproof", ("yes",))
NEED = Need("norrfell tent navy blue 2 m waterproof", (PRICE, BRAND, TENTS, SIZE, COLOUR, DRY))


@pytest.mark.parametrize(
    ("gone", "words"),
    [
        (PRICE, "norrfell tent navy blue 2 m waterproof"),
        (BRAND, "tent navy blue 2 m waterproof"),
        (TENTS, "norrfell navy blue 2 m waterproof"),
        (SIZE, "norrfell tent navy blue waterproof"),
        (COLOUR, "norrfell tent 2 m waterproof"),
        (DRY, "norrfell tent navy blue 2 m"),
    ],
)
def test_a_wish_goes_with_the_words_that_would_bring_it_back(gone: object, words: str) -> None:
    left = without_wish(NEED, gone.key)  # type: ignore[attr-defined]
    assert left == Need(words, tuple(c for c in NEED.constraints if c is not gone))


def test_the_words_can_be_taken_away_alone() -> None:
    assert without_wish(NEED, "text") == Need("", NEED.constraints)


def test_two_wishes_go_together() -> None:
    left = without_wish(NEED, "price+attribute:colour")
    assert left == Need("norrfell tent 2 m waterproof", (BRAND, TENTS, SIZE, DRY))


def test_a_key_that_is_not_there_changes_nothing() -> None:
    assert without_wish(NEED, InStock().key) == NEED


def test_only_whole_words_go() -> None:
    need = Need("red redwood shelf", (AttributeIn("colour", ("red",)),))
    assert without_wish(need, "attribute:colour").text == "redwood shelf"


def test_a_word_in_a_script_without_spaces_goes_wherever_it_stands() -> None:
    need = Need("黑色无线鼠标", (CategoryIn(("无线鼠标",)), AttributeIn("颜色", ("黑色",))))
    assert without_wish(need, "attribute:颜色").text == "无线鼠标"
    short = Need("红茶", (AttributeIn("颜色", ("红",)),))
    assert without_wish(short, "attribute:颜色").text == "红茶"


@pytest.mark.parametrize(
    "words", ["only waterproof ones", "lighter ones for 4 people", "nur wasserdichte", "solo rojos", "要防水的"]
)
def test_a_limit_of_money_stays_where_nobody_spoke_of_money(words: str) -> None:
    asked = Need("waterproof tent", (TENTS, DRY))
    assert with_limit_kept(asked, Need("tent", (TENTS, PRICE)), words).constraints == (TENTS, DRY, PRICE)


@pytest.mark.parametrize(
    "words",
    [
        "any price",
        "money is no object",
        "make it 300",
        "start over: tents",
        "der Preis ist egal",
        "cueste lo que cueste",
        "价格无所谓",
    ],
)
def test_where_money_was_spoken_of_what_the_model_asks_for_holds(words: str) -> None:
    asked = Need("tent", (TENTS,))
    assert with_limit_kept(asked, Need("tent", (TENTS, PRICE)), words) == asked


def test_a_limit_does_not_go_over_to_another_kind_and_gives_way_to_a_new_one() -> None:
    before, boots = Need("tent", (TENTS, PRICE)), Need("boots", (CategoryIn(("Boots",)),))
    assert with_limit_kept(boots, before, "and boots") == boots
    dearer = Need("tent", (TENTS, PriceRange("USD", None, 30000)))
    assert with_limit_kept(dearer, before, "a bit more then") == dearer
