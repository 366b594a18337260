"""Nearest vectors by looking at every allowed row: exact, and fast where a filter leaves few rows.

The matrix is memory-mapped, so that opening costs nothing and processes share its pages.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.errors import IMPORT_AGAIN, IndexBroken
from retrieval.index import Mask, Rows, Scores

_DENSE_SHARE = 0.3


class ExactScan:
    """Exact nearest rows of a matrix of unit vectors, shape (n_rows, dim)."""

    def __init__(self, vectors: NDArray[np.float32]) -> None:
        self.vectors = vectors

    @classmethod
    def open(cls, path: Path, n_rows: int) -> ExactScan:
        """Map the matrix at `path`.

        Raises:
            IndexBroken: the file is missing, cut off or of another shape.
        """
        try:
            vectors = np.load(path, mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise IndexBroken(f"The vectors cannot be read: {IMPORT_AGAIN}.") from error
        if vectors.ndim != 2 or vectors.shape[0] != n_rows or vectors.dtype != np.float32:
            raise IndexBroken(f"The vectors do not fit the catalogue: {IMPORT_AGAIN}.")
        return cls(vectors)

    def search(self, vector: NDArray[np.float32], k: int, allowed: Mask | None = None) -> tuple[Rows, Scores]:
        """Find the nearest allowed rows; see VectorIndex.search."""
        rows = np.arange(len(self.vectors)) if allowed is None else np.flatnonzero(allowed)
        if len(rows) > _DENSE_SHARE * len(self.vectors):
            # Copying most rows out costs more than multiplying all of them.
            cosines = (self.vectors @ vector)[rows]
        else:
            cosines = self.vectors[rows] @ vector
        return best(rows.astype(np.int64), np.asarray(cosines, np.float32), k)


def best(rows: Rows, scores: Scores, k: int) -> tuple[Rows, Scores]:
    """Return the `k` best rows, best first; equal scores in row order."""
    if len(rows) > k:
        cut = np.partition(scores, len(scores) - k)[len(scores) - k]
        above = np.flatnonzero(scores > cut)
        equal = np.flatnonzero(scores == cut)
        chosen = np.concatenate((above, equal[np.argsort(rows[equal])][: k - len(above)]))
        rows, scores = rows[chosen], scores[chosen]
    order = np.lexsort((rows, -scores))
    return rows[order], scores[order]
