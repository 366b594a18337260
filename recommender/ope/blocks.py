"""Rows that stand or fall together: those of one shopper or session. Knows sums and scatter, no estimate."""

from __future__ import annotations

import numpy as np

from recommender.item_table import FloatArray, IntArray


class Blocks:
    """Adds rows up to blocks.

    Args:
        numbers: (n,) block of each row.
    """

    def __init__(self, numbers: IntArray) -> None:
        _, self._places = np.unique(numbers, return_inverse=True)
        self.n = int(self._places.max()) + 1 if len(self._places) else 0

    def sums(self, rows: FloatArray) -> FloatArray:
        """(blocks,) sum of each block's rows."""
        total: FloatArray = np.bincount(self._places, weights=rows, minlength=self.n).astype(np.float64)
        return total

    def pulls(self, rows: FloatArray) -> FloatArray:
        """(blocks,) how much each block pulls the mean of the rows, of which the mean is 0 or taken off.

        Their variance / blocks is the variance of that mean.
        """
        return self.sums(rows) * self.n / len(self._places)

    def standard_error(self, rows: FloatArray) -> float:
        """Return the standard error of the mean of (n,) rows, whatever blocks hold together (Liang, Zeger 1986)."""
        if self.n < 2:
            return float("inf")
        return float(self.pulls(rows - rows.mean()).std(ddof=1) / np.sqrt(self.n))
