"""What kind of thing each product is, as far as its category or its title says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence

from retrieval.product import Product
from retrieval.type_phrases import head_of, title_runs
from retrieval.words import word_key, words

Kinds = frozenset[str]
_FEWEST = 4


def kinds_of(products: Sequence[Product], named: Sequence[Sequence[str]], modifiers: Collection[str]) -> list[Kinds]:
    """Return each product's kinds: its category, or the nouns that its title calls it by.

    Args:
        products: the catalogue.
        named: word keys of each title, up to what the product is only meant for.
        modifiers: word keys of stated values, which are no nouns.
    """
    barred = frozenset(modifiers)
    heads = [
        _heads(keys, product, barred) if product.category is None else ()
        for product, keys in zip(products, named, strict=True)
    ]
    seen = Counter(head for found in heads for head in found)
    return [
        frozenset((product.category.casefold(),))
        if product.category is not None
        else frozenset(head for head in found if seen[head] >= _FEWEST)
        for product, found in zip(products, heads, strict=True)
    ]


def _heads(keys: Sequence[str], product: Product, modifiers: frozenset[str]) -> tuple[str, ...]:
    own = frozenset(map(word_key, words(product.brand or "")))
    found = (head_of(run, modifiers) for run in title_runs(keys, own))
    return tuple(dict.fromkeys(head for head in found if head is not None))
