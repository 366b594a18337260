"""Made-up vectors that lie in clusters, as those of products do: written piece by piece, the same for a seed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

DIM = 384
_ROWS_A_CLUSTER = 500
_SPREAD = 0.6
_QUERY_SPREAD = 0.3
_BLOCK = 16_384


def write_clusters(path: Path, n_rows: int, seed: int) -> None:
    """Write unit vectors as .npy, shape (n_rows, 384): a centre, and 0.6 as much beside it, in all directions."""
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(max(8, n_rows // _ROWS_A_CLUSTER), DIM)).astype(np.float32)
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    vectors = np.lib.format.open_memmap(path, "w+", np.float32, (n_rows, DIM))
    for start in range(0, n_rows, _BLOCK):
        n = min(_BLOCK, n_rows - start)
        vectors[start : start + n] = _around(centres[rng.integers(0, len(centres), n)], _SPREAD, rng)
    vectors.flush()


def draw_queries(vectors: NDArray[np.float32], n: int, seed: int) -> NDArray[np.float32]:
    """Draw unit vectors near rows of `vectors`, as words of shoppers are near products; shape (n, dim)."""
    rng = np.random.default_rng(seed)
    rows = np.sort(rng.integers(0, len(vectors), n))
    return rng.permutation(_around(np.array(vectors[rows]), _QUERY_SPREAD, rng))


def _around(rows: NDArray[np.float32], spread: float, rng: np.random.Generator) -> NDArray[np.float32]:
    moved = rows + rng.standard_normal(rows.shape, np.float32) * np.float32(spread / np.sqrt(rows.shape[1]))
    return np.asarray(moved / np.linalg.norm(moved, axis=1, keepdims=True), np.float32)
