"""Units, and numbers with units."""

from __future__ import annotations

import pytest

from retrieval.measures import find_measures, find_named
from retrieval.units import convert, find_unit
from retrieval.vocabulary import AttributeStats


@pytest.mark.parametrize(
    ("number", "source", "target", "expected"),
    [
        (15, "inch", "cm", 38.1), (15, '"', "inches", 15), (2, "kg", "g", 2000), (1, "lb", "g", 453.592),
        (8, "fl oz", "ml", 236.588), (1, "TB", "GB", 1000), (90, "min", "hours", 1.5), (6, "feet", "m", 1.8288),
        (10000, "mAh", "Ah", 10), (4, "people", "persons", 4), (1.5, "l", "ml", 1500),
    ],
)  # fmt: skip
def test_units_convert(number: float, source: str, target: str, expected: float) -> None:
    assert convert(number, source, target) == pytest.approx(expected, rel=1e-4)


def test_units_of_different_things_do_not_convert() -> None:
    assert convert(1, "kg", "m") is None
    assert convert(1, "glorps", "m") is None


def test_units_that_only_the_catalogue_knows_convert_to_themselves() -> None:
    assert convert(7, "pages/min", "pages/min") == 7


@pytest.mark.parametrize("word", ["boots", "and", "xl", ""])
def test_other_words_are_no_units(word: str) -> None:
    assert find_unit(word) is None


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("at least 8 GB", 8, None, "GB"), ("under 2 kg", None, 2, "kg"), ("10-15 cm", 10, 15, "cm"),
        ("between 10 and 15 cm", 10, 15, "cm"), ("20 hours or more", 20, None, "hours"), ("8gb", 8, 8, "gb"),
        ("no more than 3 m", None, 3, "m"), ("10+ hours", 10, None, "hours"), ('15"', 14.4, 15.6, '"'),
        ("around 10 cm", 8.5, 11.5, "cm"), ("comfort -5 °C", -5.2, -4.8, "°C"), ("1.5l", 1.44, 1.56, "l"),
    ],
)  # fmt: skip
def test_measures_are_found_with_their_limits(text: str, low: float | None, high: float | None, unit: str) -> None:
    (measure,) = find_measures(text, ())

    assert measure.unit == unit
    assert measure.low == (None if low is None else pytest.approx(low))
    assert measure.high == (None if high is None else pytest.approx(high))


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("not green and not over 2 kg", None, 2), ("not over 2 kg and not green", None, 2),
        ("not green and weighs no more than 2 kg", None, 2), ("not heavier than 2 kg", None, 2),
        ("doesn't weigh more than 2 kg", None, 2), ("not green or over 2 kg", None, 2), ("no tents over 2 kg", None, 2),
        ("not wool, not less than 2 kg", 2, None), ("without wool over 2 kg", 2, None),
    ],
)  # fmt: skip
def test_the_negation_nearest_to_a_measure_turns_it(text: str, low: float | None, high: float | None) -> None:
    (measure,) = find_measures(text, (), lambda word: word == "tents")

    assert (measure.low, measure.high) == (low, high)


@pytest.mark.parametrize(
    ("text", "low", "high"), [("no more than 10 vents", None, 10), ("not wool, vents not below 10", 10, None)]
)
def test_a_negation_turns_the_limit_of_a_named_number(text: str, low: float | None, high: float | None) -> None:
    ((_, _, wish),) = find_named(text, [AttributeStats("vent", 1, 0, 1, None, 1, 20, {}, {})])

    assert (wish.min, wish.max) == (low, high)


@pytest.mark.parametrize("text", ["size 8", "iphone 7", "for a 3 year old", "x100", "2 boots", "a1b2"])
def test_other_numbers_are_no_measures(text: str) -> None:
    assert find_measures(text, ()) == ()
