"""The bench counts what it says it counts, on a shop of six items."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from recommender.bench_decide import Request, live, read_back, time_decisions
from recommender.decide import Recommender
from recommender.event_log import MemoryEventLog
from recommender.events import Decision, Event, EventType
from tests.recommender.shop import ALL, ITEMS, make_context


def _requests(n: int) -> list[Request]:
    return [(replace(make_context(k=3), turn_id=f"turn-{i}"), ALL) for i in range(n)]


def test_all_but_the_warm_up_are_timed() -> None:
    times = time_decisions(Recommender(dict(ITEMS), MemoryEventLog()), _requests(30), warm_up=5)
    assert times.n == 25
    assert 0 < times.p50_ms <= times.p99_ms <= times.max_ms


def test_every_decision_is_computed_again_and_every_shown_item_looked_at() -> None:
    log, numbers, done = MemoryEventLog(), count(), list[int]()

    def click_first(decision: Decision) -> list[Event]:
        context = decision.context
        keys = (context.shopper_key, context.session_key, context.now)
        return [Event(f"e{next(numbers)}", EventType.CLICK, decision.chosen_ids[0], *keys, decision.decision_id, 0)]

    live(Recommender(dict(ITEMS), log), _requests(10), click_first, done.append)
    report, deletions = read_back(log, None, lambda _: None, after=4)
    assert (report.tasks, report.matched) == (6, 6)
    assert deletions.items == 18
    assert done == list(range(1, 11))
