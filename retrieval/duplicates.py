"""Products that may be one and the same: of one barcode, or of one brand and nearly one title.

They are reported, never removed: which of two is right, only the shop knows. What differs in a stated attribute, an
option or a barcode (black and red, 16 GB and 32 GB) is a variant or another article, and no duplicate; so is a title
with another number, because numbers name models. Attributes that number the products, such as a SKU, and running text
tell nothing apart.

Titles are compared as sets of words by Jaccard similarity. Two sets that are alike enough share one of their rarest
words (prefix filtering; Bayardo, Ma, Srikant 2007, "Scaling up all pairs similarity search"), so few pairs are seen.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from typing import Literal

from retrieval.product import AttributeValue, Product

ALIKE = 0.8
"""Least Jaccard similarity of two titles."""
_MOST_COMPARED = 20
"""Titles that are word for word the same are compared with so many before them."""
_WORD = re.compile(r"\w+")
_DIGIT = re.compile(r"\d")
_LEAST_DIGITS = 8
_LONGEST_VALUE = 40
_MANY = 20
_MOSTLY_DIFFERENT = 0.5
"""Where most of many products state a value of their own, it numbers them."""
_Words = frozenset[str]


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Products that may be one.

    Args:
        reason: "gtin" where they share a barcode, "title" where nothing tells them apart.
        key: the barcode, or the title of the first.
        product_ids: two or more, in the order of the catalogue.
    """

    reason: Literal["gtin", "title"]
    key: str
    product_ids: tuple[str, ...]


def find_duplicates(products: Sequence[Product]) -> tuple[Duplicate, ...]:
    """Find products that may be one and the same, those with one barcode first."""
    return (*_same_barcode(products), *_same_title(products))


def normal_gtin(text: str | None) -> str | None:
    """Write a barcode as GTIN-14, so that an EAN and a UPC of one article are equal; None for what cannot be one.

    A number of one repeated digit is a placeholder.
    """
    digits = text or ""
    if not digits.isdigit() or not _LEAST_DIGITS <= len(digits) <= 14 or len(set(digits)) == 1:
        return None
    return digits.zfill(14)


def _barcodes(product: Product) -> set[str]:
    return {gtin for variant in product.variants if (gtin := normal_gtin(variant.gtin)) is not None}


def _same_barcode(products: Sequence[Product]) -> Iterator[Duplicate]:
    holders: defaultdict[str, list[str]] = defaultdict(list)
    for product in products:
        for gtin in _barcodes(product):
            holders[gtin].append(product.id)
    for gtin, ids in holders.items():
        if len(ids) > 1:
            yield Duplicate("gtin", gtin, tuple(ids))


def _same_title(products: Sequence[Product]) -> Iterator[Duplicate]:
    """Group what is alike: products are linked to the first one that nothing tells them apart from."""
    leader = list(range(len(products)))
    numbering = _numbering(products)

    def first_of(row: int) -> int:
        while leader[row] != row:
            row = leader[row]
        return row

    for one, other in _alike(products):
        if first_of(one) != first_of(other) and not _told_apart(products[one], products[other], numbering):
            leader[max(first_of(one), first_of(other))] = min(first_of(one), first_of(other))
    groups: defaultdict[int, list[str]] = defaultdict(list)
    for row, product in enumerate(products):
        groups[first_of(row)].append(product.id)
    for row, ids in groups.items():
        if len(ids) > 1:
            yield Duplicate("title", products[row].title, tuple(ids))


def _numbering(products: Sequence[Product]) -> Set[str]:
    """Names of attributes whose values number the products."""
    stated: Counter[str] = Counter()
    values: defaultdict[str, set[AttributeValue]] = defaultdict(set)
    for product in products:
        for name, attribute in product.attributes.items():
            stated[name] += 1
            values[name].add(attribute.value)
    return {name for name, n in stated.items() if n > _MANY and len(values[name]) > _MOSTLY_DIFFERENT * n}


def _told_apart(one: Product, other: Product, numbering: Set[str]) -> bool:
    """Whether both state something that differs: an attribute, what can be chosen, or the barcode."""
    mine, theirs = _barcodes(one), _barcodes(other)
    if mine and theirs and mine.isdisjoint(theirs):
        return True
    shared = (one.attributes.keys() & other.attributes.keys()) - numbering
    if any(_differ(one.attributes[name].value, other.attributes[name].value) for name in shared):
        return True
    return _choices(one) != _choices(other)


def _differ(one: AttributeValue, other: AttributeValue) -> bool:
    running = isinstance(one, str) and isinstance(other, str) and max(len(one), len(other)) > _LONGEST_VALUE
    return one != other and not running


def _choices(product: Product) -> set[tuple[tuple[str, str], ...]]:
    return {tuple(sorted(variant.options.items())) for variant in product.variants}


def _alike(products: Sequence[Product]) -> Iterator[tuple[int, int]]:
    """Yield pairs of rows of one brand with nearly the same title."""
    titles: defaultdict[tuple[str, _Words], list[int]] = defaultdict(list)
    for row, product in enumerate(products):
        titles[(product.brand or "").casefold(), frozenset(_WORD.findall(product.title.casefold()))].append(row)
    for rows in titles.values():
        for place, row in enumerate(rows):
            yield from ((before, row) for before in rows[max(0, place - _MOST_COMPARED) : place])
    for one, other in _alike_titles(list(titles)):
        yield titles[one][0], titles[other][0]


def _alike_titles(titles: Sequence[tuple[str, _Words]]) -> Iterator[tuple[tuple[str, _Words], tuple[str, _Words]]]:
    """Yield pairs of different titles of one brand that are alike enough and name the same numbers."""
    counts = Counter(word for _, words in titles for word in words)
    prefixes: defaultdict[tuple[str, _Words, str], list[_Words]] = defaultdict(list)
    for brand, words in titles:
        numbers = frozenset(filter(_DIGIT.search, words))
        rarest = sorted(words, key=lambda word: (counts[word], word))[: len(words) - math.ceil(ALIKE * len(words)) + 1]
        seen: set[_Words] = set()
        for word in rarest:
            holders = prefixes[brand, numbers, word]
            for before in holders:
                if before not in seen and _jaccard(before, words) >= ALIKE:
                    yield (brand, before), (brand, words)
                seen.add(before)
            holders.append(words)


def _jaccard(one: _Words, other: _Words) -> float:
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared)


def count_products(duplicates: Iterable[Duplicate]) -> int:
    """How many products stand in them, each counted once."""
    return len({product_id for duplicate in duplicates for product_id in duplicate.product_ids})
