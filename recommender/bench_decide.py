"""How long a decision takes, whether it can be replayed, and whether its reasons are true. Knows no shop.

Times are wall and processor time of the whole `decide()`, log included; the caller brings the log.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from recommender.decide import Recommender
from recommender.events import Candidate, Decision, DecisionContext, Event, EventLog
from recommender.explaining import Deletions, count_deletions
from recommender.replay import ClickModel, ReplayReport, replay_many

Request = tuple[DecisionContext, Sequence[Candidate]]
React = Callable[[Decision], Iterable[Event]]
_PAGE = 500


@dataclass(frozen=True, slots=True)
class Times:
    """Of n decisions, milliseconds.

    Args:
        n: decisions.
        p50_ms, p99_ms, max_ms: wall time.
        cpu_p50_ms, cpu_p99_ms: processor time of the thread.
        inside_p50_ms: wall time without the log, as the decisions say themselves.
    """

    n: int
    p50_ms: float
    p99_ms: float
    max_ms: float
    cpu_p50_ms: float
    cpu_p99_ms: float
    inside_p50_ms: float


def time_decisions(recommender: Recommender, requests: Sequence[Request], *, warm_up: int = 20) -> Times:
    """Time decisions one after the other.

    Args:
        recommender: ready; its log is written to.
        requests: the first `warm_up` of them are not counted.
        warm_up: 0 or more, fewer than the requests.
    """
    wall, cpu, inside = [], [], []
    for context, candidates in requests:
        began, began_cpu = time.perf_counter(), time.thread_time()
        decision = recommender.decide(context, candidates)
        wall.append(time.perf_counter() - began)
        cpu.append(time.thread_time() - began_cpu)
        inside.append(decision.latency_us / 1000.0)
    p50, p99, most = np.quantile(wall[warm_up:], [0.5, 0.99, 1.0]) * 1000.0
    cpu50, cpu99 = np.quantile(cpu[warm_up:], [0.5, 0.99]) * 1000.0
    return Times(
        len(wall) - warm_up,
        float(p50),
        float(p99),
        float(most),
        float(cpu50),
        float(cpu99),
        float(np.median(inside[warm_up:])),
    )


def live(recommender: Recommender, requests: Iterable[Request], react: React, progress: Callable[[int], None]) -> None:
    """Serve requests and let shoppers react, so that the log holds what a shop's log holds.

    Args:
        recommender: decides and learns.
        requests: in order of time.
        react: what a shopper does with a slate.
        progress: told how many are done.
    """
    for done, (context, candidates) in enumerate(requests, start=1):
        for event in react(recommender.decide(context, candidates)):
            recommender.record(event)
        progress(done)


def read_back(
    log: EventLog, model: ClickModel | None, progress: Callable[[int], None], *, after: int = 0
) -> tuple[ReplayReport, Deletions]:
    """Recompute every decision of a log, and take the reasons of its explored-or-not slates away.

    Args:
        log: with traces.
        model: the click model that served.
        progress: told how many are done.
        after: sequence number before the first.
    """
    decisions: list[Decision] = []
    while batch := log.decisions(after=after, limit=_PAGE, traces=True):
        decisions += [decision for _, decision in batch]
        after = batch[-1][0]
    report = replay_many(decisions, model, progress)
    return report, count_deletions(decision for decision in decisions if not decision.context.keep_order)
