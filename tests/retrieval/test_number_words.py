"""Numbers in words, in prices and beside units."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from retrieval.measures import find_measures
from retrieval.number_words import SPELT, read_words
from retrieval.price_words import find_prices


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("fifty", 50), ("Twenty five", 25), ("twenty-five", 25), ("a hundred", 100), ("two hundred and fifty", 250),
        ("one thousand", 1000), ("three thousand twenty", 3020), ("fifteen hundred", 1500), ("a grand", 1000),
        ("seven", 7), ("seventeen", 17), ("seventy", 70),
    ],
)  # fmt: skip
def test_numbers_are_read(text: str, number: int) -> None:
    assert re.fullmatch(SPELT, text, re.IGNORECASE)
    assert read_words(text) == Decimal(number)


@pytest.mark.parametrize("text", ["one", "a", "often", "weighty", "hundred", "stone"])
def test_articles_and_parts_of_words_are_none(text: str) -> None:
    assert re.search(SPELT, text, re.IGNORECASE) is None


def test_prices_and_measures_hold_numbers_in_words() -> None:
    (price,) = find_prices("a lamp under fifty dollars", "USD")
    (measure,) = find_measures("two person tent", ())

    assert price.max_minor == 5000
    assert (measure.low, measure.high, measure.unit) == (2.0, 2.0, "person")
    assert find_prices("two or three pockets, more than two zips", "USD") == ()
    assert find_measures("two in one", ()) == ()
