"""Gradient-boosted trees (LightGBM), one set per head: the rival that is hard to beat on few data.

Knows examples; imported in training, and while serving only where trees were the best model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import lightgbm as lgb
import numpy as np
from numpy.typing import NDArray

from recommender.baselines import MAX_POSITIONS
from recommender.examples import HEADS, Examples
from recommender.features import FEATURES
from recommender.item_table import FloatArray, IntArray

# Not the item itself: thousands of values with a few impressions each are learned by heart.
_CATEGORICAL: Final = (1, 2, 3)
# Few and quick ones: each costs a request a few microseconds per candidate.
_MAX_ROUNDS: Final = 200
_PATIENCE: Final = 20


@dataclass(frozen=True, slots=True)
class TreeSettings:
    """What the search tunes."""

    learning_rate: float = 0.15
    leaves: int = 8
    min_leaf: int = 80
    l2: float = 10.0
    column_share: float = 0.7


@dataclass(frozen=True, slots=True)
class Trees:
    """Fitted trees, one booster per head; fewer where only the first heads are asked for."""

    boosters: tuple[lgb.Booster, ...]

    def probabilities(
        self, dense: NDArray[np.float32], hashed: IntArray, shoppers: IntArray, positions: IntArray
    ) -> FloatArray:
        """Return the probability of each booster's head, (n, heads); the shopper's key is not read."""
        x = _inputs(dense, hashed, positions)
        found = [np.asarray(booster.predict(x, num_threads=1), np.float64) for booster in self.boosters]
        return np.stack(found, axis=1)

    def for_clicks(self) -> Trees:
        """Return the trees that predict clicks alone, a third of the work."""
        return Trees(self.boosters[:1])

    def texts(self) -> tuple[str, ...]:
        """Return LightGBM's own text of each booster."""
        return tuple(booster.model_to_string() for booster in self.boosters)

    @classmethod
    def from_texts(cls, texts: Sequence[str]) -> Trees:
        """Read what `texts` gave."""
        return cls(tuple(lgb.Booster(model_str=text) for text in texts))


def fit_trees(train: Examples, validation: Examples, settings: TreeSettings | None = None, *, seed: int) -> Trees:
    """Fit with early stopping on the validation log loss.

    Args:
        train, validation: validation is later in time.
        settings: see TreeSettings.
        seed: of the sampled columns.
    """
    chosen = settings or TreeSettings()
    parameters = {
        "objective": "binary",
        "learning_rate": chosen.learning_rate,
        "num_leaves": chosen.leaves,
        "min_data_in_leaf": chosen.min_leaf,
        "lambda_l2": chosen.l2,
        "feature_fraction": chosen.column_share,
        "cat_smooth": 50.0,
        "max_bin": 127,
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "verbose": -1,
    }
    return Trees(tuple(_fit_head(train, validation, head, parameters) for head in range(len(HEADS))))


def _fit_head(train: Examples, validation: Examples, head: int, parameters: dict[str, Any]) -> lgb.Booster:
    data = _dataset(train, head)
    return lgb.train(
        parameters,
        data,
        num_boost_round=_MAX_ROUNDS,
        valid_sets=[_dataset(validation, head, data)],
        callbacks=[lgb.early_stopping(_PATIENCE, verbose=False)],
    )


def _dataset(examples: Examples, head: int, reference: lgb.Dataset | None = None) -> lgb.Dataset:
    known = examples.observed[:, head]
    x = _inputs(examples.dense[known], examples.hashed[known], examples.positions[known])
    categorical = [len(FEATURES) + i for i in range(len(_CATEGORICAL))]
    return lgb.Dataset(x, examples.labels[known, head], categorical_feature=categorical, reference=reference)


def _inputs(dense: NDArray[np.float32], hashed: IntArray, positions: IntArray) -> FloatArray:
    places = np.minimum(positions, MAX_POSITIONS - 1)
    return np.column_stack([dense, hashed[:, _CATEGORICAL], places]).astype(np.float64)
