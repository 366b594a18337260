from __future__ import annotations

import pytest

from assistant.choices import (
    ANY,
    answers_choice,
    chosen_options,
    fitting_variants,
    left_to_us,
    no_preference,
    only_quantity,
    open_option,
    options_said,
    units_to_remove,
)
from retrieval.product import Product, Variant
from retrieval.query import QueryReader
from retrieval.vocabulary import Vocabulary
from tests.assistant.small_shop import usd

BOOT = Product(
    "boot",
    "Boot",
    tuple(
        Variant(f"boot-{size}-{colour}", usd(9900), {"size": size, "colour": colour}, None, 3)
        for size, colour in (("8", "Red"), ("9", "Red"), ("9", "Dark brown"), ("M", "Red"))
    ),
)


PHONE = Product(
    "phone",
    "Phone 20",
    tuple(Variant(f"phone-{size}", usd(9900), {"storage": size}, None, 3) for size in ("128 GB", "512 GB")),
)


@pytest.mark.parametrize(
    ("words", "chosen", "unmet"),
    [
        ("the first one in 512", {"storage": "512 gb"}, {}),
        ("give me the one 512", {"storage": "512 gb"}, {}),
        ("512 please", {"storage": "512 gb"}, {}),
        ("the phone in 256", {}, {"storage": "256 GB"}),
        ("the phone 20", {}, {}),
        ("2 of the first", {}, {}),
        ("12 of them", {}, {}),
    ],
)
def test_a_measure_may_be_said_by_its_number(words: str, chosen: dict[str, str], unmet: dict[str, str]) -> None:
    reader = QueryReader(Vocabulary.learn([PHONE]), "USD")
    assert options_said(PHONE, words, reader) == (chosen, unmet)


@pytest.mark.parametrize(
    ("words", "chosen"),
    [
        ("the red one", {"colour": "red"}),
        ("in dark brown, size 9", {"size": "9", "colour": "dark brown"}),
        ("9", {"size": "9"}),
        ("9 in red", {"size": "9", "colour": "red"}),
        ("9, please", {"size": "9"}),
        ("add 9 of the first", {}),  # a quantity
        ("I'm Red's friend", {"colour": "red"}),
        ("medium", {}),
        ("M", {"size": "m"}),
        ("a reddish one", {}),
        ("under 9.50", {}),
    ],
)
def test_values_in_the_words_are_chosen(words: str, chosen: dict[str, str]) -> None:
    assert chosen_options(BOOT, words) == chosen


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("make it two", 2), ("actually, make it 3 please", 3), ("I want four of them", 4), ("take 2", 2),
        ("make it 120", None), ("make it red", None), ("show me two tents", None), ("make it two person", None),
        ("", None),
    ],
)  # fmt: skip
def test_only_a_message_about_how_many_is_a_quantity(words: str, number: int | None) -> None:
    assert only_quantity(words) == number


@pytest.mark.parametrize(
    ("words", "units"),
    [("take one out", 1), ("remove 2 of them", 2), ("remove the 2nd", None), ("remove 2nd", None), ("drop it", None)],
)
def test_units_to_take_out(words: str, units: int | None) -> None:
    assert units_to_remove(words) == units


def test_a_choice_is_answered_by_a_value_a_number_or_any() -> None:
    for words in ("red", "any", "I don't mind", "make it two"):
        assert answers_choice(BOOT, words), words
    for words in ("show me tents", "what is the return policy on the boots in red that I saw before?"):
        assert not answers_choice(BOOT, words), words
    assert no_preference("whatever")
    assert not no_preference("many")


def test_what_is_open_follows_from_what_is_chosen() -> None:
    assert open_option(BOOT.variants, ()) == ("size", ("8", "9", "M"))
    nines = fitting_variants(BOOT.variants, {"size": "9"})
    assert open_option(nines, {"size"}) == ("colour", ("Red", "Dark brown"))
    assert open_option(fitting_variants(nines, {"colour": "red"}), {"size", "colour"}) is None
    assert fitting_variants(BOOT.variants, {"size": "8", "colour": "dark brown"}) == ()


def test_only_the_options_that_are_named_are_left_to_us() -> None:
    assert left_to_us(BOOT, "any color is fine") == {"colour": ANY}
    assert left_to_us(BOOT, "forget the colour") == {"colour": ANY}
    assert left_to_us(BOOT, "whatever") == {"size": ANY, "colour": ANY}
    assert left_to_us(BOOT, "forget the tent") == left_to_us(BOOT, "in red") == {}
    assert fitting_variants(BOOT.variants, {"size": "9", "colour": ANY}) == fitting_variants(
        BOOT.variants, {"size": "9"}
    )
