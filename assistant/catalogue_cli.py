"""The commands of `aisle catalogue`: versions, going back, the report of a load, deleting products.

Like `assistant.cli` it reads arguments and loads nothing heavy before a command runs.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from assistant.given import JsonFlag, read_settings

catalogue = typer.Typer(
    help="Versions of an imported catalogue, reports of its loads, and deleting products.", add_completion=False
)
Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of an imported catalogue.")]


@catalogue.command("versions")
def versions(name: Name, json: JsonFlag = False) -> None:
    """List the versions that are kept, the newest first.

    Example: aisle catalogue versions myshop
    """
    from assistant.catalogue_commands import list_catalogue_versions

    list_catalogue_versions(read_settings(), name, as_json=json)


@catalogue.command("rollback")
def rollback(
    name: Name,
    to: Annotated[
        int | None, typer.Option("--to", metavar="N", help="Number of the version; without it, the one before.")
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Serve an older version again, after a look at its checksums. Running servers follow within seconds.

    Example: aisle catalogue rollback myshop
    """
    from assistant.catalogue_commands import roll_catalogue_back

    roll_catalogue_back(read_settings(), name, to=to, as_json=json)


@catalogue.command("report")
def report(
    name: Name,
    number: Annotated[
        int | None, typer.Option("--number", metavar="N", help="Number of the version; without it, the served one.")
    ] = None,
    rejected: Annotated[
        Path | None,
        typer.Option("--rejected", metavar="FILE", help="Write the rejected rows of a table into a file, to mend."),
    ] = None,
    json: JsonFlag = False,
) -> None:
    """Show what a load brought: counts, coverage, changes, rejected rows, duplicates.

    Example: aisle catalogue report myshop --rejected mend.csv
    """
    from assistant.catalogue_commands import show_report

    show_report(read_settings(), name, number=number, rejected=rejected, as_json=json)


@catalogue.command("delete")
def delete(
    name: Name,
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Ids of products.")] = None,
    file: Annotated[
        Path | None, typer.Option("--from", metavar="FILE", help="A text with one id a line; - reads from stdin.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Delete also most of the catalogue.")] = False,
    json: JsonFlag = False,
) -> None:
    """Delete products. The old catalogue is served until the new one is complete.

    Example: aisle catalogue delete myshop trail-jacket ridge-boot
    """
    from assistant.catalogue_commands import delete_from_catalogue

    delete_from_catalogue(read_settings(), name, ids or [], file=file, force=force, as_json=json)
