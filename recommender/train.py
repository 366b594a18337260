"""From behaviour to a click model: replay, split by time, baselines, training, verdict, files.

Serves nothing itself; `Recommender.load_models` picks the files up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np

from recommender.baselines import POPULARITY_FEATURES, fit_logistic
from recommender.card import ModelCard, Row
from recommender.errors import NotEnoughEvents
from recommender.events import Event, EventLog, Item
from recommender.examples import Examples, collect_examples
from recommender.features import FEATURES, FeatureBlock
from recommender.item_table import FloatArray
from recommender.metrics import auc, log_losses, paired_gain
from recommender.models.artifact import CARD_FILE, Tensors, save_artifact, write_whole
from recommender.models.predicted import logits
from recommender.settings import RecommenderSettings

MIN_DECISIONS: Final = 200
MIN_POSITIVES: Final = 10
_TRAIN_SHARE, _VALIDATION_SHARE = 0.7, 0.15

Progress = Callable[[str, float], None]
"""Told the stage ("replay", "baselines", "training", "writing") and the share of the whole that is done, 0 to 1."""


def train(
    source: EventLog | Sequence[Event],
    items: Mapping[str, Item],
    out: Path,
    *,
    seed: int,
    progress: Progress,
    now: float,
    settings: RecommenderSettings | None = None,
) -> ModelCard:
    """Train the click model and write its files; it serves only if it beats the baselines on later impressions.

    Args:
        source: a log, or events in order of arrival, impressions included.
        items: product id -> facts.
        out: folder for tensors, manifest and card.
        seed: same events, items and seed give the same model.
        progress: see Progress.
        now: epoch seconds, for the card.
        settings: those of serving.

    Raises:
        NotEnoughEvents: too few slates or signs of interest to train and judge a model.
    """
    progress("replay", 0.0)
    examples = collect_examples(source, items, settings or RecommenderSettings())
    train_part, validation, test = _split(examples)
    progress("baselines", 0.2)
    logistic = fit_logistic(train_part)
    rivals = {
        "popularity": fit_logistic(train_part, POPULARITY_FEATURES).probabilities(test),
        "logistic regression": logistic.probabilities(test),
    }
    from recommender.models.ctr_net import train_net

    fit = train_net(
        train_part, validation, logistic, seed=seed, progress=lambda share: progress("training", 0.3 + 0.6 * share)
    )
    tensors = fit.net.tensors()
    predictions = {**rivals, "click model": _probabilities(tensors, test)}
    rows = tuple(_row(name, test, p) for name, p in predictions.items())
    best = min(rivals, key=lambda name: float(log_losses(test.labels, rivals[name]).mean()))
    gain, low, high = paired_gain(
        log_losses(test.labels, rivals[best]),
        log_losses(test.labels, predictions["click model"]),
        test.decisions,
        seed=seed,
    )
    served = low > 0 and rows[-1].auc >= max(row.auc for row in rows[:-1])
    progress("writing", 0.95)
    base = float(logits(tensors, FeatureBlock(train_part.dense, train_part.hashed)).mean())
    manifest = save_artifact(out, tensors, base_logit=base, served=served)
    card = ModelCard(
        trained_at=datetime.fromtimestamp(now, UTC),
        seed=seed,
        n_train=len(train_part.labels),
        n_validation=len(validation.labels),
        n_test=len(test.labels),
        n_decisions=int(examples.decisions[-1]) + 1,
        positive_rate=float(examples.labels.mean()),
        rows=rows,
        gain=gain,
        gain_low=low,
        gain_high=high,
        best_epoch=fit.best_epoch,
        epochs=fit.epochs,
        served=served,
        verdict=_verdict(served, best),
        sha256=manifest.sha256,
        features=FEATURES,
    )
    write_whole(out / CARD_FILE, card.model_dump_json(indent=2).encode())
    progress("writing", 1.0)
    return card


def _split(examples: Examples) -> tuple[Examples, Examples, Examples]:
    """Cut by time between whole slates."""
    n = int(examples.decisions[-1]) + 1 if len(examples.decisions) else 0
    if n < MIN_DECISIONS:
        raise NotEnoughEvents(f"Training needs {MIN_DECISIONS} logged slates; there are {n}.")
    first, second = int(n * _TRAIN_SHARE), int(n * (_TRAIN_SHARE + _VALIDATION_SHARE))
    parts = (
        examples.part(examples.decisions < first),
        examples.part((examples.decisions >= first) & (examples.decisions < second)),
        examples.part(examples.decisions >= second),
    )
    for part in parts:
        positives = int(part.labels.sum())
        if min(positives, len(part.labels) - positives) < MIN_POSITIVES:
            raise NotEnoughEvents(f"Each part of the log needs {MIN_POSITIVES} impressions with and without interest.")
    return parts


def _probabilities(tensors: Tensors, examples: Examples) -> FloatArray:
    block = FeatureBlock(examples.dense, examples.hashed)
    result: FloatArray = 1.0 / (1.0 + np.exp(-logits(tensors, block, examples.positions)))
    return result


def _row(name: str, test: Examples, probabilities: FloatArray) -> Row:
    losses = log_losses(test.labels, probabilities)
    return Row(name=name, log_loss=float(losses.mean()), auc=auc(test.labels, probabilities))


def _verdict(served: bool, best: str) -> str:
    if served:
        return f"The click model beats {best}, the best baseline, on impressions later than its training: it is used."
    return f"The click model does not clearly beat {best}, the best baseline: it is kept here but not used."
