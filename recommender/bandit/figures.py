"""From what policies did on paired seeds to tables with intervals, and the issue's three figures. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from recommender.bandit.cold_items import impressions_to
from recommender.bandit.contest import COLD, SHIPPED, VARIANTS, UnitResult
from recommender.item_table import FloatArray, IntArray

_RESAMPLES = 2000
_WORST = 0.05


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure with its 95 % bootstrap interval over seeds."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Row:
    """One policy in one simulator.

    Args:
        reward: mean over seeds of the expected reward, summed over the steps.
        of_best: reward as a share of the best policy's, paired.
        regret: mean over seeds.
        of_epsilon_greedy: regret as a share of epsilon-greedy's, paired.
        simple_regret: mean regret per step over the last tenth.
        worst: mean reward of the worst 5 % of the seeds (at least one).
        mean_weight: of the uniform policy under the logged probabilities; 1 where they are true.
        params: tuned setting.
        cpu_s: seconds of processor time, tuning included.
    """

    reward: Interval
    of_best: Interval
    regret: Interval
    of_epsilon_greedy: Interval
    simple_regret: Interval
    worst: float
    mean_weight: Interval
    params: Mapping[str, float]
    cpu_s: float


@dataclass(frozen=True, slots=True)
class ColdFigure:
    """Impressions until new items have 90 % of their own rate.

    Args:
        impressions: by policy.
        ours_of_thompson: by which share ours needs fewer, tuned and shipped.
    """

    impressions: Mapping[str, Interval]
    ours_of_thompson: Mapping[str, Interval]


@dataclass(frozen=True, slots=True)
class Figures:
    """All of it.

    Args:
        simulators: simulator -> policy -> row.
        variants: choice -> its regret as a share of the shipped one's.
        cold: of new items.
        verdicts: figure of the issue -> whether it is reached, for "ours" and "ours_shipped".
    """

    simulators: Mapping[str, Mapping[str, Row]]
    variants: Mapping[str, Interval]
    cold: ColdFigure
    verdicts: Mapping[str, Mapping[str, bool | float]]


def summarise(results: Sequence[UnitResult], seed: int = 1) -> Figures:
    """Summarise all units.

    Args:
        results: every simulator with every policy, on the same seeds.
        seed: of the bootstrap.
    """
    rng = np.random.default_rng(seed)
    seeds = len(results[0].reward)
    draws = rng.integers(seeds, size=(_RESAMPLES, seeds))
    by_simulator: dict[str, dict[str, UnitResult]] = {}
    for one in results:
        by_simulator.setdefault(one.simulator, {})[one.policy] = one
    rows = {
        simulator: _rows({name: one for name, one in units.items() if name not in VARIANTS}, draws)
        for simulator, units in by_simulator.items()
    }
    variants = {
        name: _ratio(by_simulator[simulator][name].regret, by_simulator[simulator][SHIPPED].regret, draws)
        for name, (simulator, _, _) in VARIANTS.items()
    }
    cold = _cold(by_simulator[COLD], draws)
    return Figures(rows, variants, cold, {name: _verdict(name, rows, cold) for name in ("ours", SHIPPED)})


def _rows(units: Mapping[str, UnitResult], draws: IntArray) -> dict[str, Row]:
    best = max(units.values(), key=lambda one: float(np.mean(one.reward)))
    plain = units["epsilon_greedy"]
    return {
        name: Row(
            reward=_mean(one.reward, draws),
            of_best=_ratio(one.reward, best.reward, draws),
            regret=_mean(one.regret, draws),
            of_epsilon_greedy=_ratio(one.regret, plain.regret, draws),
            simple_regret=_mean(one.simple_regret, draws),
            worst=float(np.sort(one.reward)[: max(1, round(_WORST * len(one.reward)))].mean()),
            mean_weight=_mean(one.mean_weight, draws),
            params=one.params,
            cpu_s=one.cpu_s,
        )
        for name, one in units.items()
    }


def _cold(units: Mapping[str, UnitResult], draws: IntArray) -> ColdFigure:
    counts = {name: _impressions(one, draws[:500]) for name, one in units.items()}
    thompson = counts["thompson"]
    return ColdFigure(
        {name: _interval(values) for name, values in counts.items()},
        {name: _interval(counts[name] / thompson) for name in ("ours", SHIPPED)},
    )


def _impressions(one: UnitResult, draws: IntArray) -> FloatArray:
    """Return the count of all seeds first, then those of the resamples."""
    share, own = np.array(one.share), np.array(one.own)
    everyone = np.arange(len(share))
    samples = [everyone, *draws]
    return np.array([impressions_to(share[sample].sum(0), own[sample].sum(0), 0.9) for sample in samples])


def _verdict(name: str, rows: Mapping[str, Mapping[str, Row]], cold: ColdFigure) -> dict[str, bool | float]:
    of_best = [policies[name].of_best.value for policies in rows.values()]
    of_plain = [policies[name].of_epsilon_greedy.value for policies in rows.values()]
    return {
        "least_share_of_best": min(of_best),
        "within_2_percent_of_best": min(of_best) >= 0.98,
        "median_regret_of_epsilon_greedy": float(np.median(of_plain)),
        "regret_half_in_median": float(np.median(of_plain)) <= 0.5,
        "most_regret_of_epsilon_greedy": max(of_plain),
        "regret_never_above": max(of_plain) <= 1.0,
        "cold_impressions_of_thompson": cold.ours_of_thompson[name].value,
        "cold_in_70_percent": cold.ours_of_thompson[name].value <= 0.7,
    }


def _mean(values: Sequence[float], draws: IntArray) -> Interval:
    array = np.array(values)
    return _interval(np.concatenate([[array.mean()], array[draws].mean(axis=1)]))


def _ratio(values: Sequence[float], others: Sequence[float], draws: IntArray) -> Interval:
    """Return the ratio of the means; the same seeds are drawn for both."""
    above, below = np.array(values), np.array(others)
    drawn = above[draws].mean(axis=1) / below[draws].mean(axis=1)
    return _interval(np.concatenate([[above.mean() / below.mean()], drawn]))


def _interval(values: FloatArray) -> Interval:
    """Take the figure first, then its resamples."""
    low, high = np.percentile(values[1:], [2.5, 97.5])
    return Interval(float(values[0]), float(low), float(high))
