"""What the recommender is told of each product: ids and plain facts, never texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from recommender.events import Item
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


def items_of(products: Iterable[Product]) -> dict[str, Item]:
    """What the recommender knows of each product."""
    listed = tuple(products)
    stated = {product.id: tuple(_stated(product)) for product in listed}
    holders = Counter(pair for pairs in stated.values() for pair in pairs)
    return {
        product.id: _item(product, tuple(p for p in stated[product.id] if holders[p] >= MIN_PRODUCTS)[:MAX_STATED])
        for product in listed
    }


def _item(product: Product, attributes: tuple[tuple[str, str], ...]) -> Item:
    variant = product.default_variant
    before = variant.list_price.amount_minor if variant.list_price else variant.price.amount_minor
    saved = max(0.0, 1 - variant.price.amount_minor / before) if before else 0.0
    return Item(
        item_id=product.id,
        category=product.category,
        department=product.department,
        brand=product.brand,
        price_minor=variant.price.amount_minor,
        discount=saved,
        rating=product.rating,
        rating_count=product.rating_count,
        in_stock=product.in_stock,
        attributes=attributes,
    )


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
