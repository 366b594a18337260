"""A tiny transformer learns from clicks which words go with which request."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from recommender.ctr.text import Pairs, TextSettings, Trunk, fit_text
from recommender.metrics import auc
from tests.recommender.ctr.tiny_reader import load_tiny, write_tiny


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny(tmp_path_factory.mktemp("tiny"))


def _pairs(n: int, seed: int) -> Pairs:
    """Clicked where the thing answers the request: a lamp for light, a fleece for warm, a shell for dry."""
    rng = np.random.default_rng(seed)
    wishes, things = ("warm", "dry", "light"), ("fleece", "shell", "lamp")
    chosen = rng.integers(3, size=(n, 2))
    labels = (chosen[:, 0] == chosen[:, 1]).astype(np.float64)
    colours = [("red", "blue")[i] for i in rng.integers(2, size=n)]
    texts = tuple(f"{colour} {things[i]}" for colour, i in zip(colours, chosen[:, 1], strict=True))
    return Pairs(tuple(wishes[i] for i in chosen[:, 0]), texts, labels)


@pytest.mark.parametrize("trunk", ["lora", "full"])
def test_a_trained_trunk_learns_what_answers_what(folder: Path, trunk: Trunk) -> None:
    settings = TextSettings(trunk=trunk, learning_rate=2e-2 if trunk == "lora" else 5e-3, max_epochs=25, patience=6)
    fit = fit_text(folder, load_tiny, _pairs(300, 1), _pairs(60, 2), settings, seed=1, progress=lambda _share: None)
    later = _pairs(100, 3)
    assert auc(later.labels, fit.model.probabilities(later.requests, later.texts)) > 0.8
    assert 0 < fit.best_epoch <= fit.epochs


def test_a_frozen_trunk_stays_as_it_was_and_the_head_learns(folder: Path) -> None:
    before = {name: value.clone() for name, value in load_tiny(folder).encoder.state_dict().items()}
    told: list[float] = []
    fit = fit_text(
        folder, load_tiny, _pairs(200, 1), _pairs(60, 2), TextSettings(max_epochs=3), seed=1, progress=told.append
    )
    assert sorted(fit.model.trained_tensors()) == ["head.bias", "head.weight"]
    assert all(torch.equal(value, before[name]) for name, value in fit.model.encoder.state_dict().items())
    assert told[-1] == fit.epochs / 3


def test_low_rank_additions_are_all_that_is_kept(folder: Path) -> None:
    settings = TextSettings(trunk="lora", rank=2, max_epochs=1)
    fit = fit_text(folder, load_tiny, _pairs(40, 1), _pairs(20, 2), settings, seed=1, progress=lambda _share: None)
    assert all("lora_" in name or name.startswith("head.") for name in fit.model.trained_tensors())


def test_the_same_seed_gives_the_same_model(folder: Path) -> None:
    fits = [
        fit_text(
            folder,
            load_tiny,
            _pairs(60, 1),
            _pairs(20, 2),
            TextSettings("full", max_epochs=2),
            seed=4,
            progress=lambda _share: None,
        )
        for _ in range(2)
    ]
    first, second = (fit.model.trained_tensors() for fit in fits)
    assert all(torch.equal(first[name], second[name]) for name in first)
