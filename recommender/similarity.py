"""How alike items are: by content vectors where there are any, otherwise by category, brand and price.

Knows nothing of behaviour.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from recommender.item_table import FloatArray, IntArray, ItemTable

# Below this, two items are not called alike.
MIN_SIMILARITY: Final = 0.5
_CATEGORY, _BRAND, _PRICE = 0.6, 0.15, 0.25


def similarity_to(table: ItemTable, vectors: NDArray[np.float32] | None, anchor_row: int, rows: IntArray) -> FloatArray:
    """Return how alike items are to one item.

    Args:
        table: the catalogue.
        vectors: (items + 1, d) unit rows; None where there are none. A zero row falls back to the attributes.
        anchor_row: row of the item compared with.
        rows: (n,) rows of the items.

    Returns:
        (n,), 0 (unlike) to 1 (the same).
    """
    by_attributes = _by_attributes(table, anchor_row, rows)
    if vectors is None or not vectors[anchor_row].any():
        return by_attributes
    chosen = vectors[rows]
    cosine = np.clip(chosen @ vectors[anchor_row], 0.0, 1.0).astype(np.float64)
    return np.where(chosen.any(axis=1), cosine, by_attributes)


def _by_attributes(table: ItemTable, anchor_row: int, rows: IntArray) -> FloatArray:
    def same(column: IntArray) -> NDArray[np.bool_]:
        alike: NDArray[np.bool_] = (column[rows] == column[anchor_row]) & (column[anchor_row] >= 0)
        return alike

    # A near price or the same brand says little across categories: a tent is not like a toaster.
    near_price = np.exp(-np.abs(table.log_price[rows] - table.log_price[anchor_row]))
    total: FloatArray = same(table.category) * (_CATEGORY + _BRAND * same(table.brand) + _PRICE * near_price)
    return total
