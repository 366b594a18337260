"""What an experiment says by now: figures with always-valid intervals, alarms, and a verdict in a plain sentence.

May be computed and acted upon at any time. Knows outcomes per unit, not where they came from.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from recommender.experiments.definitions import LESS_IS_WORSE, RATES, Experiment, Guard
from recommender.experiments.outcomes import Outcome
from recommender.experiments.sequential import (
    Comparison,
    Interval,
    Moments,
    compare_means,
    compare_with_zero,
    mean_interval,
    rate_interval,
    rates_evidence,
    shares_p_value,
)
from recommender.experiments.telling import Amount, in_minor_units, tell

SHARES_ALPHA: Final = 0.001
"""Below this p-value the shares of the arms are wrong, and nothing else is believed."""
State = Literal["wrong_shares", "guard", "better", "worse", "mixed", "open", "no_difference"]


@dataclass(frozen=True, slots=True)
class ArmReport:
    """One arm.

    Args:
        name: of the arm.
        units: that met the experiment.
        counted: of them, those whose window is over.
        mean: of the metric over the counted ones; a rate, or minor units.
        interval: of the mean, always valid.
        guards: guarded metric -> mean over all units.
    """

    name: str
    units: int
    counted: int
    mean: float
    interval: Interval
    guards: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Versus:
    """One arm against the first.

    Args:
        arm: its name.
        comparison: of the metric.
        relative: change in terms of the first arm's mean; None where that is 0.
    """

    arm: str
    comparison: Comparison
    relative: float | None


@dataclass(frozen=True, slots=True)
class GuardFinding:
    """A guarded metric of one arm.

    Args:
        metric, arm: which.
        worse_by: how much worse than in the first arm; negative where it is better.
        limit: how much worse it may be.
        tripped: whether it is worse by more than the limit beyond doubt.
    """

    metric: str
    arm: str
    worse_by: float
    limit: float
    tripped: bool


@dataclass(frozen=True, slots=True)
class Report:
    """An experiment by now.

    Args:
        name: of the experiment.
        state: what the verdict is.
        verdict: the same in a plain sentence.
        arms: in the order of the definition; of an interleaving one row.
        versus: every arm but the first against the first.
        shares_p_value: of the arms' sizes; small where units are missing in one of them.
        guards: what must not get worse.
        must_stop: whether it has to be stopped now.
    """

    name: str
    state: State
    verdict: str
    arms: tuple[ArmReport, ...]
    versus: tuple[Versus, ...]
    shares_p_value: float
    guards: tuple[GuardFinding, ...]
    must_stop: bool


def analyse(experiment: Experiment, found: Sequence[Outcome], *, say_amount: Amount = in_minor_units) -> Report:
    """Judge an experiment.

    Args:
        experiment: as it is run.
        found: one outcome per unit.
        say_amount: writes minor units for people.
    """
    if experiment.kind == "interleaving":
        return _interleaved(experiment, found, say_amount)
    names = [arm.name for arm in experiment.arms]
    alpha = experiment.alpha / (len(names) - 1)
    closed = {name: _moments(found, name, experiment.metric, closed=True) for name in names}
    everybody = {name: sum(1 for o in found if o.arm == name) for name in names}
    versus = tuple(_versus(experiment, closed[names[0]], closed[name], name, alpha) for name in names[1:])
    guards = tuple(_guard(experiment, guard, found, name) for guard in experiment.guards for name in names[1:])
    p_value = shares_p_value([everybody[name] for name in names], [arm.share for arm in experiment.arms])
    arms = tuple(_arm(experiment, found, name, closed[name]) for name in names)
    return _judged(experiment, arms, versus, p_value, guards, alpha, say_amount)


def _interleaved(experiment: Experiment, found: Sequence[Outcome], say_amount: Amount) -> Report:
    """Judge by the mean preference: -1 where only the first ranker's items count, 1 where only the second's."""
    one, other = (arm.name for arm in experiment.arms)
    values = Moments.of_values(o.values["preference"] for o in found if o.closed)
    comparison = compare_with_zero(values, planned_n=experiment.planned_units, alpha=experiment.alpha)
    both = (ArmReport(f"{one} and {other}", len(found), values.n, values.mean, comparison.interval, {}),)
    versus = (Versus(other, comparison, None),)
    return _judged(experiment, both, versus, 1.0, (), experiment.alpha, say_amount)


def _judged(
    experiment: Experiment,
    arms: tuple[ArmReport, ...],
    versus: tuple[Versus, ...],
    shares: float,
    guards: tuple[GuardFinding, ...],
    alpha: float,
    say_amount: Amount,
) -> Report:
    state = _state(experiment, arms, versus, shares, guards)
    verdict = tell(experiment, state, arms, versus, guards, say_amount)
    return Report(experiment.name, state, verdict, arms, versus, shares, guards, state in {"guard", "wrong_shares"})


def _state(
    experiment: Experiment,
    arms: tuple[ArmReport, ...],
    versus: tuple[Versus, ...],
    shares: float,
    guards: tuple[GuardFinding, ...],
) -> State:
    if shares < SHARES_ALPHA:
        return "wrong_shares"
    if any(guard.tripped for guard in guards):
        return "guard"
    better = any(row.comparison.interval.low > 0 for row in versus)
    worse = any(row.comparison.interval.high < 0 for row in versus)
    if better or worse:
        return "mixed" if better and worse else "better" if better else "worse"
    return "no_difference" if sum(arm.counted for arm in arms) >= experiment.planned_units else "open"


def _moments(found: Sequence[Outcome], arm: str, metric: str, *, closed: bool) -> Moments:
    kept = (o for o in found if o.arm == arm and metric in o.values and (o.closed or not closed))
    return Moments.of_values(o.values[metric] for o in kept)


def _versus(experiment: Experiment, first: Moments, other: Moments, arm: str, alpha: float) -> Versus:
    planned = experiment.planned_units * 2 // len(experiment.arms)
    comparison = compare_means(first, other, planned_n=planned, alpha=alpha)
    return Versus(arm, comparison, comparison.difference / first.mean if first.mean else None)


def _arm(experiment: Experiment, found: Sequence[Outcome], name: str, closed: Moments) -> ArmReport:
    planned = experiment.planned_units // len(experiment.arms)
    rate = experiment.metric in RATES
    interval = (
        rate_interval(closed.hits, closed.n, experiment.alpha)
        if rate
        else mean_interval(closed, planned_n=planned, alpha=experiment.alpha)
    )
    guards = {str(g.metric): _moments(found, name, g.metric, closed=False).mean for g in experiment.guards}
    units = sum(1 for o in found if o.arm == name)
    return ArmReport(name, units, closed.n, closed.mean, interval, guards)


def _guard(experiment: Experiment, guard: Guard, found: Sequence[Outcome], arm: str) -> GuardFinding:
    """Look at a guarded metric over all units: harm is not waited for until windows are over."""
    first = experiment.arms[0]
    control = _moments(found, first.name, guard.metric, closed=False)
    other = _moments(found, arm, guard.metric, closed=False)
    # All guards of all arms together raise a false alarm with at most alpha.
    alpha = experiment.alpha / (len(experiment.guards) * (len(experiment.arms) - 1))
    worse = -1.0 if guard.metric in LESS_IS_WORSE else 1.0
    seen = compare_means(control, other, planned_n=experiment.planned_units * 2 // len(experiment.arms), alpha=alpha)
    worse_by = worse * seen.difference
    least = seen.interval.low if worse > 0 else -seen.interval.high
    tripped = least > guard.limit
    if guard.metric in RATES and not tripped:
        # With few hits in one arm the interval says nothing yet; the exact test does, from the first unit on.
        share = experiment.arm(arm).share / (experiment.arm(arm).share + first.share)
        sure = rates_evidence(control, other, share) > math.log(1 / alpha)
        tripped = sure and worse_by > guard.limit
    return GuardFinding(guard.metric, arm, worse_by, guard.limit, tripped)
