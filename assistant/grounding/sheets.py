"""What one product states, as texts, numbers and amounts of its own. Knows no rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.grounding.ordinary import stems_of
from assistant.grounding.quantities import Quantity, quantities
from retrieval.filters import fold
from retrieval.product import Product


@dataclass(frozen=True)
class Sheet:
    """One product, read for checking.

    Args:
        product: the product.
        text: folded: all that it states, without the names of flags that it states as "no".
        stems: stems of the words of that text.
        denied: folded names of flags stated as "no".
        flags: folded names of flags stated as "yes".
        amounts: prices, list prices and what is saved, in major units.
        numbers: what counts say, e.g. rating, reviews, colours, units at hand.
        quantities: numbers with units of the text.
        saved: whole percents that a variant is reduced by.
    """

    product: Product
    text: str
    stems: frozenset[str]
    denied: frozenset[str]
    flags: frozenset[str]
    amounts: frozenset[float]
    numbers: frozenset[float]
    quantities: tuple[Quantity, ...]
    saved: frozenset[float]

    @classmethod
    def of(cls, product: Product) -> Sheet:
        """Read a product."""
        text = product_text(product)
        flags = {fold(a.label): a.value for a in product.attributes.values() if isinstance(a.value, bool)}
        amounts, saved = _money(product)
        return cls(
            product,
            fold(text),
            stems_of(text),
            frozenset(name for name, value in flags.items() if not value),
            frozenset(name for name, value in flags.items() if value),
            frozenset(amounts),
            frozenset(_numbers(product)),
            tuple(quantities(text)),
            frozenset(saved),
        )


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


def _numbers(product: Product) -> set[float]:
    rows = {float(product.rating_count)}
    if product.rating is not None:
        rows |= {product.rating, round(product.rating, 1)}
    rows |= {float(variant.stock) for variant in product.variants if variant.stock is not None}
    names: Sequence[str] = list(dict.fromkeys(name for variant in product.variants for name in variant.options))
    return rows | {float(len({v.options[n] for v in product.variants if n in v.options})) for n in names}
