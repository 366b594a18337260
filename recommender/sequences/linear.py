"""EASE (Steck 2019): a linear model of who took what, with a closed form.

It inverts one matrix of items x items: the cost grows with the cube of the items, so up to about 20,000.
"""

from __future__ import annotations

from typing import Final, Self

import numpy as np
from scipy import linalg, sparse

from recommender.errors import ModelNotFitted, TooManyItems
from recommender.sequences.data import Floats, Sequences

MAX_ITEMS: Final = 20_000
"""Above this the matrix alone takes more than 1.6 GB and minutes; pairs serve such shops."""


class Ease:
    """EASE: B = I - P diag(1 / diag P), P = (X'X + ridge I)^-1 (Steck 2019, eq. 8), read with recency.

    Args:
        ridge: > 0; larger is smoother.
        recency: weight of each item at hand per later one when scoring, (0, 1]; 1 is EASE as published.
    """

    logits = False

    def __init__(self, ridge: float = 100.0, recency: float = 0.6) -> None:
        self._ridge, self._recency = ridge, recency
        self._weights: Floats | None = None

    def refresh(self, data: Sequences) -> Self:
        """Solve. Raises TooManyItems above MAX_ITEMS."""
        took = data.matrix()
        np.minimum(took.data, 1.0, out=took.data)
        inverse = _inverse(_gram(took, self._ridge))
        weights = inverse / -np.diag(inverse)[None, :]
        np.fill_diagonal(weights, 0.0)
        self._weights = weights
        return self

    def score(self, data: Sequences) -> Floats:
        """Multiply what each user took by the weights."""
        return _scored(self._weights, data, self._recency)


def _gram(rows: sparse.csr_matrix, ridge: float) -> Floats:
    if rows.shape[1] > MAX_ITEMS:
        raise TooManyItems(
            f"EASE solves a matrix of {rows.shape[1]:,} x {rows.shape[1]:,}; up to {MAX_ITEMS:,} items are sensible. "
            "Leave it out; pairs and SASRec have no such limit."
        )
    gram: Floats = np.asarray((rows.T @ rows).todense(), dtype=np.float32, order="F")
    gram[np.diag_indices_from(gram)] += ridge
    return gram


def _inverse(gram: Floats) -> Floats:
    """Invert a symmetric positive matrix by its Cholesky factor: half the work of a general inverse."""
    factor, _ = linalg.cho_factor(gram, lower=True, overwrite_a=True, check_finite=False)
    lower, problem = linalg.lapack.spotri(factor, lower=1, overwrite_c=1)
    if problem:
        raise linalg.LinAlgError("the matrix cannot be inverted")
    upper = np.tril(lower, -1).T
    inverse: Floats = np.tril(lower) + upper
    return inverse


def _scored(weights: Floats | None, data: Sequences, recency: float) -> Floats:
    if weights is None:
        raise ModelNotFitted("A linear model was asked before it was solved: call refresh first.")
    scores: Floats = data.matrix(data.age_weights(recency)) @ weights
    return scores
