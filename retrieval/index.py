"""Protocols of the indexes. Row i of an index is the i-th product of its catalogue.

A filter is a boolean mask over rows. An index must look at allowed rows only, never search first and filter after.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]
Mask = NDArray[np.bool_]
Scores = NDArray[np.float32]


class VectorIndex(Protocol):
    """Nearest vectors by cosine."""

    def search(self, vector: NDArray[np.float32], k: int, allowed: Mask | None = None) -> tuple[Rows, Scores]:
        """Find the `k` nearest rows.

        Args:
            vector: unit vector of shape (dim,).
            k: number of rows wanted, at least 1.
            allowed: mask of shape (n_rows,); None allows all.

        Returns:
            Row indices and cosines, best first; fewer than `k` where fewer rows are allowed.
        """
        ...


@dataclass(frozen=True, slots=True)
class LexicalMatch:
    """How the rows stand to the words of a query. Rows that are not allowed are zero everywhere.

    Args:
        scores: BM25 over the weighted fields, shape (n_rows,).
        coverage: share of the query's words, weighted by rarity, that stand in the row, 0 to 1; shape (n_rows,).
    """

    scores: Scores
    coverage: Scores


@dataclass(frozen=True, slots=True)
class FieldMatch:
    """How given rows stand to the words of a query, field by field (`field_index.FIELDS`).

    Args:
        scores: BM25 within each field, shape (len(rows), n_fields).
        coverage: share of the query's words, weighted by rarity, in each field, 0 to 1; same shape.
        best_field: of each word the score of the field where it counts most, summed; shape (len(rows),).
        phrase: whether the words stand in the title in the order said; shape (len(rows),).
    """

    scores: NDArray[np.float64]
    coverage: NDArray[np.float64]
    best_field: NDArray[np.float64]
    phrase: NDArray[np.bool_]


class LexicalIndex(Protocol):
    """Matches by words."""

    def match(self, text: str, allowed: Mask | None = None) -> LexicalMatch:
        """Score every allowed row against the words of `text`."""
        ...

    def match_fields(self, text: str, rows: Rows) -> FieldMatch:
        """Score `rows` against the words of `text`, field by field."""
        ...
