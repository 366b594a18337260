"""A learner's state in one file, written whole or not at all: head, open impressions, and the position in the log.

Because the position is in the same file as what was learned up to it, a process that is killed at any moment goes on
from a state that lost no event and counted none twice.
"""

from __future__ import annotations

import io
import json
import os
import zipfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from recommender.bandit.head import BayesianLinearHead, HeadState
from recommender.bandit.left_over import LeftOver
from recommender.bandit.memories import Memories
from recommender.bandit.outcomes import Counts, Outcomes, from_arrays, to_arrays
from recommender.bandit.posterior import Posterior
from recommender.errors import ArtifactBroken

_FORMAT: Final = 3
_POSTERIOR: Final = ("prior_precision", "noise", "gram", "moment", "covariance", "mean")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What was read back.

    Args:
        outcomes: head and open impressions.
        position: sequence number of the last event that is in them.
    """

    outcomes: Outcomes
    position: int


def save(path: Path, outcomes: Outcomes, position: int) -> None:
    """Write a state and its position in one atomic step.

    Args:
        path: file; its folder exists.
        outcomes: head and open impressions after the event at `position`.
        position: sequence number in the log.
    """
    state = outcomes.head.state
    left_keys, left = outcomes.left_over.to_arrays()
    meta = {
        "format": _FORMAT,
        "position": position,
        "day": state.day,
        "outcomes": state.outcomes,
        "n_ids": outcomes.head.n_ids,
        "seen": outcomes.head.seen,
        "open": list(outcomes.open),
        "segments": [impression.shown.segments for impression in outcomes.open.values()],
        "vigil": outcomes.vigil.state(),
        "early": [[key, clicks] for key, clicks in outcomes.early.items()],
        "latest": outcomes.latest,
        "counts": asdict(outcomes.counts),
        "origin": outcomes.left_over.origin,
        "left": left_keys,
    }
    buffer = io.BytesIO()
    memories = state.memories
    arrays = {name: getattr(memories.posterior, name) for name in _POSTERIOR}
    arrays |= {"kept": memories.kept, "evidence": memories.evidence, "left": left, **to_arrays(outcomes.open)}
    text = np.frombuffer(json.dumps(meta).encode(), dtype=np.uint8)
    np.savez(buffer, meta=text, **arrays)
    _replace(path, buffer.getvalue())


def load(path: Path, fresh: Outcomes) -> Checkpoint:
    """Read a state back, equal to the last bit.

    Args:
        path: as saved.
        fresh: settings and source of features; its head and impressions are replaced.

    Raises:
        ArtifactBroken: the file is damaged or of another format; the log holds all that is needed to learn it again.
    """
    try:
        with io.BytesIO(path.read_bytes()) as content, np.load(content, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        meta: dict[str, Any] = json.loads(arrays["meta"].tobytes())
        if meta["format"] != _FORMAT:
            raise ValueError(meta["format"])
        return _restored(meta, arrays, fresh)
    except (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile) as error:
        raise ArtifactBroken(f"{path.name} cannot be read; delete it to learn it again from the log.") from error


def _restored(meta: dict[str, Any], arrays: dict[str, Any], fresh: Outcomes) -> Checkpoint:
    posterior = Posterior(*(arrays[name] for name in _POSTERIOR))
    state = HeadState(Memories(arrays["kept"], posterior, arrays["evidence"]), meta["day"], meta["outcomes"])
    head = BayesianLinearHead.restored(state, tuple(meta["seen"]), meta["n_ids"])
    keys = [(decision, item) for decision, item in meta["open"]]
    segments = [tuple(whose) for whose in meta["segments"]]
    outcomes = replace(
        fresh,
        head=head,
        open=from_arrays(keys, arrays, segments),
        vigil=fresh.vigil.restored(meta["vigil"]),
        early={(key[0], key[1]): [(i, at, reward) for i, at, reward in clicks] for key, clicks in meta["early"]},
        latest=meta["latest"],
        counts=Counts(**meta["counts"]),
        left_over=LeftOver.from_arrays(meta["origin"], meta["left"], arrays["left"]),
    )
    return Checkpoint(outcomes, meta["position"])


def _replace(path: Path, content: bytes) -> None:
    fresh = path.with_name(path.name + ".new")
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
