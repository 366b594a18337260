"""The same network served by torch, for shops with a GPU. The tests run it on a CPU beside ONNX Runtime."""

from __future__ import annotations

import json

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load

from recommender.ctr.network import CtrNet, Size, UserHalf
from recommender.ctr.served import Calibrated, Clicks, Predictions, chained, history_inputs
from recommender.errors import ArtifactBroken
from recommender.features import FEATURES, FeatureBlock, History
from recommender.item_table import FloatArray


def device_at_hand(wanted: str) -> str:
    """Return the device that is asked for; "cpu" in place of a GPU that torch does not find."""
    return wanted if wanted != "cuda" or torch.cuda.is_available() else "cpu"


class TorchModel:
    """See the module.

    Args:
        weights: tensor file as export.py writes it.
        calibrated: see served.py.
        device: e.g. "cuda".

    Raises:
        ArtifactBroken: the weights are of another network.
    """

    def __init__(self, weights: bytes, calibrated: Calibrated, device: str) -> None:
        self._net = load_network(weights).to(device)
        self._calibrated, self._device = calibrated, device

    def user_half(self, past: History) -> UserHalf:
        """Compute the history's share of the attention, and the shopper's embedding."""
        inputs = {name: torch.from_numpy(value).to(self._device) for name, value in history_inputs(past).items()}
        with torch.no_grad():
            return self._net.user_half(**inputs)

    def score(self, half: UserHalf, block: FeatureBlock) -> Predictions:
        """Score candidates."""
        return self._calibrated(*self._run(half, block))

    def clicks(self, half: UserHalf, block: FeatureBlock) -> Clicks:
        """Score candidates for clicks alone."""
        return self._calibrated.clicks(*self._run(half, block))

    def _run(self, half: UserHalf, block: FeatureBlock) -> tuple[FloatArray, NDArray[np.float32]]:
        dense, hashed = (torch.from_numpy(column)[None].to(self._device) for column in (block.dense, block.hashed))
        with torch.no_grad():
            hidden = self._net.phi(dense, hashed, half)
            logits = self._net.heads(hidden)
        return chained(logits[0].cpu().numpy()), hidden[0].cpu().numpy()


def load_network(weights: bytes) -> CtrNet:
    """Read a network.

    Raises:
        ArtifactBroken: the weights are of another one.
    """
    try:
        tensors = load(weights)
        header = json.loads(weights[8 : 8 + int.from_bytes(weights[:8], "little")])
        size = Size(**json.loads(header["__metadata__"]["size"]))
        net = CtrNet(size, torch.zeros(len(FEATURES)), torch.ones(len(FEATURES)))
        net.load_state_dict({k.removeprefix("net."): v for k, v in tensors.items() if k.startswith("net.")})
    except (SafetensorError, ValueError, KeyError, TypeError, RuntimeError) as error:
        raise ArtifactBroken("The click model's weights are of another network; train it again.") from error
    return net.eval()
