"""Click models beside the truth on simulated logs, and what serving them costs.

Settings are searched on a log of another seed, each model with the same number of trials, and then kept for all seeds
that are reported. Train, validation and test are cut by time; the last knows every outcome, however late.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from scipy.stats import t

from recommender.ctr.contenders import CONTENDERS, Job, Params
from recommender.ctr.judging import judge
from recommender.ctr.search import Budget, search
from recommender.ctr.simulated import SimulatedLog, simulate
from recommender.data.calibration import calibration_error
from recommender.examples import HEADS, Examples, collect_examples
from recommender.item_table import FloatArray
from recommender.metrics import auc
from recommender.settings import RecommenderSettings

TUNING_SEED: Final = 1_000
CHOSEN: Final = "chosen on validation"
AUC_GOAL, ECE_GOAL = 0.005, 0.01
_TRAIN_SHARE, _VALIDATION_SHARE = 0.7, 0.15
_N_BINS: Final = 15

Progress = Callable[[str, int, int | None], None]


@dataclass(frozen=True, slots=True)
class SeedFigures:
    """One model on one log.

    Args:
        gaps: per head, AUC of the true chances minus the model's, on the same held-out impressions.
        ece: of clicks, against the true chances, so that it has no noise of its own.
        ece_labels: of clicks, against what happened, as a shop would see it.
        validation_loss: weighted log loss by which a shop chooses, without the held-out impressions.
    """

    gaps: tuple[float, ...]
    ece: float
    ece_labels: float
    validation_loss: float


@dataclass(frozen=True, slots=True)
class LogFigures:
    """All models on one log.

    Args:
        world, seed: of the log.
        n_impressions: of it.
        true_auc: per head.
        truth_ece_labels: see WorldFigures.
        models: name -> figures; under CHOSEN those of the model with the lowest validation loss.
    """

    world: str
    seed: int
    n_impressions: int
    true_auc: tuple[float, ...]
    truth_ece_labels: float
    models: Mapping[str, SeedFigures]


@dataclass(frozen=True, slots=True)
class ModelFigures:
    """One model over the seeds of one world.

    Args:
        name: of the model, or CHOSEN.
        params: found by the search.
        seeds: figures of each.
    """

    name: str
    params: Params
    seeds: tuple[SeedFigures, ...]

    @property
    def gap(self) -> float:
        """Mean gap of clicks."""
        return float(np.mean([one.gaps[0] for one in self.seeds]))

    @property
    def gap_half(self) -> float:
        """Half of the 95 % interval of `gap` over seeds, by Student's t; infinite with one seed."""
        n = len(self.seeds)
        if n < 2:
            return float("inf")
        return float(t.ppf(0.975, n - 1) * np.std([one.gaps[0] for one in self.seeds], ddof=1) / np.sqrt(n))

    @property
    def ece(self) -> float:
        """Mean calibration error of clicks against the truth."""
        return float(np.mean([one.ece for one in self.seeds]))

    @property
    def reaches(self) -> bool:
        """Whether both goals are met in the mean over the seeds."""
        return self.gap <= AUC_GOAL and self.ece <= ECE_GOAL


@dataclass(frozen=True, slots=True)
class WorldFigures:
    """All models in one world.

    Args:
        world: its name.
        n_impressions: of each log.
        true_auc: per head, mean over the seeds.
        truth_ece_labels: calibration error of the true chances against what happened: the noise in `ece_labels`.
        models: the baselines first, the network, and what a shop would choose last.
    """

    world: str
    n_impressions: int
    true_auc: tuple[float, ...]
    truth_ece_labels: float
    models: tuple[ModelFigures, ...]


@dataclass(frozen=True, slots=True)
class Cut:
    """A log in three parts, by time; `truth` are the true chances of `test`, (n, 3)."""

    train: Examples
    validation: Examples
    test: Examples
    truth: FloatArray


def compare(
    worlds: Sequence[str], n_slates: int, *, seeds: int, trials: int, device: str, progress: Progress
) -> tuple[WorldFigures, ...]:
    """Measure every contender in every world.

    Args:
        worlds: of simulated.WORLDS.
        n_slates: slates per log.
        seeds: logs per world, 1 or more; seeds 0, 1, ….
        trials: settings tried per model on the log of TUNING_SEED; 0 takes the defaults.
        device: of the network's training.
        progress: called with (what, done, total).
    """
    found = []
    total = len(worlds) * len(CONTENDERS) * (seeds + (trials > 0))
    done = 0

    def step(what: str) -> None:
        nonlocal done
        progress(what, done, total)
        done += 1

    for world in worlds:
        params = _tuned(world, n_slates, trials, device, step)
        found.append(_world(world, n_slates, seeds, params, device, step))
    return tuple(found)


def _tuned(world: str, n_slates: int, trials: int, device: str, step: Callable[[str], None]) -> Mapping[str, Params]:
    if trials == 0:
        return {name: {} for name in CONTENDERS}
    cut = cut_log(simulate(world, n_slates, seed=TUNING_SEED))
    params = {}
    for name, contender in CONTENDERS.items():
        step(f"{world}: tuning {name}")
        job = Job(cut.train, cut.validation, TUNING_SEED, device=device)
        params[name] = search(contender, name, job, Budget(trials))
    return params


def _world(
    world: str,
    n_slates: int,
    seeds: int,
    params: Mapping[str, Params],
    device: str,
    step: Callable[[str], None],
) -> WorldFigures:
    return summarise([measure_log(world, n_slates, seed, params, device, step) for seed in range(seeds)], params)


def measure_log(
    world: str, n_slates: int, seed: int, params: Mapping[str, Params], device: str, step: Callable[[str], None]
) -> LogFigures:
    """Measure every contender on one log.

    Args:
        world, n_slates, seed: of the log.
        params: contender -> settings; {} for the defaults.
        device: of the network's training.
        step: told what begins.
    """
    cut = cut_log(simulate(world, n_slates, seed=seed))
    labels, truth = cut.test.labels, cut.truth
    true_auc = tuple(auc(labels[:, head], truth[:, head]) for head in range(len(HEADS)))
    job = Job(cut.train, cut.validation, seed, device=device)
    found: dict[str, SeedFigures] = {}
    for name, contender in CONTENDERS.items():
        step(f"{world}: {name}, seed {seed}")
        trained = contender.fit(job, params[name])
        job = replace(job, fitted={**job.fitted, name: trained})
        judged = judge(trained, cut.validation, cut.test)
        p = judged.probabilities
        gaps = tuple(true_auc[head] - auc(labels[:, head], p[:, head]) for head in range(len(HEADS)))
        ece, ece_labels = error_against_truth(truth[:, 0], p[:, 0]), calibration_error(labels[:, 0], p[:, 0])
        found[name] = SeedFigures(gaps, ece, ece_labels, judged.validation_loss)
    chosen = min(found.values(), key=lambda one: one.validation_loss)
    n = sum(len(part.labels) for part in (cut.train, cut.validation, cut.test))
    noise = calibration_error(labels[:, 0], truth[:, 0])
    return LogFigures(world, seed, n, true_auc, noise, {**found, CHOSEN: chosen})


def summarise(logs: Sequence[LogFigures], params: Mapping[str, Params]) -> WorldFigures:
    """Put the logs of one world together, at least one.

    Args:
        logs: all of the same world and size.
        params: contender -> settings.
    """
    models = tuple(
        ModelFigures(name, params.get(name, {}), tuple(log.models[name] for log in logs)) for name in logs[0].models
    )
    true_auc = tuple(float(value) for value in np.mean([log.true_auc for log in logs], axis=0))
    noise = float(np.mean([log.truth_ece_labels for log in logs]))
    return WorldFigures(logs[0].world, logs[0].n_impressions, true_auc, noise, models)


def error_against_truth(truth: FloatArray, probabilities: FloatArray) -> float:
    """Return the calibration error over 15 bins of equal size, measured by true chances instead of outcomes.

    Args:
        truth: (n,) true chances.
        probabilities: (n,) predicted ones.
    """
    bins = np.array_split(np.argsort(probabilities, kind="stable"), _N_BINS)
    return sum(abs(float(truth[b].mean() - probabilities[b].mean())) * len(b) for b in bins) / len(truth)


def cut_log(log: SimulatedLog) -> Cut:
    """Replay a log and cut it; each part knows what was known when the next one began, the last one everything."""
    examples = collect_examples(log.events, log.items, RecommenderSettings())
    n = examples.n_decisions
    first, second = int(n * _TRAIN_SHARE), int(n * (_TRAIN_SHARE + _VALIDATION_SHARE))
    validation, test = examples.part(first, second), examples.part(second, n)
    return Cut(
        examples.part(0, first).as_of(float(validation.times[0])),
        validation.as_of(float(test.times[0])),
        test.as_of(np.inf),
        log.truth[len(log.truth) - len(test.labels) :],
    )
