"""What a release is: a folder with a trained ranker that is never changed, and what is said of it.

    <root>/releases/<n>/        model files as `train` wrote them, card.json among them, and manifest.json
    <root>/evidence/<n>/        shadow.json, gate.json: what was measured later
    <root>/moves.json           which release is at which stage, since when, by whom and why; see registry.py

The manifest is written before the folder gets its name, so a folder with a number is complete.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final, Literal, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from recommender.errors import ReleaseBroken, ReleaseMissing

MANIFEST: Final = "manifest.json"
CARD: Final = "card.json"
Kind = TypeVar("Kind", bound=BaseModel)


class Stage(StrEnum):
    """Where a release stands."""

    CANDIDATE = "candidate"
    SHADOW = "shadow"
    CANARY = "canary"
    LIVE = "live"
    RETIRED = "retired"


class FileEntry(BaseModel):
    """One file of a release."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    bytes: int
    sha256: str


class ReleaseManifest(BaseModel):
    """What a release holds.

    Args:
        number: from 1.
        made_at: UTC.
        made_by: who trained it, e.g. "schedule".
        seed: of the training.
        files: name -> size and hash, all files but this one.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["aisle-release/1"] = "aisle-release/1"
    number: int
    made_at: AwareDatetime
    made_by: str
    seed: int
    files: dict[str, FileEntry]


def releases_folder(root: Path) -> Path:
    """Folder of all releases of a catalogue."""
    return root / "releases"


def release_folder(root: Path, number: int) -> Path:
    """Folder of one release."""
    return releases_folder(root) / str(number)


def evidence_folder(root: Path, number: int) -> Path:
    """Folder of what was measured of one release."""
    return root / "evidence" / str(number)


def complete_releases(root: Path) -> list[int]:
    """Numbers of all releases, rising."""
    paths = releases_folder(root).glob(f"*/{MANIFEST}")
    return sorted(int(path.parent.name) for path in paths if path.parent.name.isdigit())


def write_release(root: Path, draft: Path, *, made_by: str, seed: int, now: datetime) -> int:
    """Make a release of what a training wrote.

    Args:
        root: of the catalogue's models.
        draft: folder with the files, on the same disk; it becomes the release's folder.
        made_by, seed: see ReleaseManifest.
        now: aware.

    Returns:
        Its number.
    """
    number = max([0, *complete_releases(root)]) + 1
    entries = {path.name: _entry(path) for path in sorted(draft.iterdir()) if path.is_file() and path.name != MANIFEST}
    manifest = ReleaseManifest(number=number, made_at=now.astimezone(UTC), made_by=made_by, seed=seed, files=entries)
    write_durably(draft / MANIFEST, manifest.model_dump_json(indent=2))
    target = release_folder(root, number)
    target.parent.mkdir(parents=True, exist_ok=True)
    if target.exists():
        shutil.rmtree(target)  # Without a manifest, so nobody's: a writer was stopped.
    os.rename(draft, target)
    _sync_folder(target.parent)
    return number


def read_manifest(root: Path, number: int) -> ReleaseManifest:
    """Read a release's manifest.

    Raises:
        ReleaseMissing: there is no such release.
        ReleaseBroken: it cannot be read.
    """
    path = release_folder(root, number) / MANIFEST
    try:
        return ReleaseManifest.model_validate_json(path.read_bytes())
    except FileNotFoundError as error:
        raise ReleaseMissing(
            f"There is no release {number}: `aisle models list` shows those that there are."
        ) from error
    except (OSError, ValidationError) as error:
        raise ReleaseBroken(
            f"The manifest of release {number} cannot be read; train again with `aisle train ranker`."
        ) from error


def check_release(root: Path, number: int) -> ReleaseManifest:
    """Compare every file of a release with its manifest.

    Raises:
        ReleaseMissing: there is no such release.
        ReleaseBroken: a file is missing or is another one.
    """
    manifest = read_manifest(root, number)
    folder = release_folder(root, number)
    for name, entry in manifest.files.items():
        path = folder / name
        if not path.is_file() or _entry(path) != entry:
            raise ReleaseBroken(
                f"The file {name} of release {number} is missing or damaged: put it back, or train again with "
                "`aisle train ranker`."
            )
    return manifest


class HeadView(BaseModel):
    """What is read of one outcome's figures: its expected calibration error, where it was measured."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    ece: float | None = None


class RowView(BaseModel):
    """One model on a card."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    name: str
    click: HeadView = HeadView()


class CardView(BaseModel):
    """What promotion reads of a model card; the rest is the trainer's. `model` names the row of what would serve."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    served: bool
    verdict: str
    model: str = ""
    rows: tuple[RowView, ...] = ()

    @property
    def ece(self) -> float | None:
        """Calibration error of its clicks on held-out impressions; None where the card does not say."""
        return next((row.click.ece for row in self.rows if row.name == self.model), None)


def read_card(root: Path, number: int) -> CardView:
    """Read what the training said of a release.

    Raises:
        ReleaseBroken: there is no card, or it cannot be read.
    """
    try:
        return CardView.model_validate_json((release_folder(root, number) / CARD).read_bytes())
    except (OSError, ValidationError) as error:
        raise ReleaseBroken(
            f"The card of release {number} cannot be read; train again with `aisle train ranker`."
        ) from error


def keep_evidence(root: Path, number: int, name: str, evidence: BaseModel) -> None:
    """Write what was measured of a release, in place of what was measured before."""
    folder = evidence_folder(root, number)
    folder.mkdir(parents=True, exist_ok=True)
    write_durably(folder / f"{name}.json", evidence.model_dump_json(indent=2))


def find_evidence(root: Path, number: int, name: str, kind: type[Kind]) -> Kind | None:
    """Read what was measured; None where it was not, or cannot be read (then it is measured again)."""
    try:
        return kind.model_validate_json((evidence_folder(root, number) / f"{name}.json").read_bytes())
    except (OSError, ValidationError):
        return None


def write_durably(path: Path, text: str) -> None:
    """Write a file so that after a crash it is whole: either the old one or the new one."""
    draft = path.with_name(f"{path.name}.part")
    with draft.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _entry(path: Path) -> FileEntry:
    data = path.read_bytes()
    return FileEntry(bytes=len(data), sha256=hashlib.sha256(data).hexdigest())


def card_json(root: Path, number: int) -> dict[str, object]:
    """The whole card, for programs."""
    found: dict[str, object] = json.loads((release_folder(root, number) / CARD).read_bytes())
    return found
