"""Items like those at hand, by attributes that the shop states: knows an item that nobody has taken yet."""

from __future__ import annotations

from typing import Self

import numpy as np
from scipy import sparse

from recommender.errors import ModelNotFitted
from recommender.sequences.data import Floats, Sequences


class Content:
    """Cosine of what was taken and each item over attributes, rare attributes weighing more; popular items first.

    Args:
        attributes: (items, attributes) of ones.
        recency: weight of each item at hand per later one, (0, 1].
        popularity: how much popularity lifts an item among equally alike ones, per doubling; 0 not at all.
    """

    logits = False

    def __init__(self, attributes: sparse.csr_matrix, recency: float = 0.5, popularity: float = 0.3) -> None:
        self._vectors = unit_vectors(attributes)
        self._recency, self._popularity = recency, popularity
        self._lift: Floats | None = None

    def refresh(self, data: Sequences) -> Self:
        """Count what is popular."""
        counts = np.bincount(data.items, minlength=data.n_items)
        self._lift = (1.0 + self._popularity * np.log2(1.0 + counts)).astype(np.float32)
        return self

    def score(self, data: Sequences) -> Floats:
        """Compare every item with what each user took."""
        if self._lift is None:
            raise ModelNotFitted("Content was asked before it counted: call refresh first.")
        taste = data.matrix(data.age_weights(self._recency)) @ self._vectors
        alike: Floats = (taste @ self._vectors.T).toarray()
        return alike * self._lift


def unit_vectors(attributes: sparse.csr_matrix) -> sparse.csr_matrix:
    """Weigh attributes by log(1 + items / (1 + items that have it)), each item to length 1; without any, 0."""
    having = np.asarray(attributes.sum(axis=0)).ravel()
    weighed = attributes @ sparse.diags(np.log1p(attributes.shape[0] / (1.0 + having)))
    lengths = np.sqrt(np.asarray(weighed.multiply(weighed).sum(axis=1)).ravel())
    unit = sparse.diags(1.0 / np.maximum(lengths, 1e-12)) @ weighed
    return unit.astype(np.float32).tocsr()
