"""Small click models and examples, made without a training where none is needed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
import torch

from recommender.baselines import MAX_POSITIONS, Logistic
from recommender.ctr.artifact import TENSORS_FILE, Manifest, save_artifact
from recommender.ctr.calibration import IDENTITY
from recommender.ctr.export import network_files
from recommender.ctr.network import CtrNet, Size
from recommender.ctr.served import plain_tensors
from recommender.ctr.simulated import simulate
from recommender.examples import HEADS, Examples, collect_examples
from recommender.features import FEATURES
from recommender.settings import RecommenderSettings

SMALL = Size(embedding=4, attention=4, rank=4, n_cross=2, deep=8, hidden=6, dropout=0.2)
UNCALIBRATED = (IDENTITY,) * len(HEADS)


def make_logistic(weights: Mapping[str, float] | None = None, intercept: float = 0.0) -> Logistic:
    """A logistic regression over raw features: the named ones weigh, nothing else does."""
    row = np.zeros(1 + len(FEATURES) + MAX_POSITIONS)
    row[0] = intercept
    for name, weight in (weights or {}).items():
        row[1 + FEATURES.index(name)] = weight
    n = len(FEATURES)
    return Logistic(np.arange(n), np.zeros(n), np.ones(n), np.tile(row, (len(HEADS), 1)))


def save_logistic(folder: Path, model: Logistic | None = None, *, served: bool = True) -> Manifest:
    files = {TENSORS_FILE: plain_tensors(model or make_logistic(), UNCALIBRATED)}
    return save_artifact(folder, "logistic regression", files, base_logit=0.0, served=served)


def make_network(size: Size = SMALL, seed: int = 3) -> CtrNet:
    """A network with random weights everywhere."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        net = CtrNet(size, torch.zeros(len(FEATURES)), torch.ones(len(FEATURES)))
        for parameter in net.parameters():
            torch.nn.init.normal_(parameter, std=0.2)
        net.standardise(torch.randn(size.hidden), torch.rand(size.hidden) + 0.5)
    return net.eval()


@cache
def network_bytes() -> Mapping[str, bytes]:
    """Files of `make_network`; an export takes seconds."""
    return network_files(make_network(), UNCALIBRATED)


@cache
def small_examples(n_slates: int = 240, world: str = "linear") -> Examples:
    log = simulate(world, n_slates, seed=11)
    return collect_examples(log.events, log.items, RecommenderSettings())
