"""What the commands of `aisle catalogue` do, once their arguments are read."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assistant.catalogue_report import highlights, lines
from assistant.config import Settings
from assistant.errors import ConfigError
from assistant.loading import report_json, terms_of
from assistant.places import catalogues_folder
from assistant.terminal import say, say_json, showing_progress, warn
from retrieval.data_report import DataReport
from retrieval.quarantine import read_quarantine
from retrieval.updating import delete_products
from retrieval.versions import Version, list_versions, roll_back, served_report


def list_catalogue_versions(settings: Settings, name: str, *, as_json: bool) -> None:
    """Write the versions of a catalogue that are kept."""
    versions = list_versions(catalogues_folder(settings), name)
    if as_json:
        say_json({"catalogue": name, "versions": [_json(version) for version in versions]})
        return
    for version in versions:
        encoder = f"vectors of {version.encoder}" if version.encoder else "words alone"
        served = ", served" if version.served else ""
        say(
            f"{version.number}  {version.made}  {version.products:,} products, {encoder}, "
            f"{version.size_bytes / 1e6:.1f} MB{_what(version)}{served}"
        )


def _what(version: Version) -> str:
    report = version.report
    if report is None:
        return ""
    if report.changes is None:
        return f", {report.kind}"
    changes = report.changes
    return f", {report.kind}: {changes.added:,} added, {changes.changed:,} changed, {changes.removed:,} removed"


def _json(version: Version) -> dict[str, Any]:
    report = version.report
    changes = None if report is None else report.changes
    return {
        "number": version.number,
        "served": version.served,
        "made": version.made,
        "kind": None if report is None else report.kind,
        "products": version.products,
        "encoder": version.encoder,
        "bytes": version.size_bytes,
        "added": None if changes is None else changes.added,
        "changed": None if changes is None else changes.changed,
        "removed": None if changes is None else changes.removed,
        "rejected": None if report is None else report.rejected,
    }


def roll_catalogue_back(settings: Settings, name: str, *, to: int | None, as_json: bool) -> None:
    """Serve an older version again."""
    served = roll_back(catalogues_folder(settings), name, to)
    if as_json:
        say_json({"catalogue": name, "served": served.version, "before": served.before, "when": served.when})
    else:
        say(f"Version {served.version} of catalogue {name!r} is served, before it was {served.before}.")


def show_report(settings: Settings, name: str, *, number: int | None, rejected: Path | None, as_json: bool) -> None:
    """Write the data report of a version, and its rejected rows into a file where one is named.

    Raises:
        ConfigError: the rows are not those of a table, or the file cannot be written.
    """
    path, report = served_report(catalogues_folder(settings), name, number)
    quarantined = list(read_quarantine(path))
    if rejected is not None:
        _write_rejected(report, name, [row["text"] for row in quarantined], rejected)
    if as_json:
        told = report.model_dump(mode="json", exclude={"version"})
        say_json({"catalogue": name, "catalogue_version": report.version, **told, "quarantined": quarantined})
        return
    for line in lines(report, settings.locale):
        say(line)


def _write_rejected(report: DataReport, name: str, rows: list[str], file: Path) -> None:
    if report.header is None and report.format != "jsonl":
        raise ConfigError("The load read no table with rejected rows; --json tells of other files which lines to mend.")
    told = rows if report.header is None else [report.header, *rows]
    try:
        file.write_text("".join(f"{row}\n" for row in told if row), "utf-8", "surrogateescape")
    except OSError as error:
        raise ConfigError(f"{file} cannot be written: {error.strerror}.") from error
    warn(
        f"The rejected rows lie in {file}: mend them, and load them with `aisle import {file} --update --name {name}`."
    )


def delete_from_catalogue(
    settings: Settings, name: str, ids: Sequence[str], *, file: Path | None, force: bool, as_json: bool
) -> None:
    """Delete products by their ids, given one by one or in a file.

    Raises:
        ConfigError: no id was given, or the file cannot be read.
    """
    wanted = [*ids, *_ids_in(file)]
    if not wanted:
        raise ConfigError("No id was given: name products, or a file with --from.")
    with showing_progress() as progress:
        report = delete_products(
            wanted,
            root=catalogues_folder(settings),
            name=name,
            terms=terms_of(settings, progress, force=force),
        )
    if as_json:
        say_json(report_json(report) | {"missing": list(report.missing)})
        return
    say(f"{report.data.products:,} products are left in catalogue {name!r}, after {report.seconds:.1f} s.")
    for sentence in highlights(report.data, settings.locale):
        say(sentence)
    if report.missing:
        told = ", ".join(report.missing[:5]) + (" …" if len(report.missing) > 5 else "")
        say(f"{len(report.missing)} of the ids were not there: {told}")


def _ids_in(file: Path | None) -> list[str]:
    if file is None:
        return []
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text("utf-8-sig")
    except OSError as error:
        raise ConfigError(f"{file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file} is no text in UTF-8.") from error
    return [line.strip() for line in text.splitlines() if line.strip()]
