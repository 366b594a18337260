"""How many units an experiment needs, before it is begun.

The textbook figure is that of one look at the end; looking all the time costs more units where the effect is just the
smallest one worth finding, and far fewer where it is larger. Both are told.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

from recommender.errors import ExperimentWrong

_STEP: Final = 1.02


@dataclass(frozen=True, slots=True)
class Plan:
    """Units that an experiment needs.

    Args:
        per_arm: with one look at the end.
        per_arm_peeking: at most so many until an always-valid test has found it with the same chance.
        baseline, effect: what was asked for; the effect is absolute.
        days: of traffic for `per_arm_peeking` in all arms; None where the traffic was not told.
    """

    per_arm: int
    per_arm_peeking: int
    baseline: float
    effect: float
    days: float | None = None


def plan_rate(
    baseline: float,
    lift: float,
    *,
    alpha: float = 0.05,
    power: float = 0.8,
    units_per_day: float | None = None,
    n_arms: int = 2,
) -> Plan:
    """Plan for a rate: n = (z_{1-a/2} + z_power)^2 (p(1-p) + q(1-q)) / (p-q)^2 per arm (Fleiss et al. 2003, unpooled).

    Args:
        baseline: rate now, e.g. 0.05.
        lift: smallest relative change worth finding, e.g. 0.1.
        alpha: chance of a false alarm.
        power: chance of finding that change.
        units_per_day: traffic that takes part, in all arms.
        n_arms: arms that share it.

    Raises:
        ExperimentWrong: no such rates.
    """
    other = baseline * (1 + lift)
    if not (0 < baseline < 1 and 0 < other < 1 and lift):
        raise ExperimentWrong("The rate must lie between 0 and 1, also with the change, and the change must not be 0.")
    spread = baseline * (1 - baseline) + other * (1 - other)
    return _plan(baseline, other - baseline, spread, alpha, power, units_per_day, n_arms)


def findable_lift(baseline: float, units: float) -> float | None:
    """Return the smallest relative rise of a rate that two arms find within so many units, looking all the time.

    Args:
        baseline: rate now, above 0 and below 1.
        units: in both arms together.

    Returns:
        To a hundredth of the baseline; None where even the largest rise would be missed.
    """
    lifts = [step / 100 for step in range(1, 1000) if baseline * (1 + step / 100) < 1]
    place = bisect_left(lifts, True, key=lambda lift: 2 * plan_rate(baseline, lift).per_arm_peeking <= units)
    return lifts[place] if place < len(lifts) else None


def plan_mean(
    mean: float,
    deviation: float,
    lift: float,
    *,
    alpha: float = 0.05,
    power: float = 0.8,
    units_per_day: float | None = None,
    n_arms: int = 2,
) -> Plan:
    """Plan for a mean, e.g. revenue per session: n = (z_{1-a/2} + z_power)^2 2 s^2 / d^2 per arm.

    Args:
        mean, deviation: mean and standard deviation now.
        lift: smallest relative change worth finding.
        alpha, power, units_per_day, n_arms: as in `plan_rate`.

    Raises:
        ExperimentWrong: the mean or the change is 0, or the deviation is not above 0.
    """
    if not (mean and lift and deviation > 0):
        raise ExperimentWrong("The mean and the change must not be 0, and the deviation must be above 0.")
    return _plan(mean, mean * lift, 2 * deviation**2, alpha, power, units_per_day, n_arms)


def _plan(
    baseline: float, effect: float, spread: float, alpha: float, power: float, per_day: float | None, n_arms: int
) -> Plan:
    if not (0 < alpha < 1 and 0 < power < 1):
        raise ExperimentWrong("Alpha and power must lie between 0 and 1.")
    normal = NormalDist()
    z = normal.inv_cdf(1 - alpha / 2) + normal.inv_cdf(power)
    per_arm = max(1, math.ceil(z**2 * spread / effect**2))
    peeking = per_arm
    while _power_of_looking(peeking, effect, spread, alpha) < power:
        peeking = math.ceil(peeking * _STEP)
    days = None if not per_day else peeking * n_arms / per_day
    return Plan(per_arm, peeking, baseline, effect, days)


def _power_of_looking(per_arm: int, effect: float, spread: float, alpha: float) -> float:
    """Chance that an always-valid test, tuned to this size, finds the effect at its end; earlier looks only add."""
    doubled = -2 * math.log(alpha)
    ratio = doubled + math.log(doubled + 1)
    bound = math.sqrt((1 + ratio) / ratio * (math.log1p(ratio) + doubled))
    return 1 - NormalDist().cdf(bound - abs(effect) / math.sqrt(spread / per_arm))
