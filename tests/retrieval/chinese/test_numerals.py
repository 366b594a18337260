"""Chinese numbers, worked by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.chinese.numerals import parse_number, parse_span, sizes_in_digits


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("五", 5),
        ("十", 10),
        ("十五", 15),
        ("二十", 20),
        ("二十五", 25),
        ("一百", 100),
        ("一百零五", 105),
        ("三百五", 350),
        ("三百五十", 350),
        ("一千五", 1500),
        ("一千零五", 1005),
        ("两千零五十", 2050),
        ("一千二百五", 1250),
        ("一万二", 12_000),
        ("三十五万", 350_000),
        ("一亿", 100_000_000),
        ("1.5万", 15_000),
        ("3千5", 3500),
        ("2千", 2000),
        ("2,000", 2000),
        ("三点五", "3.5"),
        ("点五", "0.5"),
        ("三点五万", 35_000),
        ("半", "0.5"),
        ("千", 1000),
        ("20k", 20_000),
    ],
)
def test_a_number_is_read(written: str, number: int | str) -> None:
    assert parse_number(written) == Decimal(number)


@pytest.mark.parametrize("written", ["六三", "二二", "三点", "1.2.3", "9" * 30])
def test_what_is_no_number_is_none(written: str) -> None:
    assert parse_number(written) is None


@pytest.mark.parametrize(
    ("written", "ends"), [("两三百", (200, 300)), ("三四十", (30, 40)), ("一两千", (1000, 2000)), ("三百", (300, 300))]
)
def test_two_neighbours_said_at_once_are_a_span(written: str, ends: tuple[int, int]) -> None:
    assert parse_span(written) == ends


def test_neighbours_that_do_not_follow_each_other_are_none() -> None:
    assert parse_span("三八百") is None


def test_sizes_are_written_in_digits_and_other_numbers_stay() -> None:
    assert sizes_in_digits("四十二码的鞋，三双") == "42码的鞋，三双"


@given(st.text(alphabet="零一二两三四五六七八九十百千万亿点半0123456789.,kw", max_size=24))
def test_no_digits_make_it_fail(written: str) -> None:
    number = parse_number(written)
    assert number is None or number >= 0
