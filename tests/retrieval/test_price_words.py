"""Price talk in a shop that sells in US dollars, unless said otherwise."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.price_words import find_prices, parse_number

OPEN = None


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("under 80", OPEN, 8000),
        ("boots below $80", OPEN, 8000),
        ("less than 80 dollars", OPEN, 8000),
        ("cheaper than $80", OPEN, 8000),
        ("$5 to $10", 500, 1000),
        ("5-10 bucks", 500, 1000),
        ("between 20 and 30", 2000, 3000),
        ("from 15 to 37 usd", 1500, 3700),
        ("between $1k and $2k", 100000, 200000),
        ("around 200", 17000, 23000),
        ("no more than 1.5k", OPEN, 150000),
        ("not exceeding 90", OPEN, 9000),
        ("at least 50", 5000, OPEN),
        ("over $100", 10000, OPEN),
        ("max 30", OPEN, 3000),
        ("$30 max", OPEN, 3000),
        ("up to 25", OPEN, 2500),
        ("80 bucks", OPEN, 8000),
        ("$80", OPEN, 8000),
        ("USD 80", OPEN, 8000),
        ("100 or less", OPEN, 10000),
        ("$100+", 10000, OPEN),
        ("under 1,299.00", OPEN, 129900),
        ("under 1.299,00", OPEN, 129900),
        ("under $1,500", OPEN, 150000),
        ("12,50$", OPEN, 1250),
        ("my budget is only `425`", OPEN, 42500),
        ("I don't want to spend more than 100", OPEN, 10000),
        ("a jacket under 100 for my dad", OPEN, 10000),
        ("不超过200", OPEN, 20000),
    ],
)
def test_a_price_is_read(text: str, low: int | None, high: int | None) -> None:
    assert [(p.min_minor, p.max_minor, p.foreign) for p in find_prices(text, "USD")] == [(low, high, False)]


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("not wool no more than 100", OPEN, 10000),
        ("no more than 100 not wool", OPEN, 10000),
        ("that is not green and costs no more than 200", OPEN, 20000),
        ("without poles no more than 200", OPEN, 20000),
        ("no wool and never above $90", OPEN, 9000),
        ("not leather no less than 100", 10000, OPEN),
        ("I do not want Acme or anything over $80", OPEN, 8000),
        ("neither green nor over 200", OPEN, 20000),
        ("not green or over 200", OPEN, 20000),
        ("anything but over 200", OPEN, 20000),
        ("avoid anything below 40", 4000, OPEN),
        ("not $200 or more", OPEN, 20000),
        ("no wool over $50", 5000, OPEN),
        ("not leather $200 or more", 20000, OPEN),
        ("without tents over 200", 20000, OPEN),
        ("no tents over 200", OPEN, 20000),
        ("don't show me Acme over 200", OPEN, 20000),
    ],
)
def test_the_negation_nearest_to_a_comparison_turns_it(text: str, low: int | None, high: int | None) -> None:
    (phrase,) = find_prices(text, "USD", lambda word: word == "tents")

    assert (phrase.min_minor, phrase.max_minor) == (low, high)


@pytest.mark.parametrize(
    "text", ["not under 100 or over 200", "not over 200 nor under 100", "not below 100, or above 200"]
)
def test_a_negation_turns_both_halves_of_an_alternative(text: str) -> None:
    phrases = find_prices(text, "USD")

    assert {(p.min_minor, p.max_minor) for p in phrases} == {(10000, OPEN), (OPEN, 20000)}


def test_a_comparison_that_a_negation_turns_is_no_price_without_it() -> None:
    assert find_prices("value not above 4", "USD", is_measured=lambda word: word == "value") == ()


def test_behind_a_price_in_names_no_inches() -> None:
    assert find_prices("under 20 in red", "USD") == ()
    (phrase,) = find_prices("under 20 in red", "USD", is_value=lambda word: word == "red")

    assert phrase.max_minor == 2000
    assert find_prices("under 20 in wide", "USD", is_value=lambda word: word == "wide") == ()


@pytest.mark.parametrize(
    "text",
    [
        "size 8", "iphone 7", "2 person tent", "100% cotton", "under 2 kg", "at least 8 GB RAM", "13x70inch",
        "between 20 and 30 inches", "20-30 cm", "5 star", "at least 4 stars", "at least 2 pockets", "20 to 30",
        "up to 6 people", "at least 500 lumens", "free shipping over $50", "orders over $50", "iphone 12 max case",
        "a 1-pound box", "under 5 pounds", "puzzle over 500 pieces", "model 80", "ps4", "",
        "models from 2006 - 2012", "a fleece about 50” x 40”",
    ],
)  # fmt: skip
def test_a_number_that_is_no_price_is_left_alone(text: str) -> None:
    assert find_prices(text, "USD") == ()


@pytest.mark.parametrize("text", ["under 50 euros", "€50", "between 20 and 30 £", "100元以下", "EUR 80", "80 CHF"])
def test_another_currency_is_recognised_and_gives_no_limit(text: str) -> None:
    (phrase,) = find_prices(text, "USD")

    assert phrase.foreign
    assert (phrase.min_minor, phrase.max_minor) == (None, None)


@pytest.mark.parametrize(
    ("text", "currency", "high"),
    [
        ("under 2000 yen", "JPY", 2000),
        ("under ¥2,000", "JPY", 2000),
        ("100元以下", "CNY", 10000),
        ("200块以内", "CNY", 20000),
        ("under 1.5 KWD", "KWD", 1500),
        ("under $80", "CAD", 8000),
        ("under 80 pounds", "GBP", 8000),
        ("unter 80€", "EUR", 8000),
        ("under 500 kr", "SEK", 50000),
        ("under Rs. 999", "INR", 99900),
    ],
)
def test_minor_units_follow_the_currency_of_the_shop(text: str, currency: str, high: int) -> None:
    (phrase,) = find_prices(text, currency)

    assert phrase.max_minor == high


def test_a_number_before_a_thing_of_the_shop_is_a_price() -> None:
    assert find_prices("under 80 headphones", "USD") == ()
    (phrase,) = find_prices("under 80 headphones", "USD", lambda word: word == "headphones")

    assert phrase.max_minor == 8000


def test_beside_a_sure_price_bare_numbers_are_none() -> None:
    (phrase,) = find_prices("a microphone with power between 500 and 1000, price above $9", "USD")

    assert (phrase.min_minor, phrase.max_minor) == (900, None)


@pytest.mark.parametrize(
    ("digits", "number"),
    [
        ("1,299.00", "1299.00"), ("1.299,00", "1299.00"), ("1.299", "1299"), ("12,5", "12.5"), ("0.125", "0.125"),
        ("1 299", "1299"), ("1,299,000", "1299000"), ("80", "80"),
    ],
)  # fmt: skip
def test_separators_are_read_as_people_write_them(digits: str, number: str) -> None:
    assert parse_number(digits) == Decimal(number)


@given(st.text(max_size=200), st.sampled_from(["USD", "EUR", "JPY", "KWD"]))
def test_phrases_are_in_order_apart_and_within_the_text(text: str, currency: str) -> None:
    end = 0
    for phrase in find_prices(text, currency):
        assert end <= phrase.start < phrase.end <= len(text)
        end = phrase.end
        if phrase.min_minor is not None and phrase.max_minor is not None:
            assert 0 <= phrase.min_minor <= phrase.max_minor


@given(st.integers(1, 10**6))
def test_a_limit_survives_being_written_with_separators(amount: int) -> None:
    (phrase,) = find_prices(f"under ${amount:,}", "USD")

    assert phrase.max_minor == amount * 100
