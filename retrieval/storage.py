"""Where a catalogue lies on disk: numbered versions, a manifest of checksums, and a pointer that is swapped at the end.

    <root>/<name>/CURRENT                  number of the version that is served
    <root>/<name>/versions/<n>/            manifest.json, products.jsonl, bm25/, vectors.npy, compact/, ...
    <root>/<name>/history.jsonl            which version was served from when on, and why
    <root>/<name>/embeddings/              vectors already computed, so that an interrupted import resumes

A version is never changed once it is complete, and never removed while somebody reads it. Knows nothing of what the
files hold.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from retrieval.errors import IMPORT_AGAIN, CatalogueMissing, ImportFailed, IndexBroken
from retrieval.holds import MANIFEST, retire

FORMAT = 1
VOCABULARY = "vocabulary.json.gz"
VECTORS = "vectors.npy"
COMPACT = "compact"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
KEPT_VERSIONS = 3


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a version holds.

    Args:
        name: of the catalogue, e.g. "icecat".
        version: number of the version, from 1.
        currency: ISO 4217 code of every price.
        products: number of products.
        encoder: name of the encoder of the vectors; None where the catalogue has none.
        files: path inside the version -> (bytes, SHA-256).
    """

    name: str
    version: int
    currency: str
    products: int
    encoder: str | None
    files: Mapping[str, tuple[int, str]]


def catalogue_folder(root: Path, name: str) -> Path:
    """Return the folder of a catalogue.

    Raises:
        CatalogueMissing: the name is no plain file name.
    """
    if not _NAME.fullmatch(name):
        raise CatalogueMissing(f"{name!r} is no catalogue name: use letters, digits, dots, dashes and underscores.")
    return root / name


def find_current(folder: Path) -> int | None:
    """Return the number of the version that is served; None where there is none."""
    try:
        return int((folder / "CURRENT").read_text("ascii"))
    except (FileNotFoundError, ValueError):
        return None


def version_folder(folder: Path, version: int) -> Path:
    """Return the folder of one version."""
    return folder / "versions" / str(version)


def complete_versions(folder: Path) -> list[int]:
    """Return the numbers of all versions that were written to their end, in order."""
    paths = (folder / "versions").glob(f"*/{MANIFEST}")
    return sorted(int(path.parent.name) for path in paths if path.parent.name.isdigit())


@contextmanager
def changing(folder: Path, name: str) -> Iterator[None]:
    """Be the only one that changes a catalogue; its folder is made where it is missing.

    Raises:
        ImportFailed: somebody else is changing it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder / "import.lock", timeout=0):
            yield
    except Timeout as error:
        raise ImportFailed(f"Another import into catalogue {name!r} is running.") from error


def begin_version(folder: Path) -> tuple[int, Path]:
    """Create the folder of the next version and throw away what an interrupted import left."""
    versions = folder / "versions"
    versions.mkdir(parents=True, exist_ok=True)
    complete = complete_versions(folder)
    for path in versions.iterdir():
        if not path.name.isdigit() or int(path.name) not in complete:
            shutil.rmtree(path, ignore_errors=True)
    number = max([find_current(folder) or 0, *complete]) + 1
    path = versions / str(number)
    path.mkdir()
    return number, path


def finish_version(path: Path, manifest: Manifest) -> None:
    """Write the manifest, which makes the version complete; it is not served yet."""
    row = {
        "format": FORMAT,
        "name": manifest.name,
        "version": manifest.version,
        "currency": manifest.currency,
        "products": manifest.products,
        "encoder": manifest.encoder,
        "files": {name: list(entry) for name, entry in manifest.files.items()},
    }
    write_atomically(path / MANIFEST, json.dumps(row, indent=1))


def serve_version(folder: Path, version: int) -> None:
    """Point CURRENT at a complete version: from now on it is the one that is opened."""
    write_atomically(folder / "CURRENT", f"{version}\n")


def remove_old_versions(folder: Path, *, kept: int, before: int | None) -> list[int]:
    """Remove versions beyond those that are kept. The served one is, and what somebody reads stays for the next time.

    Args:
        folder: of the catalogue.
        kept: versions to keep, with the one that is served.
        before: the version that was served until now: the one to go back to, so it is the first to be kept.

    Returns:
        Numbers of the versions removed.
    """
    current = find_current(folder)
    others = sorted(
        (number for number in complete_versions(folder) if number != current), key=lambda n: (n == before, n)
    )
    removed = []
    for number in others[: len(others) - (kept - 1)] if kept > 1 else others:
        path = version_folder(folder, number)
        # Without its manifest it is no version, so the next import ends a removal that was interrupted.
        if retire(path):
            shutil.rmtree(path, ignore_errors=True)
            removed.append(number)
    return removed


def write_atomically(path: Path, text: str) -> None:
    """Replace a small file in one step that survives a power cut."""
    temporary = path.with_name(path.name + ".new")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def read_manifest(path: Path) -> Manifest:
    """Read a version's manifest.

    Raises:
        IndexBroken: it is missing, damaged or of another format.
    """
    try:
        row = json.loads((path / MANIFEST).read_text("utf-8"))
        if row["format"] != FORMAT:
            raise IndexBroken(f"The catalogue was written in format {row['format']}: {IMPORT_AGAIN}.")
        files = {str(name): (int(size), str(digest)) for name, (size, digest) in row["files"].items()}
        return Manifest(
            str(row["name"]), int(row["version"]), str(row["currency"]), int(row["products"]), row["encoder"], files
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise IndexBroken(f"The catalogue's manifest cannot be read: {IMPORT_AGAIN}.") from error


def digest_files(path: Path, names: list[str]) -> dict[str, tuple[int, str]]:
    """Return size and SHA-256 of the files `names` below `path`.

    Raises:
        ImportFailed: a file that was just written cannot be read.
    """
    try:
        return {name: _digest(path / name) for name in names}
    except OSError as error:
        raise ImportFailed(f"The catalogue could not be written: {error}.") from error


def file_sha256(path: Path) -> str:
    """Return the SHA-256 of a file, as a manifest has it."""
    return _digest(path)[1]


def _digest(path: Path) -> tuple[int, str]:
    with path.open("rb") as file:
        return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()


def check_files(path: Path, manifest: Manifest, prefix: str) -> None:
    """Compare the files whose name starts with `prefix` with the manifest.

    Raises:
        IndexBroken: a file is missing, cut off or changed.
    """
    for name, expected in manifest.files.items():
        if name.startswith(prefix):
            try:
                found = _digest(path / name)
            except OSError as error:
                raise IndexBroken(f"{name} of catalogue {manifest.name!r} is missing: {IMPORT_AGAIN}.") from error
            if found != expected:
                raise IndexBroken(f"{name} of catalogue {manifest.name!r} is damaged: {IMPORT_AGAIN}.")


def current_version(root: Path, name: str) -> tuple[Path, Manifest]:
    """Return folder and manifest of the version that is served.

    Raises:
        CatalogueMissing: nothing is imported under that name.
        IndexBroken: the version is damaged.
    """
    folder = catalogue_folder(root, name)
    number = find_current(folder)
    if number is None:
        raise CatalogueMissing(f"There is no catalogue {name!r}: load one with `aisle import`.")
    path = version_folder(folder, number)
    return path, read_manifest(path)
