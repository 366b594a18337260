"""Looks for good settings of a contender within a budget, with results saved and resumed (optuna).

Judges by the validation slates alone; knows nothing of the held-out ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from recommender.ctr.contenders import Contender, Job, Params
from recommender.examples import Examples
from recommender.item_table import FloatArray
from recommender.metrics import log_losses

HEAD_WEIGHTS: Final = (1.0, 0.3, 0.3)


@dataclass(frozen=True, slots=True)
class Budget:
    """How much may be tried.

    Args:
        trials: settings in all, those of earlier runs counted; 1 or more.
        seconds: after which no further one is begun, the first apart; None for no limit.
    """

    trials: int
    seconds: float | None = None


def search(contender: Contender, name: str, job: Job, budget: Budget, folder: Path | None = None) -> Params:
    """Return the settings with the lowest validation loss.

    Args:
        contender: what is tuned.
        name: names its file in the folder.
        job: what it is fitted on; its seed is the search's, too.
        budget: see Budget.
        folder: made where missing; keeps every trial, so that a stopped search goes on. None keeps nothing.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        study_name=name,
        storage=None if folder is None else _journal(folder, name),
        load_if_exists=True,
        sampler=optuna.samplers.TPESampler(seed=job.seed),
    )

    def loss(trial: optuna.Trial) -> float:
        params = contender.suggest(trial)
        trial.set_user_attr("params", dict(params))
        return weighted_loss(job.validation, contender.fit(job, params).predict(job.validation))

    done = sum(trial.state == optuna.trial.TrialState.COMPLETE for trial in study.trials)
    if done == 0:
        study.optimize(loss, n_trials=1)
    if max(done, 1) < budget.trials:
        study.optimize(loss, n_trials=budget.trials - max(done, 1), timeout=budget.seconds)
    return dict(study.best_trial.user_attrs["params"])


def weighted_loss(examples: Examples, probabilities: FloatArray) -> float:
    """Return the mean log loss of each head where its outcome is known, weighted as in training."""
    total = 0.0
    for head, weight in enumerate(HEAD_WEIGHTS):
        known = examples.observed[:, head]
        total += weight * float(np.mean(log_losses(examples.labels[known, head], probabilities[known, head])))
    return total


def _journal(folder: Path, name: str) -> object:
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    folder.mkdir(parents=True, exist_ok=True)
    return JournalStorage(JournalFileBackend(str(folder / f"{name.replace(' ', '-')}.journal")))
