"""What `aisle bench bandit` does: the explorers compared where the truth is known, printed."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from assistant.errors import ConfigError
from assistant.terminal import say, say_json, showing_progress
from recommender.bandit.bench import compare
from recommender.bandit.contest import Plan
from recommender.bandit.figures import Figures, Interval, Row, summarise


def bench_bandit(
    *, seeds: int, steps: int, settings: int, results: Path | None, with_vw: bool, workers: int, as_json: bool
) -> None:
    """Compare, and write what was measured.

    Args:
        seeds: reported seeds.
        steps: decisions per seed.
        settings: settings that each policy's tuning tries.
        results: file in which finished parts are kept, so that a run can go on.
        with_vw: put Vowpal Wabbit beside.
        workers: processes.
        as_json: for programs.

    Raises:
        ConfigError: the results file cannot be written.
        RecommenderError: Vowpal Wabbit is missing, or the results file is of another plan.
    """
    if results is not None and not results.parent.is_dir():
        raise ConfigError(f"There is no folder {results.parent}.")
    plan = Plan(steps=steps, seeds=seeds, settings=settings)
    with showing_progress() as progress:
        units = compare(plan, results=results, with_vw=with_vw, workers=workers, progress=progress)
    figures = summarise(units)
    if as_json:
        say_json({"plan": plan.model_dump(), **asdict(figures)})
    else:
        _tell(plan, figures)


def _tell(plan: Plan, figures: Figures) -> None:
    say(f"{plan.seeds} seeds, {plan.steps:,} decisions each; every policy tuned with {plan.settings} settings on")
    say(f"{plan.tuning_seeds} other seeds; 95 % intervals of a bootstrap over paired seeds")
    for simulator, rows in figures.simulators.items():
        say()
        say(f"{simulator:18}{'reward':>9}{'worst 5 %':>11}  {'of best':24}{'of eps-greedy regret':24}{'at end':>9}")
        for name, row in sorted(rows.items(), key=lambda pair: -pair[1].reward.value):
            say(_line(name, row))
    say()
    say("Choices, by regret of the shipped one's:")
    for name, interval in figures.variants.items():
        say(f"  {name:30}{_between(interval)}")
    say("Impressions until a new item has 90 % of its own rate:")
    for name, interval in figures.cold.impressions.items():
        say(f"  {name:30}{_between(interval, 0)}")
    for name, interval in figures.cold.ours_of_thompson.items():
        say(f"  {name} / thompson: {_between(interval)}")
    for name, verdict in figures.verdicts.items():
        told = ", ".join(
            f"{key} {value if isinstance(value, bool) else round(value, 4)}" for key, value in verdict.items()
        )
        say(f"{name}: {told}")


def _line(name: str, row: Row) -> str:
    return (
        f"{name:18}{row.reward.value:9.1f}{row.worst:11.1f}  {_between(row.of_best):24}"
        f"{_between(row.of_epsilon_greedy):24}{row.simple_regret.value:10.4f}"
    )


def _between(one: Interval, digits: int = 3) -> str:
    return f"{one.value:.{digits}f} ({one.low:.{digits}f}–{one.high:.{digits}f})"
