"""A click model that reads: a transformer over "request [SEP] item text" with a head that says the chance of a click.

The transformer comes from a path through a loader that the caller gives; this file knows no hub and no product. Its
trunk stays as it is, gets low-rank additions (LoRA, Hu et al. 2021), or is trained whole, by setting.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from recommender.item_table import FloatArray

Trunk = Literal["frozen", "lora", "full"]
Tokenise = Callable[[Sequence[str], Sequence[str]], Mapping[str, Tensor]]
"""(requests, item texts) -> "input_ids" and "attention_mask", (n, length) each, and what else the encoder takes."""
_LARGE_BATCH: Final = 128


@dataclass(frozen=True, slots=True)
class Reader:
    """What a loader gives: the encoder, whose output has `last_hidden_state` (n, length, width), and its tokeniser."""

    encoder: nn.Module
    tokenise: Tokenise
    width: int


@dataclass(frozen=True, slots=True)
class Pairs:
    """n requests, the texts of the items shown for them, and whether these were clicked, (n,)."""

    requests: tuple[str, ...]
    texts: tuple[str, ...]
    labels: FloatArray


@dataclass(frozen=True, slots=True)
class TextSettings:
    """How the model is trained.

    Args:
        trunk: "frozen" trains the head alone, "lora" adds matrices of `rank` to `targets`, "full" trains everything.
        rank: of the additions.
        targets: names of the layers that get some.
        learning_rate, batch, max_epochs, patience: as in FitSettings.
        device: "cpu" or "cuda"; on the latter bf16 is used.
    """

    trunk: Trunk = "frozen"
    rank: int = 8
    targets: tuple[str, ...] = ("query", "value")
    learning_rate: float = 1e-3
    batch: int = 32
    max_epochs: int = 10
    patience: int = 2
    device: str = "cpu"


class TextClickModel(nn.Module):
    """See the module.

    Args:
        reader: encoder and tokeniser.
        settings: see TextSettings.
    """

    def __init__(self, reader: Reader, settings: TextSettings) -> None:
        super().__init__()
        self._tokenise, self._device = reader.tokenise, settings.device
        self.encoder = _prepared(reader.encoder, settings)
        self.head = nn.Linear(reader.width, 1)
        self.to(settings.device)

    def forward(self, requests: Sequence[str], texts: Sequence[str]) -> Tensor:
        """Return log-odds of a click, (n,)."""
        tokens = {name: value.to(self._device) for name, value in self._tokenise(requests, texts).items()}
        states = self.encoder(**tokens).last_hidden_state
        there = tokens["attention_mask"][..., None].to(states.dtype)
        mean = (states * there).sum(dim=1) / there.sum(dim=1).clamp(min=1.0)
        logits: Tensor = self.head(mean)[:, 0]
        return logits

    def probabilities(self, requests: Sequence[str], texts: Sequence[str]) -> FloatArray:
        """Return the chance of a click, (n,)."""
        self.eval()
        found: list[NDArray[np.float32]] = []
        with torch.no_grad():
            for start in range(0, len(requests), _LARGE_BATCH):
                end = start + _LARGE_BATCH
                found.append(torch.sigmoid(self(requests[start:end], texts[start:end])).float().cpu().numpy())
        return np.concatenate([np.zeros(0, np.float32), *found]).astype(np.float64)

    def trained_tensors(self) -> dict[str, Tensor]:
        """Return what training changed: all that is kept beside the path of the trunk."""
        return {name: p.detach().cpu().clone() for name, p in self.named_parameters() if p.requires_grad}


@dataclass(frozen=True, slots=True)
class TextFit:
    """A trained model: the epoch with the lowest validation loss of `epochs` run; 0 is the start."""

    model: TextClickModel
    epochs: int
    best_epoch: int
    loss: float


def fit_text(
    path: Path,
    load: Callable[[Path], Reader],
    train: Pairs,
    validation: Pairs,
    settings: TextSettings | None = None,
    *,
    seed: int,
    progress: Callable[[float], None],
) -> TextFit:
    """Train with early stopping on the validation loss.

    Args:
        path: folder of the transformer.
        load: reads it, e.g. with transformers.
        train, validation: at least one pair each; validation is later in time.
        settings: see TextSettings.
        seed: of the head's start, the order of pairs and dropout.
        progress: told the share of the longest possible training that is done, 0 to 1.
    """
    chosen = settings or TextSettings()
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = TextClickModel(load(path), chosen)
        trained = [p for p in model.parameters() if p.requires_grad]
        optimiser = torch.optim.AdamW(trained, lr=chosen.learning_rate)
        losses = [_loss_of(model, validation)]
        best, best_epoch = model.trained_tensors(), 0
        for epoch in range(1, chosen.max_epochs + 1):
            _run_epoch(model, optimiser, train, chosen)
            losses.append(_loss_of(model, validation))
            progress(epoch / chosen.max_epochs)
            if losses[-1] < losses[best_epoch] - 1e-5:
                best, best_epoch = model.trained_tensors(), epoch
            elif epoch - best_epoch >= chosen.patience:
                break
        model.load_state_dict(best, strict=False)
    return TextFit(model.eval(), len(losses) - 1, best_epoch, losses[best_epoch])


def _prepared(encoder: nn.Module, settings: TextSettings) -> nn.Module:
    if settings.trunk == "lora":
        from peft import LoraConfig, get_peft_model

        config = LoraConfig(r=settings.rank, lora_alpha=2 * settings.rank, target_modules=list(settings.targets))
        with warnings.catch_warnings():
            # peft asks transformers for a name that the latter is about to drop.
            warnings.simplefilter("ignore", FutureWarning)
            adapted: nn.Module = get_peft_model(encoder, config)
        return adapted
    for parameter in encoder.parameters():
        parameter.requires_grad = settings.trunk == "full"
    return encoder


def _run_epoch(model: TextClickModel, optimiser: torch.optim.Optimizer, train: Pairs, settings: TextSettings) -> None:
    model.train(settings.trunk != "frozen")
    for rows in torch.split(torch.randperm(len(train.labels)), settings.batch):
        optimiser.zero_grad()
        with torch.autocast(settings.device, dtype=torch.bfloat16, enabled=settings.device != "cpu"):
            logits = model([train.requests[i] for i in rows], [train.texts[i] for i in rows])
        labels = torch.from_numpy(train.labels[rows.numpy()]).float().to(logits.device)
        nn.functional.binary_cross_entropy_with_logits(logits.float(), labels).backward()  # type: ignore[no-untyped-call]
        optimiser.step()


def _loss_of(model: TextClickModel, pairs: Pairs) -> float:
    p = np.clip(model.probabilities(pairs.requests, pairs.texts), 1e-7, 1 - 1e-7)
    return float(-np.mean(pairs.labels * np.log(p) + (1 - pairs.labels) * np.log1p(-p)))
