from __future__ import annotations

from dataclasses import replace

import pytest

from recommender import last_day as module
from recommender.event_log import MemoryEventLog
from recommender.last_day import last_day
from recommender.settings import DAY_S
from tests.contracts.event_log import CONTEXT, DECISION


def _log(*days: float) -> MemoryEventLog:
    log = MemoryEventLog()
    for number, day in enumerate(days):
        context = replace(CONTEXT, now=1_000_000.0 + day * DAY_S)
        log.append_decision(replace(DECISION, decision_id=str(number), context=context))
    return log


def _ids(log: MemoryEventLog) -> list[str]:
    return [decision.decision_id for decision in last_day(log)]


def test_the_day_before_the_latest_decision_is_read_oldest_first() -> None:
    assert _ids(_log(0.0, 1.5, 1.9, 2.6, 2.2)) == ["2", "4", "3"]
    assert _ids(_log()) == []


def test_reading_ends_with_the_first_page_that_is_older(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PAGE", 2)
    asked: list[int] = []

    class Counting(MemoryEventLog):
        def decisions(self, *, after: int = 0, limit: int = 1000, traces: bool = False) -> object:  # type: ignore[override]
            asked.append(after)
            return super().decisions(after=after, limit=limit, traces=traces)

    log = Counting()
    log.append_many([decision for _, decision in _log(*range(50), 50.1, 50.2, 50.3).decisions()], ())
    assert _ids(log) == ["50", "51", "52"]
    assert asked == [51, 49, 47]
