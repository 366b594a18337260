"""Counts of attribute values over the products that match.

Built once per catalogue as arrays: each product's values are integer codes, so that counting over any rows is one
`bincount`. An option (size, colour) counts where a variant that fits has it, so that the count is what choosing it
leaves. Counts are those of the result as it is, also for an attribute that is wished already: what is told beside a
result must be true of it. Knows nothing of searches.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from retrieval.filters import fold
from retrieval.index import Mask, Rows
from retrieval.product import Attribute, Product

MAX_ATTRIBUTES = 8
MAX_VALUES = 12
_MAX_TEXT = 60
_MIN_SHARE = 0.1
_FIRST: Final = ("brand", "category", "department")

_Key = tuple[str, str]


class Facets:
    """Facet counts over a catalogue; read-only once built.

    Args:
        products: row i of every result is products[i]; variant rows are their variants in the same order.
    """

    def __init__(self, products: Sequence[Product]) -> None:
        codes = _Codes()
        own, options = _Lists(), _Lists()
        n_variants = 0
        for product in products:
            by_variant = {name for variant in product.variants for name in variant.options}
            own.add(sorted(codes.of_product(product, by_variant)))
            pairs = sorted(codes.of_variants(product, by_variant, n_variants))
            options.add((code for code, _ in pairs), (variant for _, variant in pairs))
            n_variants += len(product.variants)
        self._own, self._options = own.entries(), options.entries()
        self._texts = codes.texts
        self._names = list(dict.fromkeys(codes.names))
        number = {name: place for place, name in enumerate(self._names)}
        self._name_of_code: NDArray[np.int64] = np.array([number[name] for name in codes.names], np.int64)

    def count(self, rows: Rows, fitting: Mask | None = None) -> Mapping[str, Mapping[str, int]]:
        """Count facet values over `rows`.

        Args:
            rows: product rows, each once, in rising order.
            fitting: which variant rows fit the wishes; None where all do.

        Returns:
            "brand", "category" and "department" first, then the attributes that most of the products state; each with
            its most common values. A facet with one value only is left out, because choosing it changes nothing.
        """
        if not len(rows) or not self._texts:
            return {}
        counts = self._count(rows, fitting)
        codes = np.flatnonzero(counts)
        stated = np.bincount(self._name_of_code[codes], counts[codes], len(self._names)).astype(np.float64)
        distinct = np.bincount(self._name_of_code[codes], minlength=len(self._names))
        result: dict[str, dict[str, int]] = {}
        for name in self._chosen(stated, distinct, len(rows)):
            of_name = codes[self._name_of_code[codes] == name]
            order = of_name[np.lexsort((of_name, -counts[of_name]))][:MAX_VALUES]
            result[self._names[name]] = {self._texts[code]: int(counts[code]) for code in order.tolist()}
        return result

    def _count(self, rows: Rows, fitting: Mask | None) -> NDArray[np.int64]:
        n_rows = len(self._own.ends)
        if fitting is not None or 2 * len(rows) <= n_rows:
            return self._count_own(rows) + self._count_options(rows, fitting)
        # Of most of the catalogue, the rest is the quicker count.
        others = np.ones(n_rows, np.bool_)
        others[rows] = False
        rest = np.flatnonzero(others)
        return self._totals - self._count_own(rest) - self._count_options(rest, None)

    @cached_property
    def _totals(self) -> NDArray[np.int64]:
        rows = np.arange(len(self._own.ends))
        return self._count_own(rows) + self._count_options(rows, None)

    def _count_own(self, rows: Rows) -> NDArray[np.int64]:
        return np.bincount(self._own.codes[self._own.places(rows)], minlength=len(self._texts))

    def _count_options(self, rows: Rows, fitting: Mask | None) -> NDArray[np.int64]:
        places = self._options.places(rows)
        owners = np.repeat(rows, self._options.lengths[rows])
        if fitting is not None:
            fits = fitting[self._options.variants[places]]
            places, owners = places[fits], owners[fits]
        codes = self._options.codes[places]
        # The codes of a product are sorted: several variants with one value stand side by side and count once.
        first = np.ones(len(codes), np.bool_)
        first[1:] = (codes[1:] != codes[:-1]) | (owners[1:] != owners[:-1])
        return np.bincount(codes[first], minlength=len(self._texts))

    def _chosen(self, stated: NDArray[np.floating], distinct: NDArray[np.integer], n_rows: int) -> Iterator[int]:
        fixed = [self._names.index(name) for name in _FIRST if name in self._names]
        yield from (name for name in fixed if distinct[name] > 1)
        # Values that hardly repeat (weights, part numbers) are no choice to offer.
        useful = (distinct > 1) & (stated >= _MIN_SHARE * n_rows) & (distinct <= np.maximum(2, stated / 2))
        useful[fixed] = False
        names = np.flatnonzero(useful)
        yield from names[np.lexsort((names, -stated[names]))][:MAX_ATTRIBUTES].tolist()


@dataclass(frozen=True, slots=True)
class _Entries:
    """Codes of all rows, one after the other.

    Args:
        codes: shape (n_entries,); those of one row are sorted.
        variants: variant row of each code, shape (n_entries,); empty where codes are not of variants.
        ends: where each row's codes end, shape (n_rows,).
        lengths: how many each row has, shape (n_rows,).
    """

    codes: NDArray[np.int32]
    variants: NDArray[np.int32]
    ends: NDArray[np.int64]
    lengths: NDArray[np.int64]

    def places(self, rows: Rows) -> NDArray[np.int64]:
        """Return where the codes of `rows` stand."""
        lengths = self.lengths[rows]
        offsets = np.repeat(self.ends[rows] - np.cumsum(lengths), lengths)
        places: NDArray[np.int64] = offsets + np.arange(len(offsets))
        return places


class _Lists:
    """Codes row by row, on their way into arrays."""

    def __init__(self) -> None:
        self._codes: list[int] = []
        self._variants: list[int] = []
        self._ends: list[int] = []

    def add(self, codes: Iterable[int], variants: Iterable[int] = ()) -> None:
        self._codes.extend(codes)
        self._variants.extend(variants)
        self._ends.append(len(self._codes))

    def entries(self) -> _Entries:
        ends = np.array(self._ends, np.int64)
        return _Entries(
            np.array(self._codes, np.int32), np.array(self._variants, np.int32), ends, np.diff(ends, prepend=0)
        )


class _Codes:
    """Numbers of (name, value), given out as they come; values that differ in case alone are one."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.texts: list[str] = []
        self._code_of: dict[_Key, int] = {}
        self._by_attribute: dict[int, tuple[int, ...]] = {}

    def of_product(self, product: Product, by_variant: set[str]) -> set[int]:
        """Codes of what holds for the product whatever the variant."""
        fields = zip(_FIRST, (product.brand, product.category, product.department), strict=True)
        found = {self._code(name, text) for name, text in fields if text}
        for attribute in product.attributes.values():
            if attribute.name not in by_variant:
                found.update(self._of_attribute(attribute))
        return found

    def of_variants(self, product: Product, by_variant: set[str], first: int) -> Iterator[tuple[int, int]]:
        """(code, variant row) of the options; a variant without one has what its product states."""
        for number, variant in enumerate(product.variants if by_variant else (), start=first):
            for name in by_variant:
                if name in variant.options:
                    text = variant.options[name]
                    if text and len(text) <= _MAX_TEXT:
                        yield self._code(name, text), number
                elif name in product.attributes:
                    yield from ((code, number) for code in self._of_attribute(product.attributes[name]))

    def _of_attribute(self, attribute: Attribute) -> tuple[int, ...]:
        # Equal attributes are one object (retrieval.product_json.Pool), so its identity is a cheap key.
        found = self._by_attribute.get(id(attribute))
        if found is None:
            texts = attribute.value if isinstance(attribute.value, tuple) else (attribute.text,)
            found = tuple(self._code(attribute.name, text) for text in texts if text and len(text) <= _MAX_TEXT)
            self._by_attribute[id(attribute)] = found
        return found

    def _code(self, name: str, text: str) -> int:
        key = (name, fold(text))
        code = self._code_of.get(key)
        if code is None:
            code = self._code_of[key] = len(self.texts)
            self.names.append(name)
            self.texts.append(text)
        return code
