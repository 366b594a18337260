"""What one product states, as texts, numbers and amounts of its own. Knows no rules."""

from __future__ import annotations

import re
from dataclasses import dataclass
from threading import Lock
from typing import Final

from assistant.grounding.fields import Field, fields_of
from assistant.grounding.ordinary import stem, stems_of, words_of
from retrieval.filters import fold
from retrieval.product import Product


@dataclass(frozen=True)
class Sheet:
    """One product, read for checking.

    Args:
        product: the product.
        text: folded: all that it states, without the names of flags that it states as "no".
        stems: stems of the words of that text.
        known: stems of words that may be said of it: those of that text, and those that speak of its fields.
        denied: folded names of flags stated as "no".
        deniable: stems of the words that speak of those.
        flags: folded names of flags stated as "yes".
        fields: what it states, one by one.
        spelt: folded: all that it states, with the names of its fields, words and numbers only.
        amounts: prices, list prices and what is saved, in major units.
        saved: whole percents that a variant is reduced by.
    """

    product: Product
    text: str
    stems: frozenset[str]
    known: frozenset[str]
    denied: frozenset[str]
    deniable: frozenset[str]
    flags: frozenset[str]
    fields: tuple[Field, ...]
    spelt: str
    amounts: frozenset[float]
    saved: frozenset[float]

    @classmethod
    def of(cls, product: Product) -> Sheet:
        """Read a product; one that was read lately is not read again."""
        # By identity, which the sheet kept here holds fast: a product that changes is another object.
        with _LOCK:
            sheet = _READ.pop(id(product), None)
        sheet = sheet or cls._read(product)
        if len(sheet.text) <= _MAX_KEPT_CHARS:
            with _LOCK:
                _READ[id(product)] = sheet
                if len(_READ) > _MAX_KEPT:
                    del _READ[next(iter(_READ))]
        return sheet

    @classmethod
    def _read(cls, product: Product) -> Sheet:
        text = product_text(product)
        flags = {fold(a.label): a.value for a in product.attributes.values() if isinstance(a.value, bool)}
        amounts, saved = _money(product)
        fields = fields_of(product)
        stems = stems_of(text)
        spoken = [field.stems for field in fields if field.value is not False and field.name != "price"]
        return cls(
            product,
            fold(text),
            stems,
            stems.union(*spoken, _doings(product.category or "")),
            frozenset(name for name, value in flags.items() if not value),
            frozenset().union(*(field.stems for field in fields if field.value is False)),
            frozenset(name for name, value in flags.items() if value),
            fields,
            " ".join(re.findall(r"\w+", fold(text))),
            frozenset(amounts),
            frozenset(saved),
        )

    def field(self, name: str) -> Field:
        """Return a field that every product has, e.g. "price"."""
        return next(field for field in self.fields if field.name == name)


_MAX_KEPT: Final = 500
_MAX_KEPT_CHARS: Final = 4_000
"""A sheet takes some 36 bytes for each character of the product: 70 MB at most."""
_READ: Final[dict[int, Sheet]] = {}
"""By id of the product, the one used last at the end."""
_LOCK: Final = Lock()


def product_text(product: Product) -> str:
    """All that a product states; the names of flags that it states as "no" are left out."""
    parts = [product.title, product.brand or "", product.category or "", product.department or "", product.description]
    for name, attribute in product.attributes.items():
        # The values of a title or label are told by themselves: "4 people" and "capacity", not "capacity 4 people".
        parts += [attribute.text, *([attribute.label, name.replace("_", " ")] if attribute.value is not False else [])]
    parts += [text for variant in product.variants for pair in variant.options.items() for text in pair]
    return " . ".join(parts)


def _money(product: Product) -> tuple[set[float], set[float]]:
    amounts: set[float] = set()
    saved: set[float] = set()
    for variant in product.variants:
        amounts.add(float(variant.price.amount))
        if variant.list_price is not None and variant.list_price.amount_minor > variant.price.amount_minor:
            amounts |= {float(variant.list_price.amount), float(variant.list_price.amount - variant.price.amount)}
            share = 1 - variant.price.amount_minor / variant.list_price.amount_minor
            saved.add(float(round(100 * share)))
    return amounts, saved


def _doings(category: str) -> frozenset[str]:
    """What a kind of thing does by its name: a toaster toasts."""
    return frozenset(
        stem(word.removesuffix("s").removesuffix("er")) for word in words_of(category) if "er" in word[-3:]
    )
