"""Words by which titles call a category's products, although its name does not: "daypack" for Backpacks.

Such a word ends the phrase that names the product in titles of several brands, stands almost only in one category's
titles, and stands there in place of the category's own words: "3 season" beside "tent" is no name. Knows no word.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence, Set

from retrieval.product import Product
from retrieval.type_phrases import head_of, title_runs
from retrieval.words import GENERIC_HEADS, is_cjk, word_key, words

_FEWEST = 4
_BRANDS = 3
_IN_ONE = 0.95
"""The share of the titles with a word that are of one category."""
_AS_HEAD = 0.6
"""The share of them in which it stands for the category's name."""
_LARGEST = 0.5
"""Where a category holds more of the catalogue than this, every word stands mostly in its titles."""


def learn_title_names(
    products: Sequence[Product], titles: Sequence[Sequence[str]], modifiers: Set[str]
) -> dict[str, str]:
    """Find the words that titles use in place of their category's name.

    Args:
        products: with or without categories.
        titles: their word keys, in order.
        modifiers: word keys of stated values, which qualify a thing and name none.

    Returns:
        Word key -> category, e.g. "daypack" -> "Backpacks".
    """
    sizes = Counter(product.category for product in products if product.category)
    called = {name: frozenset(map(word_key, words(name))) for name in sizes}
    barred = GENERIC_HEADS.union(modifiers, *called.values())
    own = {brand: frozenset(map(word_key, words(brand or ""))) for brand in {p.brand for p in products}}
    said: Counter[str] = Counter()
    held: Counter[tuple[str, str]] = Counter()
    heads: Counter[tuple[str, str]] = Counter()
    brands: defaultdict[tuple[str, str], set[str | None]] = defaultdict(set)
    for product, title in zip(products, titles, strict=True):
        said.update(set(title))
        category = product.category
        if not category:
            continue
        held.update((key, category) for key in set(title))
        if called[category].isdisjoint(title):
            last = (head_of(run, modifiers) for run in title_runs(title, own[product.brand]))
            for key in {key for key in last if key is not None} - barred:
                heads[key, category] += 1
                brands[key, category].add(product.brand)
    names = frozenset().union(*own.values())
    least = max(_FEWEST, len(products) // 3000)
    return {
        key: category
        for (key, category), count in heads.items()
        if count >= max(least, _AS_HEAD * said[key])
        and held[key, category] >= _IN_ONE * said[key]
        and len(brands[key, category]) >= _BRANDS
        and sizes[category] <= _LARGEST * len(products)
        and key not in names
        and not is_cjk(key)
    }
