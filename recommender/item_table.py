"""The catalogue as arrays: what features, rankers and candidate sources read.

Row i is item `ids[i]`; one more row at the end stands for every unknown item. Knows nothing of behaviour.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from recommender.events import Item

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

HASH_FIELDS: Final = ("item", "category", "department", "brand", "price_band")
HASH_BUCKETS: Final = 2**14
_RATING_PRIOR_REVIEWS: Final = 10.0


@dataclass(frozen=True, slots=True)
class ItemTable:
    """Items as columns.

    Args:
        ids: product ids, n of them.
        index: product id -> row.
        items: the items themselves, n.
        category, department, brand: integer codes, (n + 1,); -1 where not stated.
        category_names, brand_names: code -> name.
        log_price: natural logarithm of the price in minor units plus one, (n + 1,).
        discount: 0 to 1, (n + 1,).
        rating: review mean shrunk to the shop's mean, minus that mean, (n + 1,); 0 without reviews.
        rating_count: (n + 1,).
        sold_out: True where the shop says there is none, (n + 1,).
        hashed: bucket of each of HASH_FIELDS, (n + 1, 5), in [0, HASH_BUCKETS).
    """

    ids: tuple[str, ...]
    index: Mapping[str, int]
    items: tuple[Item, ...]
    category: IntArray
    department: IntArray
    brand: IntArray
    category_names: tuple[str, ...]
    brand_names: tuple[str, ...]
    log_price: FloatArray
    discount: FloatArray
    rating: FloatArray
    rating_count: FloatArray
    sold_out: NDArray[np.bool_]
    hashed: IntArray

    def rows(self, item_ids: Sequence[str]) -> IntArray:
        """Return each id's row, (m,); the last row for unknown ones."""
        unknown = len(self.ids)
        return np.array([self.index.get(item_id, unknown) for item_id in item_ids], dtype=np.int64)

    def find(self, item_id: str) -> Item | None:
        """Return an item or None."""
        row = self.index.get(item_id)
        return None if row is None else self.items[row]


def build_table(items: Mapping[str, Item]) -> ItemTable:
    """Turn items into columns.

    Args:
        items: product id -> item; may be empty.
    """
    listed = tuple(items.values())
    category, category_names = _codes([item.category for item in listed])
    brand, brand_names = _codes([item.brand for item in listed])
    department, _ = _codes([item.department for item in listed])
    return ItemTable(
        ids=tuple(item.item_id for item in listed),
        index={item.item_id: row for row, item in enumerate(listed)},
        items=listed,
        category=category,
        department=department,
        brand=brand,
        category_names=category_names,
        brand_names=brand_names,
        log_price=_column([np.log1p(max(0, item.price_minor)) for item in listed]),
        discount=_column([min(1.0, max(0.0, item.discount)) for item in listed]),
        rating=_shrunk_ratings(listed),
        rating_count=_column([item.rating_count for item in listed]),
        sold_out=np.array([item.in_stock is False for item in listed] + [False], dtype=np.bool_),
        hashed=np.array([_buckets(item) for item in listed] + [[0] * len(HASH_FIELDS)], dtype=np.int64),
    )


def price_band(price_minor: int) -> int:
    """Return the band of a price: two bands per doubling, so that it means the same in every currency."""
    return round(2 * float(np.log2(max(0, price_minor) + 1)))


def bucket(name: str, value: str) -> int:
    """Return the bucket of a value, in [1, HASH_BUCKETS); 0 is kept for "not stated"."""
    # crc32 is stable over processes and machines, which hash() is not.
    return 1 + zlib.crc32(f"{name}={value}".encode()) % (HASH_BUCKETS - 1)


def _column(values: Sequence[float]) -> FloatArray:
    return np.array([*values, 0.0], dtype=np.float64)


def _codes(values: Sequence[str | None]) -> tuple[IntArray, tuple[str, ...]]:
    known: dict[str, int] = {}
    codes = [-1 if value is None else known.setdefault(value, len(known)) for value in values]
    return np.array([*codes, -1], dtype=np.int64), tuple(known)


def _shrunk_ratings(items: Sequence[Item]) -> FloatArray:
    counted = [(item.rating, item.rating_count) for item in items if item.rating is not None and item.rating_count > 0]
    reviews = sum(count for _, count in counted)
    mean = sum(rating * count for rating, count in counted) / reviews if reviews else 0.0
    return _column(
        [
            (item.rating - mean) * item.rating_count / (item.rating_count + _RATING_PRIOR_REVIEWS)
            if item.rating is not None and item.rating_count > 0
            else 0.0
            for item in items
        ]
    )


def _buckets(item: Item) -> list[int]:
    values = (item.item_id, item.category, item.department, item.brand, str(price_band(item.price_minor)))
    return [0 if value is None else bucket(name, value) for name, value in zip(HASH_FIELDS, values, strict=True)]
