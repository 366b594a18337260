"""Prices that people know, and barcode numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.demo.prices import gtin, list_price, snap
from retrieval.product import Money


@pytest.mark.parametrize(
    ("raw", "written"), [(11.3, "$10.95"), (38.0, "$39.95"), (152.0, "$149.00"), (1270.0, "$1,249.00"), (0.2, "$1.95")]
)
def test_prices_end_as_shops_write_them(raw: float, written: str) -> None:
    assert snap(raw).format() == written


@given(st.floats(min_value=5, max_value=3000), st.floats(min_value=0.05, max_value=0.5))
def test_a_list_price_is_always_above_the_price(raw: float, discount: float) -> None:
    now = snap(raw * (1 - discount))
    before = list_price(now, discount)
    assert before is None or before.amount_minor > now.amount_minor


def test_without_a_discount_there_is_no_list_price() -> None:
    assert list_price(Money(1995, "USD"), None) is None


def test_a_barcode_number_has_its_check_digit() -> None:
    assert gtin(0) == "2900000000001"[:12] + gtin(0)[-1]
    # Worked by hand: 2+0+0+0+0+0 + 3 * (9+0+0+0+0+7) = 50, so the check digit is 0.
    assert gtin(7) == "2900000000070"
