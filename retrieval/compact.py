"""Vectors in one byte a number, and how far off each row is.

A row x is kept as whole numbers c with a scale s, and the length of what is lost, |x - s c|. By Cauchy and Schwarz an
inner product with a query v is then off by at most |x - s c| |v|, so whoever searches the small matrix knows which rows
could still be among the best, and needs to look at those alone. Knows nothing of searching and catalogues.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.errors import IMPORT_AGAIN, IndexBroken

_BLOCK = 1_024
"""Fits in the cache of a core, which makes it four times as fast as large blocks."""
_MOST = 127
_UNDER = 1e-6
"""Added to every length, so that rounding cannot make a bound too small."""
_ARRAYS = ("codes", "scales", "errors")


@dataclass(frozen=True, slots=True)
class CompactVectors:
    """Row i stands for the i-th float vector; `scales[i] * codes[i]` is near it.

    Args:
        codes: int8, shape (n_rows, dim).
        scales: float32, shape (n_rows,).
        errors: float32, shape (n_rows,): no less than the length of what a row lost.
        longest: no less than the length of any `scales[i] * codes[i]`.
    """

    codes: NDArray[np.int8]
    scales: NDArray[np.float32]
    errors: NDArray[np.float32]
    longest: float

    @classmethod
    def make(cls, vectors: NDArray[np.float32]) -> CompactVectors:
        """Make them in memory; a million rows of 384 take about a second and 392 MB.

        Args:
            vectors: shape (n_rows, dim); may be memory-mapped, and is read once, in blocks.
        """
        codes = np.empty(vectors.shape, np.int8)
        scales, errors = np.empty((2, len(vectors)), np.float32)
        longest = 0.0
        for rows in _blocks(len(vectors)):
            codes[rows], scales[rows], errors[rows], length = _quantise(vectors[rows])
            longest = max(longest, length)
        return cls(codes, scales, errors, longest)

    def write(self, folder: Path, source_sha256: str) -> None:
        """Write them into a new folder.

        Args:
            source_sha256: of the file of the float vectors that they were made from.
        """
        folder.mkdir()
        for name in _ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, name), allow_pickle=False)
        about = {"source_sha256": source_sha256, "longest": self.longest}
        (folder / "about.json").write_text(json.dumps(about) + "\n", "utf-8")

    @classmethod
    def open(cls, folder: Path, shape: tuple[int, ...], source_sha256: str) -> CompactVectors:
        """Map the files in `folder`.

        Args:
            shape: of the float vectors.
            source_sha256: of the file of the float vectors that are served.

        Raises:
            IndexBroken: a file is missing or cut off, or they were made from other vectors.
        """
        try:
            about = json.loads((folder / "about.json").read_text("utf-8"))
            made_from, longest = str(about["source_sha256"]), float(about["longest"])
            codes, scales, errors = (
                np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False) for name in _ARRAYS
            )
        except (OSError, ValueError, EOFError, KeyError, TypeError) as error:
            raise IndexBroken(f"The compact vectors cannot be read: {IMPORT_AGAIN}.") from error
        kinds = [(array.dtype.name, array.shape) for array in (codes, scales, errors)]
        if kinds != [("int8", shape), ("float32", shape[:1]), ("float32", shape[:1])] or made_from != source_sha256:
            raise IndexBroken(f"The compact vectors were made from other vectors: {IMPORT_AGAIN}.")
        return cls(np.asarray(codes), np.asarray(scales), np.asarray(errors), longest)


def _blocks(n_rows: int) -> Iterator[slice]:
    return (slice(start, start + _BLOCK) for start in range(0, n_rows, _BLOCK))


def _quantise(
    vectors: NDArray[np.float32],
) -> tuple[NDArray[np.int8], NDArray[np.float32], NDArray[np.float32], float]:
    """Return codes, scales and errors of some rows, and the greatest length of a row of codes with its scale."""
    # What is far below any number of a unit vector would overflow when it divides; such a row is kept as zeros.
    scales = np.maximum(np.abs(vectors).max(axis=1, initial=0.0) / _MOST, np.float32(1e-30)).astype(np.float32)
    codes = np.rint(vectors / scales[:, None])
    kept = codes * scales[:, None]
    errors = _lengths(vectors - kept) + np.float32(_UNDER)
    return codes.astype(np.int8), scales, errors, float(_lengths(kept).max(initial=0.0)) + _UNDER


def _lengths(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(np.sqrt(np.einsum("ij,ij->i", rows, rows)), np.float32)
