"""The click model's files: tensors (safetensors) and a manifest that vouches for them.

Knows the tensors' names and shapes, not what is computed with them. Nothing here can run code from a file.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError
from safetensors import SafetensorError
from safetensors.numpy import load, save

from recommender.baselines import MAX_POSITIONS
from recommender.errors import ArtifactBroken
from recommender.features import FEATURES
from recommender.item_table import HASH_BUCKETS, HASH_FIELDS

TENSORS_FILE: Final = "ctr.safetensors"
MANIFEST_FILE: Final = "ctr.json"
CARD_FILE: Final = "card.json"

EMBEDDING_WIDTH: Final = 6
N_CROSS: Final = 2
HIDDEN: Final = 32
INPUT_WIDTH: Final = len(FEATURES) + EMBEDDING_WIDTH * len(HASH_FIELDS)
_MAX_BYTES: Final = 64 * 2**20

SHAPES: Final[Mapping[str, tuple[int, ...]]] = {
    "mean": (len(FEATURES),),
    "scale": (len(FEATURES),),
    "embedding": (HASH_BUCKETS, EMBEDDING_WIDTH),
    **{f"cross{i}.weight": (INPUT_WIDTH, INPUT_WIDTH) for i in range(N_CROSS)},
    **{f"cross{i}.bias": (INPUT_WIDTH,) for i in range(N_CROSS)},
    "deep.weight": (HIDDEN, INPUT_WIDTH),
    "deep.bias": (HIDDEN,),
    "out.weight": (INPUT_WIDTH + HIDDEN,),
    "out.bias": (1,),
    "position": (MAX_POSITIONS,),
}

Tensors = Mapping[str, NDArray[np.float32]]


class Manifest(BaseModel):
    """What the tensor file must be.

    Args:
        format: of these files.
        sha256: of the tensor file.
        shapes: tensor name -> shape.
        features, hash_fields: what the inputs mean, in order.
        base_logit: mean output on the training examples at the first position; a candidate counts against it.
        served: whether the model beat the baselines; where False it is kept but not used.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal["aisle-ctr/1"]
    sha256: str
    shapes: dict[str, tuple[int, ...]]
    features: tuple[str, ...]
    hash_fields: tuple[str, ...]
    base_logit: float
    served: bool


@dataclass(frozen=True, slots=True)
class Artifact:
    """A checked click model."""

    manifest: Manifest
    tensors: Tensors


def save_artifact(folder: Path, tensors: Tensors, *, base_logit: float, served: bool) -> Manifest:
    """Write tensors and manifest; the manifest last, so that a torn write is noticed.

    Args:
        folder: made where missing.
        tensors: with the names and shapes of SHAPES, float32.
        base_logit, served: see Manifest.
    """
    folder.mkdir(parents=True, exist_ok=True)
    data = save({name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()})
    manifest = Manifest(
        format="aisle-ctr/1",
        sha256=hashlib.sha256(data).hexdigest(),
        shapes={name: tuple(tensor.shape) for name, tensor in tensors.items()},
        features=FEATURES,
        hash_fields=HASH_FIELDS,
        base_logit=base_logit,
        served=served,
    )
    write_whole(folder / TENSORS_FILE, data)
    write_whole(folder / MANIFEST_FILE, manifest.model_dump_json(indent=2).encode())
    return manifest


def load_artifact(folder: Path) -> Artifact | None:
    """Read and check a model; None where there is none.

    Raises:
        ArtifactBroken: a file is missing, damaged, of another shape, or holds numbers that are not finite.
    """
    if not (folder / MANIFEST_FILE).exists() and not (folder / TENSORS_FILE).exists():
        return None
    try:
        manifest = Manifest.model_validate_json((folder / MANIFEST_FILE).read_bytes())
        size = (folder / TENSORS_FILE).stat().st_size
        data = (folder / TENSORS_FILE).read_bytes() if size <= _MAX_BYTES else b""
    except (OSError, ValidationError) as error:
        raise ArtifactBroken("The click model's manifest or tensor file is missing or damaged.") from error
    if hashlib.sha256(data).hexdigest() != manifest.sha256:
        raise ArtifactBroken("The click model's tensor file is not the one its manifest names.")
    if (manifest.features, manifest.hash_fields) != (FEATURES, HASH_FIELDS) or not np.isfinite(manifest.base_logit):
        raise ArtifactBroken("The click model was trained on other features; train it again.")
    return Artifact(manifest, _checked(data))


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that a reader sees all of it or the one before."""
    draft = path.with_suffix(path.suffix + ".part")
    draft.write_bytes(data)
    os.replace(draft, path)


def _checked(data: bytes) -> Tensors:
    try:
        tensors = load(data)
    except (SafetensorError, ValueError, KeyError) as error:
        raise ArtifactBroken("The click model's tensor file cannot be read.") from error
    if {name: tensor.shape for name, tensor in tensors.items()} != dict(SHAPES):
        raise ArtifactBroken("The click model's tensors have other names or shapes.")
    for name, tensor in tensors.items():
        if tensor.dtype != np.float32 or not np.isfinite(tensor).all():
            raise ArtifactBroken(f"The click model's tensor {name!r} holds something other than finite numbers.")
    return tensors
