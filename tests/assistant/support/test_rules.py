"""The state machine of orders and the rule of cancelling, without a store."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import Refused
from assistant.support.rules import ARROWS, advance, cancel_refund, expected_delivery, may_cancel, refund
from assistant.turn import OrderStatus
from retrieval.product import Money
from tests.assistant.support.shop import order, usd

NOW = datetime(2026, 3, 14, tzinfo=UTC)


def test_every_state_has_its_arrows() -> None:
    assert set(ARROWS) == set(OrderStatus)


@pytest.mark.parametrize("before", OrderStatus)
@pytest.mark.parametrize("after", OrderStatus)
def test_an_order_moves_along_arrows_only(before: OrderStatus, after: OrderStatus) -> None:
    seen = order(1, before)
    if after in ARROWS[before]:
        moved = advance(seen, after, NOW)
        assert (moved.status, moved.version) == (after, seen.version + 1)
    else:
        with pytest.raises(Refused) as refused:
            advance(seen, after, NOW)
        assert refused.value.code == "not_possible_now"


def test_moving_stamps_the_time() -> None:
    packed = advance(order(1), OrderStatus.PACKED, NOW)
    shipped = advance(packed, OrderStatus.SHIPPED, NOW)
    delivered = advance(shipped, OrderStatus.DELIVERED, NOW + timedelta(days=2))
    assert (shipped.shipped_at, delivered.delivered_at) == (NOW, NOW + timedelta(days=2))
    assert advance(order(1), OrderStatus.CANCELLED, NOW).cancelled_at == NOW


def test_a_cancelled_order_is_expected_no_more() -> None:
    expected = replace(order(1), expected_at=NOW)
    assert advance(expected, OrderStatus.CANCELLED, NOW).expected_at is None
    assert advance(expected, OrderStatus.PACKED, NOW).expected_at == NOW


@pytest.mark.parametrize(
    ("placed", "expected"),
    [("2026-03-09T08:00", "2026-03-16"), ("2026-03-13T23:59", "2026-03-20"), ("2026-03-14T10:00", "2026-03-20")],
)
def test_a_new_order_is_expected_on_the_fifth_working_day(placed: str, expected: str) -> None:
    at = datetime.fromisoformat(placed).replace(tzinfo=UTC)
    assert expected_delivery(at) == datetime.fromisoformat(f"{expected}T18:00").replace(tzinfo=UTC)


def test_a_withdrawn_return_keeps_the_day_of_delivery() -> None:
    asked = replace(order(1, OrderStatus.RETURN_REQUESTED), delivered_at=NOW)
    assert advance(asked, OrderStatus.DELIVERED, NOW + timedelta(days=5)).delivered_at == NOW


@pytest.mark.parametrize(
    ("status", "code", "way_out"),
    [
        (OrderStatus.PACKED, "already_packed", "refuse the parcel"),
        (OrderStatus.SHIPPED, "already_shipped", "refuse the parcel"),
        (OrderStatus.DELIVERED, "already_delivered", "send it back"),
        (OrderStatus.CANCELLED, "already_cancelled", "cancelled already"),
        (OrderStatus.RETURN_REQUESTED, "return_under_way", "return"),
        (OrderStatus.RETURNED, "already_returned", "returned"),
    ],
)
def test_an_order_past_placed_cannot_be_cancelled_and_the_shopper_learns_why(
    status: OrderStatus, code: str, way_out: str
) -> None:
    reason = may_cancel(order(7, status))
    assert reason is not None
    assert reason.code == code
    assert way_out in reason.message
    assert "A-7" in reason.message


def test_a_placed_order_can_be_cancelled() -> None:
    assert may_cancel(order(1)) is None


def test_a_cancellation_gives_back_what_was_not_given_back_yet() -> None:
    assert cancel_refund(order(1)) == usd(4490)
    assert cancel_refund(replace(order(1), refunded=usd(490))) == usd(4000)


@given(paid=st.integers(0, 10**9), parts=st.lists(st.integers(0, 10**9), max_size=5))
def test_never_more_is_given_back_than_was_paid(paid: int, parts: list[int]) -> None:
    current = order(1, total=usd(paid))
    for part in parts:
        with contextlib.suppress(Refused):
            current = refund(current, usd(part))
    given_back = current.refunded.amount_minor if current.refunded else 0
    assert 0 <= given_back <= paid


def test_money_goes_back_in_the_currency_that_was_paid_and_never_below_zero() -> None:
    for wrong in (Money(1, "EUR"), usd(-1)):
        with pytest.raises(Refused):
            refund(order(1), wrong)
