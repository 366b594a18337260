"""Which features a model needs: how much worse it gets when one is shuffled, and what may be left out for good.

Knows models as functions only. Judge on the validation part, never on what the model was fitted on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.item_table import FloatArray, IntArray
from recommender.metrics import log_losses, paired_gain

Dense = NDArray[np.float32]
# Losses are means of sums; a column that the model does not read may seem to matter by the last bits.
_ROUNDING = 1e-12
Predict = Callable[[Dense], FloatArray]
"""(n, number of features) -> (n,) probabilities."""
Fit = Callable[[Sequence[str]], FloatArray]
"""Names of features to use -> (n,) probabilities of the validation rows, by a model fitted on the training rows."""


@dataclass(frozen=True, slots=True)
class Importance:
    """Rise of the mean log loss when a feature is shuffled, with a 95 % bootstrap interval over slates.

    Args:
        name: of the feature, or of a group of features shuffled together.
        mean, low, high: in nats per impression; low at or below 0 says that nothing is lost.
    """

    name: str
    mean: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Selection:
    """Which features are kept.

    Args:
        kept, dropped: names; together all of them, in their order.
        importance: of each, as measured on the model with all.
        cost, cost_low, cost_high: rise of the validation log loss when the model is fitted again without what shuffling
            does not hurt, with its 95 % interval; above 0 it is clear, and none is dropped.
    """

    kept: tuple[str, ...]
    dropped: tuple[str, ...]
    importance: tuple[Importance, ...]
    cost: float
    cost_low: float
    cost_high: float


def permutation_importance(
    predict: Predict,
    dense: Dense,
    labels: FloatArray,
    decisions: IntArray,
    *,
    names: Sequence[str],
    groups: Mapping[str, Sequence[str]] | None = None,
    n_repeats: int = 5,
    seed: int,
) -> tuple[Importance, ...]:
    """Measure how the loss rises when a column no longer belongs to its row (Breiman 2001; Fisher et al. 2019).

    A column that is the same all over each slate is shuffled between slates, else its rows would differ within a slate
    as they never do. Columns that say the same hide each other: name them as a group.

    Args:
        predict: the fitted model.
        dense: (n, len(names)) validation rows.
        labels: (n,), 0 or 1.
        decisions: (n,) number of each row's slate, from 0; rows of one slate stand or fall together in the interval.
        names: of the columns.
        groups: name -> columns that are shuffled together; one group per column without.
        n_repeats: shuffles that are averaged.
        seed: of shuffles and bootstrap.
    """
    before = log_losses(labels, predict(dense))
    rng = np.random.default_rng(seed)
    found = []
    for name, columns in (groups or {name: (name,) for name in names}).items():
        places = [list(names).index(column) for column in columns]
        losses = np.zeros(len(labels))
        for _ in range(n_repeats):
            shuffled = dense.copy()
            shuffled[:, places] = dense[_shuffle(dense[:, places], decisions, rng)][:, places]
            losses += log_losses(labels, predict(shuffled)) / n_repeats
        found.append(Importance(name, *paired_gain(losses, before, decisions, seed=seed)))
    return tuple(found)


def select_features(
    fit: Fit,
    before: FloatArray,
    importance: Sequence[Importance],
    labels: FloatArray,
    decisions: IntArray,
    *,
    seed: int,
) -> Selection:
    """Drop what shuffling does not hurt, and fit once without it; keep all where that is clearly worse.

    Columns that say the same hide each other, which this second look finds.

    Args:
        fit: fits on the training rows with some of the features and predicts the validation rows.
        before: (n,) what the model with all of them predicts there.
        importance: of each feature, by that model.
        labels, decisions: (n,) of the validation rows.
        seed: of the bootstrap.
    """
    names = tuple(one.name for one in importance)
    doubtful = sorted((one for one in importance if one.low <= _ROUNDING), key=lambda one: -one.mean)
    if len(doubtful) == len(names):
        # A model needs something to read; the interval of the weightiest may hold 0 in a short log.
        doubtful = doubtful[1:]
    dropped = {one.name for one in doubtful}
    if not dropped:
        return Selection(names, (), tuple(importance), 0.0, 0.0, 0.0)
    kept = tuple(name for name in names if name not in dropped)
    cost = paired_gain(log_losses(labels, fit(kept)), log_losses(labels, before), decisions, seed=seed)
    if cost[1] > 0:
        return Selection(names, (), tuple(importance), *cost)
    return Selection(kept, tuple(name for name in names if name in dropped), tuple(importance), *cost)


def _shuffle(columns: Dense, decisions: IntArray, rng: np.random.Generator) -> IntArray:
    """Return for each row the row whose values it gets."""
    first = np.full(int(decisions.max()) + 1, -1, dtype=np.int64)
    # Written backwards, so that the first row of each slate stays.
    first[decisions[::-1]] = np.arange(len(decisions))[::-1]
    if np.array_equal(columns, columns[first[decisions]]):
        places = np.flatnonzero(first >= 0)
        taken = np.full(len(first), -1, dtype=np.int64)
        taken[places] = first[rng.permutation(places)]
        return taken[decisions]
    return rng.permutation(len(decisions))
