"""The tokens of each product by field, in product order: what a few candidates hold of a query, field by field.

An inverted index finds rows; this one tells of given rows in which field each word stands, so its cost grows with the
candidates and not with the catalogue. Knows nothing of what a token or a field is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.errors import IMPORT_AGAIN, IndexBroken
from retrieval.index import Rows

FIELDS = ("title", "brand", "category", "attributes", "description")
_TOKENS, _ENDS = "tokens.npy", "ends.npy"


@dataclass(frozen=True, slots=True)
class FieldCounts:
    """What rows hold of tokens.

    Args:
        counts: how often, shape (n_rows, n_fields, n_tokens).
        first: position of the first occurrence in the field; a large number where there is none; same shape.
        lengths: tokens in each field, shape (n_rows, n_fields).
    """

    counts: NDArray[np.float64]
    first: NDArray[np.int64]
    lengths: NDArray[np.int64]


class FieldIndex:
    """Tokens by row and field; read-only and memory-mapped.

    Args:
        tokens: numbers of all tokens, row by row, field by field.
        ends: where each field of each row ends in `tokens`, shape (n_rows * n_fields,).
    """

    def __init__(self, tokens: NDArray[np.int32], ends: NDArray[np.int64]) -> None:
        self._tokens = tokens
        self._ends = ends
        starts = np.concatenate((np.zeros(1, np.int64), ends[:-1])) if len(ends) else ends
        lengths = (ends - starts).reshape(-1, len(FIELDS))
        self.mean_lengths: NDArray[np.float64] = np.maximum(lengths.mean(axis=0) if len(lengths) else 1.0, 1e-9)
        """Mean number of tokens by field, shape (n_fields,)."""

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self._ends) // len(FIELDS)

    @classmethod
    def build(cls, rows: Iterable[Sequence[Sequence[str]]], number_of: Mapping[str, int]) -> FieldIndex:
        """Index rows.

        Args:
            rows: of each row the tokens of its fields, in the order of FIELDS.
            number_of: token -> its number.
        """
        tokens: list[int] = []
        ends: list[int] = []
        for fields in rows:
            for field in fields:
                tokens.extend([number_of[token] for token in field])
                ends.append(len(tokens))
        return cls(np.array(tokens, np.int32), np.array(ends, np.int64))

    def save(self, path: Path) -> None:
        """Write the index into the existing folder `path`."""
        np.save(path / _TOKENS, self._tokens, allow_pickle=False)
        np.save(path / _ENDS, self._ends, allow_pickle=False)

    @classmethod
    def open(cls, path: Path, n_rows: int) -> FieldIndex:
        """Open an index.

        Raises:
            IndexBroken: it is missing, damaged or of another size.
        """
        try:
            tokens = np.load(path / _TOKENS, mmap_mode="r", allow_pickle=False)
            ends = np.load(path / _ENDS, allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise IndexBroken(f"The word index cannot be read: {IMPORT_AGAIN}.") from error
        if ends.shape != (n_rows * len(FIELDS),) or len(tokens) != (int(ends[-1]) if n_rows else 0):
            raise IndexBroken(f"The word index does not fit the catalogue: {IMPORT_AGAIN}.")
        return cls(tokens, ends)

    def count(self, rows: Rows, numbers: Sequence[int]) -> FieldCounts:
        """Count tokens in rows.

        Args:
            rows: shape (n_rows,).
            numbers: distinct numbers of the tokens; one that is in no row may be any negative number.
        """
        n_fields, n_tokens = len(FIELDS), len(numbers)
        cells = (rows[:, None] * n_fields + np.arange(n_fields)).ravel()
        ends = self._ends[cells]
        starts = np.where(cells > 0, self._ends[cells - 1], 0)
        lengths = ends - starts
        counts = np.zeros((len(cells), n_tokens), np.float64)
        first = np.full((len(cells), n_tokens), np.iinfo(np.int64).max, np.int64)
        within = np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)
        held = self._tokens[np.repeat(starts, lengths) + within]
        cell = np.repeat(np.arange(len(cells)), lengths)
        for place, number in enumerate(numbers):
            found = np.flatnonzero(held == number)
            counts[:, place] = np.bincount(cell[found], minlength=len(cells))
            np.minimum.at(first[:, place], cell[found], within[found])
        shape = (len(rows), n_fields, n_tokens)
        return FieldCounts(counts.reshape(shape), first.reshape(shape), lengths.reshape(len(rows), n_fields))
