"""What goes into a column comes out of it, or is refused."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from assistant.store import Store
from assistant.store.tables import UtcTime, Words, customers

_DIALECT = sa.create_engine("sqlite://").dialect


def _stored_time(value: datetime) -> str | None:
    return UtcTime().process_bind_param(value, _DIALECT)


@given(st.datetimes(timezones=st.timezones()), st.datetimes(timezones=st.timezones()))
def test_times_are_the_same_moment_after_keeping_and_sort_as_texts(one: datetime, other: datetime) -> None:
    try:
        moments = one.astimezone(UTC), other.astimezone(UTC)
    except OverflowError:  # the first and the last day that Python knows, moved by a zone
        return
    texts = [_stored_time(one) or "", _stored_time(other) or ""]
    assert tuple(UtcTime().process_result_value(text, _DIALECT) for text in texts) == moments
    assert (texts[0] < texts[1]) == (moments[0] < moments[1])


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        _stored_time(datetime(2026, 3, 14, tzinfo=UTC).replace(tzinfo=None))


@given(st.text())
def test_a_readable_text_stays_as_it_is(text: str) -> None:
    assert Words().process_bind_param(text, _DIALECT) == text.replace("\0", "\ufffd")


@pytest.mark.parametrize(
    ("text", "kept"), [("a\ud800b", "a\ufffdb"), ("\udc00", "\ufffd"), ("\0", "\ufffd"), ("😀", "😀")]
)
def test_what_no_database_keeps_is_replaced(text: str, kept: str) -> None:
    assert Words().process_bind_param(text, _DIALECT) == kept


def test_a_customer_comes_back_whole(store: Store) -> None:
    row = (
        "C-1",
        "Zoë \ud83d",
        "z@example.com",
        datetime(2026, 3, 29, 2, 30, tzinfo=timezone(timedelta(hours=2))),
        date(1988, 3, 14),
    )
    with store.write() as connection:
        connection.execute(sa.insert(customers).values(row))
    with store.read() as connection:
        kept = connection.execute(sa.select(customers)).one()
    assert tuple(kept) == ("C-1", "Zoë \ufffd", "z@example.com", row[3], row[4])
