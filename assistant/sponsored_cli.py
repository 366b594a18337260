"""The commands of `aisle sponsored`: places that somebody pays for, also while the server runs.

Like `assistant.cli` it reads arguments and loads nothing heavy before a command runs.
"""

from __future__ import annotations

from typing import Annotated

import typer

from assistant.given import CatalogueName, JsonFlag, Who, read_settings

sponsored = typer.Typer(
    help="Sponsored places: at most one card of five, labelled, never first. There are none unless you add a campaign.",
    add_completion=False,
)


@sponsored.command("list")
def list_campaigns(
    every: Annotated[bool, typer.Option("--all", help="Also those that were stopped or are over.")] = False,
    catalogue: CatalogueName = None,
    json: JsonFlag = False,
) -> None:
    """List campaigns, who added them and when.

    Example: aisle sponsored list
    """
    from assistant.sponsored_commands import list_campaigns as run

    run(read_settings(catalogue=catalogue), every=every, as_json=json)


@sponsored.command("add")
def add_campaign(
    campaign: Annotated[
        str,
        typer.Argument(
            metavar="CAMPAIGN", help="As JSON: sponsor, item_ids, ends; starts, words, per_shopper_per_day."
        ),
    ],
    by: Who = "command line",
    catalogue: CatalogueName = None,
    json: JsonFlag = False,
) -> None:
    """Add a campaign; it acts from the next slate on.

    Example: aisle sponsored add '{"sponsor": "Alp", "item_ids": ["tent-1"], "ends": "2027-01-01T00:00:00Z"}'
    """
    from assistant.sponsored_commands import add_campaign as run

    run(read_settings(catalogue=catalogue), campaign, who=by, as_json=json)


@sponsored.command("stop")
def stop_campaign(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="Of the campaign, as aisle sponsored list shows it.")],
    by: Who = "command line",
    catalogue: CatalogueName = None,
    json: JsonFlag = False,
) -> None:
    """Stop a campaign at once; the record of it stays.

    Example: aisle sponsored stop 3
    """
    from assistant.sponsored_commands import stop_campaign as run

    run(read_settings(catalogue=catalogue), number, who=by, as_json=json)
