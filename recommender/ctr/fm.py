"""A factorisation machine (Rendle 2010, equation 5): linear weights and all pairs of fields as products of factors.

A rival of the network. Trained with torch, computed with numpy.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from recommender.baselines import MAX_POSITIONS, Logistic
from recommender.ctr.factors import Factors
from recommender.examples import HEADS, Examples
from recommender.features import FEATURES
from recommender.item_table import HASH_BUCKETS, FloatArray, IntArray

_BATCH: Final = 512
_PATIENCE: Final = 2
_SMALL: Final = 0.01


@dataclass(frozen=True, slots=True)
class FmSettings:
    """What the search tunes."""

    width: int = 8
    learning_rate: float = 5e-4
    decay: float = 1.0
    max_epochs: int = 12


class _Net(nn.Module):
    def __init__(self, start: Logistic, width: int) -> None:
        super().__init__()
        self.dense = nn.Parameter(torch.randn(len(FEATURES), width) * _SMALL)
        self.table = nn.Embedding(HASH_BUCKETS, width + len(HEADS))
        nn.init.normal_(self.table.weight, std=_SMALL)
        self.strength = nn.Parameter(torch.ones(len(HEADS)))
        self.linear = nn.Parameter(torch.from_numpy(start.weights.astype(np.float32)))

    def forward(self, design: Tensor, hashed: Tensor) -> Tensor:
        width = self.dense.shape[1]
        looked_up = self.table(hashed)
        values = design[:, 1 : 1 + len(FEATURES)]
        factors, weights = looked_up[..., :width], looked_up[..., width:]
        total = values @ self.dense + factors.sum(dim=1)
        squares = values.square() @ self.dense.square() + factors.square().sum(dim=1)
        pairs = 0.5 * (total.square() - squares).sum(dim=1, keepdim=True)
        logits: Tensor = design @ self.linear.T + weights.sum(dim=1) + pairs * self.strength
        return logits


def fit_fm(
    train: Examples, validation: Examples, start: Logistic, settings: FmSettings | None = None, *, seed: int
) -> Factors:
    """Train with early stopping on the validation log loss.

    Args:
        train, validation: validation is later in time.
        start: logistic regression on all dense features; the linear part begins with its weights.
        settings: see FmSettings.
        seed: of the start values and the order of examples.
    """
    chosen = settings or FmSettings()
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        net = _Net(start, chosen.width)
        groups = [
            {"params": [net.dense, net.table.weight], "weight_decay": chosen.decay},
            {"params": [net.linear, net.strength], "weight_decay": 0.0},
        ]
        optimiser = torch.optim.AdamW(groups, lr=chosen.learning_rate)
        data, later = _tensors(train, start), _tensors(validation, start)
        best, best_factors, stale = _validate(net, later), _factors(net, start), 0
        for _ in range(chosen.max_epochs):
            for rows in torch.split(torch.randperm(len(data[0])), _BATCH):
                optimiser.zero_grad()
                _loss(net, [column[rows] for column in data]).backward()  # type: ignore[no-untyped-call]
                optimiser.step()
            loss = _validate(net, later)
            stale = 0 if loss < best - 1e-5 else stale + 1
            if stale == 0:
                best, best_factors = loss, _factors(net, start)
            if stale >= _PATIENCE:
                break
    return best_factors


def _tensors(examples: Examples, start: Logistic) -> list[Tensor]:
    design = start.design(examples.dense, examples.positions).astype(np.float32)
    shoppers = examples.histories.shoppers[examples.decisions]
    hashed = np.concatenate([examples.hashed, shoppers[:, None]], axis=1)
    columns: tuple[NDArray[np.float32] | IntArray, ...] = (
        design,
        hashed,
        examples.labels.astype(np.float32),
        examples.observed.astype(np.float32),
    )
    return [torch.from_numpy(column) for column in columns]


def _loss(net: _Net, columns: list[Tensor]) -> Tensor:
    design, hashed, labels, weights = columns
    losses = nn.functional.binary_cross_entropy_with_logits(net(design, hashed), labels, reduction="none")
    return (losses * weights).sum() / weights.sum()


def _validate(net: _Net, columns: list[Tensor]) -> float:
    with torch.no_grad():
        return float(_loss(net, columns))


def _factors(net: _Net, start: Logistic) -> Factors:
    def array(values: Tensor) -> FloatArray:
        return values.detach().numpy().astype(np.float64)

    linear = Logistic(start.columns, start.mean, start.scale, array(net.linear))
    assert linear.weights.shape[1] == 1 + len(FEATURES) + MAX_POSITIONS
    return Factors(linear, array(net.dense), array(net.table.weight), array(net.strength))
