"""Models that count pairs: what follows what in a window (Markov), and what is taken by the same people (item-kNN).

One multiplication of sparse matrices, fitted in under a second; their counts grow event by event while serving
(recommender/state.py holds the same counts as a dictionary).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy import sparse

from recommender.errors import ModelNotFitted
from recommender.sequences.data import Floats, Sequences


@dataclass(frozen=True, slots=True)
class PairSettings:
    """How pairs are counted and read. The defaults are the recipe of the design notes (window 5, decays 0.6 and 0.8).

    Args:
        window: how many places apart the two items of a pair may stand; 0 counts all pairs of a user alike, both ways.
        distance_decay: weight of a pair per place further apart, (0, 1].
        backward: weight of a pair read the other way round, 0 to 1.
        source_power: counts are divided by (uses of the item at hand) to this power; 0.5 with target_power 0.5 is the
            cosine.
        target_power: the same for the item that is scored.
        recency: weight of each item at hand per later one, (0, 1].
    """

    window: int = 5
    distance_decay: float = 0.6
    backward: float = 0.0
    source_power: float = 0.0
    target_power: float = 0.0
    recency: float = 0.8


class Pairs:
    """Counted pairs: Markov and item-kNN are this with other settings.

    Args:
        settings: how pairs are counted and read.
    """

    logits = False

    def __init__(self, settings: PairSettings) -> None:
        self._settings = settings
        self._links: sparse.csr_matrix | None = None

    def refresh(self, data: Sequences) -> Self:
        """Count the pairs."""
        s = self._settings
        counts = _all_pairs(data) if s.window == 0 else count_pairs(data, s.window, s.distance_decay)
        if s.backward:
            counts = counts + s.backward * counts.T
        uses = np.maximum(np.bincount(data.items, minlength=data.n_items), 1).astype(np.float32)
        scaled = sparse.diags(uses**-s.source_power) @ counts @ sparse.diags(uses**-s.target_power)
        self._links = scaled.astype(np.float32).tocsr()
        return self

    def score(self, data: Sequences) -> Floats:
        """Add up the links from each item at hand, the latest weighing most."""
        if self._links is None:
            raise ModelNotFitted("Pairs were asked for before they were counted: call refresh first.")
        scores: Floats = (data.matrix(data.age_weights(self._settings.recency)) @ self._links).toarray()
        return scores


ITEM_KNN = PairSettings(window=0, source_power=0.5, target_power=0.5, recency=0.6)
"""Item-kNN: cosine of who took what (Sarwar et al. 2001), the items at hand weighed by recency."""


def count_pairs(data: Sequences, window: int, decay: float) -> sparse.csr_matrix:
    """Count what follows what.

    Args:
        data: sequences.
        window: most places apart.
        decay: a pair d places apart counts decay ** (d - 1).

    Returns:
        (items, items), row i what followed item i; nothing follows itself.
    """
    shape = (data.n_items, data.n_items)
    total = sparse.csr_matrix(shape, dtype=np.float32)
    users = data.users
    for distance in range(1, window + 1):
        same = users[distance:] == users[:-distance]
        pairs = (data.items[:-distance][same], data.items[distance:][same])
        weights = np.full(int(same.sum()), decay ** (distance - 1), dtype=np.float32)
        total = total + sparse.csr_matrix((weights, pairs), shape=shape)
    return _off_diagonal(total)


def _all_pairs(data: Sequences) -> sparse.csr_matrix:
    took = data.matrix()
    np.minimum(took.data, 1.0, out=took.data)
    return _off_diagonal((took.T @ took).tocsr())


def _off_diagonal(matrix: sparse.csr_matrix) -> sparse.csr_matrix:
    matrix = matrix.tocsr()
    matrix.setdiag(0)
    matrix.eliminate_zeros()
    return matrix
