"""What everyone takes, whoever is asked about: the floor that every other model must leave behind."""

from __future__ import annotations

from typing import Self

import numpy as np

from recommender.errors import ModelNotFitted
from recommender.sequences.data import Floats, Sequences


class Random:
    """Any order; what a model that learned nothing would do.

    Args:
        seed: of the order.
    """

    logits = True

    def __init__(self, seed: int) -> None:
        self._generator = np.random.default_rng(seed)

    def refresh(self, data: Sequences) -> Self:
        """Nothing to learn."""
        return self

    def score(self, data: Sequences) -> Floats:
        """Return random numbers."""
        return self._generator.random((data.n_users, data.n_items), dtype=np.float32)


class Popularity:
    """How often each item was taken.

    Args:
        decay: weight of an entry per later entry of the same user, (0, 1]; 1 counts all alike. Stands for recency where
            a file has no times.
        half_life_s: seconds after which an entry counts half, where the sequences have times; then `decay` is not used.
    """

    logits = False

    def __init__(self, decay: float = 1.0, half_life_s: float | None = None) -> None:
        self._decay, self._half_life_s = decay, half_life_s
        self._counts: Floats | None = None

    def refresh(self, data: Sequences) -> Self:
        """Count."""
        weights = data.age_weights(self._decay)
        if self._half_life_s is not None and data.times is not None and len(data.times):
            weights = np.exp2((data.times - data.times.max()) / self._half_life_s).astype(np.float32)
        self._counts = np.bincount(data.items, weights=weights, minlength=data.n_items).astype(np.float32)
        return self

    def score(self, data: Sequences) -> Floats:
        """Return the same counts for every user."""
        if self._counts is None:
            raise ModelNotFitted("Popularity was asked before it counted: call refresh first.")
        return np.tile(self._counts, (data.n_users, 1))
