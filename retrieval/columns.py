"""Filters as boolean masks over rows, from typed columns.

A column holds one entry per variant, because price, stock and options must hold for one and the same variant. What a
column says of an attribute is asked of `retrieval.filters`, so a mask and `filters.passes` cannot disagree. Attribute
columns are built at first use, save for those of the most stated names (`prepare`): a catalogue may have thousands of
attribute keys, a request names a few.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from retrieval.filters import (
    AttributeIn,
    AttributeRange,
    BrandIn,
    CategoryIn,
    Constraint,
    InStock,
    MinRating,
    PriceRange,
    fold,
    stated_number,
    stated_values,
    title_pattern,
)
from retrieval.index import Mask, Rows
from retrieval.product import Product

_KEPT_MASKS = 64
_PREPARED_NAMES = 8
"""So many attributes and options, those that most products have, are made ready before anybody asks."""
_NO_PRICE = np.iinfo(np.int64).max
_NO_ROWS: NDArray[np.int64] = np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class _TextColumn:
    """Variant rows by folded value, and which variant rows state anything."""

    rows_of: dict[str, NDArray[np.int64]]
    stated: Mask


@dataclass(frozen=True, slots=True)
class _NumberColumn:
    """Numbers per variant row, and which variant rows state one."""

    numbers: NDArray[np.float64]
    stated: Mask


class Columns:
    """Compiles constraints into masks; safe to use from several threads.

    Args:
        products: row i of every mask is products[i].
    """

    def __init__(self, products: Sequence[Product]) -> None:
        self._products = products
        counts = np.fromiter((len(p.variants) for p in products), np.int64, len(products))
        self._starts = np.concatenate(([0], np.cumsum(counts)))[:-1].astype(np.int64) if len(products) else _NO_ROWS
        self._owner = np.repeat(np.arange(len(products)), counts)
        self._texts: dict[str, _TextColumn] = {}
        self._numbers: dict[tuple[str, str | None], _NumberColumn] = {}
        self._lock = threading.Lock()
        # A conversation asks for the same wishes again and again.
        self._kept_mask = lru_cache(maxsize=_KEPT_MASKS)(self._compile)

    @property
    def n_rows(self) -> int:
        """Number of products."""
        return len(self._products)

    @property
    def kept_names(self) -> frozenset[str]:
        """Attribute names whose columns are built."""
        with self._lock:
            return frozenset(self._texts) | frozenset(name for name, _ in self._numbers)

    def product_mask(self, variant_masks: Sequence[Mask]) -> Mask:
        """Return which products have one variant that every mask lets through.

        Args:
            variant_masks: results of `variant_mask`.

        Returns:
            Mask of shape (n_products,).
        """
        if not self.n_rows or not variant_masks:
            return np.ones(self.n_rows, np.bool_)
        mask = np.zeros(self.n_rows, np.bool_)
        mask[self._owner[np.flatnonzero(np.logical_and.reduce(variant_masks))]] = True
        return mask

    def variant_mask(self, constraint: Constraint) -> Mask:
        """Return which variant rows one constraint lets through: read-only, shape (n_variants,)."""
        return self._kept_mask(constraint)

    def _compile(self, constraint: Constraint) -> Mask:
        mask = self._mask_of(constraint)
        mask.flags.writeable = False
        return mask

    def _mask_of(self, constraint: Constraint) -> Mask:
        match constraint:
            case PriceRange():
                return self._price_mask(constraint)
            case BrandIn():
                return self._word_mask(self._brands, constraint.values, constraint.exclude)
            case CategoryIn():
                return self._word_mask(self._categories, constraint.values, constraint.exclude)
            case InStock():
                return self._in_stock
            case MinRating():
                return self._ratings[self._owner] >= constraint.value
            case AttributeIn():
                return self._attribute_in(constraint)
            case AttributeRange():
                return self._attribute_range(constraint)

    def fitting_prices(self, variant_masks: Sequence[Mask]) -> NDArray[np.int64]:
        """Return what the variant costs that `filters.judge` picks, shape (n_products,).

        That is the cheapest one that every mask lets through and that can be bought, or else the cheapest let through.
        Products with no such variant have a meaningless price.
        """
        if not variant_masks:
            return self._lowest_prices
        return self._lowest(np.flatnonzero(np.logical_and.reduce(variant_masks)))

    def prepare(self) -> None:
        """Build what most requests need, so that the first one does not wait for it: seconds at 100,000 products."""
        self._currencies, self._in_stock, self._ratings, self._lowest_prices  # noqa: B018 - built by looking at them
        self._brands, self._categories, self._titles  # noqa: B018
        by_rows = sorted(self._rows_by_name.items(), key=lambda item: -len(item[1]))
        for name, _ in by_rows[:_PREPARED_NAMES]:
            self._text_column(name)

    def _lowest(self, variant_rows: NDArray[np.intp]) -> NDArray[np.int64]:
        """Return the lowest price among these variant rows (ascending) that can be bought, else among all of them."""
        prices = np.full(self.n_rows, _NO_PRICE, np.int64)
        # What can be bought comes last, and so takes the place of what cannot.
        for rows in (variant_rows, variant_rows[~self._sold_out[variant_rows]]):
            owners = self._owner[rows]
            firsts = np.flatnonzero(np.diff(owners, prepend=-1))
            if len(rows):
                prices[owners[firsts]] = np.minimum.reduceat(self._prices[rows], firsts)
        return prices

    @cached_property
    def _lowest_prices(self) -> NDArray[np.int64]:
        prices = self._lowest(np.arange(len(self._owner)))
        prices.flags.writeable = False
        return prices

    def stated_by(
        self, constraint: PriceRange | MinRating | AttributeRange, rows: Rows, variant_masks: Sequence[Mask]
    ) -> NDArray[np.float64]:
        """Return the numbers that a constraint is about, of the variants of `rows` that every mask lets through.

        Prices are in minor units of the constraint's currency, attributes in its unit. What states none is left out.
        """
        of_rows = np.zeros(self.n_rows, np.bool_)
        of_rows[rows] = True
        fits = np.logical_and.reduce([of_rows[self._owner], *variant_masks])
        numbers: NDArray[np.float64]
        match constraint:
            case PriceRange():
                numbers = self._prices[fits & (self._currencies == constraint.currency)].astype(np.float64)
            case MinRating():
                numbers = self._ratings[self._owner[fits]]
                numbers = numbers[~np.isnan(numbers)]
            case AttributeRange():
                column = self._number_column(constraint.name, constraint.unit)
                numbers = column.numbers[fits & column.stated]
        return numbers

    # ------------------------------------------------------------ price, stock, rating

    @cached_property
    def _sold_out(self) -> Mask:
        return np.array([v.in_stock is False for p in self._products for v in p.variants], np.bool_)

    @cached_property
    def _prices(self) -> NDArray[np.int64]:
        return np.array([v.price.amount_minor for p in self._products for v in p.variants], np.int64)

    @cached_property
    def _currencies(self) -> NDArray[np.str_]:
        return np.array([v.price.currency for p in self._products for v in p.variants], np.str_)

    @cached_property
    def _in_stock(self) -> Mask:
        return np.array([v.in_stock is True for p in self._products for v in p.variants], np.bool_)

    @cached_property
    def _ratings(self) -> NDArray[np.float64]:
        return np.array([np.nan if p.rating is None else p.rating for p in self._products], np.float64)

    def _price_mask(self, constraint: PriceRange) -> Mask:
        mask: Mask = self._currencies == constraint.currency
        if constraint.min_minor is not None:
            mask &= self._prices >= constraint.min_minor
        if constraint.max_minor is not None:
            mask &= self._prices <= constraint.max_minor
        return mask

    # ------------------------------------------------------------ brand and category

    @cached_property
    def _brands(self) -> dict[str, NDArray[np.int64]]:
        return _invert((fold(p.brand),) if p.brand is not None else () for p in self._products)

    @cached_property
    def _categories(self) -> dict[str, NDArray[np.int64]]:
        return _invert({fold(name) for name in (p.category, p.department) if name} for p in self._products)

    def _word_mask(self, rows_of: dict[str, NDArray[np.int64]], values: Sequence[str], exclude: bool) -> Mask:
        # An exclusion lets through what is not stated, so it is the exact opposite of the inclusion.
        mask = np.zeros(self.n_rows, np.bool_)
        for value in values:
            mask[rows_of.get(fold(value), _NO_ROWS)] = True
        return (~mask if exclude else mask)[self._owner]

    # ------------------------------------------------------------ attributes and options

    @cached_property
    def _rows_by_name(self) -> dict[str, NDArray[np.int64]]:
        """Product rows by the name of an attribute or option that they have."""
        rows: defaultdict[str, list[int]] = defaultdict(list)
        for row, product in enumerate(self._products):
            for name in {*product.attributes, *(name for v in product.variants for name in v.options)}:
                rows[name].append(row)
        return {name: np.array(found, np.int64) for name, found in rows.items()}

    @cached_property
    def _titles(self) -> _Titles:
        return _Titles(fold(product.title) for product in self._products)

    def _variants_with(self, name: str) -> list[tuple[int, Product, int]]:
        """(variant row, product, variant number) of the products that have an attribute or option `name`."""
        rows = self._rows_by_name.get(name, _NO_ROWS)
        return [
            (int(self._starts[row]) + number, self._products[row], number)
            for row in rows.tolist()
            for number in range(len(self._products[row].variants))
        ]

    # A column is built outside the lock, at worst twice: nobody who needs another one waits for it.

    def _text_column(self, name: str) -> _TextColumn:
        column = self._texts.get(name)
        if column is not None:
            return column
        rows_of: defaultdict[str, list[int]] = defaultdict(list)
        stated = np.zeros(len(self._owner), np.bool_)
        for row, product, number in self._variants_with(name):
            values = stated_values(product, product.variants[number], name)
            stated[row] = values is not None
            for value in values or ():
                rows_of[value].append(row)
        column = _TextColumn({value: np.array(r, np.int64) for value, r in rows_of.items()}, stated)
        # Names come from requests: only those of the catalogue are kept, so that the cache cannot be filled up.
        if name in self._rows_by_name:
            with self._lock:
                self._texts[name] = column
        return column

    def _number_column(self, name: str, unit: str | None) -> _NumberColumn:
        column = self._numbers.get((name, unit))
        if column is not None:
            return column
        numbers = np.zeros(len(self._owner), np.float64)
        stated = np.zeros(len(self._owner), np.bool_)
        for row, product, number in self._variants_with(name):
            value = stated_number(product, product.variants[number], name, unit)
            if value is not None:
                numbers[row], stated[row] = value, True
        column = _NumberColumn(numbers, stated)
        if column.stated.any():
            with self._lock:
                self._numbers[name, unit] = column
        return column

    def _attribute_in(self, constraint: AttributeIn) -> Mask:
        column = self._text_column(constraint.name)
        met = np.zeros(len(self._owner), np.bool_)
        for value in constraint.values:
            met[column.rows_of.get(fold(value), _NO_ROWS)] = True
        in_title = np.zeros(self.n_rows, np.bool_)
        for value in constraint.values:
            in_title[self._titles.with_word(fold(value))] = True
        met |= ~column.stated & in_title[self._owner]
        return ~met if constraint.exclude else met

    def _attribute_range(self, constraint: AttributeRange) -> Mask:
        column = self._number_column(constraint.name, constraint.unit)
        mask = column.stated.copy()
        if constraint.min is not None:
            mask &= column.numbers >= constraint.min
        if constraint.max is not None:
            mask &= column.numbers <= constraint.max
        return mask


class _Titles:
    """Folded titles as one long text, a line each: to look through it costs far less than to look at each title."""

    def __init__(self, titles: Iterable[str]) -> None:
        # Folded texts hold no line ends.
        lines = [title + "\n" for title in titles]
        self._text = "".join(lines)
        lengths = np.fromiter((len(line) for line in lines), np.int64, len(lines))
        self._starts = np.cumsum(lengths) - lengths

    def with_word(self, value: str) -> NDArray[np.int64]:
        """Return the rows whose titles state a folded value, as `filters.title_states` has it."""
        pattern = title_pattern(value)
        if pattern is None:
            return _NO_ROWS
        text, is_whole, found = self._text, pattern.match, []
        at = text.find(value)
        while at >= 0:
            if is_whole(text, at):
                found.append(at)
                at = text.index("\n", at)
            at = text.find(value, at + 1)
        return np.searchsorted(self._starts, np.array(found, np.int64), side="right") - 1


def _invert(values_per_row: Iterable[Iterable[str]]) -> dict[str, NDArray[np.int64]]:
    rows: defaultdict[str, list[int]] = defaultdict(list)
    for row, values in enumerate(values_per_row):
        for value in values:
            rows[value].append(row)
    return {value: np.array(found, np.int64) for value, found in rows.items()}
