"""When an order was placed, as people say it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from assistant.tools.order_times import period_in

NOW = datetime(2026, 3, 18, 15, 30, tzinfo=UTC)  # A Wednesday.


@pytest.mark.parametrize(
    ("words", "begin", "end"),
    [
        ("what did i order last month", "2026-02-01", "2026-03-01"),
        ("orders this month", "2026-03-01", "2026-04-01"),
        ("orders in october", "2025-10-01", "2025-11-01"),
        ("orders from february", "2026-02-01", "2026-03-01"),
        ("orders from october 2024", "2024-10-01", "2024-11-01"),
        ("in 2025", "2025-01-01", "2026-01-01"),
        ("orders last week", "2026-03-09", "2026-03-16"),
        ("this week", "2026-03-16", "2026-03-23"),
        ("last year", "2025-01-01", "2026-01-01"),
        ("yesterday", "2026-03-17", "2026-03-18"),
        ("bought two weeks ago", "2026-03-01", "2026-03-08"),
    ],
)
def test_words_tell_of_a_time(words: str, begin: str, end: str) -> None:
    period = period_in(words, NOW)
    assert period is not None
    assert tuple(moment.date().isoformat() for moment in period) == (begin, end)


def test_a_counted_time_ends_now_and_since_goes_on() -> None:
    for words, begin in (("the last 3 months", "2025-12-15"), ("since february", "2026-02-01")):
        period = period_in(words, NOW)
        assert period is not None
        assert period[0].date().isoformat() == begin
        assert period[0] < NOW < period[1]


@pytest.mark.parametrize("words", ["my orders", "may I see them", "the last one", "on the way", ""])
def test_words_without_a_time_tell_of_none(words: str) -> None:
    assert period_in(words, NOW) is None
