"""The click model's files and a manifest that vouches for them.

Knows names and hashes, not what is computed with the contents; served.py reads those. Nothing here or there can run
code from a file: tensors are safetensors, graphs ONNX, trees LightGBM's text.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

from recommender.errors import ArtifactBroken
from recommender.examples import HEADS
from recommender.features import FEATURES, HISTORY_FIELDS
from recommender.item_table import HASH_FIELDS

TENSORS_FILE: Final = "ctr.safetensors"
USER_GRAPH: Final = "user.onnx"
ITEM_GRAPH: Final = "item.onnx"
TREE_FILES: Final = tuple(f"{head}.trees" for head in HEADS)
MANIFEST_FILE: Final = "ctr.json"
CARD_FILE: Final = "card.json"
_MAX_BYTES: Final = 256 * 2**20

Kind = Literal["logistic regression", "factorisation machine", "trees", "machine and trees", "network"]
FILES: Final[Mapping[Kind, tuple[str, ...]]] = {
    "logistic regression": (TENSORS_FILE,),
    "factorisation machine": (TENSORS_FILE,),
    "trees": (TENSORS_FILE, *TREE_FILES),
    "machine and trees": (TENSORS_FILE, *TREE_FILES),
    "network": (TENSORS_FILE, USER_GRAPH, ITEM_GRAPH),
}
"""Which files each kind of model has."""


class Manifest(BaseModel):
    """What the files must be.

    Args:
        format: of these files.
        kind: of model.
        files: name -> sha256.
        features, hash_fields, history_fields: what the inputs mean, in order.
        base_logit: mean log-odds of a click on the training examples at the first place; a candidate counts against it.
        served: whether the model earned its place; where False it is kept but not used.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["aisle-ctr/2"]
    kind: Kind
    files: dict[str, str]
    features: tuple[str, ...]
    hash_fields: tuple[str, ...]
    history_fields: tuple[str, ...]
    base_logit: float
    served: bool

    @property
    def sha256(self) -> str:
        """Hash over the hashes of all files: the model's identity."""
        text = ";".join(f"{name}={digest}" for name, digest in sorted(self.files.items()))
        return hashlib.sha256(f"{self.kind};{self.base_logit!r};{text}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Artifact:
    """A click model whose files are those that the manifest names."""

    manifest: Manifest
    files: Mapping[str, bytes]


def save_artifact(folder: Path, kind: Kind, files: Mapping[str, bytes], *, base_logit: float, served: bool) -> Manifest:
    """Write files and manifest; the manifest last, so that a torn write is noticed.

    Args:
        folder: made where missing.
        kind: of model.
        files: name -> content, those of FILES.
        base_logit, served: see Manifest.
    """
    folder.mkdir(parents=True, exist_ok=True)
    manifest = Manifest(
        format="aisle-ctr/2",
        kind=kind,
        files={name: hashlib.sha256(data).hexdigest() for name, data in files.items()},
        features=FEATURES,
        hash_fields=HASH_FIELDS,
        history_fields=HISTORY_FIELDS,
        base_logit=base_logit,
        served=served,
    )
    for name, data in files.items():
        write_whole(folder / name, data)
    write_whole(folder / MANIFEST_FILE, manifest.model_dump_json(indent=2).encode())
    return manifest


def load_artifact(folder: Path) -> Artifact | None:
    """Read and check a model; None where there is none.

    Raises:
        ArtifactBroken: a file is missing, damaged, or the model is of another kind of features.
    """
    if not (folder / MANIFEST_FILE).exists() and not (folder / TENSORS_FILE).exists():
        return None
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST_FILE).read_bytes())
        named = (manifest.features, manifest.hash_fields, manifest.history_fields)
        if named != (FEATURES, HASH_FIELDS, HISTORY_FIELDS) or not np.isfinite(manifest.base_logit):
            raise ArtifactBroken("The click model was trained on other features; train it again.")
        if sorted(manifest.files) != sorted(FILES[manifest.kind]):
            raise ArtifactBroken("The click model's manifest names other files; train it again.")
        files = {name: _read(folder / name) for name in manifest.files}
    except (OSError, ValidationError) as error:
        raise ArtifactBroken("A file of the click model is missing or damaged; train it again.") from error
    for name, data in files.items():
        if hashlib.sha256(data).hexdigest() != manifest.files[name]:
            raise ArtifactBroken(f"The click model's {name} is not the one its manifest names; train it again.")
    return Artifact(manifest, files)


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that a reader sees all of it or the one before."""
    draft = path.with_suffix(path.suffix + ".part")
    draft.write_bytes(data)
    os.replace(draft, path)


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.stat().st_size <= _MAX_BYTES else b""
