"""Every model that a training compares, each with what may be tuned, under one interface.

CONTENDERS lists them. Torch and LightGBM are imported when one of them is fitted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from recommender import baselines
from recommender.baselines import POPULARITY_FEATURES, Logistic, Plain, fit_logistic
from recommender.ctr.artifact import TENSORS_FILE, TREE_FILES, Kind
from recommender.ctr.calibration import Line
from recommender.ctr.factors import Factors
from recommender.ctr.served import plain_tensors
from recommender.examples import Examples
from recommender.item_table import FloatArray

if TYPE_CHECKING:
    from recommender.ctr.trees import Trees

Params = Mapping[str, Any]
POPULARITY: Final = "popularity"
MACHINE: Final = "factorisation machine"
TREES: Final = "trees"
BLEND: Final = "machine and trees"
NETWORK: Final = "network"
CHALLENGERS: Final = (BLEND, NETWORK)
"""Models that must beat every baseline to serve; all others are baselines."""


class Trial(Protocol):
    """The part of an optuna trial that is used here."""

    def suggest_float(self, name: str, low: float, high: float, *, log: bool = False) -> float:
        """Choose a number."""

    def suggest_int(self, name: str, low: int, high: int, *, log: bool = False) -> int:
        """Choose a whole number."""


@dataclass(frozen=True, slots=True)
class Job:
    """What a contender is fitted on.

    Args:
        train, validation: validation is later in time.
        seed: of whatever chance is used.
        progress: told the share that is done, 0 to 1, where it takes long.
        device: "cpu" or "cuda", for the network.
        checkpoints, logs: folders of a network's training; None keeps and writes none.
        fitted: contenders fitted on the same job before, for others to build on; what is missing is fitted anew.
    """

    train: Examples
    validation: Examples
    seed: int
    progress: Callable[[float], None] = lambda _share: None
    device: str = "cpu"
    checkpoints: Path | None = None
    logs: Path | None = None
    fitted: Mapping[str, Trained] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Trained:
    """A fitted contender.

    Args:
        name: as in CONTENDERS.
        predict: examples -> (n, heads) probabilities at their own places, not calibrated.
        files: calibration -> the files that serve it.
        epochs, best_epoch: of a network; 0 otherwise.
        model: what computes it, where that is no network.
    """

    name: str
    predict: Callable[[Examples], FloatArray]
    files: Callable[[Sequence[Line]], dict[str, bytes]]
    epochs: int = 0
    best_epoch: int = 0
    model: Plain | None = None


@dataclass(frozen=True, slots=True)
class Contender:
    """A model that may be fitted.

    Args:
        kind: of its files; None where it is only a measure for others.
        fit: (job, params) -> Trained; params as `suggest` gives them, none for the defaults.
        suggest: draws params to try; None where nothing is tuned.
    """

    kind: Kind | None
    fit: Callable[[Job, Params], Trained]
    suggest: Callable[[Trial], Params]


def _popularity(job: Job, params: Params) -> Trained:
    model = fit_logistic(job.train, POPULARITY_FEATURES, **params)
    return Trained(POPULARITY, lambda examples: baselines.predict(model, examples), lambda _lines: {})


def _logistic(job: Job, params: Params) -> Trained:
    model = fit_logistic(job.train, **params)
    return Trained(
        "logistic regression",
        lambda examples: baselines.predict(model, examples),
        lambda lines: {TENSORS_FILE: plain_tensors(model, lines)},
    )


def _ridge(trial: Trial) -> Params:
    return {"ridge": trial.suggest_float("ridge", 0.1, 300.0, log=True)}


def _machine(job: Job, params: Params) -> Trained:
    from recommender.ctr.fm import FmSettings, fit_fm
    from recommender.ctr.wide import fit_wide

    start = fit_wide(job.train, fit_logistic(job.train))
    model = fit_fm(job.train, job.validation, start, FmSettings(**params), seed=job.seed)
    return Trained(
        MACHINE,
        lambda examples: baselines.predict(model, examples),
        lambda lines: {TENSORS_FILE: plain_tensors(model.linear, lines, model)},
        model=model,
    )


def _machine_space(trial: Trial) -> Params:
    return {
        "width": trial.suggest_int("width", 2, 16, log=True),
        "learning_rate": trial.suggest_float("learning_rate", 1e-4, 5e-3, log=True),
        "decay": trial.suggest_float("decay", 0.03, 10.0, log=True),
    }


def _trees(job: Job, params: Params) -> Trained:
    from recommender.ctr.trees import TreeSettings, fit_trees

    model, linear = fit_trees(job.train, job.validation, TreeSettings(**params), seed=job.seed), _standard(job.train)
    return Trained(
        TREES,
        lambda examples: baselines.predict(model, examples),
        lambda lines: {TENSORS_FILE: plain_tensors(linear, lines), **_tree_files(model)},
        model=model,
    )


def _tree_files(model: Trees) -> dict[str, bytes]:
    return {name: text.encode() for name, text in zip(TREE_FILES, model.texts(), strict=True)}


def _standard(train: Examples) -> Logistic:
    return fit_logistic(train)


def _tree_space(trial: Trial) -> Params:
    return {
        "learning_rate": trial.suggest_float("learning_rate", 0.02, 0.15, log=True),
        "leaves": trial.suggest_int("leaves", 4, 63, log=True),
        "min_leaf": trial.suggest_int("min_leaf", 20, 400, log=True),
        "l2": trial.suggest_float("l2", 0.1, 100.0, log=True),
        "column_share": trial.suggest_float("column_share", 0.4, 1.0),
    }


def _blend(job: Job, params: Params) -> Trained:
    from recommender.ctr.blend import fit_blend
    from recommender.ctr.trees import Trees

    machine, trees = (
        (job.fitted[name] if name in job.fitted else CONTENDERS[name].fit(job, {})).model for name in (MACHINE, TREES)
    )
    assert isinstance(machine, Factors)
    assert isinstance(trees, Trees)
    model = fit_blend((machine, trees), job.validation, **params)
    return Trained(
        BLEND,
        lambda examples: baselines.predict(model, examples),
        lambda lines: {
            TENSORS_FILE: plain_tensors(machine.linear, lines, machine, blend=model.weights),
            **_tree_files(trees),
        },
        model=model,
    )


def _blend_space(trial: Trial) -> Params:
    return {"evenness": trial.suggest_float("evenness", 1.0, 300.0, log=True)}


def _network(job: Job, params: Params) -> Trained:
    from recommender.ctr.export import network_files
    from recommender.ctr.fitting import FitSettings, fit_network
    from recommender.ctr.network import Size

    settings = FitSettings(size=Size(**{k: v for k, v in params.items() if k in Size.__slots__}), device=job.device)
    settings = replace(settings, **{k: v for k, v in params.items() if k in FitSettings.__slots__})
    start = job.fitted[MACHINE].model if MACHINE in job.fitted else None
    if not isinstance(start, Factors) or start.dense.shape[1] != settings.size.embedding:
        start = _machine(job, {"width": settings.size.embedding}).model
    assert isinstance(start, Factors)
    fit = fit_network(
        job.train,
        job.validation,
        start,
        settings,
        seed=job.seed,
        progress=job.progress,
        checkpoints=job.checkpoints,
        logs=job.logs,
    )
    return Trained(NETWORK, fit.predict, lambda lines: network_files(fit.net, lines), fit.epochs, fit.best_epoch)


def _network_space(trial: Trial) -> Params:
    return {
        "learning_rate": trial.suggest_float("learning_rate", 2e-4, 4e-3, log=True),
        "start_haste": trial.suggest_float("start_haste", 0.02, 1.0, log=True),
        "embedding_decay": trial.suggest_float("embedding_decay", 0.03, 10.0, log=True),
        "decay": trial.suggest_float("decay", 1e-3, 1.0, log=True),
        "dropout": trial.suggest_float("dropout", 0.0, 0.5),
        "deep": trial.suggest_int("deep", 16, 128, log=True),
        "hidden": trial.suggest_int("hidden", 4, 32, log=True),
    }


CONTENDERS: Final[Mapping[str, Contender]] = {
    POPULARITY: Contender(None, _popularity, _ridge),
    "logistic regression": Contender("logistic regression", _logistic, _ridge),
    MACHINE: Contender("factorisation machine", _machine, _machine_space),
    TREES: Contender("trees", _trees, _tree_space),
    BLEND: Contender("machine and trees", _blend, _blend_space),
    NETWORK: Contender("network", _network, _network_space),
}
"""Name -> contender; the baselines first, the network last."""
