"""The commands of `aisle experiments`: what runs, who sees what, what came of it. They work while the server runs.

Like `assistant.cli` it reads arguments and loads nothing heavy before a command runs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant.given import JsonFlag, Who, read_settings

experiments = typer.Typer(
    help="Compare ways to serve shoppers: start, stop, judge. They work while the server runs.", add_completion=False
)
Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the experiment.")]


@experiments.command("list")
def list_(json: JsonFlag = False) -> None:
    """List the experiments, the latest first.

    Example: aisle experiments list
    """
    from assistant.experiment_commands import list_experiments

    list_experiments(read_settings(), as_json=json)


@experiments.command("plan")
def plan(
    baseline: Annotated[float, typer.Option(help="The metric now: a rate from 0 to 1, or with --deviation a mean.")],
    lift: Annotated[float, typer.Option(help="Smallest relative change worth finding, e.g. 0.1.")] = 0.1,
    deviation: Annotated[
        float | None, typer.Option(help="Standard deviation of an amount, e.g. of revenue per session.")
    ] = None,
    alpha: Annotated[float, typer.Option(help="Chance of a false alarm.")] = 0.05,
    power: Annotated[float, typer.Option(help="Chance of finding the change.")] = 0.8,
    arms: Annotated[int, typer.Option(help="Number of arms.", min=2, max=8)] = 2,
    per_day: Annotated[float | None, typer.Option(help="Sessions or shoppers a day that take part.")] = None,
    json: JsonFlag = False,
) -> None:
    """Say how many shoppers or sessions an experiment needs.

    Example: aisle experiments plan --baseline 0.05 --lift 0.1 --per-day 2000
    """
    from assistant.experiment_commands import plan_experiment

    plan_experiment(baseline, lift, deviation, alpha=alpha, power=power, n_arms=arms, per_day=per_day, as_json=json)


@experiments.command("start")
def start(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The experiment, as JSON.")],
    by: Who = "command line",
    json: JsonFlag = False,
) -> None:
    """Start an experiment; for one that runs already, let more traffic in.

    Example: aisle experiments start cards.json --by Nora
    """
    from assistant.experiment_commands import start_experiment

    start_experiment(read_settings(), file, who=by, as_json=json)


@experiments.command("stop")
def stop(
    name: Name,
    because: Annotated[str, typer.Option(metavar="WORDS", help="Why, for the audit.")] = "stopped by hand",
    by: Who = "command line",
    json: JsonFlag = False,
) -> None:
    """Stop an experiment for good. A running server obeys from the next message on.

    Example: aisle experiments stop cards --because 'the sale begins' --by Nora
    """
    from assistant.experiment_commands import stop_experiment

    stop_experiment(read_settings(), name, because=because, who=by, as_json=json)


@experiments.command("report")
def report(name: Name, json: JsonFlag = False) -> None:
    """Say what an experiment has shown by now; it may be looked at as often as you like.

    Example: aisle experiments report cards
    """
    from assistant.experiment_commands import report_experiment

    report_experiment(read_settings(), name, as_json=json)
