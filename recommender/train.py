"""From behaviour to a click model: replay, split by time, fit every contender, judge, files.

Serves nothing itself; a release is made of the files (promotion/).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np

from recommender.card import ModelCard
from recommender.ctr import calibration
from recommender.ctr.artifact import CARD_FILE, Manifest, save_artifact, write_whole
from recommender.ctr.contenders import CHALLENGERS, CONTENDERS, NETWORK, Job, Params, Trained
from recommender.ctr.judging import Choice, Judged, choose, judge
from recommender.ctr.search import Budget, search
from recommender.data.card import DataCard, write_card
from recommender.data.importance import Selection
from recommender.data.prepare import Prepared, prepare
from recommender.data.settings import KnownTraffic
from recommender.errors import NotEnoughEvents
from recommender.events import Event, EventLog, Item
from recommender.examples import Examples, collect_examples
from recommender.features import FEATURES
from recommender.metrics import auc
from recommender.refits import on_unseen_shoppers, slim
from recommender.settings import RecommenderSettings

MIN_DECISIONS: Final = 200
MIN_POSITIVES: Final = 10
MIN_KNOWN: Final = 50

Progress = Callable[[str, float], None]
"""Told the stage (replay, baselines, training, features, writing) and the share of the whole that is done, 0 to 1."""


@dataclass(frozen=True, slots=True)
class TrainSettings:
    """How much a training may cost.

    Args:
        budget: of the search for good settings, per model; None uses the defaults.
        device: "cpu" or "cuda", for the network.
        work: folder of checkpoints and of the search's results, so that a stopped training goes on; None keeps none.
        logs: folder for TensorBoard; None writes none.
        known: keys of those who are no customers.
        before: data card of the training before, to tell what moved.
    """

    budget: Budget | None = None
    device: str = "cpu"
    work: Path | None = None
    logs: Path | None = None
    known: KnownTraffic = field(default_factory=KnownTraffic)
    before: DataCard | None = None


@dataclass(frozen=True, slots=True)
class Parts:
    """Whole slates in order of time."""

    train: Examples
    validation: Examples
    test: Examples


def train(
    source: EventLog | Sequence[Event],
    items: Mapping[str, Item],
    out: Path,
    *,
    seed: int,
    progress: Progress,
    now: float,
    settings: RecommenderSettings | None = None,
    how: TrainSettings | None = None,
) -> ModelCard:
    """Train all models, write the files of the best one, and say whether it serves: it must earn that on later slates.

    Args:
        source: a log, or events in order of arrival, impressions included.
        items: product id -> facts.
        out: folder for the model's files, manifest and cards.
        seed: same events, items and seed give the same model.
        progress: see Progress.
        now: epoch seconds; what lies beyond did not happen.
        settings: those of serving.
        how: see TrainSettings.

    Raises:
        NotEnoughEvents: too few slates or signs of interest to train and judge a model.
    """
    progress("replay", 0.0)
    how = how or TrainSettings()
    prepared = prepare(source, items, now=now, seed=seed, known=how.known, previous=how.before)
    examples = collect_examples(source, items, settings or RecommenderSettings(), prepared)
    parts = split(examples, prepared)
    progress("baselines", 0.2)
    fitted = _fit_all(parts, seed, how, progress)
    judged: Mapping[str, Judged] = {
        name: judge(trained, parts.validation, parts.test) for name, (trained, _) in fitted.items()
    }
    choice = choose(judged, parts.test, seed=seed)
    progress("features", 0.9)
    params = {name: dict(given) for name, (_, given) in fitted.items() if given}
    job = Job(parts.train, parts.validation, seed, device=how.device)
    selection, judged, choice = _without_useless(judged, choice, job, params, parts.test)
    progress("writing", 0.95)
    manifest = _write(out, choice.best, parts.train, served=choice.served)
    data_card = prepared.card.with_features(selection)
    name = choice.best.trained.name
    unseen = on_unseen_shoppers(name, job, params.get(name, {}), parts.test, selection.dropped)
    told = {"unseen": unseen, "params": params, "features": selection.kept, "importance": data_card.features}
    card = _card(examples, parts, judged, choice, manifest, seed, now).model_copy(update=told)
    write_whole(out / CARD_FILE, card.model_dump_json(indent=2).encode())
    write_card(data_card, out)
    progress("writing", 1.0)
    return card


def _without_useless(
    judged: Mapping[str, Judged], choice: Choice, job: Job, params: Mapping[str, Params], test: Examples
) -> tuple[Selection, Mapping[str, Judged], Choice]:
    """Put the chosen model without useless features in the place of the one with all, unless it would not be chosen."""
    name = choice.best.trained.name
    selection, slimmed = slim(choice.best, job, params.get(name, {}), test)
    if selection.dropped:
        without = {**judged, name: slimmed}
        again = choose(without, test, seed=job.seed)
        if again.best is slimmed and again.served == choice.served:
            return selection, without, again
    return replace(selection, kept=FEATURES, dropped=()), judged, choice


def split(examples: Examples, prepared: Prepared) -> Parts:
    """Cut by time between whole slates, with an embargo; each part knows what was known when the next one began.

    Args:
        examples: of what was shown.
        prepared: says where the cuts are.

    Raises:
        NotEnoughEvents: too few slates, or a part without enough of either outcome.
    """
    n, seen, cut = examples.n_decisions, prepared.labels.shown, prepared.split
    if n < MIN_DECISIONS:
        raise NotEnoughEvents(f"Training needs {MIN_DECISIONS} logged slates; there are {n}.")
    train_part, validation, test = (examples.where(mask[seen]) for mask in (cut.train, cut.validation, cut.test))
    known = (train_part.as_of(cut.cuts[0]), validation.as_of(cut.cuts[1]), test)
    parts = Parts(*(_so_far(part) for part in known))
    for part in (parts.train, parts.validation, parts.test):
        clicked = part.labels[part.observed[:, 0], 0]
        if min(clicked.sum(), len(clicked) - clicked.sum()) < MIN_POSITIVES:
            raise NotEnoughEvents(f"Each part of the log needs {MIN_POSITIVES} impressions with and without interest.")
    return parts


def _so_far(part: Examples) -> Examples:
    """Where a part is shorter than a head's window, take what happened so far for its outcome: better than nothing."""
    return replace(part, observed=part.observed | (part.observed.sum(axis=0) < MIN_KNOWN))


def _fit_all(parts: Parts, seed: int, how: TrainSettings, progress: Progress) -> dict[str, tuple[Trained, Params]]:
    job = Job(parts.train, parts.validation, seed, device=how.device)
    fitted: dict[str, tuple[Trained, Params]] = {}
    for number, (name, contender) in enumerate(CONTENDERS.items()):
        if name == NETWORK:
            progress("training", 0.3)
        params: Params = {}
        if how.budget is not None:
            params = search(contender, name, job, how.budget, how.work)
        if name == NETWORK:
            told = replace(job, progress=lambda share: progress("training", 0.3 + 0.6 * share))
            job = replace(told, checkpoints=how.work, logs=how.logs)
        trained = contender.fit(job, params)
        fitted[name] = (trained, params)
        job = replace(job, fitted={**job.fitted, name: trained})
        if name != NETWORK:
            progress("baselines", 0.2 + 0.1 * (number + 1) / len(CONTENDERS))
    return fitted


def train_each(
    source: EventLog | Sequence[Event],
    items: Mapping[str, Item],
    out: Path,
    names: Sequence[str],
    *,
    seed: int,
    now: float,
) -> None:
    """Fit some contenders and write each into a folder of its name, whether it would earn its place or not.

    Args:
        source, items, seed, now: as in `train`.
        out: folder of the folders.
        names: keys of CONTENDERS that serve.

    Raises:
        NotEnoughEvents: as in `train`.
    """
    prepared = prepare(source, items, now=now, seed=seed)
    parts = split(collect_examples(source, items, RecommenderSettings(), prepared), prepared)
    for name in names:
        trained = CONTENDERS[name].fit(Job(parts.train, parts.validation, seed), {})
        _write(out / name, judge(trained, parts.validation, parts.test), parts.train, served=True)


def _write(out: Path, best: Judged, train_part: Examples, *, served: bool) -> Manifest:
    kind = CONTENDERS[best.trained.name].kind
    assert kind is not None
    on_top = replace(train_part, positions=np.zeros_like(train_part.positions))
    clicks = calibration.apply(best.lines, best.trained.predict(on_top))[:, 0]
    base = float(calibration.logit(clicks).mean())
    return save_artifact(out, kind, best.trained.files(best.lines), base_logit=base, served=served)


def _card(
    examples: Examples,
    parts: Parts,
    judged: Mapping[str, Judged],
    choice: Choice,
    manifest: Manifest,
    seed: int,
    now: float,
) -> ModelCard:
    network, test = judged[NETWORK].trained, parts.test
    new = ~np.isin(test.shoppers, parts.train.shoppers) & test.observed[:, 0]
    new_auc = auc(test.labels[new, 0], choice.best.probabilities[new, 0])
    return ModelCard(
        trained_at=datetime.fromtimestamp(now, UTC),
        seed=seed,
        n_train=len(parts.train.labels),
        n_validation=len(parts.validation.labels),
        n_test=len(test.labels),
        n_decisions=examples.n_decisions,
        n_test_new=int(new.sum()),
        new_shoppers_auc=new_auc if np.isfinite(new_auc) else None,
        positive_rate=float(examples.labels[:, 0].mean()),
        rows=tuple(one.row for one in judged.values()),
        rival=choice.rival,
        challenger=choice.challenger,
        gain=choice.gain,
        over_popularity=choice.over_popularity,
        best_epoch=network.best_epoch,
        epochs=network.epochs,
        params={},
        model=choice.best.trained.name,
        served=choice.served,
        verdict=_verdict(choice),
        sha256=manifest.sha256,
        features=FEATURES,
    )


def _verdict(choice: Choice) -> str:
    name, rival = choice.best.trained.name, choice.rival
    if not choice.served:
        return f"No model clearly beats popularity; the {name} is kept here but not used."
    if name in CHALLENGERS:
        return f"In use: {name}. It beats {rival}, the best baseline, on impressions later than its training."
    return f"In use: {name}, which beats popularity; neither the network nor the blend clearly beats {rival}."
