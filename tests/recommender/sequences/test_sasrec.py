from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from recommender.errors import ModelNotFitted
from recommender.sequences.data import Sequences
from recommender.sequences.folds import Fold, leave_one_out
from recommender.sequences.roster import model_ranks
from recommender.sequences.sasrec import SasRec, SasRecSettings
from tests.recommender.sequences.toy import N_ITEMS, ring

SMALL = SasRecSettings(
    width=16, n_layers=1, n_heads=1, length=6, dropout=0.0, learning_rate=0.02, batch=16, epochs=12, patience=12
)


def _fold() -> Fold:
    return leave_one_out(ring(120, 6)).tune


def _fit(settings: SasRecSettings = SMALL, checkpoint: Path | None = None, seed: int = 0) -> SasRec:
    fold = _fold()
    return SasRec(settings, seed=seed, checkpoint=checkpoint).fit(fold.data, fold.users, fold.targets)


def test_it_learns_what_follows() -> None:
    assert (model_ranks(_fit(), _fold()) == 1).mean() > 0.95


def test_a_sampled_softmax_learns_it_too() -> None:
    assert (model_ranks(_fit(replace(SMALL, negatives=6, epochs=20)), _fold()) == 1).mean() > 0.95


def test_the_same_seed_gives_the_same_network_and_another_does_not() -> None:
    data, short = ring(), replace(SMALL, epochs=2)
    scores = [_fit(short, seed=seed).score(data) for seed in (0, 0, 1)]
    assert (scores[0] == scores[1]).all()
    assert (scores[0] != scores[2]).any()


def test_a_training_that_was_stopped_goes_on_and_ends_where_it_would_have(tmp_path: Path) -> None:
    data, whole = ring(), _fit(replace(SMALL, epochs=4))
    path = tmp_path / "net.safetensors"
    fold, stopped = _fold(), replace(SMALL, epochs=4)
    passes: list[int] = []

    def kill(done: int, _figure: float | None) -> None:
        passes.append(done)
        if passes == [1, 2]:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        SasRec(stopped, seed=0, checkpoint=path, told=kill).fit(fold.data, fold.users, fold.targets)
    resumed = SasRec(stopped, seed=0, checkpoint=path, told=kill).fit(fold.data, fold.users, fold.targets)
    assert passes == [1, 2, 3, 4]
    assert (resumed.score(data) == whole.score(data)).all()


def test_a_checkpoint_of_something_else_is_not_gone_on_from(tmp_path: Path) -> None:
    path, short = tmp_path / "net.safetensors", replace(SMALL, epochs=2)
    _fit(short, path, seed=1)
    assert (_fit(short, path, seed=0).score(ring()) == _fit(short, seed=0).score(ring())).all()


def test_a_checkpoint_that_cannot_be_read_is_not_gone_on_from(tmp_path: Path) -> None:
    path, short = tmp_path / "net.safetensors", replace(SMALL, epochs=2)
    path.write_bytes(b"half of a file")
    assert (_fit(short, path).score(ring()) == _fit(short).score(ring())).all()
    assert path.read_bytes() != b"half of a file"


def test_the_targets_choose_the_pass_and_are_not_learned() -> None:
    fold, short = _fold(), replace(SMALL, epochs=1)
    other = (fold.targets + 5) % N_ITEMS
    known, unknown = (SasRec(short, seed=0).fit(fold.data, fold.users, t) for t in (fold.targets, other))
    assert (known.score(fold.data) == unknown.score(fold.data)).all()


def test_a_refresh_goes_on_from_what_was_learned() -> None:
    model = _fit()
    before = model.score(ring())
    after = model.refresh(ring(120, 6)).score(ring())
    assert (before != after).any()
    assert (model_ranks(model, _fold()) == 1).mean() > 0.95


def test_what_is_not_there_does_not_count() -> None:
    model, data = _fit(), ring(4)
    alone = data.part(np.array([2]))
    longer = Sequences(np.concatenate([data.of(0), data.of(1), data.of(2)]), np.array([0, 10, 15]), N_ITEMS)
    assert model.score(longer)[1] == pytest.approx(model.score(alone)[0], abs=1e-4)


def test_asked_before_it_was_fitted_it_says_so() -> None:
    with pytest.raises(ModelNotFitted, match="call fit"):
        SasRec(SMALL, seed=0).score(ring())
