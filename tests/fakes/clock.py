"""A clock that stands still until it is moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class ManualClock:
    """An assistant.store.Clock for tests."""

    def __init__(self, now: datetime = datetime(2026, 3, 14, 9, 26, 53, 589793, tzinfo=UTC)) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        """Move the clock, e.g. move(minutes=10)."""
        self.now += timedelta(**by)
