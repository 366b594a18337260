"""The click model as a torch module, and its training loop. The only torch import of this package.

Knows arrays and losses, not shops. Imported when training starts, never while serving (predicted.py computes the same
network with numpy).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor, nn

from recommender.baselines import Logistic
from recommender.examples import Examples
from recommender.item_table import HASH_BUCKETS, FloatArray
from recommender.models.artifact import EMBEDDING_WIDTH, HIDDEN, INPUT_WIDTH, N_CROSS, SHAPES, Tensors

_BATCH: Final = 256
_MAX_EPOCHS: Final = 30
_PATIENCE: Final = 3
_LEARNING_RATE: Final = 1e-3
_SMALL: Final = 0.01
# Item embeddings see few examples each; they must earn their size.
_EMBEDDING_DECAY: Final = 0.5
_DECAY: Final = 1e-2


class ClickNet(nn.Module):
    """Deep and cross network over standardised dense features and hashed embeddings, plus a bias per position.

    Args:
        mean, scale: (len(FEATURES),) of the training data.
    """

    def __init__(self, mean: Tensor, scale: Tensor) -> None:
        super().__init__()
        self.register_buffer("mean", mean)
        self.register_buffer("scale", scale)
        self.embedding = nn.Embedding(HASH_BUCKETS, EMBEDDING_WIDTH)
        nn.init.normal_(self.embedding.weight, std=_SMALL)
        self.cross = nn.ModuleList(nn.Linear(INPUT_WIDTH, INPUT_WIDTH) for _ in range(N_CROSS))
        self.deep = nn.Linear(INPUT_WIDTH, HIDDEN)
        self.out = nn.Linear(INPUT_WIDTH + HIDDEN, 1)
        self.position = nn.Parameter(torch.zeros(SHAPES["position"]))

    def forward(self, dense: Tensor, hashed: Tensor, positions: Tensor) -> Tensor:
        """Return log-odds, (n,), of n impressions."""
        embedded = self.embedding(hashed).reshape(len(hashed), hashed.shape[1] * EMBEDDING_WIDTH)
        x0 = torch.cat([(dense - self.get_buffer("mean")) / self.get_buffer("scale"), embedded], dim=1)
        x = x0
        for layer in self.cross:
            x = x0 * layer(x) + x
        out: Tensor = self.out(torch.cat([x, torch.relu(self.deep(x0))], dim=1))[:, 0]
        return out + self.position[positions.clamp(max=len(self.position) - 1)]

    def tensors(self) -> Tensors:
        """Return the parameters under the names of artifact.SHAPES."""
        state = {name: value.detach().numpy().astype(np.float32) for name, value in self.state_dict().items()}
        renamed = {
            name.replace("embedding.weight", "embedding").replace("cross.", "cross"): v for name, v in state.items()
        }
        return {name: renamed[name].reshape(shape) for name, shape in SHAPES.items()}


@dataclass(frozen=True, slots=True)
class Fit:
    """A trained network: the epoch with the lowest validation loss of `epochs` run."""

    net: ClickNet
    epochs: int
    best_epoch: int


def train_net(
    train: Examples, validation: Examples, start: Logistic, *, seed: int, progress: Callable[[float], None]
) -> Fit:
    """Train with early stopping on the validation log loss.

    Args:
        train, validation: at least one example each; validation is later in time.
        start: logistic regression on all dense features; the network begins as good as that and learns the rest.
        seed: of the start values and the order of examples.
        progress: told the share of the longest possible training that is done, 0 to 1.
    """
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        net = _new_net(start)
        optimiser = _optimiser(net)
        best, best_epoch, best_state, epoch = _loss(net, validation), 0, _copy(net), 0
        for epoch in range(1, _MAX_EPOCHS + 1):
            _run_epoch(net, optimiser, train)
            loss = _loss(net, validation)
            progress(epoch / _MAX_EPOCHS)
            if loss < best - 1e-5:
                best, best_epoch, best_state = loss, epoch, _copy(net)
            elif epoch - best_epoch >= _PATIENCE:
                break
        net.load_state_dict(best_state)
    return Fit(net.eval(), epoch, best_epoch)


def _new_net(start: Logistic) -> ClickNet:
    net = ClickNet(_float(start.mean), _float(start.scale))
    n_dense = len(start.columns)
    for layer in net.cross:
        assert isinstance(layer, nn.Linear)
        nn.init.normal_(layer.weight, std=_SMALL)
        nn.init.zeros_(layer.bias)
    nn.init.normal_(net.out.weight, std=_SMALL)
    with torch.no_grad():
        net.out.weight[0, :n_dense] = _float(start.weights[1 : 1 + n_dense])
        net.out.bias[0] = float(start.weights[0])
        net.position.copy_(_float(start.weights[1 + n_dense :]))
    return net


def _float(values: FloatArray) -> Tensor:
    return torch.from_numpy(values.astype(np.float32))


def _optimiser(net: ClickNet) -> torch.optim.Optimizer:
    others = [parameter for name, parameter in net.named_parameters() if name != "embedding.weight"]
    groups: list[dict[str, Any]] = [
        {"params": [net.embedding.weight], "weight_decay": _EMBEDDING_DECAY},
        {"params": others, "weight_decay": _DECAY},
    ]
    return torch.optim.AdamW(groups, lr=_LEARNING_RATE)


def _run_epoch(net: ClickNet, optimiser: torch.optim.Optimizer, train: Examples) -> None:
    net.train()
    dense, hashed, positions, labels = _as_tensors(train)
    order = torch.randperm(len(labels))
    for start in range(0, len(order), _BATCH):
        batch = order[start : start + _BATCH]
        optimiser.zero_grad()
        outputs = net(dense[batch], hashed[batch], positions[batch])
        loss = nn.functional.binary_cross_entropy_with_logits(outputs, labels[batch])
        loss.backward()  # type: ignore[no-untyped-call]
        optimiser.step()


def _loss(net: ClickNet, examples: Examples) -> float:
    net.eval()
    dense, hashed, positions, labels = _as_tensors(examples)
    with torch.no_grad():
        return float(nn.functional.binary_cross_entropy_with_logits(net(dense, hashed, positions), labels))


def _as_tensors(examples: Examples) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    return (
        torch.from_numpy(examples.dense),
        torch.from_numpy(examples.hashed),
        torch.from_numpy(examples.positions),
        torch.from_numpy(examples.labels.astype(np.float32)),
    )


def _copy(net: ClickNet) -> dict[str, Tensor]:
    return {name: value.detach().clone() for name, value in net.state_dict().items()}
