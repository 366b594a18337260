"""`aisle bench ope`: do intervals cover the truth, does the gate decide rightly? On simulated logs, and Open Bandit.

Constants and thresholds were chosen on other seeds (docs/experiments.md); the seeds below are for reporting.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np

from recommender.ope.blocks import Blocks
from recommender.ope.estimators import ESTIMATORS, Estimate, gather
from recommender.ope.gate import Operations, Verdict, judge
from recommender.ope.intervals import Interval, bootstrap, calibrated, empirical_bernstein, normal
from recommender.ope.logged import LoggedSlates, Table
from recommender.ope.open_bandit import POLICIES, Campaign, read_campaign
from recommender.ope.plan import frozen_plan
from recommender.ope.scenarios import SCENARIOS
from recommender.ope.worlds import KINDS, Kind, make_world, simulate, strengths, target_table, true_value, types_of

REPORT_SEED: Final = 20261125
GOOD_OPERATIONS: Final = Operations(
    ece_candidate=0.01,
    ece_live=0.01,
    diversity_ratio=1.0,
    coverage_ratio=1.0,
    latency_p99_ms=3.0,
    shadow_hours=48.0,
    shadow_decisions=1000,
    reproduced=1.0,
)
"""What the simulations have no say in; all of it in order, so that the log alone decides."""

Progress = Callable[[str, int, int | None], None]


@dataclass(slots=True)
class Tally:
    """One estimator over many logs: relative errors, and which intervals held the truth."""

    errors: list[float] = field(default_factory=list)
    widths: list[float] = field(default_factory=list)
    hits: dict[str, list[bool]] = field(default_factory=dict)

    def add(self, estimate: Estimate, intervals: dict[str, Interval], truth: float) -> None:
        """Count one log."""
        self.errors.append((estimate.value - truth) / truth)
        for name, interval in intervals.items():
            self.hits.setdefault(name, []).append(truth in interval)
        if intervals:
            self.widths.append(intervals["calibrated"].width / truth)

    def coverage(self, name: str) -> float:
        """Share of logs whose interval of that name held the truth."""
        return float(np.mean(self.hits[name]))


@dataclass(frozen=True, slots=True)
class Coverage:
    """All estimators over all logs, and by kind of world."""

    n_logs: int
    tallies: dict[str, Tally]
    by_kind: dict[str, dict[str, Tally]]


def measure_coverage(n_logs: int, progress: Progress, *, seed: int = REPORT_SEED) -> Coverage:
    """Simulate logs, the kinds of worlds in turn, and look whether the truth lies in the intervals.

    Args:
        n_logs: 1 or more.
        progress: called with (what, done, total).
        seed: of the worlds.
    """
    tallies: dict[str, Tally] = {}
    by_kind: dict[str, dict[str, Tally]] = {name: {} for name in KINDS}
    for number in range(n_logs):
        name = tuple(KINDS)[number % len(KINDS)]
        for estimate, intervals, truth in _one_log(KINDS[name], np.random.default_rng([seed, number])):
            for where in (tallies, by_kind[name]):
                where.setdefault(estimate.name, Tally()).add(estimate, intervals, truth)
        progress("simulated logs", number + 1, n_logs)
    return Coverage(n_logs, tallies, by_kind)


def _one_log(kind: Kind, rng: np.random.Generator) -> list[tuple[Estimate, dict[str, Interval], float]]:
    world = make_world(kind, rng)
    scale = float(world.rates.std())
    logging = strengths(world.rates + 0.5 * scale * rng.normal(size=world.rates.shape), 0.7)
    target = strengths(world.rates, 1.2)
    log = simulate(world, logging, kind.n_rows, rng)
    evidence = gather(log, target_table(log, types_of(world, log), target))
    estimates = [estimator(evidence) for estimator in ESTIMATORS]
    truth = true_value(world, target)
    return [(one, intervals, truth) for one, intervals in _intervals(estimates, log, seed=int(rng.integers(2**31)))]


def _intervals(
    estimates: list[Estimate], log: LoggedSlates, *, seed: int
) -> list[tuple[Estimate, dict[str, Interval]]]:
    blocks = Blocks(log.blocks)
    resampled = bootstrap(estimates, blocks, seed=seed)
    found: list[tuple[Estimate, dict[str, Interval]]] = []
    for estimate, drawn in zip(estimates, resampled, strict=True):
        whole = {
            "calibrated": calibrated(estimate, blocks),
            "normal": normal(estimate, blocks),
            "bootstrap": drawn,
            "empirical_bernstein": empirical_bernstein(estimate, blocks),
        }
        found.append((estimate, whole if estimate.has_interval else {}))
    return found


@dataclass(slots=True)
class Decided:
    """One stress scenario over many seeds.

    Args:
        accept: the right answer.
        right, seeds: how often it was given, of how many.
        refused_by: condition number -> how often it did not hold.
        wrong: variant of the cases that were decided wrongly -> how often.
    """

    accept: bool
    right: int = 0
    seeds: int = 0
    refused_by: Counter[int] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)


def measure_gate(n_seeds: int, progress: Progress, *, seed: int = REPORT_SEED) -> dict[str, Decided]:
    """Let the gate decide every stress scenario.

    Args:
        n_seeds: of each scenario, 1 or more.
        progress: called with (what, done, total).
        seed: of the scenarios.
    """
    plan, found = frozen_plan(), {}
    for place, (name, scenario) in enumerate(SCENARIOS.items()):
        tally = found[name] = Decided(scenario.accept)
        for number in range(n_seeds):
            case = scenario.make(np.random.default_rng([seed, place, number]))
            verdict = judge(case.log, case.target, GOOD_OPERATIONS, plan, seed=number)
            tally.seeds += 1
            tally.right += verdict.accepted is scenario.accept
            tally.refused_by.update(check.number for check in verdict.checks if not check.passed)
            if verdict.accepted is not scenario.accept:
                tally.wrong[case.variant or name] += 1
            progress("stress scenarios", place * n_seeds + number + 1, n_seeds * len(SCENARIOS))
    return found


@dataclass(frozen=True, slots=True)
class Told:
    """One policy of Open Bandit, told from the other's log.

    Args:
        source, target: names of the policies.
        own: mean clicks per showing in the target's own log, with its interval.
        estimates: each estimate with its calibrated interval, None for the direct method.
        verdict: the gate's, on the log, with everything that is no log in order.
    """

    source: str
    target: str
    own: tuple[float, Interval]
    estimates: tuple[tuple[Estimate, Interval | None], ...]
    verdict: Verdict


def measure_open_bandit(folder: Path) -> tuple[Told, ...]:
    """Tell each policy's click rate from the other's log.

    Args:
        folder: see read_campaign.

    Raises:
        LogUnusable: it holds no such logs.
    """
    campaigns = {name: read_campaign(folder, name) for name in POLICIES}
    return (_tell(campaigns, "random", "bts"), _tell(campaigns, "bts", "random"))


def _tell(campaigns: dict[str, Campaign], source: str, target: str) -> Told:
    logged, judged = campaigns[source], campaigns[target]
    uniform = np.full((3, judged.n_items), 1.0 / judged.n_items)
    table: Table = logged.table(uniform if target == "random" else judged.shares())
    evidence = gather(logged.log, table)
    blocks = Blocks(logged.log.blocks)
    estimates = [estimator(evidence) for estimator in ESTIMATORS]
    own = Estimate("own", judged.log.values, np.ones(judged.log.n))
    return Told(
        source,
        target,
        (own.value, calibrated(own, Blocks(judged.log.blocks))),
        tuple((one, calibrated(one, blocks) if one.has_interval else None) for one in estimates),
        judge(logged.log, table, GOOD_OPERATIONS, frozen_plan(), seed=REPORT_SEED),
    )
