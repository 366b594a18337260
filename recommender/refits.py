"""The chosen model fitted again: without the features that it does not need, and without some of the shoppers.

A feature that is left out stands still in training, and what stood still there counts for nothing in serving
(`baselines.fit_logistic` standardises it away, trees never split on it): the model's own files remember it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from recommender.card import UnseenShoppers
from recommender.ctr import calibration
from recommender.ctr.contenders import CONTENDERS, Job, Params
from recommender.ctr.judging import Judged, judge
from recommender.data.importance import Selection, permutation_importance, select_features
from recommender.data.splits import shopper_folds
from recommender.examples import Examples
from recommender.features import FEATURES
from recommender.item_table import FloatArray

MAX_ROWS: Final = 2000
_REPEATS: Final = 2
_N_FOLDS: Final = 5
_MIN_OF_EACH: Final = 10


def slim(best: Judged, job: Job, params: Params, test: Examples) -> tuple[Selection, Judged]:
    """Measure what each feature is worth to a model, and fit it once without those that are worth nothing.

    Args:
        best: the model with all features.
        job: what it was fitted on; importance is measured on at most MAX_ROWS impressions of its validation part.
        params: that it was fitted with.
        test: held out; nothing is chosen by it.

    Returns:
        What is kept, and the model that reads just that.
    """
    validation = job.validation
    sample = _sample(validation)
    importance = permutation_importance(
        lambda dense: _clicks(best, replace(sample, dense=dense)),
        sample.dense,
        sample.labels[:, 0],
        sample.decisions,
        names=FEATURES,
        n_repeats=_REPEATS,
        seed=job.seed,
    )
    slimmed = best
    seen = validation.observed[:, 0]

    def fit(names: Sequence[str]) -> FloatArray:
        nonlocal slimmed
        left_out = [name for name in FEATURES if name not in names]
        again = replace(
            job, train=job.train.without(left_out), validation=validation.without(left_out), fitted={}, progress=_silent
        )
        slimmed = judge(CONTENDERS[best.trained.name].fit(again, params), validation, test)
        return _clicks(slimmed, validation)[seen]

    selection = select_features(
        fit,
        _clicks(best, validation)[seen],
        importance,
        validation.labels[seen, 0],
        validation.decisions[seen],
        seed=job.seed,
    )
    return selection, slimmed if selection.dropped else best


def on_unseen_shoppers(
    name: str, job: Job, params: Params, test: Examples, left_out: Sequence[str]
) -> UnseenShoppers | None:
    """Fit a model on four fifths of the shoppers, and judge it on later slates of the last: split by time and by user.

    Args:
        name: of the contender.
        job, params: what it is fitted on, and with.
        test: the held-out slates.
        left_out: features that it does without.

    Returns:
        None where the last fifth has too few clicks, or too few impressions without.
    """
    train, validation = job.train.without(left_out), job.validation.without(left_out)
    later = test.where(_fold(test, job.seed))
    clicked = later.labels[later.observed[:, 0], 0]
    if min(clicked.sum(), (1.0 - clicked).sum()) < _MIN_OF_EACH:
        return None
    again = replace(
        job,
        fitted={},
        progress=_silent,
        train=_without_fold(train, job.seed),
        validation=_without_fold(validation, job.seed),
    )
    row = judge(CONTENDERS[name].fit(again, params), again.validation, later).row
    return UnseenShoppers(n_impressions=len(clicked), click=row.click)


def _without_fold(examples: Examples, seed: int) -> Examples:
    return examples.where(~_fold(examples, seed))


def _fold(examples: Examples, seed: int) -> NDArray[np.bool_]:
    """Return which impressions are of the fifth of the shoppers that is kept apart, (n,)."""
    folds = shopper_folds([str(shopper) for shopper in examples.shoppers.tolist()], _N_FOLDS, seed=seed)
    apart: NDArray[np.bool_] = folds == 0
    return apart


def _silent(_share: float) -> None:
    """The second fit is part of the stage that the first was in."""


def _sample(examples: Examples) -> Examples:
    """Return the impressions with known clicks of slates spread over the time, about MAX_ROWS in all."""
    known = examples.where(examples.observed[:, 0])
    step = -(-len(known.decisions) // MAX_ROWS)
    return known.where(known.decisions % step == 0)


def _clicks(judged: Judged, examples: Examples) -> FloatArray:
    return calibration.apply(judged.lines, judged.trained.predict(examples))[:, 0]
