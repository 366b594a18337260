"""Trains the text model on requests in words and what was shown for them, and judges it on later slates.

It is kept only where it beats popularity and the live release there. It serves nothing yet (README.md). Knows no
encoder: the caller loads one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from pydantic import BaseModel, ConfigDict
from safetensors.torch import save

from recommender.baselines import MAX_POSITIONS, POPULARITY_FEATURES, fit_logistic, predict
from recommender.card import Gain
from recommender.ctr.artifact import write_whole
from recommender.ctr.calibration import logit
from recommender.ctr.text import Pairs, Reader, TextSettings, fit_text
from recommender.data.prepare import prepare
from recommender.data.settings import KnownTraffic, Windows
from recommender.data.splits import settled
from recommender.errors import NotEnoughEvents
from recommender.events import Decision, EventLog, Item
from recommender.examples import Examples, collect_examples
from recommender.features import FEATURE_SCHEMA
from recommender.item_table import FloatArray
from recommender.metrics import auc, log_losses, paired_gain
from recommender.models.predicted import Predicted
from recommender.settings import RecommenderSettings
from recommender.trace import unpack

TENSORS_FILE: Final = "text.safetensors"
CARD_FILE: Final = "text-card.json"
MIN_OF_EACH: Final = 20
_MAX_PAIRS: Final = 4000
_NAME: Final = "text"


class TextRow(BaseModel):
    """One model on the held-out impressions: mean log loss of clicks, and AUC."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    log_loss: float
    auc: float


class TextCard(BaseModel):
    """What one training gave.

    Args:
        encoder, trunk: what it began from, and what of it was trained.
        n_train, n_validation, n_test: impressions for requests in words, in order of time.
        epochs, best_epoch: run, and taken.
        rows: "popularity", "live" where a click model is live, "text"; all with the place known.
        rival, gain: the best of the others, and the log loss saved over it, paired bootstrap over shoppers.
        kept: whether it is surely better, with no lower AUC.
        sha256: of the tensors.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    encoder: str
    trunk: str
    n_train: int
    n_validation: int
    n_test: int
    epochs: int
    best_epoch: int
    rows: Mapping[str, TextRow]
    rival: str
    gain: Gain
    kept: bool
    sha256: str


@dataclass(frozen=True, slots=True)
class _Part:
    """n impressions for requests in words: as examples, as texts, and the decisions that showed them."""

    examples: Examples
    pairs: Pairs
    decisions: tuple[Decision, ...]
    item_ids: tuple[str, ...]


def learn_text(
    log: EventLog,
    items: Mapping[str, Item],
    texts: Mapping[str, str],
    encoder: Path,
    load: Callable[[Path], Reader],
    out: Path,
    progress: Callable[[float], None],
    *,
    live: Predicted,
    settings: TextSettings,
    seed: int,
    now: float,
    known: KnownTraffic,
) -> TextCard:
    """Train, judge, and write the model where it is better; otherwise what was there stays.

    Args:
        log: the shop's.
        items: product id -> facts.
        texts: product id -> what stands for it.
        encoder, load: the folder to begin from, and what reads it.
        out: folder of the files.
        progress: told the share of the longest possible training that is done.
        live: the click model that ranks now, perhaps none.
        settings, seed: of the training.
        now: epoch seconds.
        known: keys of those who are no customers.

    Raises:
        NotEnoughEvents: too few requests in words with clicks, or without.
    """
    train, validation, test = _parts(log, items, texts, seed=seed, now=now, known=known)
    fit = fit_text(encoder, load, train.pairs, validation.pairs, settings, seed=seed, progress=progress)
    popularity = fit_logistic(train.examples, POPULARITY_FEATURES)
    said: dict[str, Callable[[_Part], FloatArray]] = {
        "popularity": lambda part: predict(popularity, part.examples)[:, 0],
        _NAME: lambda part: fit.model.probabilities(part.pairs.requests, part.pairs.texts),
    }
    if live.sha:
        said["live"] = lambda part: _by_release(live, part)
    found = {name: _placed(say, validation, test) for name, say in said.items()}
    labels = test.pairs.labels
    rows = {
        name: TextRow(log_loss=float(log_losses(labels, p).mean()), auc=auc(labels, p)) for name, p in found.items()
    }
    rival = min((name for name in rows if name != _NAME), key=lambda name: rows[name].log_loss)
    theirs, ours = (log_losses(labels, found[name]) for name in (rival, _NAME))
    mean, low, high = paired_gain(theirs, ours, test.examples.shoppers, seed=seed)
    tensors = save(fit.model.trained_tensors())
    card = TextCard(
        encoder=encoder.name,
        trunk=settings.trunk,
        n_train=len(train.pairs.labels),
        n_validation=len(validation.pairs.labels),
        n_test=len(labels),
        epochs=fit.epochs,
        best_epoch=fit.best_epoch,
        rows=rows,
        rival=rival,
        gain=Gain(mean=mean, low=low, high=high),
        kept=low > 0.0 and rows[_NAME].auc >= rows[rival].auc,
        sha256=hashlib.sha256(tensors).hexdigest(),
    )
    if card.kept:
        out.mkdir(parents=True, exist_ok=True)
        write_whole(out / TENSORS_FILE, tensors)
        write_whole(out / CARD_FILE, card.model_dump_json(indent=2).encode())
    return card


def _parts(
    log: EventLog, items: Mapping[str, Item], texts: Mapping[str, str], *, seed: int, now: float, known: KnownTraffic
) -> tuple[_Part, ...]:
    prepared = prepare(log, items, now=now, seed=seed, known=known)
    labels, cut = prepared.labels, prepared.split
    examples = collect_examples(log, items, RecommenderSettings(), prepared)
    found = {decision_id: log.find_decision(decision_id) for decision_id in dict.fromkeys(labels.decision_ids)}
    decisions = {decision_id: one for decision_id, one in found.items() if one is not None and _tells(one)}
    pairs = zip(labels.decision_ids, labels.item_ids, strict=True)
    in_words = np.array([decision_id in decisions and item_id in texts for decision_id, item_id in pairs], np.bool_)
    shown = np.flatnonzero(labels.shown)
    parts = []
    for mask, until in ((cut.train, cut.cuts[0]), (cut.validation, cut.cuts[1]), (cut.test, now)):
        rows = np.flatnonzero(mask & in_words & settled(labels.at, Windows().click_s, by=until))[-_MAX_PAIRS:]
        chosen = np.isin(shown, rows)
        part = examples.where(chosen).as_of(until)
        clicked = part.labels[:, 0]
        if min(clicked.sum(), (1.0 - clicked).sum()) < MIN_OF_EACH:
            raise NotEnoughEvents(
                f"Each part of the log needs {MIN_OF_EACH} impressions for requests in words with a click, and without."
            )
        asked = tuple(decisions[labels.decision_ids[row]] for row in rows)
        item_ids = tuple(labels.item_ids[row] for row in rows)
        requests = tuple(decision.context.query for decision in asked)
        parts.append(_Part(part, Pairs(requests, tuple(texts[one] for one in item_ids), clicked), asked, item_ids))
    return tuple(parts)


def _tells(decision: Decision) -> bool:
    """Whether it answered a request in words, and keeps what it was served with as features are now."""
    return bool(decision.context.query and decision.trace) and decision.feature_schema == FEATURE_SCHEMA


def _by_release(live: Predicted, part: _Part) -> FloatArray:
    """Return the chance of a click that a release gives each impression in the first place, (n,)."""
    clicks: dict[str, Mapping[str, float]] = {}
    for decision in part.decisions:
        if decision.decision_id not in clicks:
            trace = unpack(decision.trace)
            found = live.foresee(trace.served).beside["click"][trace.order]
            clicks[decision.decision_id] = dict(zip(decision.candidate_ids, found.tolist(), strict=True))
    shown = zip(part.decisions, part.item_ids, strict=True)
    return np.array([clicks[decision.decision_id][item_id] for decision, item_id in shown])


def _placed(say: Callable[[_Part], FloatArray], validation: _Part, test: _Part) -> FloatArray:
    """Return the chances of a click at the places of `test`, (n,): log-odds and places, weighed on `validation`."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression().fit(_design(say, validation), validation.pairs.labels)
    found: FloatArray = model.predict_proba(_design(say, test))[:, 1]
    return found


def _design(say: Callable[[_Part], FloatArray], part: _Part) -> FloatArray:
    places = np.eye(MAX_POSITIONS)[np.minimum(part.examples.positions, MAX_POSITIONS - 1)]
    return np.column_stack([logit(say(part)), places])
