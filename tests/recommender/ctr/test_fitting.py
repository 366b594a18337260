from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from recommender.baselines import fit_logistic, predict
from recommender.ctr.checkpoints import FILE
from recommender.ctr.factors import Factors
from recommender.ctr.fitting import Fit, FitSettings, fit_network
from recommender.ctr.fm import FmSettings, fit_fm
from recommender.ctr.wide import fit_wide
from recommender.examples import Examples
from recommender.metrics import auc
from tests.recommender.ctr.small import SMALL, small_examples

SETTINGS = FitSettings(size=SMALL, max_epochs=4, patience=4, batch=32)


class Killed(BaseException):
    """Stands for a kill between two epochs."""


def _parts() -> tuple[Examples, Examples, Factors]:
    examples = small_examples()
    train, validation = examples.part(0, 180).as_of(np.inf), examples.part(180, 240).as_of(np.inf)
    wide = fit_wide(train, fit_logistic(train))
    start = fit_fm(train, validation, wide, FmSettings(width=4, max_epochs=1), seed=1)
    return train, validation, start


def _fit(
    settings: FitSettings = SETTINGS,
    *,
    seed: int = 1,
    progress: Callable[[float], None] = lambda _share: None,
    checkpoints: Path | None = None,
    logs: Path | None = None,
) -> Fit:
    return fit_network(*_parts(), settings, seed=seed, progress=progress, checkpoints=checkpoints, logs=logs)


def _same(first: Fit, second: Fit) -> bool:
    there = second.net.state_dict()
    return all(torch.equal(value, there[name]) for name, value in first.net.state_dict().items())


def test_the_same_examples_and_seed_give_the_same_network() -> None:
    assert _same(_fit(), _fit())
    assert not _same(_fit(), _fit(seed=2))


@pytest.mark.parametrize("epochs_before", [1, 3])
def test_a_killed_training_ends_in_the_same_weights_as_an_unbroken_one(epochs_before: int, tmp_path: Path) -> None:
    unbroken = _fit()

    def kill(share: float) -> None:
        if share == epochs_before / SETTINGS.max_epochs:
            raise Killed

    with pytest.raises(Killed):
        _fit(progress=kill, checkpoints=tmp_path)
    assert (tmp_path / FILE).exists()
    told: list[float] = []
    resumed = _fit(progress=told.append, checkpoints=tmp_path)
    assert len(told) == SETTINGS.max_epochs - epochs_before
    assert _same(resumed, unbroken)
    assert (resumed.best_epoch, resumed.loss) == (unbroken.best_epoch, unbroken.loss)
    assert not (tmp_path / FILE).exists()


def test_a_checkpoint_of_another_training_or_a_damaged_one_is_ignored(tmp_path: Path) -> None:
    def kill(_share: float) -> None:
        raise Killed

    with pytest.raises(Killed):
        _fit(seed=2, progress=kill, checkpoints=tmp_path)
    assert _same(_fit(checkpoints=tmp_path), _fit())
    (tmp_path / FILE).write_bytes(b"torn")
    assert _same(_fit(checkpoints=tmp_path), _fit())


def test_training_stops_early_and_keeps_the_best_epoch() -> None:
    fit = _fit(replace(SETTINGS, learning_rate=0.3, max_epochs=10, patience=1))
    assert fit.epochs == fit.best_epoch + 1
    assert fit.epochs < 10


def test_without_an_epoch_it_is_as_good_as_the_machine_it_began_with() -> None:
    train, validation, start = _parts()
    fit = fit_network(train, validation, start, replace(SETTINGS, max_epochs=0), seed=1, progress=lambda _share: None)
    machine, network = predict(start, validation)[:, 0], fit.predict(validation)[:, 0]
    assert auc(validation.labels[:, 0], network) == pytest.approx(auc(validation.labels[:, 0], machine), abs=0.01)


def test_losses_can_be_followed(tmp_path: Path) -> None:
    _fit(replace(SETTINGS, max_epochs=1), logs=tmp_path)
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(tmp_path))
    events.Reload()
    assert sorted(events.Tags()["scalars"]) == ["loss/train", "loss/validation"]
