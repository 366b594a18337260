"""The file of the float vectors, mapped into memory. Knows nothing of searching."""

from __future__ import annotations

import mmap
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.errors import IMPORT_AGAIN, IndexBroken

_AROUND = 2**21
_KEPT_BYTES = 2**30


class MappedRows:
    """Rows of a file of float vectors that is read here and there, for as long as a process lives.

    The kernel maps up to 2 MB around each row that is read, so after ten searches all of the file would count as the
    process's memory. Of a file of more than a gigabyte the pages are therefore let go every few searches; the system
    still has them at hand, and mapping them again costs about 7 microseconds a row.
    """

    def __init__(self, path: Path, vectors: NDArray[np.float32]) -> None:
        with path.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        start = len(self._map) - vectors.nbytes
        self._rows = np.frombuffer(self._map, np.float32, vectors.size, start).reshape(vectors.shape)
        self._read = 0

    @classmethod
    def open(cls, path: Path, n_rows: int) -> MappedRows:
        """Map the file; see open_vectors."""
        return cls(path, open_vectors(path, n_rows))

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Read rows, shape (len(rows), dim)."""
        found = self._rows[rows]
        self._read += len(rows)
        if min(self._read * _AROUND, self._rows.nbytes) > _KEPT_BYTES:
            self._read = 0
            self._map.madvise(mmap.MADV_DONTNEED)
        return found


def open_vectors(path: Path, n_rows: int) -> NDArray[np.float32]:
    """Map the float vectors at `path`, shape (n_rows, dim).

    Raises:
        IndexBroken: the file is missing, cut off or of another shape.
    """
    try:
        vectors = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise IndexBroken(f"The vectors cannot be read: {IMPORT_AGAIN}.") from error
    if vectors.ndim != 2 or vectors.shape[0] != n_rows or vectors.dtype != np.float32:
        raise IndexBroken(f"The vectors do not fit the catalogue: {IMPORT_AGAIN}.")
    return np.asarray(vectors)
