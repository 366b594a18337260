"""What `aisle bench ope` does: coverage of intervals, the gate's stress scenarios, and Open Bandit, printed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from assistant.errors import ConfigError
from assistant.terminal import say, say_json, showing_progress
from recommender.ope.bench import (
    REPORT_SEED,
    Coverage,
    Decided,
    Tally,
    Told,
    measure_coverage,
    measure_gate,
    measure_open_bandit,
)
from recommender.ope.gate import Verdict

_HEADLINE = "dr"


def bench_ope(*, logs: int, seeds: int, open_bandit: Path | None, as_json: bool) -> None:
    """Measure, and write what was measured.

    Args:
        logs: simulated logs for the coverage.
        seeds: of each stress scenario.
        open_bandit: folder with random/ and bts/.

    Raises:
        ConfigError: `open_bandit` is no folder.
        LogUnusable: it holds no such logs.
    """
    if open_bandit is not None and not open_bandit.is_dir():
        raise ConfigError(f"There is no folder {open_bandit}.")
    with showing_progress() as progress:
        coverage = measure_coverage(logs, progress)
        scenarios = measure_gate(seeds, progress)
        told = () if open_bandit is None else measure_open_bandit(open_bandit)
    if as_json:
        say_json(_json(coverage, scenarios, told))
    else:
        _write(coverage, scenarios, told)


def _json(coverage: Coverage, scenarios: dict[str, Decided], told: tuple[Told, ...]) -> dict[str, Any]:
    return {
        "seed": REPORT_SEED,
        "logs": coverage.n_logs,
        "coverage": {
            "estimator": _HEADLINE,
            "interval": "calibrated",
            "covered": coverage.tallies[_HEADLINE].coverage("calibrated"),
        },
        "estimators": {name: _tally_json(tally) for name, tally in coverage.tallies.items()},
        "worlds": {
            kind: {name: _tally_json(tally) for name, tally in tallies.items()}
            for kind, tallies in coverage.by_kind.items()
        },
        "scenarios": {
            name: {
                "accept": one.accept,
                "right": one.right / one.seeds,
                "seeds": one.seeds,
                "refused_by": {str(number): n for number, n in sorted(one.refused_by.items())},
                "wrong": dict(one.wrong),
            }
            for name, one in scenarios.items()
        },
        "open_bandit": {f"{one.source} to {one.target}": _told_json(one) for one in told},
    }


def _tally_json(tally: Tally) -> dict[str, Any]:
    errors = np.array(tally.errors)
    return {
        "relative_bias": float(errors.mean()),
        "relative_rmse": float(np.sqrt((errors**2).mean())),
        "relative_width": float(np.mean(tally.widths)) if tally.widths else None,
        "covered": {name: tally.coverage(name) for name in tally.hits},
    }


def _told_json(one: Told) -> dict[str, Any]:
    own, interval = one.own
    return {
        "own": {"value": own, "low": interval.low, "high": interval.high},
        "estimates": {
            estimate.name: {
                "value": estimate.value,
                "low": None if found is None else found.low,
                "high": None if found is None else found.high,
            }
            for estimate, found in one.estimates
        },
        "gate": verdict_json(one.verdict),
    }


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    """The gate's verdict for programs."""
    found = verdict.diagnostics
    return {
        "accepted": verdict.accepted,
        "value": verdict.value,
        "live_value": verdict.live_value,
        "lift": None if verdict.lift is None else {"low": verdict.lift.low, "high": verdict.lift.high},
        "diagnostics": None
        if found is None
        else {
            "n": found.n,
            "ess": found.ess,
            "ess_ratio": found.ess_ratio,
            "max_weight_share": found.max_share,
            "mean_weight": found.mean_weight,
            "mean_weight_se": found.mean_weight_se,
            "unlogged_mass": found.unlogged_mass,
            "propensity_p": found.propensity_p,
        },
        "checks": [
            {"number": check.number, "name": check.name, "passed": check.passed, "told": check.told}
            for check in verdict.checks
        ],
    }


def _write(coverage: Coverage, scenarios: dict[str, Decided], told: tuple[Told, ...]) -> None:
    say(f"{coverage.n_logs} simulated logs with known truth; share whose 95 % interval holds it, by kind of interval:")
    say(f"{'':13}{'calibrated':>11}{'normal':>9}{'bootstrap':>11}{'Bernstein':>11}{'bias':>9}{'error':>8}{'width':>8}")
    for name, tally in coverage.tallies.items():
        say(_tally_row(name, tally))
    covered = coverage.tallies[_HEADLINE].coverage("calibrated")
    say(f"The reported one, {_HEADLINE} with its calibrated interval, holds the truth in {covered:.1%}:")
    kinds = (
        f"{kind} {tallies[_HEADLINE].coverage('calibrated'):.0%}"
        for kind, tallies in coverage.by_kind.items()
        if _HEADLINE in tallies
    )
    say("  " + ", ".join(kinds))
    say("The promotion gate, decided rightly:")
    for name, one in scenarios.items():
        answer = "accept" if one.accept else "refuse"
        by = ", ".join(f"{number} ({n})" for number, n in sorted(one.refused_by.items())) or "none"
        say(f"  {one.right / one.seeds:6.1%} of {one.seeds}  {name} ({answer}); conditions that did not hold: {by}")
    for policy in told:
        _write_told(policy)


def _tally_row(name: str, tally: Tally) -> str:
    errors = np.array(tally.errors)
    kinds = ("calibrated", "normal", "bootstrap", "empirical_bernstein")
    widths = (11, 9, 11, 11)
    shares = "".join(
        f"{tally.coverage(kind):{width}.1%}" if kind in tally.hits else f"{'–':>{width}}"
        for kind, width in zip(kinds, widths, strict=True)
    )
    width = f"{np.mean(tally.widths):8.1%}" if tally.widths else f"{'–':>8}"
    return f"{name:13}{shares}{errors.mean():9.1%}{np.sqrt((errors**2).mean()):8.1%}{width}"


def _write_told(one: Told) -> None:
    own, interval = one.own
    say(f"Open Bandit, {one.target} told from the log of {one.source} (clicks per 100 showings):")
    say(f"  {'own log':13}{own * 100:.3f}  {interval.low * 100:.3f} to {interval.high * 100:.3f}")
    for estimate, found in one.estimates:
        ends = "no interval" if found is None else f"{found.low * 100:.3f} to {found.high * 100:.3f}"
        say(f"  {estimate.name:13}{estimate.value * 100:.3f}  {ends}")
    if one.verdict.accepted:
        say("  The gate accepts.")
    else:
        say("  The gate refuses: " + "; ".join(one.verdict.reasons) + ".")
