"""Amounts: both decimal marks, thousands, currencies; what could be read in two ways is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.importers.amounts import read_amount, read_measure, read_price, sale_is_on
from retrieval.product_json import BadRow


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("19.99", "19.99"),
        ("139,99", "139.99"),
        ("1 299,90", "1299.90"),
        ("1\u202f299,90", "1299.90"),
        ("1'299.90", "1299.90"),
        ("1,299.00", "1299.00"),
        ("1.299,00", "1299.00"),
        ("1,234,567", "1234567"),
        ("1.234.567,8", "1234567.8"),
        ("0.299", "0.299"),
        ("0,5", "0.5"),
        (".5", "0.5"),
        ("8.4034", "8.4034"),
        ("12", "12"),
        ("0", "0"),
    ],
)
def test_amounts_are_read_as_shops_write_them(text: str, amount: str) -> None:
    assert read_amount(text) == Decimal(amount)


@pytest.mark.parametrize("text", ["", "free", "1.2.3", "1,23,456", "12.3,4,5", "1e5", "NaN", "½", "٣", "--1", "9" * 40])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(BadRow, match=r"bad price|too large"):
        read_amount(text)


def test_three_digits_behind_one_mark_are_clear_only_where_the_format_says_so() -> None:
    for text in ("1.299", "1,299"):
        with pytest.raises(BadRow, match="two ways"):
            read_amount(text)
        assert read_amount(text, ".,") == Decimal("1.299")


@given(st.decimals(0, 10**9, places=2), st.sampled_from([("", "."), ("", ","), (",", "."), (".", ","), (" ", ",")]))
def test_an_amount_with_two_decimals_is_read_back_however_it_is_written(
    amount: Decimal, marks: tuple[str, str]
) -> None:
    thousands, decimals = marks
    text = f"{amount:,.2f}".replace(",", "T").replace(".", decimals).replace("T", thousands)
    assert read_amount(text) == amount


@given(st.text(st.sampled_from("0123456789.,' -+eE€USDusd"), max_size=40))
def test_no_text_makes_it_raise_anything_but_bad_row(text: str) -> None:
    try:
        amount, _ = read_price(text)
    except BadRow:
        return
    assert amount >= 0


@pytest.mark.parametrize("text", ["19.99 USD", "USD 19.99", "usd19.99", " 19.99USD "])
def test_a_currency_stands_before_or_behind(text: str) -> None:
    assert read_price(text) == (Decimal("19.99"), "USD")
    assert read_price("5") == (5, None)
    with pytest.raises(BadRow):
        read_price("USD 5 EUR")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1.5 kg", {"value": 1.5, "unit": "kg"}),
        ("20in", {"value": 20.0, "unit": "in"}),
        ("4K", "4K"),
        ("1,299 g", "1,299 g"),
        ("about 3 kg", "about 3 kg"),
    ],
)
def test_a_measure_has_its_unit_only_where_it_is_sure(text: str, value: object) -> None:
    assert read_measure(text) == value


@pytest.mark.parametrize(
    ("start", "end", "on"),
    [
        (None, None, True),
        ("2026-06-15", None, True),
        ("2026-06-15T13:00", None, False),
        (None, "2026-06-15", True),
        (None, "2026-06-15 11:00:00", False),
        ("2026-06-15T13:30+02:00", "2026-06-16", True),
        ("next week", None, False),
    ],
)
def test_a_sale_has_its_time(start: str | None, end: str | None, on: bool) -> None:
    assert sale_is_on(start, end, datetime(2026, 6, 15, 12, tzinfo=UTC)) is on
