"""A release on trial: does it do harm? Looked at as often as one likes; the chance of a false alarm stays at 5 %.

A shopper meets the canary or does not, for as long as it lasts, so whole visits are compared: did the visit bring a
click, a cart or a purchase? The test is that of the experiments (exact, always valid, for any share of the traffic).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from recommender.events import Decision, Event, EventLog, EventType
from recommender.experiments.sequential import Moments, rates_evidence
from recommender.promotion.evidence import CanaryReport
from recommender.promotion.line_up import release_version
from recommender.promotion.registry import Move
from recommender.promotion.releases import Stage

ALPHA: Final = 0.05
VISIT_OVER_S: Final = 1800.0
"""A visit counts once this time has passed since its first slate, so that its result never changes afterwards."""
MIN_VISITS: Final = {0.01: 100, 0.05: 300, 0.25: 1000}
"""Finished visits of the canary that each step wants before the next; a shop may wait longer, never shorter."""
_INTEREST: Final = frozenset({EventType.CLICK, EventType.ADD_TO_CART, EventType.PURCHASE})


@dataclass(slots=True)
class _Visit:
    canary: bool
    began: float
    interested: bool = False


def count(log: EventLog, moves: Sequence[Move], number: int, *, now: datetime) -> CanaryReport | None:
    """Count the visits of the trial so far.

    Args:
        log: decisions and events.
        moves: history of the registry.
        number: of the release.
        now: aware.

    Returns:
        The report; None where the release is not on trial.
    """
    steps = _steps(moves, number)
    if not steps:
        return None
    visits = _visits(log, release_version(number), since=steps[0].at.timestamp())
    evidence, last = 0.0, (Moments(), Moments())
    bounds = [*(step.at.timestamp() for step in steps[1:]), math.inf]
    for step, end in zip(steps, bounds, strict=True):
        begin = step.at.timestamp()
        over = [v for v in visits if begin <= v.began < end and now.timestamp() - v.began >= VISIT_OVER_S]
        last = _moments(over, canary=False), _moments(over, canary=True)
        evidence += rates_evidence(*last, step.share)
    control, treatment = last
    worse = sum_rate(visits, canary=True, now=now) < sum_rate(visits, canary=False, now=now)
    return CanaryReport(
        counted_at=now,
        share=steps[-1].share,
        visits=treatment.n,
        live_visits=control.n,
        interested=treatment.hits,
        live_interested=control.hits,
        log_evidence=evidence,
        harm=worse and evidence > math.log(1.0 / ALPHA),
        enough=treatment.n >= MIN_VISITS.get(steps[-1].share, max(MIN_VISITS.values())),
    )


def sum_rate(visits: Sequence[_Visit], *, canary: bool, now: datetime) -> float:
    """Share of all finished visits of one side with interest; 0 without visits."""
    return _moments([v for v in visits if now.timestamp() - v.began >= VISIT_OVER_S], canary=canary).mean


def _steps(moves: Sequence[Move], number: int) -> list[Move]:
    steps: list[Move] = []
    for move in moves:
        if move.release == number:
            steps = [*steps, move] if move.after is Stage.CANARY else []
    return steps


def _moments(visits: Sequence[_Visit], *, canary: bool) -> Moments:
    own = [visit for visit in visits if visit.canary is canary]
    return Moments.of_rate(sum(visit.interested for visit in own), len(own))


def _visits(log: EventLog, version: str, *, since: float) -> list[_Visit]:
    """Visits whose first slate came after the trial began; see `_compares` for slates that belong to neither side."""
    visits: dict[str, _Visit] = {}
    earlier: set[str] = set()
    sides: dict[str, bool | None] = {}
    after = 0
    while batch := log.events(after=after):
        for number, event in batch:
            after = number
            _note(log, event, visits, earlier, sides, version, since)
    return list(visits.values())


def _compares(decision: Decision) -> bool:
    """Whether a slate was the trial's or the live release's: not the hold-out's, an experiment's, or one without."""
    treatment = decision.context.treatment
    tried = treatment is not None and treatment.release != ""
    return decision.stream != "uniform" and decision.policy_version != "" and not tried


def _note(
    log: EventLog,
    event: Event,
    visits: dict[str, _Visit],
    earlier: set[str],
    sides: dict[str, bool | None],
    version: str,
    since: float,
) -> None:
    key = event.session_key
    if event.at < since:
        earlier.add(key)
        return
    if key in earlier or event.decision_id is None:
        return
    if event.type is EventType.IMPRESSION and key not in visits and event.decision_id not in sides:
        decision = log.find_decision(event.decision_id)
        side = None if decision is None or not _compares(decision) else decision.policy_version == version
        sides[event.decision_id] = side
        if side is not None:
            visits[key] = _Visit(side, event.at)
    elif event.type in _INTEREST and key in visits and event.at - visits[key].began < VISIT_OVER_S:
        visits[key].interested = True
