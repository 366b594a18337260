"""The commands of `aisle models`: releases of the ranker, from candidate to live and back.

Like `assistant.cli` it reads arguments and loads nothing heavy before a command runs.
"""

from __future__ import annotations

from typing import Annotated

import typer

from assistant.given import CatalogueName, JsonFlag, Who, read_settings

models = typer.Typer(
    help="Releases of the ranker: try one out, ask the gate, promote it, take it back.", add_completion=False
)
Number = Annotated[int, typer.Argument(metavar="NUMBER", help="Of a release.", min=1)]
Because = Annotated[str | None, typer.Option("--because", metavar="TEXT", help="Why, for the history.")]


@models.command("list")
def list_models(catalogue: CatalogueName = None, json: JsonFlag = False) -> None:
    """List the releases and where each stands, the newest first.

    Example: aisle models list
    """
    from assistant.models_commands import list_releases

    list_releases(read_settings(catalogue=catalogue), as_json=json)


@models.command("show")
def show_model(number: Number, catalogue: CatalogueName = None, json: JsonFlag = False) -> None:
    """Show a release: its card, what was measured of it, and its history.

    Example: aisle models show 3
    """
    from assistant.models_commands import show_release

    show_release(read_settings(catalogue=catalogue), number, as_json=json)


@models.command("shadow")
def shadow_model(
    number: Number, by: Who = "command line", catalogue: CatalogueName = None, json: JsonFlag = False
) -> None:
    """Let a release score the requests of the last days without being shown, and measure it.

    Example: aisle models shadow 3
    """
    from assistant.models_commands import shadow_release

    shadow_release(read_settings(catalogue=catalogue), number, who=by, as_json=json)


@models.command("gate")
def gate_model(number: Number, catalogue: CatalogueName = None, json: JsonFlag = False) -> None:
    """Ask the promotion gate whether a release in shadow would have sold more; it refuses with reasons.

    Example: aisle models gate 3
    """
    from assistant.models_commands import gate_release

    gate_release(read_settings(catalogue=catalogue), number, as_json=json)


@models.command("promote")
def promote_model(
    number: Number,
    because: Annotated[
        str | None, typer.Option("--because", metavar="TEXT", help="Overrule a refusal, and why; kept in the history.")
    ] = None,
    by: Who = "command line",
    catalogue: CatalogueName = None,
    json: JsonFlag = False,
) -> None:
    """Take a release one step further: to 1, 5 and 25 % of the shoppers, then to all. Running servers follow.

    Example: aisle models promote 3
    """
    from assistant.models_commands import promote_release

    promote_release(read_settings(catalogue=catalogue), number, who=by, because=because, as_json=json)


@models.command("rollback")
def rollback_model(
    to: Annotated[
        int | None, typer.Option("--to", metavar="NUMBER", help="A release that was live before.", min=1)
    ] = None,
    because: Because = None,
    by: Who = "command line",
    catalogue: CatalogueName = None,
    json: JsonFlag = False,
) -> None:
    """Take the release on trial back, or else the live one: the one before serves again. Running servers follow.

    Example: aisle models rollback
    """
    from assistant.models_commands import roll_release_back

    why = because or "taken back by hand"
    roll_release_back(read_settings(catalogue=catalogue), to=to, who=by, why=why, as_json=json)


@models.command("stop")
def stop_model(
    number: Number,
    because: Because = None,
    by: Who = "command line",
    catalogue: CatalogueName = None,
    json: JsonFlag = False,
) -> None:
    """Retire a release that is not live.

    Example: aisle models stop 3
    """
    from assistant.models_commands import stop_release

    why = because or "stopped by hand"
    stop_release(read_settings(catalogue=catalogue), number, who=by, why=why, as_json=json)


@models.command("tend")
def tend_models(catalogue: CatalogueName = None, json: JsonFlag = False) -> None:
    """Do what is due: train by schedule, measure and judge what is in shadow, count the trial. A server runs it itself.

    Example: aisle models tend
    """
    from assistant.models_commands import tend

    tend(read_settings(catalogue=catalogue), as_json=json)
