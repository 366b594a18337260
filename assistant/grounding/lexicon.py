"""The names and values of a catalogue: what a reply may only say with evidence."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from retrieval.filters import fold
from retrieval.product import Product

# Values that are also everyday words ("down from $80", "5 left"): they are not read as claims.
_ORDINARY = frozenset(
    {
        "down",
        "left",
        "right",
        "light",
        "plain",
        "open",
        "full",
        "standard",
        "normal",
        "regular",
        "both",
        "solid",
        "everyday",
    }
)


@dataclass(frozen=True)
class Lexicon:
    """Names and values that the catalogue uses: what a reply may only say with evidence.

    Args:
        brands: as written.
        values: folded texts that attributes and options state, e.g. "merino wool"; numbers are left out.
        titles: folded titles.
    """

    brands: frozenset[str] = frozenset()
    values: frozenset[str] = frozenset()
    titles: frozenset[str] = frozenset()

    @classmethod
    def of(cls, products: Iterable[Product]) -> Lexicon:
        """Read the names and values of a catalogue."""
        brands: set[str] = set()
        values: set[str] = set()
        titles: set[str] = set()
        for product in products:
            titles.add(fold(product.title))
            if product.brand:
                brands.add(product.brand)
            values |= _stated_texts(product)
        return cls(frozenset(brands), frozenset(values), frozenset(titles))

    @cached_property
    def brand_pattern(self) -> re.Pattern[str]:
        """Matches any brand, as written (case counts: "Hama", not "hama")."""
        names = sorted((b for b in self.brands if len(b) > 2), key=len, reverse=True)
        return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, names)) or '(?!)'})(?!\w)")

    @cached_property
    def longest_value(self) -> int:
        """Most words of a value, at most 4."""
        return min(4, max((len(value.split()) for value in self.values), default=1))


def _stated_texts(product: Product) -> set[str]:
    texts: set[str] = set()
    for name, attribute in product.attributes.items():
        if isinstance(attribute.value, str):
            texts.add(fold(attribute.value))
        elif isinstance(attribute.value, tuple):
            texts.update(map(fold, attribute.value))
        elif attribute.value is True:
            texts.add(fold(name.replace("_", " ")))
    for variant in product.variants:
        texts.update(map(fold, variant.options.values()))
    texts -= _ORDINARY
    return {t for t in texts if 3 <= len(t) <= 40 and not any(c.isdigit() for c in t) and len(t.split()) <= 4}
