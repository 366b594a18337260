from __future__ import annotations

import hashlib
import json
import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save

from recommender.decide import Recommender
from recommender.errors import ArtifactBroken
from recommender.event_log import MemoryEventLog
from recommender.ctr.artifact import MANIFEST_FILE, SHAPES, TENSORS_FILE, load_artifact, save_artifact
from tests.recommender.shop import ALL, ITEMS, make_context


def _tensors() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(1)
    return {name: rng.normal(size=shape).astype(np.float32) for name, shape in SHAPES.items()}


def _flip_one_bit(folder: Path) -> None:
    data = bytearray((folder / TENSORS_FILE).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / TENSORS_FILE).write_bytes(bytes(data))


def _resave(folder: Path, tensors: dict[str, np.ndarray]) -> None:
    save_artifact(folder, tensors, base_logit=0.0, served=True)


def _with_nan(folder: Path) -> None:
    tensors = _tensors()
    tensors["deep.bias"][3] = np.nan
    _resave(folder, tensors)


def _as_pickle(folder: Path) -> None:
    _forge(folder, pickle.dumps(_tensors()))


def _forge(folder: Path, data: bytes) -> None:
    """Write other bytes and a manifest that vouches for them."""
    (folder / TENSORS_FILE).write_bytes(data)
    _edit(folder, sha256=hashlib.sha256(data).hexdigest())


def _edit(folder: Path, **changes: object) -> None:
    manifest = json.loads((folder / MANIFEST_FILE).read_text())
    (folder / MANIFEST_FILE).write_text(json.dumps(manifest | changes))


BREAKAGES: dict[str, Callable[[Path], object]] = {
    "cut off": lambda folder: (folder / TENSORS_FILE).write_bytes((folder / TENSORS_FILE).read_bytes()[:-1]),
    "one bit flipped": _flip_one_bit,
    "empty": lambda folder: (folder / TENSORS_FILE).write_bytes(b""),
    "a pickle": _as_pickle,
    "a pickle in the manifest's place": lambda folder: (folder / MANIFEST_FILE).write_bytes(pickle.dumps({})),
    "tensors missing": lambda folder: (folder / TENSORS_FILE).unlink(),
    "manifest missing": lambda folder: (folder / MANIFEST_FILE).unlink(),
    "manifest is no JSON": lambda folder: (folder / MANIFEST_FILE).write_text("{"),
    "manifest says more": lambda folder: _edit(folder, run="rm -rf"),
    "another format": lambda folder: _edit(folder, format="aisle-ctr/0"),
    "other features": lambda folder: _edit(folder, features=["popularity"]),
    "base is infinite": lambda folder: (folder / MANIFEST_FILE).write_text(
        (folder / MANIFEST_FILE).read_text().replace('"base_logit": 0.0', '"base_logit": 1e999')
    ),
    "not a number": _with_nan,
    "another shape": lambda folder: _resave(folder, _tensors() | {"deep.bias": np.zeros(7, np.float32)}),
    "a tensor too many": lambda folder: _resave(folder, _tensors() | {"more": np.zeros(7, np.float32)}),
    "another precision": lambda folder: _forge(folder, save(_tensors() | {"out.bias": np.zeros(1)})),
}


def test_a_model_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    tensors = _tensors()
    manifest = save_artifact(tmp_path / "new", tensors, base_logit=-1.5, served=True)
    artifact = load_artifact(tmp_path / "new")
    assert artifact is not None
    assert artifact.manifest == manifest
    assert all(np.array_equal(artifact.tensors[name], tensors[name]) for name in SHAPES)


def test_no_model_is_none(tmp_path: Path) -> None:
    assert load_artifact(tmp_path) is None
    assert load_artifact(tmp_path / "nowhere") is None


@pytest.mark.parametrize("breakage", BREAKAGES.values(), ids=BREAKAGES)
def test_a_broken_model_is_refused_by_name_and_serving_goes_on(
    breakage: Callable[[Path], object], tmp_path: Path
) -> None:
    save_artifact(tmp_path, _tensors(), base_logit=0.0, served=True)
    recommender = Recommender(dict(ITEMS), MemoryEventLog(), model_dir=tmp_path)
    recommender.load_models()
    assert recommender.health["click_model"].startswith("in use")
    breakage(tmp_path)
    with pytest.raises(ArtifactBroken):
        recommender.load_models()
    assert recommender.health["click_model"].startswith("broken")
    decision = recommender.decide(make_context(), ALL)
    assert len(decision.items) == 6
    assert "predicted" not in {reason.code for item in decision.items for reason in item.reasons}
