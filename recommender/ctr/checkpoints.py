"""A training's state on disk after each epoch, so that a killed one goes on where it was. No pickle.

Knows tensors by name. The order of examples and the dropout of an epoch are drawn from (seed, epoch) alone, so weights
and the optimiser's sums are all that an exact continuation needs.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Final

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor, nn

from recommender.ctr.artifact import write_whole

FILE: Final = "checkpoint.safetensors"


class Checkpoints:
    """Keeps the latest epoch of one training.

    Args:
        folder: made where missing; None keeps nothing.
        key: says which training it is (data, settings, seed); a file of another one is ignored.
    """

    def __init__(self, folder: Path | None, key: str) -> None:
        self._path = None if folder is None else folder / FILE
        self._key = key

    def keep(self, net: nn.Module, optimiser: torch.optim.Optimizer, best: dict[str, Tensor], progress: object) -> None:
        """Write everything after an epoch, whole or not at all.

        Args:
            net, optimiser: as they are now.
            best: weights of the best epoch so far.
            progress: what else the loop must know, as JSON would write it.
        """
        if self._path is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        moments = {
            f"optimiser.{i}.{name}": value
            for i, state in optimiser.state_dict()["state"].items()
            for name, value in state.items()
        }
        tensors = {f"net.{name}": value for name, value in net.state_dict().items()} | moments
        tensors |= {f"best.{name}": value for name, value in best.items()}
        data = save(
            {name: value.detach().cpu().contiguous().clone() for name, value in tensors.items()},
            metadata={"key": self._key, "progress": json.dumps(progress)},
        )
        write_whole(self._path, hashlib.sha256(data).digest() + data)

    def restore(
        self, net: nn.Module, optimiser: torch.optim.Optimizer
    ) -> tuple[dict[str, Tensor], dict[str, float]] | None:
        """Put the kept state back; None where there is none of this training.

        Returns:
            Weights of the best epoch, and `progress` as it was kept.
        """
        if self._path is None or not self._path.is_file():
            return None
        whole = self._path.read_bytes()
        digest, data = whole[:32], whole[32:]
        if hashlib.sha256(data).digest() != digest:
            return None
        try:
            tensors, metadata = load(data), _metadata(data)
        except SafetensorError:
            return None
        if metadata.get("key") != self._key:
            return None
        net.load_state_dict(_under(tensors, "net."))
        _restore_optimiser(optimiser, _under(tensors, "optimiser."))
        return _under(tensors, "best."), json.loads(metadata["progress"])

    def forget(self) -> None:
        """Remove the file; the training is done."""
        if self._path is not None:
            self._path.unlink(missing_ok=True)


def _metadata(data: bytes) -> dict[str, str]:
    size = int.from_bytes(data[:8], "little")
    return dict(json.loads(data[8 : 8 + size]).get("__metadata__", {}))


def _under(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): value for name, value in tensors.items() if name.startswith(prefix)}


def _restore_optimiser(optimiser: torch.optim.Optimizer, moments: dict[str, Tensor]) -> None:
    state: dict[int, dict[str, Tensor]] = {}
    for name, value in moments.items():
        place, moment = name.split(".", 1)
        state.setdefault(int(place), {})[moment] = value
    optimiser.load_state_dict({"state": state, "param_groups": optimiser.state_dict()["param_groups"]})
