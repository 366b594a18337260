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
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from recommender.baselines import MAX_POSITIONS, Logistic
from recommender.ctr.factors import PAIRED, Factors
from recommender.examples import HEADS, Examples
from recommender.features import FEATURES
from recommender.item_table import HASH_BUCKETS, FloatArray, IntArray

_BATCH: Final = 512
_PATIENCE: Final = 2
_SMALL: Final = 0.01
_KEPT: Final = 0.99  # of the running mean of the weights per step, which is less noisy than the last of them


@dataclass(frozen=True, slots=True)
class FmSettings:
    """What the search tunes."""

    width: int = 8
    learning_rate: float = 1e-3
    decay: float = 1.0
    haste: float = 0.1
    max_epochs: int = 20


class _Net(nn.Module):
    def __init__(self, start: Factors, width: int) -> None:
        super().__init__()
        self.dense = nn.Parameter(torch.randn(len(FEATURES), width) * _SMALL)
        self.factors = nn.Embedding(HASH_BUCKETS, width)
        nn.init.normal_(self.factors.weight, std=_SMALL)
        self.weights = nn.Embedding(HASH_BUCKETS, len(HEADS), _weight=_float(start.table))
        self.strength = nn.Parameter(torch.ones(len(HEADS)))
        self.linear = nn.Parameter(_float(start.linear.weights))

    def forward(self, design: Tensor, hashed: Tensor) -> Tensor:
        values = design[:, 1 : 1 + len(FEATURES)]
        factors = self.factors(hashed[:, PAIRED])
        total = values @ self.dense + factors.sum(dim=1)
        squares = values.square() @ self.dense.square() + factors.square().sum(dim=1)
        pairs = 0.5 * (total.square() - squares).sum(dim=1, keepdim=True)
        logits: Tensor = design @ self.linear.T + self.weights(hashed).sum(dim=1) + pairs * self.strength
        return logits


def fit_fm(
    train: Examples, validation: Examples, start: Factors, settings: FmSettings | None = None, *, seed: int
) -> Factors:
    """Train with early stopping on the validation log loss.

    Args:
        train, validation: validation is later in time.
        start: machine of width 0, as wide.py fits it; its weights move slowly, factors find what they cannot say.
        settings: see FmSettings.
        seed: of the start values and the order of examples.
    """
    chosen = settings or FmSettings()
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        net = _Net(start, chosen.width)
        slow = chosen.learning_rate * chosen.haste
        groups = [
            {"params": [net.dense, net.factors.weight], "weight_decay": chosen.decay},
            {"params": [net.strength], "weight_decay": 0.0},
            {
                "params": [net.linear, net.weights.weight],
                "weight_decay": 0.0,
                "lr": slow,
            },
        ]
        optimiser = torch.optim.AdamW(groups, lr=chosen.learning_rate)
        data, later = _tensors(train, start.linear), _tensors(validation, start.linear)
        mean = AveragedModel(net, multi_avg_fn=get_ema_multi_avg_fn(_KEPT))  # type: ignore[no-untyped-call]
        best, best_factors, stale = _validate(net, later), _factors(net, start.linear), 0
        for _ in range(chosen.max_epochs):
            for rows in torch.split(torch.randperm(len(data[0])), _BATCH):
                optimiser.zero_grad()
                _loss(net, [column[rows] for column in data]).backward()  # type: ignore[no-untyped-call]
                optimiser.step()
                mean.update_parameters(net)
            averaged = mean.module
            assert isinstance(averaged, _Net)
            loss = _validate(averaged, later)
            stale = 0 if loss < best - 1e-5 else stale + 1
            if stale == 0:
                best, best_factors = loss, _factors(averaged, start.linear)
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
    table = np.concatenate([array(net.factors.weight), array(net.weights.weight)], axis=1)
    return Factors(linear, array(net.dense), table, array(net.strength))


def _float(values: FloatArray) -> Tensor:
    return torch.from_numpy(values.astype(np.float32))
