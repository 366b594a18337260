"""What a product states in a word or two, as the recommender learns tastes from it. Nothing about a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from retrieval.filters import fold
from retrieval.product import Product

MIN_PRODUCTS: Final = 3
"""A value that fewer products state says nothing about a taste."""
MAX_VALUES: Final = 3
"""Of one attribute of one product: what comes in ten sizes is not chosen for one of them."""
MAX_CHARS: Final = 30
MAX_STATED: Final = 8
_ABOUT_PEOPLE: Final = frozenset({"gender", "sex", "age", "age_group", "size"})
"""What these say would be a conclusion about a person, not a taste."""


def attributes_of(products: Sequence[Product]) -> dict[str, tuple[tuple[str, str], ...]]:
    """What each product states that shoppers choose by: product id -> (name, value) pairs, in lower case."""
    stated = {product.id: tuple(_stated(product)) for product in products}
    holders = Counter(pair for pairs in stated.values() for pair in pairs)
    return {
        product_id: tuple(pair for pair in pairs if holders[pair] >= MIN_PRODUCTS)[:MAX_STATED]
        for product_id, pairs in stated.items()
    }


def _stated(product: Product) -> Iterator[tuple[str, str]]:
    """Yield what a product states in a word or two, and comes in: ("material", "nylon"), ("colour", "red")."""
    names = dict.fromkeys([*(name for variant in product.variants for name in variant.options), *product.attributes])
    for name in names:
        values = _values(product, name)
        if fold(name) not in _ABOUT_PEOPLE and 0 < len(values) <= MAX_VALUES:
            yield from ((fold(name), value) for value in values if _is_taste(value))


def _values(product: Product, name: str) -> Sequence[str]:
    own = product.attributes[name].value if name in product.attributes else ()
    texts = [own] if isinstance(own, str) else own if isinstance(own, tuple) else ()
    options = [variant.options[name] for variant in product.variants if name in variant.options]
    return tuple(dict.fromkeys(fold(text) for text in (*texts, *options)))


def _is_taste(value: str) -> bool:
    return len(value) <= MAX_CHARS and value.replace(" ", "").replace("-", "").isalpha() and value not in {"yes", "no"}
