"""What `aisle experiments` does, also while the server runs.

It knows how to call the lab and how to write its answers; what an experiment is, is decided in recommender.experiments.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from assistant.config import Settings
from assistant.counted import Counted
from assistant.lab import Lab, margins_of
from assistant.prompts import load_prompts
from assistant.store import SqlEventLog, open_beside
from assistant.store.clock import system_clock
from assistant.store.experiments import open_experiment_store
from assistant.support.experiments import Experiments, Kept, Log, log_of
from assistant.terminal import say, say_json
from assistant.train_data import known_traffic
from recommender.errors import ExperimentWrong
from recommender.experiments.analysis import ArmReport, Report
from recommender.experiments.definitions import read_experiment
from recommender.experiments.planning import plan_mean, plan_rate
from recommender.experiments.sequential import Interval


def list_experiments(settings: Settings, *, as_json: bool) -> None:
    """Write every experiment."""
    with _lab(settings) as lab:
        kept = lab.all()
    if as_json:
        say_json({"experiments": [_kept_json(one) for one in kept]})
        return
    for one in kept:
        arms = ", ".join(f"{arm.name} {arm.share:.0%}" for arm in one.experiment.arms)
        say(f"{one.experiment.name}  {_state_of(one)}  {arms}; {one.experiment.traffic:.0%} of traffic")
    if not kept:
        say("There are no experiments yet. Start one: aisle experiments start FILE")


def plan_experiment(
    baseline: float,
    lift: float,
    deviation: float | None,
    *,
    alpha: float,
    power: float,
    n_arms: int,
    per_day: float | None,
    as_json: bool,
) -> None:
    """Write how many units an experiment needs.

    Raises:
        ExperimentWrong: there is no such plan.
    """
    # Each arm is compared with the first one; together they raise a false alarm with at most alpha.
    more: dict[str, Any] = {
        "alpha": alpha / (n_arms - 1),
        "power": power,
        "units_per_day": per_day,
        "n_arms": n_arms,
    }
    plan = plan_rate(baseline, lift, **more) if deviation is None else plan_mean(baseline, deviation, lift, **more)
    if as_json:
        say_json({**asdict(plan), "planned_units": plan.per_arm_peeking * n_arms})
        return
    say(f"To find {lift:+.0%} of {baseline:g} with a chance of {power:.0%}:")
    say(f"  {plan.per_arm:,} per arm, looked at once, at the end")
    say(f"  {plan.per_arm_peeking:,} per arm at most, looked at whenever you like; sooner where the effect is larger")
    say(f'  "planned_units": {plan.per_arm_peeking * n_arms} in the experiment\'s file')
    if plan.days is not None:
        say(f"  {plan.days:,.0f} days at {per_day:,.0f} a day")


def start_experiment(settings: Settings, file: Path, *, who: str, as_json: bool) -> None:
    """Start the experiment of a file.

    Raises:
        ExperimentWrong: the file cannot be read, or it cannot run.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ExperimentWrong(f"{file} cannot be read; give a JSON file.") from error
    with _lab(settings) as lab:
        kept = lab.start(read_experiment(text), who=who)
    _tell(kept, f"{kept.experiment.name} runs, for {kept.experiment.traffic:.0%} of traffic.", as_json)


def stop_experiment(settings: Settings, name: str, *, because: str, who: str, as_json: bool) -> None:
    """Stop an experiment.

    Raises:
        ExperimentWrong: there is none of this name.
    """
    with _lab(settings) as lab:
        kept = lab.stop(name, who=who, because=because)
    _tell(kept, f"{name} is stopped; from the next message on nobody is in it.", as_json)


def report_experiment(settings: Settings, name: str, *, as_json: bool) -> None:
    """Write what an experiment has shown.

    Raises:
        ExperimentWrong: there is none of this name.
        StoreError: there is no database to read.
    """
    with _lab(settings, with_log=True) as lab:
        report = lab.report(name)
        kept = next(one for one in lab.all() if one.experiment.name == name)
        audited = lab.audited(name)
    if as_json:
        audit = [asdict(row) | {"at": row.at.isoformat()} for row in audited]
        say_json({**report_json(report), "state_of_it": _kept_json(kept), "audit": audit})
        return
    say(report.verdict)
    for arm in report.arms:
        say(f"  {arm.name}: {arm.units:,} seen, {arm.counted:,} counted; {kept.experiment.metric} {_figure(arm)}")
    for guard in report.guards:
        mark = "broken" if guard.tripped else "kept"
        say(f"  guard {guard.metric} of {guard.arm}: worse by {guard.worse_by:.4g}, limit {guard.limit:g}: {mark}")
    say(f"  {_state_of(kept)}")


def report_json(report: Report) -> dict[str, Any]:
    """Return a report as JSON values; an end that is not known is null."""
    arms = [asdict(arm) | {"interval": _ends(arm.interval)} for arm in report.arms]
    versus = [
        {
            "arm": row.arm,
            "difference": row.comparison.difference,
            "relative": row.relative,
            "interval": _ends(row.comparison.interval),
            "p_value": row.comparison.p_value,
        }
        for row in report.versus
    ]
    guards = [asdict(guard) for guard in report.guards]
    return {**asdict(report), "arms": arms, "versus": versus, "guards": guards}


@contextmanager
def _lab(settings: Settings, *, with_log: bool = False) -> Iterator[Lab]:
    with ExitStack() as closing:
        log = Log(lambda _: (), lambda _: None)
        if with_log:
            store = open_beside(settings.data)
            closing.callback(store.close)
            events = SqlEventLog(store)
            counted = Counted(events, lambda: known_traffic(settings, store), time.time)
            log = log_of(store, events, counted.fresh, lambda: margins_of(settings))
        experiments = Experiments(open_experiment_store(settings.data), system_clock)
        lab = Lab(experiments, log, load_prompts(), settings)
        closing.callback(lab.close)
        yield lab


def _tell(kept: Kept, words: str, as_json: bool) -> None:
    if as_json:
        say_json(_kept_json(kept))
    else:
        say(words)


def _kept_json(kept: Kept) -> dict[str, Any]:
    return {
        "definition": kept.experiment.model_dump(mode="json"),
        "started_at": kept.started_at.isoformat(),
        "stopped_at": kept.stopped_at.isoformat() if kept.stopped_at else None,
        "stopped_because": kept.stopped_because,
    }


def _state_of(kept: Kept) -> str:
    if kept.stopped_at is None:
        return f"runs since {kept.started_at:%Y-%m-%d %H:%M} UTC"
    return f"stopped {kept.stopped_at:%Y-%m-%d %H:%M} UTC ({kept.stopped_because})"


def _figure(arm: ArmReport) -> str:
    low, high = _ends(arm.interval)
    return f"{arm.mean:.4g}" + (f" ({low:.4g} to {high:.4g})" if low is not None and high is not None else "")


def _ends(interval: Interval) -> tuple[float | None, float | None]:
    if math.isinf(interval.low) or math.isinf(interval.high):
        return (None, None)
    return (interval.low, interval.high)
