"""The versions of a catalogue that are kept, and going back to one of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from retrieval.data_report import DataReport, find_report
from retrieval.errors import IMPORT_AGAIN, CatalogueMissing, ImportFailed, IndexBroken
from retrieval.history import Served, read_history, record
from retrieval.storage import (
    Manifest,
    catalogue_folder,
    changing,
    check_files,
    complete_versions,
    find_current,
    read_manifest,
    serve_version,
    version_folder,
)


@dataclass(frozen=True, slots=True)
class Version:
    """One version that is kept.

    Args:
        number: from 1.
        served: whether it is the one that is served.
        made: ISO time in UTC.
        products: in it.
        encoder: of its vectors; None where it has none.
        size_bytes: of all its files.
        report: what its load brought; None where an older Aisle wrote it.
    """

    number: int
    served: bool
    made: str
    products: int
    encoder: str | None
    size_bytes: int
    report: DataReport | None


def list_versions(root: Path, name: str) -> tuple[Version, ...]:
    """Return the versions of a catalogue, the newest first; a damaged one is passed over.

    Raises:
        CatalogueMissing: nothing is imported under that name.
    """
    folder = catalogue_folder(root, name)
    current = _current(folder, name)
    told = []
    for number in reversed(complete_versions(folder)):
        path = version_folder(folder, number)
        try:
            told.append(_version(path, read_manifest(path), served=number == current))
        except IndexBroken:
            continue
    return tuple(told)


def served_report(root: Path, name: str, number: int | None = None) -> tuple[Path, DataReport]:
    """Return folder and data report of a version.

    Args:
        root: folder of all catalogues.
        name: of the catalogue.
        number: of the version; None for the served one.

    Raises:
        CatalogueMissing: there is no such catalogue or version.
        IndexBroken: the version has no report.
    """
    folder = catalogue_folder(root, name)
    path = version_folder(folder, _current(folder, name) if number is None else number)
    if not path.is_dir():
        raise CatalogueMissing(f"Catalogue {name!r} has no version {number}: `aisle catalogue versions` lists them.")
    report = find_report(path)
    if report is None:
        raise IndexBroken(f"Version {path.name} of catalogue {name!r} has no report: an import from now on writes one.")
    return path, report


def roll_back(
    root: Path, name: str, to: int | None = None, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Served:
    """Serve another version that is kept, after all of its files were compared with their checksums.

    Args:
        root: folder of all catalogues.
        name: of the catalogue.
        to: number of the version; None for the one that was served before.
        now: aware clock.

    Raises:
        CatalogueMissing: nothing is imported under that name.
        ImportFailed: there is no such version, or it is served already; nothing was changed.
        IndexBroken: the version is damaged; nothing was changed.
    """
    folder = catalogue_folder(root, name)
    current = _current(folder, name)
    with changing(folder, name):
        kept = complete_versions(folder)
        target = _served_before(folder, current, kept) if to is None else to
        if target is None:
            raise ImportFailed(f"Catalogue {name!r} has no older version to go back to.")
        if target not in kept:
            told = ", ".join(map(str, kept))
            raise ImportFailed(f"Catalogue {name!r} has no version {target}: the versions kept are {told}.")
        if target == current:
            raise ImportFailed(f"Version {target} of catalogue {name!r} is served already.")
        try:
            _check(version_folder(folder, target))
        except IndexBroken as error:
            # The advice to import again is for a catalogue that is served.
            why = str(error).removesuffix(".").removesuffix(f": {IMPORT_AGAIN}")
            raise IndexBroken(
                f"Version {target} of catalogue {name!r} is damaged ({why}), so version {current} is still served."
            ) from error
        serve_version(folder, target)
        served = Served(now().isoformat(timespec="seconds"), "rollback", target, current)
        record(folder, served)
    return served


def _current(folder: Path, name: str) -> int:
    number = find_current(folder)
    if number is None:
        raise CatalogueMissing(f"There is no catalogue {name!r}: load one with `aisle import`.")
    return number


def _served_before(folder: Path, current: int, kept: list[int]) -> int | None:
    """The version that the served one took the place of; without a history, the next older one."""
    for served in reversed(read_history(folder)):
        if served.version == current and served.before in kept:
            return served.before
    return max((number for number in kept if number < current), default=None)


def _check(path: Path) -> None:
    manifest = read_manifest(path)
    check_files(path, manifest, "")
    if manifest.encoder is not None:
        from retrieval.chroma_index import ChromaIndex

        ChromaIndex.open(path / "chroma", manifest.products).close()


def _version(path: Path, manifest: Manifest, *, served: bool) -> Version:
    report = find_report(path)
    written = datetime.fromtimestamp((path / "manifest.json").stat().st_mtime, UTC)
    return Version(
        number=manifest.version,
        served=served,
        made=written.isoformat(timespec="seconds") if report is None else report.made,
        products=manifest.products,
        encoder=manifest.encoder,
        size_bytes=sum(file.stat().st_size for file in path.rglob("*") if file.is_file()),
        report=report,
    )
