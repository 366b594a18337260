"""Count what a catalogue says; the result is what a Vocabulary is made of.

Knows the shape of products, not the meaning of any word.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from typing import Any

from retrieval.product import Product
from retrieval.title_names import learn_title_names
from retrieval.tokens import unspaced_tokens
from retrieval.type_phrases import mine_types, title_types
from retrieval.words import has_digit, is_cjk, phrase_key, word_key, words

VERSION = 4
_LONGEST_VALUE = 40
_WORDS_IN_VALUE = 4
_SMALL = 2000
_PARTS_OF_THREE = 3
_SMALL_SAMPLE = 20
_MOSTLY_DIFFERENT = 0.5
"""Where most products state a value of their own, it is a number or name of the product, not a property."""
_VALUE_SHARE = 0.3
_FITS = frozenset(("for", "fit", "compatible", "with", "to"))


_Texts = tuple[tuple[str, str], ...]


def learn(products: Sequence[Product]) -> dict[str, Any]:
    """Count a catalogue in two passes: names first, then attributes by kind of product."""
    categories = Counter(p.category for p in products if p.category)
    departments: dict[str, set[str]] = defaultdict(set)
    for product in products:
        if product.department:
            departments[product.department].add(product.category or "")
    texts = [_texts(product) for product in products]
    titles = [[word_key(word) for word in words(product.title)] for product in products]
    types: dict[str, int] = {}
    modifiers = _modifiers(texts, titles)
    if categories.total() < len(products) / 2:
        types = mine_types(titles, [p.brand for p in products], modifiers)
    kinds = [_kinds(product, title, types) for product, title in zip(products, titles, strict=True)]
    currency = Counter(p.price.currency for p in products).most_common(1)
    return {
        "version": VERSION,
        "n_products": len(products),
        "categories": dict(categories),
        "departments": {name: sorted(held - {""}) for name, held in departments.items()},
        "types": types,
        "modifiers": sorted(modifiers) if types else [],
        "title_names": learn_title_names(products, titles, modifiers),
        "words": _words(products, texts),
        "currency": currency[0][0] if currency else None,
        "cheap_minor": _cheap(products, kinds),
        "brands": _brands(products, titles, kinds),
        **_attributes(products, texts, kinds),
    }


def _kinds(product: Product, title: Sequence[str], types: dict[str, int]) -> tuple[str, ...]:
    if product.category:
        return (product.category,)
    return title_types(title, types.keys()) if types else ()


def _texts(product: Product) -> _Texts:
    """All (attribute or option name, text value) pairs of a product, each once, in the order stated."""
    said: dict[tuple[str, str], None] = {}
    for name, attribute in product.attributes.items():
        if isinstance(attribute.value, str):
            said[(name, attribute.value)] = None
        elif isinstance(attribute.value, tuple):
            said.update(((name, value), None) for value in attribute.value)
    for variant in product.variants:
        said.update((pair, None) for pair in variant.options.items())
    return tuple(said)


def _modifiers(texts: Sequence[_Texts], titles: Sequence[Sequence[str]]) -> set[str]:
    """Word keys that are stated as values about as often as titles say them: they qualify a kind and are none."""
    counts: Counter[str] = Counter()
    for pairs in texts:
        for name, value in pairs:
            if len(value) <= _LONGEST_VALUE and value.isalpha() and not name.endswith("type"):
                counts[word_key(value)] += 1
    least = max(3, len(titles) // 1000)
    said: Counter[str] = Counter()
    for title in titles:
        said.update(set(title))
    return {key for key, count in counts.items() if count >= least and count >= _VALUE_SHARE * said[key]}


def _words(products: Sequence[Product], texts: Sequence[_Texts]) -> dict[str, int]:
    """Folded word, or token of a text without spaces -> number of products whose texts hold it."""
    counts: Counter[str] = Counter()
    for product, pairs in zip(products, texts, strict=True):
        said = [
            product.title,
            product.description,
            product.brand or "",
            product.category or "",
            product.department or "",
        ]
        said += [value for _, value in pairs]
        text = " ".join(said)
        counts.update({word for word in words(text) if not is_cjk(word)} | unspaced_tokens(text))
    return dict(counts)


def _cheap(products: Sequence[Product], kinds: Sequence[tuple[str, ...]]) -> dict[str, int]:
    """Kind of product -> the price that a third of it does not exceed, in minor units; "" for the whole catalogue."""
    prices: dict[str, list[int]] = defaultdict(list)
    for product, held in zip(products, kinds, strict=True):
        amount = product.price.amount_minor
        for kind in (*held, ""):
            prices[kind].append(amount)
    return {kind: sorted(amounts)[(len(amounts) - 1) // _PARTS_OF_THREE] for kind, amounts in prices.items()}


def _brands(
    products: Sequence[Product], titles: Sequence[Sequence[str]], kinds: Sequence[tuple[str, ...]]
) -> dict[str, dict[str, Any]]:
    written: dict[str, Counter[str]] = defaultdict(Counter)
    by_kind: dict[str, Counter[str]] = defaultdict(Counter)
    for product, held in zip(products, kinds, strict=True):
        if product.brand and (key := phrase_key(product.brand)):
            written[key][product.brand] += 1
            by_kind[key].update(held)
    elsewhere: Counter[str] = Counter()
    for product, title in zip(products, titles, strict=True):
        own = phrase_key(product.brand or "")
        elsewhere.update(
            {
                key
                for before, key in zip(("", *title), title, strict=False)
                if key in written and key != own and before not in _FITS
            }
        )
    return {
        key: {
            "name": names.most_common(1)[0][0],
            "count": names.total(),
            "elsewhere": elsewhere[key],
            "by_kind": dict(by_kind[key]),
        }
        for key, names in written.items()
    }


class _Attribute:
    """Counts of one attribute while reading."""

    __slots__ = ("by_kind", "count", "flags", "high", "low", "numbers", "ranges", "units", "yes_by_kind")

    def __init__(self) -> None:
        self.count = self.flags = self.numbers = 0
        self.low, self.high = float("inf"), float("-inf")
        self.units: Counter[str] = Counter()
        self.by_kind: Counter[str] = Counter()
        self.yes_by_kind: Counter[str] = Counter()
        self.ranges: dict[str, tuple[float, float]] = {}

    def add_number(self, number: float, unit: str | None, kinds: Sequence[str]) -> None:
        self.numbers += 1
        self.low, self.high = min(self.low, number), max(self.high, number)
        self.units[unit or ""] += 1
        for kind in kinds:
            low, high = self.ranges.get(kind, (number, number))
            self.ranges[kind] = min(low, number), max(high, number)

    def row(self, name: str) -> dict[str, Any]:
        unit = self.units.most_common(1)[0][0] if self.units else ""
        return {
            "name": name, "count": self.count, "flags": self.flags, "numbers": self.numbers, "unit": unit or None,
            "low": self.low if self.numbers else 0.0, "high": self.high if self.numbers else 0.0,
            "by_kind": dict(self.by_kind), "yes_by_kind": dict(self.yes_by_kind),
            "ranges": self.ranges,
        }  # fmt: skip


def _attributes(
    products: Sequence[Product], texts: Sequence[_Texts], kinds: Sequence[tuple[str, ...]]
) -> dict[str, Any]:
    stats: defaultdict[str, _Attribute] = defaultdict(_Attribute)
    # Not Counter: what it does with a new key is written in Python, and most values are new.
    values: defaultdict[tuple[str, str], defaultdict[str, int]] = defaultdict(partial(defaultdict, int))
    for product, pairs, held in zip(products, texts, kinds, strict=True):
        for name in {*product.attributes, *(name for variant in product.variants for name in variant.options)}:
            stat = stats[name]
            stat.count += 1
            for kind in held:
                stat.by_kind[kind] += 1
        for name, attribute in product.attributes.items():
            if isinstance(attribute.value, bool):
                if attribute.value:
                    stats[name].flags += 1
                    for kind in held:
                        stats[name].yes_by_kind[kind] += 1
            elif isinstance(attribute.value, int | float):
                stats[name].add_number(float(attribute.value), attribute.unit, held)
        for name, value in pairs:
            measured = split_measure(value) if len(value) < 16 and value[:1].isdigit() else None
            if measured:
                stats[name].add_number(*measured, held)
            if len(value) <= _LONGEST_VALUE:
                counts = values[name, value]
                counts[""] += 1
                for kind in held:
                    counts[kind] += 1
    return {
        "attributes": [stat.row(name) for name, stat in stats.items()],
        "values": _value_rows(values, 1 if len(products) <= _SMALL else 2),
    }


def _value_rows(values: Mapping[tuple[str, str], dict[str, int]], least: int) -> dict[str, list[list[Any]]]:
    rows: defaultdict[str, list[list[Any]]] = defaultdict(list)
    different = Counter(name for name, _ in values)
    stated = Counter[str]()
    for (name, _), counts in values.items():
        stated[name] += counts[""]
    identifiers = {name for name, n in different.items() if n > _SMALL_SAMPLE and n > _MOSTLY_DIFFERENT * stated[name]}
    for (name, value), counts in values.items():
        count = counts.pop("")
        if count < least or name in identifiers or len(words(value)) > _WORDS_IN_VALUE:
            continue
        key = phrase_key(value)
        if key:
            rows[key].append([name, value, count, dict(counts)])
    return rows


@lru_cache(maxsize=65_536)
def split_measure(value: str) -> tuple[float, str | None] | None:
    """Split an option like "256 GB" into number and unit; None for anything else."""
    head = value.strip()
    digits = 0
    while digits < len(head) and (head[digits].isdigit() or head[digits] in ".,"):
        digits += 1
    unit = head[digits:].strip()
    if not digits or not has_digit(head[:digits]) or len(unit) > 12 or has_digit(unit):
        return None
    try:
        return float(head[:digits].replace(",", ".")), unit or None
    except ValueError:
        return None
