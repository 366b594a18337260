from __future__ import annotations

import hashlib
import json
import pickle
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load, save

from recommender.ctr.artifact import (
    FILES,
    ITEM_GRAPH,
    MANIFEST_FILE,
    TENSORS_FILE,
    TREE_FILES,
    USER_GRAPH,
    Kind,
    load_artifact,
    save_artifact,
)
from recommender.ctr.served import build_served, plain_tensors
from recommender.ctr.torch_served import load_network
from recommender.decide import Recommender
from recommender.errors import ArtifactBroken
from recommender.event_log import MemoryEventLog
from tests.recommender.ctr.small import UNCALIBRATED, make_logistic, make_network, network_bytes, save_logistic
from tests.recommender.serving import serve_model
from tests.recommender.shop import ALL, ITEMS, make_context

Tensors = dict[str, np.ndarray]


def _tensors() -> Tensors:
    return dict(load(plain_tensors(make_logistic({"discount": 2.0}), UNCALIBRATED)))


def _flip_one_bit(folder: Path) -> None:
    data = bytearray((folder / TENSORS_FILE).read_bytes())
    data[len(data) // 2] ^= 1
    (folder / TENSORS_FILE).write_bytes(bytes(data))


def _resave(folder: Path, **changes: np.ndarray) -> None:
    _forge(folder, save(_tensors() | changes))


def _without(folder: Path, name: str) -> None:
    _forge(folder, save({key: value for key, value in _tensors().items() if key != name}))


def _as_pickle(folder: Path) -> None:
    _forge(folder, pickle.dumps(_tensors()))


def _forge(folder: Path, data: bytes) -> None:
    """Write other bytes and a manifest that vouches for them."""
    (folder / TENSORS_FILE).write_bytes(data)
    _edit(folder, files={TENSORS_FILE: hashlib.sha256(data).hexdigest()})


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
    "another format": lambda folder: _edit(folder, format="aisle-ctr/1"),
    "another kind": lambda folder: _edit(folder, kind="trees"),
    "a file outside": lambda folder: _edit(folder, files={"../ctr.safetensors": "0" * 64}),
    "other features": lambda folder: _edit(folder, features=["popularity"]),
    "base is infinite": lambda folder: (folder / MANIFEST_FILE).write_text(
        (folder / MANIFEST_FILE).read_text().replace('"base_logit": 0.0', '"base_logit": 1e999')
    ),
    "not a number": lambda folder: _resave(folder, mean=_tensors()["mean"] * np.float32(np.nan)),
    "another shape": lambda folder: _resave(folder, weights=np.zeros((3, 7), np.float32)),
    "a tensor missing": lambda folder: _without(folder, "scale"),
    "another precision": lambda folder: _resave(folder, mean=_tensors()["mean"].astype(np.float64)),
    "a calibration that falls": lambda folder: _resave(
        folder,
        **{
            "calibration.click.x": np.array([1.0, 0.0], np.float32),
            "calibration.click.y": np.array([0.0, 1.0], np.float32),
        },
    ),
}


def test_a_model_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    manifest = save_logistic(tmp_path / "new", make_logistic({"discount": 2.0}))
    artifact = load_artifact(tmp_path / "new")
    assert artifact is not None
    assert artifact.manifest == manifest
    assert artifact.files == {TENSORS_FILE: plain_tensors(make_logistic({"discount": 2.0}), UNCALIBRATED)}
    other = save_logistic(tmp_path / "other", make_logistic({"discount": 2.5}))
    assert other.sha256 != manifest.sha256


def test_no_model_is_none(tmp_path: Path) -> None:
    assert load_artifact(tmp_path) is None
    assert load_artifact(tmp_path / "nowhere") is None


@pytest.mark.parametrize("breakage", BREAKAGES.values(), ids=BREAKAGES)
def test_a_broken_model_is_refused_by_name_and_serving_goes_on(
    breakage: Callable[[Path], object], tmp_path: Path
) -> None:
    save_logistic(tmp_path)
    recommender = Recommender(dict(ITEMS), MemoryEventLog())
    serve_model(recommender, tmp_path)
    before = recommender.decide(make_context(), ALL)
    breakage(tmp_path)
    with pytest.raises(ArtifactBroken):
        serve_model(recommender, tmp_path)
    after = recommender.decide(replace(make_context(), turn_id="later"), ALL)
    assert (after.model_sha, len(after.items)) == (before.model_sha, 6)
    assert before.model_sha


NO_TREES = {TENSORS_FILE: plain_tensors(make_logistic(), UNCALIBRATED), **dict.fromkeys(TREE_FILES, b"no trees")}


@pytest.mark.parametrize(
    ("kind", "files"),
    [
        ("network", {USER_GRAPH: b"no graph"}),
        ("network", {ITEM_GRAPH: pickle.dumps({})}),
        ("trees", NO_TREES),
    ],
)
def test_graphs_and_trees_that_cannot_be_read_are_refused(
    kind: Kind, files: Mapping[str, bytes], tmp_path: Path
) -> None:
    whole = dict(network_bytes()) | dict(files) if kind == "network" else files
    save_artifact(tmp_path, kind, {name: whole[name] for name in FILES[kind]}, base_logit=0.0, served=True)
    artifact = load_artifact(tmp_path)
    assert artifact is not None
    with pytest.raises(ArtifactBroken):
        build_served(artifact)


def test_weights_of_another_network_are_refused() -> None:
    weights = network_bytes()[TENSORS_FILE]
    assert load_network(weights).size == make_network().size
    for broken in (b"", weights[:-4], plain_tensors(make_logistic(), UNCALIBRATED)):
        with pytest.raises(ArtifactBroken):
            load_network(broken)
