"""Trains the click model: early stopping on later slates, checkpoints, TensorBoard; on a GPU in bf16 and compiled.

Knows examples, not logs.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor

from recommender.ctr.batches import Batch, Slates, as_slates
from recommender.ctr.checkpoints import Checkpoints
from recommender.ctr.factors import Factors
from recommender.ctr.network import CtrNet, Size, chained_loss, log_probabilities
from recommender.examples import HEADS, Examples
from recommender.item_table import FloatArray

_LARGE_BATCH: Final = 512
_LEAST_GAIN: Final = 1e-5
_DEAD: Final = 1e-4
_LOOKED_AT: Final = (0.02, 0.98)
# A few numbers that every example bears on may move faster than tables.
_PLACE_HASTE: Final = 5.0


@dataclass(frozen=True, slots=True)
class FitSettings:
    """What training needs to know, and what the search tunes.

    Args:
        size: of the network.
        learning_rate: of AdamW.
        decay, embedding_decay: weight decay of the layers and of the tables, which see few examples per row.
        start_haste: how fast what the machine began with moves, as a share of the learning rate.
        head_weights: of click, cart and buy in the loss.
        batch: slates per step.
        max_epochs: at most.
        patience: epochs without a better validation loss that end it.
        device: "cpu" or "cuda"; on the latter bf16 and torch.compile are used.
    """

    size: Size = field(default_factory=Size)
    learning_rate: float = 1e-3
    decay: float = 1e-2
    embedding_decay: float = 1.0
    start_haste: float = 0.1
    head_weights: tuple[float, ...] = (1.0, 0.3, 0.3)
    batch: int = 64
    max_epochs: int = 12
    patience: int = 2
    device: str = "cpu"


@dataclass(frozen=True, slots=True)
class Fit:
    """A trained network: the epoch with the lowest validation loss of `epochs` run; 0 is the start."""

    net: CtrNet
    epochs: int
    best_epoch: int
    loss: float

    def predict(self, examples: Examples) -> FloatArray:
        """Return the probability of each head at the examples' own places, (n, len(HEADS))."""
        return predict(self.net, examples)


def fit_network(
    train: Examples,
    validation: Examples,
    start: Factors,
    settings: FitSettings | None = None,
    *,
    seed: int,
    progress: Callable[[float], None],
    checkpoints: Path | None = None,
    logs: Path | None = None,
) -> Fit:
    """Train with early stopping; the same examples, settings and seed give the same network, killed or not.

    Args:
        train, validation: at least one slate each; validation is later in time.
        start: factorisation machine of the same width; the network begins about as good and learns the rest.
        settings: see FitSettings.
        seed: of the start values, the order of slates and dropout.
        progress: told the share of the longest possible training that is done, 0 to 1, after each epoch.
        checkpoints: folder of the training's state; None keeps none.
        logs: folder for TensorBoard; None writes none.
    """
    chosen = settings or FitSettings()
    with _own_chance(seed), _writer(logs) as write:
        net = _new_net(chosen.size, start).to(chosen.device)
        kept = Checkpoints(checkpoints, _key(train, validation, chosen, seed))
        loop = _Loop(net, as_slates(train, chosen.device), as_slates(validation, chosen.device), chosen, seed)
        loop.resume(kept)
        while not loop.done:
            loop.run_epoch()
            kept.keep(net, loop.optimiser, loop.best, loop.standing)
            write(loop.epoch, loop.losses)
            progress(loop.epoch / chosen.max_epochs)
        net.load_state_dict(loop.best)
        _standardise(net, loop.train)
        kept.forget()
    return Fit(net.eval().cpu(), loop.epoch, loop.best_epoch, loop.best_loss)


class _Loop:
    """One training as it stands."""

    def __init__(self, net: CtrNet, train: Slates, validation: Slates, settings: FitSettings, seed: int) -> None:
        self.net, self.train, self.validation, self._settings, self._seed = net, train, validation, settings, seed
        self.optimiser = _optimiser(net, settings)
        self.epoch = self.best_epoch = 0
        self.best = _copy(net)
        self._on_gpu = settings.device != "cpu"
        self._forward: Callable[..., Tensor] = torch.compile(net, dynamic=True) if self._on_gpu else net
        self.best_loss = self._validate()
        self.losses: dict[str, float] = {}

    @property
    def done(self) -> bool:
        stale = self.epoch - self.best_epoch >= self._settings.patience
        return stale or self.epoch >= self._settings.max_epochs

    @property
    def standing(self) -> dict[str, float]:
        return {"epoch": self.epoch, "best_epoch": self.best_epoch, "best_loss": self.best_loss}

    def resume(self, kept: Checkpoints) -> None:
        found = kept.restore(self.net, self.optimiser)
        if found is not None:
            self.best, standing = found
            self.epoch, self.best_epoch = int(standing["epoch"]), int(standing["best_epoch"])
            self.best_loss = standing["best_loss"]

    def run_epoch(self) -> None:
        self.epoch += 1
        torch.manual_seed(self._seed * 1_000_003 + self.epoch)
        self.net.train()
        total = 0.0
        order = torch.randperm(self.train.n)
        for chosen in torch.split(order, self._settings.batch):
            self.optimiser.zero_grad()
            loss = self._loss(self.train.batch(chosen))
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(self.net.parameters(), 5.0)
            self.optimiser.step()
            total += float(loss.detach()) * len(chosen)
        validation = self._validate()
        self.losses = {"train": total / self.train.n, "validation": validation}
        if validation < self.best_loss - _LEAST_GAIN:
            self.best_loss, self.best_epoch, self.best = validation, self.epoch, _copy(self.net)

    def _validate(self) -> float:
        self.net.eval()
        with torch.no_grad():
            parts = torch.split(torch.arange(self.validation.n), _LARGE_BATCH)
            losses = [float(self._loss(self.validation.batch(part))) * len(part) for part in parts]
        return sum(losses) / self.validation.n

    def _loss(self, batch: Batch) -> Tensor:
        with torch.autocast(self._settings.device, dtype=torch.bfloat16, enabled=self._on_gpu):
            logits = self._forward(*batch.inputs)
        logs = log_probabilities(logits, self.net.log_looked_at(batch.positions))
        return chained_loss(logs, batch.labels, batch.weights, self._settings.head_weights)


def predict(net: CtrNet, examples: Examples) -> FloatArray:
    """Return the probability of each head at the examples' own places, (n, len(HEADS))."""
    slates = as_slates(examples)
    out = np.zeros((len(examples.labels), len(HEADS)))
    with torch.no_grad():
        for part in torch.split(torch.arange(slates.n), _LARGE_BATCH):
            batch = slates.batch(part)
            logs = log_probabilities(net(*batch.inputs), net.log_looked_at(batch.positions))
            rows = slates.rows[part]
            out[rows[rows >= 0].numpy()] = logs.exp()[rows >= 0].double().numpy()
    return out


def _new_net(size: Size, start: Factors) -> CtrNet:
    linear, width = start.linear, start.dense.shape[1]
    net = CtrNet(replace(size, embedding=width), _float(linear.mean), _float(linear.scale))
    click, n_dense = linear.weights[0], len(linear.columns)
    # The places' weights are log-odds there, nearly logs where clicks are rare; the top one is the measure here.
    places = click[1 + n_dense :]
    looked = np.clip(np.exp(places[1:] - places[0]), *_LOOKED_AT)
    with torch.no_grad():
        net.wide.weight.copy_(_float(click[1 : 1 + n_dense])[None])
        net.wide.bias.fill_(float(click[0] + places[0]))
        net.place.copy_(_float(np.log(looked / (1.0 - looked))))
        net.factors.copy_(_float(start.dense))
        net.embedding.weight.copy_(_float(start.table[:, : width + 1]))
        net.strength.fill_(float(start.strength[0]))
    return net


def _standardise(net: CtrNet, train: Slates) -> None:
    net.eval()
    with torch.no_grad():
        rows = []
        for part in torch.split(torch.arange(train.n), _LARGE_BATCH):
            batch = train.batch(part)
            phi = net.phi(batch.dense, batch.hashed, net.user_half(*batch.inputs[:4]))
            rows.append(phi[batch.weights.amax(dim=2) > 0])
        everything = torch.cat(rows).double()
        scale = everything.std(dim=0)
        # A unit that never moves stays as it is: dividing by nearly nothing would make noise of it.
        scale = torch.where(scale < _DEAD, torch.ones_like(scale), scale)
        net.standardise(everything.mean(dim=0).float(), scale.float())


def _optimiser(net: CtrNet, settings: FitSettings) -> torch.optim.Optimizer:
    tables = [net.embedding.weight, net.factors]
    plain = [net.wide.weight, net.wide.bias, net.strength]
    named = {id(p) for p in (*tables, *plain, net.place)}
    others = [p for p in net.parameters() if id(p) not in named]
    slow = settings.learning_rate * settings.start_haste
    groups: list[dict[str, Any]] = [
        {"params": tables, "weight_decay": settings.embedding_decay, "lr": slow},
        {"params": plain, "weight_decay": 0.0, "lr": slow},
        {"params": [net.place], "weight_decay": 0.0, "lr": settings.learning_rate * _PLACE_HASTE},
        {"params": others, "weight_decay": settings.decay},
    ]
    return torch.optim.AdamW(groups, lr=settings.learning_rate)


def _copy(net: CtrNet) -> dict[str, Tensor]:
    return {name: value.detach().clone() for name, value in net.state_dict().items()}


def _float(values: FloatArray) -> Tensor:
    return torch.from_numpy(values.astype(np.float32))


def _key(train: Examples, validation: Examples, settings: FitSettings, seed: int) -> str:
    digest = hashlib.sha256(f"{asdict(settings)!r}|{seed}".encode())
    for part in (train, validation):
        for column in (part.dense, part.hashed, part.labels, part.observed):
            digest.update(np.ascontiguousarray(column).tobytes())
    return digest.hexdigest()


@contextmanager
def _own_chance(seed: int) -> Iterator[None]:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        yield


@contextmanager
def _writer(logs: Path | None) -> Iterator[Callable[[int, dict[str, float]], None]]:
    if logs is None:
        yield lambda _epoch, _losses: None
        return
    from torch.utils.tensorboard import SummaryWriter

    with SummaryWriter(str(logs)) as writer:

        def write(epoch: int, losses: dict[str, float]) -> None:
            for name, value in losses.items():
                writer.add_scalar(f"loss/{name}", value, epoch)

        yield write
