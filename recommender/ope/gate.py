"""The promotion gate: may a candidate be shown to shoppers? It refuses with reasons, and then names no value.

A click model's AUC is no part of it: a model with a fair AUC gave a value 28 % wrong (docs of the design). The
thresholds are the plan's; the numbers of the conditions are those of docs/promotion.md.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recommender.ope.blocks import Blocks
from recommender.ope.diagnostics import Diagnostics, diagnose, drift
from recommender.ope.estimators import Evidence, doubly_robust, gather, lift, snips
from recommender.ope.intervals import (
    Interval,
    bootstrap,
    calibrated_of_many,
    empirical_bernstein,
    standard_error,
    wider,
)
from recommender.ope.logged import LoggedSlates, Table
from recommender.ope.plan import Plan

_Z = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Operations:
    """What training and shadow measured; None where it was not.

    Args:
        ece_candidate, ece_live: expected calibration error on held-out impressions, 0 to 1; 0 for a release without a
            click model.
        diversity_ratio, coverage_ratio: candidate over live, of the slates that each would show.
        latency_p99_ms: of scoring one request.
        shadow_hours: from the first to the last request that was scored in shadow.
        shadow_decisions: how many.
        reproduced: share of them whose scores came out bit for bit the same again.
    """

    ece_candidate: float | None = None
    ece_live: float | None = None
    diversity_ratio: float | None = None
    coverage_ratio: float | None = None
    latency_p99_ms: float | None = None
    shadow_hours: float | None = None
    shadow_decisions: int | None = None
    reproduced: float | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One condition.

    Args:
        number: as in docs/promotion.md.
        name: e.g. "effective sample size".
        passed: whether it holds.
        told: what was measured and what is asked for, one sentence.
    """

    number: int
    name: str
    passed: bool
    told: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate says.

    Args:
        accepted: all conditions hold.
        value: DR estimate of a slate under the candidate; None where the gate refuses.
        lift: 95 % interval of the candidate's value minus the live policy's; None where it could not be computed.
        live_value: mean value of a slate as logged; None likewise.
        checks: all conditions, in order.
        diagnostics: of the weights; None where there were too few rows.
    """

    accepted: bool
    value: float | None
    lift: Interval | None
    live_value: float | None
    checks: tuple[Check, ...]
    diagnostics: Diagnostics | None

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it refuses; empty where it accepts."""
        return tuple(f"{check.name}: {check.told}" for check in self.checks if not check.passed)


def judge(
    log: LoggedSlates, target: Table, operations: Operations, plan: Plan, *, seed: int, baseline: Table | None = None
) -> Verdict:
    """Judge a candidate on a log of what shoppers saw.

    Args:
        log: everything that was logged in the time looked at, usable or not.
        target: (n, k, m) what the candidate says of the same requests.
        operations: what training and shadow measured.
        plan: thresholds.
        seed: of the bootstrap.
        baseline: (n, k, m) of the live policy; None where the log is its own.
    """
    usable = log.usable()
    checks = [*_operation_checks(operations, plan), _log_check(log, plan)]
    if int(usable.sum()) < plan.min_rows:
        return _verdict(checks, None)
    rows = log.part(usable)
    evidence = gather(rows, target[usable])
    live = gather(rows, _live_table(rows, None if baseline is None else baseline[usable]))
    figures = _Figures(evidence, live, seed)
    checks += [
        *_weight_checks(figures, plan),
        _agreement(figures),
        _lift_check(figures, plan),
        _segments(figures, plan),
        _drift_check(figures, plan),
    ]
    return _verdict(checks, figures)


class _Figures:
    """What the conditions look at, computed once."""

    def __init__(self, evidence: Evidence, live: Evidence, seed: int) -> None:
        self.evidence, self.live = evidence, live
        self.blocks = Blocks(evidence.log.blocks)
        self.diagnostics = diagnose(evidence)
        self.dr, self.snips, self.lift = doubly_robust(evidence), snips(evidence), lift(evidence, live)
        resampled = bootstrap((self.lift,), self.blocks, seed=seed)[0]
        self.lift_interval = wider(empirical_bernstein(self.lift, self.blocks), resampled)
        self.live_value = float(evidence.log.values.mean())


def _live_table(rows: LoggedSlates, given: Table | None) -> Table:
    """The live policy's table; where only the shown probabilities were logged, those at what was shown suffice."""
    if given is not None:
        return given
    if rows.logging is not None:
        return rows.logging
    table = np.zeros((*rows.chosen.shape, rows.candidates.shape[1]), dtype=np.float32)
    np.put_along_axis(table, np.maximum(rows.chosen, 0)[:, :, None], rows.probabilities[:, :, None], axis=2)
    return table


def _verdict(checks: Sequence[Check], figures: _Figures | None) -> Verdict:
    ordered = tuple(sorted(checks, key=lambda check: check.number))
    accepted = figures is not None and all(check.passed for check in ordered)
    return Verdict(
        accepted=accepted,
        value=figures.dr.value if accepted and figures is not None else None,
        lift=None if figures is None else figures.lift_interval,
        live_value=None if figures is None else figures.live_value,
        checks=ordered,
        diagnostics=None if figures is None else figures.diagnostics,
    )


def _log_check(log: LoggedSlates, plan: Plan) -> Check:
    n = max(1, log.n)
    waiting, changed = 1.0 - float(log.closed.sum()) / n, 1.0 - float(log.shown_as_chosen.sum()) / n
    usable = int(log.usable().sum())
    passed = usable >= plan.min_rows and waiting <= plan.max_open_share and changed <= plan.max_changed_share
    told = (
        f"{usable:,} usable slates ({plan.min_rows:,} wanted); {waiting:.1%} still wait for purchases "
        f"({plan.max_open_share:.0%} at most), {changed:.1%} were not shown as chosen "
        f"({plan.max_changed_share:.0%} at most)"
    )
    return Check(11, "the log", bool(passed), told)


def _weight_checks(figures: _Figures, plan: Plan) -> tuple[Check, ...]:
    d, values = figures.diagnostics, figures.evidence.log.values
    scatter = float(values.std()) / max(1e-12, abs(figures.live_value))
    needed = max(plan.min_ess, (_Z * scatter / plan.power_half_width) ** 2)
    off = abs(d.mean_weight - 1.0) / max(1e-12, d.mean_weight_se) if abs(d.mean_weight - 1.0) > 1e-9 else 0.0
    return (
        Check(
            1,
            "what was never logged",
            d.unlogged_mass <= plan.max_unlogged_mass,
            f"the candidate would show with probability {d.unlogged_mass:.2%} what the log never showed "
            f"({plan.max_unlogged_mass:.0%} at most)",
        ),
        Check(
            2,
            "effective sample size",
            d.ess >= needed and d.ess_ratio >= plan.min_ess_ratio,
            f"{d.ess:,.0f} of {d.n:,} slates count ({needed:,.0f} and {plan.min_ess_ratio:.0%} wanted)",
        ),
        Check(
            3,
            "largest weight",
            d.max_share <= plan.max_weight_share,
            f"one slate carries {d.max_share:.2%} of all weight ({plan.max_weight_share:.0%} at most)",
        ),
        Check(
            4,
            "logged probabilities",
            off <= plan.max_mean_weight_se and d.propensity_p >= plan.min_propensity_p,
            f"the mean weight is {d.mean_weight:.3f}, {off:.1f} standard errors from 1 "
            f"({plan.max_mean_weight_se:.0f} at "
            f"most); item counts agree with them with p = {d.propensity_p:.3g} ({plan.min_propensity_p:g} at least)",
        ),
    )


def _agreement(figures: _Figures) -> Check:
    apart = abs(figures.snips.value - figures.dr.value)
    errors = [standard_error(one, figures.blocks) for one in (figures.snips, figures.dr)]
    allowed = _Z * math.hypot(*errors)
    told = (
        f"SNIPS says {figures.snips.value:.4f} and DR {figures.dr.value:.4f}, {apart:.4f} apart ({allowed:.4f} at most)"
    )
    return Check(5, "two estimators agree", apart <= allowed, told)


def _lift_check(figures: _Figures, plan: Plan) -> Check:
    low, high = figures.lift_interval.low, figures.lift_interval.high
    told = f"the candidate is worth {low:+.4f} to {high:+.4f} more per slate, of {figures.live_value:.4f} now"
    return Check(6, "more than now", low > plan.min_lift, f"{told} (all of it above {plan.min_lift:g} wanted)")


def _segments(figures: _Figures, plan: Plan) -> Check:
    """Look at each group that is large enough; "surely" is meant of all of them together, so many may be looked at."""
    worse = []
    segments = figures.evidence.log.segments
    large = {name: member for name, member in segments.items() if int(member.sum()) >= plan.min_segment_rows}
    for name, member in large.items():
        rows = figures.lift.numerators[member]
        part = type(figures.lift)("lift", rows, np.ones(len(rows)))
        high = calibrated_of_many(part, Blocks(figures.evidence.log.blocks[member]), len(large)).high
        here = float(figures.evidence.log.values[member].mean())
        if here > 0 and high / here < plan.worst_segment:
            worse.append(f"{name} loses at least {-high / here:.1%}")
    told = "; ".join(worse) or f"no group of shoppers surely loses more than {-plan.worst_segment:.0%}"
    return Check(7, "every group of shoppers", not worse, told)


def _drift_check(figures: _Figures, plan: Plan) -> Check:
    log = figures.evidence.log
    scale = figures.live_value
    gain = drift(figures.lift.numerators, n_periods=plan.drift_periods, scale=scale)
    level = drift(log.values, n_periods=plan.drift_periods, scale=scale)
    moved = level.p < plan.min_drift_p and level.change > plan.max_level_change
    told = (
        f"the gain over time is even with p = {gain.p:.3g} ({plan.min_drift_p:g} at least); "
        f"the value of slates moved by {level.change:.0%} ({plan.max_level_change:.0%} at most, p = {level.p:.3g})"
    )
    return Check(12, "no drift inside the log", gain.p >= plan.min_drift_p and not moved, told)


def _operation_checks(operations: Operations, plan: Plan) -> tuple[Check, ...]:
    o = operations
    calibration = o.ece_candidate is not None and (
        o.ece_live is None or o.ece_candidate <= o.ece_live + plan.max_ece_loss
    )
    even = (o.diversity_ratio or 0.0) >= plan.min_diversity_ratio and (
        o.coverage_ratio or 0.0
    ) >= plan.min_coverage_ratio
    shadowed = (
        (o.shadow_hours or 0.0) >= plan.min_shadow_hours
        and (o.shadow_decisions or 0) >= plan.min_shadow_decisions
        and (o.reproduced or 0.0) >= plan.min_reproduced
    )
    return (
        Check(
            8,
            "calibration, diversity, coverage",
            calibration and even,
            f"calibration error {_told(o.ece_candidate, '.4f')} (live {_told(o.ece_live, '.4f')}, "
            f"{plan.max_ece_loss:g} worse at most); diversity {_told(o.diversity_ratio, '.0%')} and coverage "
            f"{_told(o.coverage_ratio, '.0%')} of the live one's ({plan.min_diversity_ratio:.0%} wanted)",
        ),
        Check(
            9,
            "speed",
            o.latency_p99_ms is not None and o.latency_p99_ms <= plan.max_latency_p99_ms,
            f"99 % of requests were scored within {_told(o.latency_p99_ms, '.1f')} ms "
            f"({plan.max_latency_p99_ms:g} at most)",
        ),
        Check(
            10,
            "shadow",
            shadowed,
            f"{_told(o.shadow_decisions, ',')} requests over {_told(o.shadow_hours, '.1f')} h, "
            f"{_told(o.reproduced, '.2%')} scored the same again ({plan.min_shadow_decisions} over "
            f"{plan.min_shadow_hours:g} h, {plan.min_reproduced:.0%} wanted)",
        ),
    )


def _told(value: float | None, form: str) -> str:
    return "not measured" if value is None else format(value, form)
