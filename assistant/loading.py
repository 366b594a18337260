"""What `aisle import` does, once its arguments are read: a whole catalogue, or with --update a part of one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.catalogue_report import highlights
from assistant.config import Settings
from assistant.terminal import Progress, say, say_json, showing_progress

if TYPE_CHECKING:
    from retrieval.encoder import Encoder
    from retrieval.importers.rows import RejectedRow
    from retrieval.loader import ImportReport, Terms

_SHOWN_REJECTIONS = 20


@dataclass(frozen=True, slots=True)
class Given:
    """Arguments of `aisle import`; see its help."""

    file: Path
    map_: str | None
    name: str | None
    format_: str
    embed: bool
    update: bool = False
    force: bool = False


def import_catalogue(settings: Settings, given: Given, *, as_json: bool) -> None:
    """Load a catalogue and tell what was loaded and what was rejected."""
    from assistant.store.engine import check_data_folder

    name = given.name or catalogue_name(given.file)
    check_data_folder(settings.data)
    with showing_progress() as progress:
        report = (_update if given.update else _import)(settings, given, name, progress)
    if as_json:
        say_json(report_json(report))
    else:
        _write(report, name, settings.locale, update=given.update)


def _import(settings: Settings, given: Given, name: str, progress: Progress) -> ImportReport:
    from assistant.places import catalogues_folder
    from assistant.taken import behaviour_so_far, keep_bought
    from retrieval.loader import import_file

    behaviour = behaviour_so_far(settings)
    report = import_file(
        given.file,
        root=catalogues_folder(settings),
        name=name,
        column_map=None if given.map_ is None else find_map(given.map_),
        format=given.format_,
        encoder=encoder_of(settings, progress) if given.embed else None,
        currency=settings.currency,
        taken=behaviour.taken if given.embed else (),
        terms=terms_of(settings, progress, force=given.force),
    )
    keep_bought(settings, name, behaviour.baskets)
    return report


def _update(settings: Settings, given: Given, name: str, progress: Progress) -> ImportReport:
    from assistant.places import catalogues_folder
    from retrieval.encoder import load_encoder
    from retrieval.updating import update_file

    def load(encoder: str) -> Encoder:
        progress("loading the encoder", 0, None)
        return load_encoder(encoder, settings.encoder_dtype)

    return update_file(
        given.file,
        root=catalogues_folder(settings),
        name=name,
        load_encoder=load,
        column_map=None if given.map_ is None else find_map(given.map_),
        format=given.format_,
        currency=settings.currency if "currency" in settings.model_fields_set else None,
        terms=terms_of(settings, progress, force=given.force),
    )


def terms_of(settings: Settings, progress: Progress, *, force: bool) -> Terms:
    """How a version is written, by the settings."""
    from retrieval.loader import Terms

    return Terms(progress, force=force, kept=settings.keep_versions)


def encoder_of(settings: Settings, progress: Progress) -> Encoder | None:
    """Load the encoder of the settings; None where it is switched off."""
    if settings.shop_encoder == "off":
        return None
    from retrieval.encoder import load_encoder

    progress("loading the encoder", 0, None)
    return load_encoder(settings.shop_encoder, settings.encoder_dtype)


def report_json(report: ImportReport) -> dict[str, Any]:
    """What an import did, for programs."""
    changes = report.data.changes
    return {
        "rows": report.rows,
        "loaded": report.loaded,
        "rejected": [{"line": row.line, "reason": row.reason} for row in report.rejected],
        "seconds": round(report.seconds, 3),
        "format": report.format,
        "catalogue_version": report.data.version,
        "products": report.data.products,
        "added": report.data.products if changes is None else changes.added,
        "changed": 0 if changes is None else changes.changed,
        "removed": 0 if changes is None else changes.removed,
        "duplicates": report.data.duplicates_found,
        "unchanged": report.unchanged,
        "ignored_columns": list(report.data.ignored_columns),
    }


def _write(report: ImportReport, name: str, locale: str, *, update: bool) -> None:
    from retrieval.importers import IMPORTERS

    into = f"into catalogue {name!r}, which has {report.data.products} now" if update else f"as catalogue {name!r}"
    say(
        f"{report.loaded} products from {report.rows} rows in {report.seconds:.1f} s, {into}."
        f" Read as {IMPORTERS[report.format].about}, priced in {report.currency}."
    )
    bad = [row for row in report.rejected if not row.withdraws]
    _write_rows("could not be loaded", bad)
    _write_rows("not for sale", [row for row in report.rejected if row.withdraws])
    if bad and report.format in ("csv", "jsonl") and not report.unchanged:
        say(f"To mend what could not be loaded: aisle catalogue report {name} --rejected FILE")
    if report.unchanged:
        say(f"Nothing changed: the catalogue holds all of it already, so version {report.data.version} stays.")
    for sentence in highlights(report.data, locale):
        say(sentence)
    say(f"Serve it: aisle serve --catalogue {name}")


def _write_rows(what: str, rows: Sequence[RejectedRow]) -> None:
    if rows:
        say(f"{len(rows)} {what}:")
    for row in rows[:_SHOWN_REJECTIONS]:
        say(f"  line {row.line}: {row.reason}")
    if len(rows) > _SHOWN_REJECTIONS:
        say(f"  and {len(rows) - _SHOWN_REJECTIONS} more; --json lists all of them")


def catalogue_name(file: Path) -> str:
    """Make a catalogue's name of a file's, e.g. "spring-2026" of "Spring 2026.csv.gz"."""
    return re.sub(r"[^a-z0-9_]+", "-", file.name.split(".")[0].lower()).strip("-") or "catalogue"


def find_map(given: str) -> Path:
    """Return the column map of a path, or of the name of one that comes with Aisle, e.g. "icecat"."""
    from retrieval.importers.column_map import MAPS

    shipped = MAPS / f"{given}.yaml"
    return shipped if given.isidentifier() and shipped.is_file() and not Path(given).is_file() else Path(given)
