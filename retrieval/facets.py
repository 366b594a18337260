"""Counts of attribute values over the products that match.

Built once per catalogue as arrays: each product's facet values are integer codes, so that counting over any set of rows
is one `bincount`. Knows nothing of searches.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from retrieval.index import Rows
from retrieval.product import Attribute, Product

MAX_ATTRIBUTES = 8
MAX_VALUES = 12
_MAX_TEXT = 60
_MIN_SHARE = 0.1

_Key = tuple[str, str]


class Facets:
    """Facet counts over a catalogue; read-only once built."""

    def __init__(self, products: Sequence[Product]) -> None:
        code_of: dict[_Key, int] = {}
        by_attribute: dict[int, tuple[int, ...]] = {}
        codes: list[int] = []
        ends: list[int] = []
        for product in products:
            own = {code_of.setdefault(key, len(code_of)) for key in _plain_keys(product)}
            for attribute in product.attributes.values():
                # Equal attributes are one object (retrieval.product_json.Pool), so its identity is a cheap key.
                found = by_attribute.get(id(attribute))
                if found is None:
                    found = tuple(code_of.setdefault(key, len(code_of)) for key in _attribute_keys(attribute))
                    by_attribute[id(attribute)] = found
                own.update(found)
            codes.extend(own)
            ends.append(len(codes))
        self._codes: NDArray[np.int64] = np.array(codes, np.int64)
        self._ends: NDArray[np.int64] = np.array(ends, np.int64)
        self._keys = list(code_of)
        names = {name: number for number, name in enumerate(dict.fromkeys(name for name, _ in self._keys))}
        self._names = list(names)
        self._name_of_code: NDArray[np.int64] = np.array([names[name] for name, _ in self._keys], np.int64)

    def count(self, rows: Rows) -> Mapping[str, Mapping[str, int]]:
        """Count facet values over `rows`.

        Returns:
            "brand", "category" and "department" first, then the attributes that most of the products state; each with
            its most common values. A facet with one value only is left out, because choosing it changes nothing.
        """
        if not len(rows) or not self._keys:
            return {}
        counts = np.bincount(self._gather(rows), minlength=len(self._keys))
        codes = np.flatnonzero(counts)
        stated = np.zeros(len(self._names), np.float64)
        np.add.at(stated, self._name_of_code[codes], counts[codes])
        distinct = np.bincount(self._name_of_code[codes], minlength=len(self._names))
        result: dict[str, dict[str, int]] = {}
        for name in self._chosen(stated, distinct, len(rows)):
            own = codes[self._name_of_code[codes] == name]
            order = own[np.lexsort((own, -counts[own]))][:MAX_VALUES]
            result[self._names[name]] = {self._keys[code][1]: int(counts[code]) for code in order.tolist()}
        return result

    def _gather(self, rows: Rows) -> NDArray[np.int64]:
        ends = self._ends[rows]
        starts = np.where(rows > 0, self._ends[rows - 1], 0)
        lengths = ends - starts
        offsets = np.repeat(ends - np.cumsum(lengths), lengths)
        picked: NDArray[np.int64] = self._codes[offsets + np.arange(int(lengths.sum()))]
        return picked

    def _chosen(self, stated: NDArray[np.floating], distinct: NDArray[np.integer], n_rows: int) -> Iterator[int]:
        fixed = [self._names.index(name) for name in ("brand", "category", "department") if name in self._names]
        yield from (name for name in fixed if distinct[name] > 1)
        # Values that hardly repeat (weights, part numbers) are no choice to offer.
        useful = (distinct > 1) & (stated >= _MIN_SHARE * n_rows) & (distinct <= np.maximum(2, stated / 2))
        useful[fixed] = False
        names = np.flatnonzero(useful)
        yield from names[np.lexsort((names, -stated[names]))][:MAX_ATTRIBUTES].tolist()


def _plain_keys(product: Product) -> Iterator[_Key]:
    if product.brand:
        yield ("brand", product.brand)
    if product.category:
        yield ("category", product.category)
    if product.department:
        yield ("department", product.department)
    for variant in product.variants:
        yield from variant.options.items()


def _attribute_keys(attribute: Attribute) -> Iterator[_Key]:
    texts = attribute.value if isinstance(attribute.value, tuple) else (attribute.text,)
    for text in texts:
        if text and len(text) <= _MAX_TEXT:
            yield (attribute.name, text)
