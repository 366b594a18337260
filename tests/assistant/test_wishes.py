from __future__ import annotations

import pytest

from assistant.turn import Need
from assistant.wishes import without_wish
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
