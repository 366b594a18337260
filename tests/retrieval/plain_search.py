"""What a request means, written plainly: loops over products and variants; of retrieval.filters only the types.

The search is held against it.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from retrieval.filters import (
    AttributeIn,
    AttributeRange,
    BrandIn,
    CategoryIn,
    Constraint,
    InStock,
    MinRating,
    PriceRange,
)
from retrieval.product import Product, Variant

Says = Callable[[str], Callable[[int], bool]]
"""Of a text: whether row i is found by its words or meaning."""
Counts = dict[str, dict[str, int]]

FACTORS = {"mm": 1.0, "cm": 10.0, "m": 1000.0}
"""Units that the tests use."""


def same(one: str, other: str) -> bool:
    return " ".join(one.casefold().split()) == " ".join(other.casefold().split())


def fits(wish: Constraint, product: Product, variant: Variant) -> bool:
    """Whether a search may show this variant for this wish."""
    if isinstance(wish, PriceRange):
        price = variant.price
        if price.currency != wish.currency:
            return False
        if wish.min_minor is not None and price.amount_minor < wish.min_minor:
            return False
        return wish.max_minor is None or price.amount_minor <= wish.max_minor
    if isinstance(wish, InStock):
        return variant.stock > 0 if variant.stock is not None else variant.available is True
    if isinstance(wish, MinRating):
        return product.rating is not None and product.rating >= wish.value
    if isinstance(wish, BrandIn):
        named = product.brand is not None and any(same(product.brand, value) for value in wish.values)
        return not named if wish.exclude else named
    if isinstance(wish, CategoryIn):
        names = [name for name in (product.category, product.department) if name]
        named = any(same(name, value) for name in names for value in wish.values)
        return not named if wish.exclude else named
    if isinstance(wish, AttributeIn):
        has = any(states(product, variant, wish.name, value) for value in wish.values)
        return not has if wish.exclude else has
    number = stated_number(product, variant, wish.name, wish.unit)
    if number is None:
        return False
    return (wish.min is None or number >= wish.min) and (wish.max is None or number <= wish.max)


def states(product: Product, variant: Variant, name: str, value: str) -> bool:
    texts = list(stated_texts(product, variant, name))
    if texts:
        return any(same(text, value) for text in texts)
    if name in variant.options or name in product.attributes:
        return False
    wanted = value.casefold().split()
    if not wanted or wanted in (["yes"], ["no"]) or all(character in "0123456789.," for character in "".join(wanted)):
        return False
    title = " ".join(product.title.casefold().split())
    for found in re.finditer(re.escape(" ".join(wanted)), title):
        before, after = title[: found.start()], title[found.end() :]
        whole = not re.search(r"\w$", before) and not re.match(r"\w", after)
        denied = re.search(r"\b(non-|non |not |no |without )$", before) or re.match(r"[- ]free\b", after)
        if whole and not denied:
            return True
    return False


def stated_texts(product: Product, variant: Variant, name: str) -> Iterator[str]:
    """All ways in which the value may be written."""
    if name in variant.options:
        yield variant.options[name]
        return
    attribute = product.attributes.get(name)
    if attribute is None:
        return
    if isinstance(attribute.value, bool):
        yield "yes" if attribute.value else "no"
    elif isinstance(attribute.value, str):
        yield attribute.value
        if attribute.unit:
            yield f"{attribute.value} {attribute.unit}"
    elif isinstance(attribute.value, tuple):
        yield from attribute.value
    else:
        yield f"{attribute.value:g}"
        if attribute.unit:
            yield f"{attribute.value:g} {attribute.unit}"


def stated_number(product: Product, variant: Variant, name: str, unit: str | None) -> float | None:
    if name in variant.options:
        parts = re.fullmatch(r"\s*(\d+)(?:([.,])(\d+))?\s*(\D{0,12})", variant.options[name])
        if parts is None or (parts[2] == "," and len(parts[3]) == 3):
            return None
        number, own = float(f"{parts[1]}.{parts[3] or 0}"), parts[4].strip()
    else:
        attribute = product.attributes.get(name)
        if attribute is None or not isinstance(attribute.value, float | int) or isinstance(attribute.value, bool):
            return None
        number, own = float(attribute.value), attribute.unit or ""
    if unit is None or unit == own:
        return number
    return round(number * FACTORS[own] / FACTORS[unit], 9) if own in FACTORS and unit in FACTORS else None


def fitting(wishes: Sequence[Constraint], product: Product) -> list[Variant]:
    """Variants that meet all wishes at once."""
    return [variant for variant in product.variants if all(fits(wish, product, variant) for wish in wishes)]


def matching(shop: Sequence[Product], text: str, wishes: Sequence[Constraint], says: Says) -> list[int]:
    """Rows of the products that a request finds."""
    settled = not text or any(isinstance(wish, CategoryIn) and not wish.exclude for wish in wishes)
    covered = says(text)
    return [row for row, product in enumerate(shop) if fitting(wishes, product) and (settled or covered(row))]


def without_words(text: str, wish: Constraint) -> str:
    words: list[str] = []
    if isinstance(wish, BrandIn | CategoryIn):
        words = [*wish.values, *(value[:-1] for value in wish.values if value.endswith("s"))]
    elif isinstance(wish, AttributeIn):
        words = [*wish.values]
        if all(value in ("yes", "no") for value in wish.values):
            words.append(wish.name.replace("_", " "))
    elif isinstance(wish, AttributeRange):
        ends = {f"{end:g}" for end in (wish.min, wish.max) if end is not None}
        words = [*(f"{end} {wish.unit}" for end in ends), *ends]
    for word in words:
        text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", " ", text, flags=re.I)
    return " ".join(text.split())


def given_up(shop: Sequence[Product], text: str, wishes: Sequence[Constraint], says: Says) -> dict[str, int]:
    """Keys that may be given up -> products that are found then; pairs only where no single one helps."""
    keys = list(dict.fromkeys(wish.key for wish in wishes))
    for size in (1, 2):
        found = {}
        for keys_gone in itertools.combinations(keys, size):
            words = text
            for wish in wishes:
                words = without_words(words, wish) if wish.key in keys_gone else words
            left = [wish for wish in wishes if wish.key not in keys_gone]
            count = len(matching(shop, words, left, says))
            if count:
                found["+".join(keys_gone)] = count
        if found:
            return found
    return {}


def nearest_price(
    shop: Sequence[Product], text: str, wishes: Sequence[Constraint], says: Says, price: PriceRange
) -> tuple[PriceRange, int] | None:
    """The price limits moved to the nearest price at which something fits, and how many do."""
    others = [wish for wish in wishes if wish.key != "price"]
    amounts = {
        variant.price.amount_minor
        for row in matching(shop, text, others, says)
        for variant in fitting(others, shop[row])
        if variant.price.currency == price.currency
    }
    low = -1 if price.min_minor is None else price.min_minor
    high = 10**12 if price.max_minor is None else price.max_minor
    away = sorted((max(low - amount, amount - high, 0), amount) for amount in amounts)
    if not away or away[0][0] == 0:
        return None
    amount = away[0][1]
    moved = replace(price, min_minor=amount) if amount < low else replace(price, max_minor=amount)
    count = len(matching(shop, text, [*others, moved], says))
    return (moved, count) if count else None


def counted(shop: Sequence[Product], rows: Sequence[int], wishes: Sequence[Constraint]) -> Counts:
    """Name -> value -> products of `rows` that state it, options only on a variant that fits."""
    who: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    for row in rows:
        product = shop[row]
        plain: Mapping[str, str | None] = {
            "brand": product.brand, "category": product.category, "department": product.department,
        }  # fmt: skip
        for name, text in plain.items():
            if text:
                who[name, _folded(text)].add(row)
        for variant in fitting(wishes, product):
            for name in {*product.attributes, *variant.options}:
                texts = list(stated_texts(product, variant, name))
                is_list = name not in variant.options and isinstance(product.attributes[name].value, tuple)
                for text in texts if is_list else texts[-1:]:
                    if text and len(text) <= 60:
                        who[name, _folded(text)].add(row)
    counts: Counts = {}
    for (name, value), found in who.items():
        counts.setdefault(name, {})[value] = len(found)
    return counts


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())
