"""From "the second one" to a product: the server resolves what the shopper's words point at.

Candidates are the products on the table (last shown, talked about, on the page). Knows nothing of search.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.counting import BEFORE_LAST, MIDDLE, pieces, places
from assistant.titles import Named, TitleIndex
from retrieval.filters import fold
from retrieval.product import Product

COUNTS: Mapping[str, int] = {
    "two": 2,
    "2": 2,
    "three": 3,
    "3": 3,
    "four": 4,
    "4": 4,
    "five": 5,
    "5": 5,
    "six": 6,
    "6": 6,
}

_FIRST_N = re.compile(r"\b(?:the\s+)?(first|top|last)\s+(two|three|four|five|six|[2-6])\b", re.I)
_ALL_N = re.compile(
    r"\b(?:all|both|these|those|them all|the)\s*(?:of\s+)?(?:the\s+)?(two|three|four|five|six|[2-6])\b"
    r"(?!\s*-?\s*(?:person|pack|piece|inch|year|in-1))"
    r"|\b(both)\b|\ball of (?:them|these|those)\b"
    r"|\b(?:compare|all)\s+(?:them|these|those)\b(?!\s+(?:two|three|four|five|six|[2-6])\b)",
    re.I,
)
_LAST = re.compile(r"\b(?:the\s+)?last\s+(?:one|item|product)\b|\bthe\s+last\b|\bthe latter\b", re.I)
_FORMER = re.compile(r"\bthe former\b", re.I)
_SUPERLATIVE = re.compile(
    r"\b(?:the\s+)?(cheapest|cheaper|least expensive|most expensive|priciest|dearest|pricier"
    r"|best[- ]rated|best(?= one\b| of (?:them|these|those)\b)|highest[- ]rated|top[- ]rated|lightest|heaviest"
    r"|(?<=\bthe )(?:lighter|heavier)(?=\s+(?:one|of|in|please|pls|to)\b|\W*$))\b"
    r"(?:\s+(?:one|of them|of these|of those|of the))?",
    re.I,
)
_COMPARATIVES = frozenset({"cheaper", "pricier", "lighter", "heavier"})
_PRONOUN = re.compile(
    r"\b(?:it|its|this|that|this one|that one|this product|that product|this item|the one|one of (?:it|them))\b", re.I
)
_WITH = re.compile(r"\b(?:with|vs\.?|versus|against|or|to|than|between)\b", re.I)
MAX_NAMED = 6
_WORD = re.compile(r"[^\W_]+(?:[-'][^\W_]+)*", re.UNICODE)


@dataclass(frozen=True, slots=True)
class Table:
    """What words can point at.

    Args:
        shown: products of the last slate, in order.
        focus: the product talked about last; None without one.
        page: the product on the shopper's page; None without one.
        earlier: products seen before: only their names point at them.
        compared: products that were put side by side last: "the cheaper one" is one of these.
        talked: at most two that were talked about last, after any comparison.
    """

    shown: Sequence[Product]
    focus: Product | None = None
    page: Product | None = None
    earlier: Sequence[Product] = ()
    compared: Sequence[Product] = ()
    talked: Sequence[Product] = ()

    def everything(self) -> tuple[Product, ...]:
        """All products on the table, once each, shown ones first."""
        rows = [*self.shown, *([self.focus] if self.focus else []), *([self.page] if self.page else [])]
        return tuple({product.id: product for product in rows}.values())

    def two(self) -> tuple[Product, ...]:
        """ "Those two": talked about or compared last, else the first of those shown."""
        return next((tuple(pair) for pair in (self.talked, self.compared) if len(pair) == 2), tuple(self.shown[:2]))


def resolve(text: str, table: Table, titles: TitleIndex | None = None) -> tuple[Product, ...]:
    """Find the products that the text points at, in the order of the table or of the words.

    Args:
        text: a shopper's words, e.g. "compare the first two", "add the red one", "is it waterproof?".
        table: what is there to point at.
        titles: of the catalogue, where products that are not on the table can be named too.

    Returns:
        The products; empty where nothing is pointed at.
    """
    index = titles or TitleIndex()
    whole = _whole(text, table, index)
    if whole:
        return whole
    by_name = _by_name(text, table, index)
    if len(by_name) > 1 and not places(text):
        return by_name
    for reader in (_several, _by_id, _ordinals, _superlative):
        found = reader(text, table)
        if found:
            return found
    return by_name or _by_fact(text, table) or _pronoun(text, table)


def with_extremes_as_places(text: str) -> str:
    """The text with "the cheapest" and its like put as a place, for reading whether it does more than point."""
    return _SUPERLATIVE.sub("the first", text)


def named(text: str, table: Table, titles: TitleIndex | None = None) -> Named:
    """The one product whose name stands in the text, or those between which the text does not tell."""
    return (titles or TitleIndex()).find(text, _nameable(table))


def _nameable(table: Table) -> tuple[Product, ...]:
    return tuple({product.id: product for product in (*table.everything(), *table.earlier)}.values())


def _whole(text: str, table: Table, titles: TitleIndex) -> tuple[Product, ...]:
    """Products whose whole title stands in the text; of titles that hold one another, the longest."""
    rows: list[Product] = []
    rest = fold(text)
    while len(rows) < MAX_NAMED:
        found = titles.find_whole(rest, _nameable(table))
        if found is None:
            break
        rows.append(found)
        rest = rest.replace(fold(found.title), " ; ")
    if not rows:
        return ()
    others = [named(piece.text, table, titles).product for piece in pieces(rest)]
    return tuple({product.id: product for product in (*rows, *filter(None, others))}.values())


def _several(text: str, table: Table) -> tuple[Product, ...]:
    shown = tuple(table.shown)
    match = _FIRST_N.search(text)
    if match:
        count = COUNTS[match.group(2).lower()]
        return shown[-count:] if match.group(1).lower() == "last" else shown[:count]
    match = _ALL_N.search(text)
    if match and shown:
        if match.group(2):  # both
            return () if places(text) else table.two()
        count = COUNTS[match.group(1).lower()] if match.group(1) else len(shown)
        return table.two() if count == 2 else shown[:count]
    return ()


def _by_id(text: str, table: Table) -> tuple[Product, ...]:
    words = set(re.findall(r"[\w.-]+", text))
    known = {product.id: product for product in (*table.everything(), *table.compared)}
    return tuple(product for id_, product in known.items() if id_ in words)


def _ordinals(text: str, table: Table) -> tuple[Product, ...]:
    shown = tuple(table.shown)
    pool = _narrow(text, shown)
    if BEFORE_LAST.search(text):
        return pool[-2:-1]
    rows = [pool[n - 1] for n in places(text) if 0 < n <= len(pool)]
    if not rows and pool and _LAST.search(text):
        rows.append(pool[-1])
    if not rows and pool and _FORMER.search(text):
        rows.append(pool[0])
    if not rows and len(pool) % 2 and MIDDLE.search(text):
        rows.append(pool[len(pool) // 2])
    return tuple({product.id: product for product in rows}.values())


def _narrow(text: str, shown: tuple[Product, ...]) -> tuple[Product, ...]:
    """Of several slates, the part that a category word in the text names ("the second tent")."""
    words = {_stem(word) for word in _WORD.findall(fold(text))}
    part = tuple(p for p in shown if p.category and _stem(fold(p.category).split()[-1]) in words)
    return part or shown


def _superlative(text: str, table: Table) -> tuple[Product, ...]:
    match = _SUPERLATIVE.search(text)
    word = match.group(1).lower().replace("-", " ") if match else ""
    compared = word in _COMPARATIVES and len(table.compared) > 1
    pool = tuple(table.compared) if compared else _narrow(text, tuple(table.shown))
    if not match or not pool:
        return ()
    if word in {"cheapest", "cheaper", "least expensive"}:
        return (min(pool, key=lambda p: p.price.amount_minor),)
    if word in {"most expensive", "priciest", "dearest", "pricier"}:
        return (max(pool, key=lambda p: p.price.amount_minor),)
    if "rated" in word or word == "best":
        rated = [p for p in pool if p.rating is not None]
        return (max(rated, key=lambda p: (p.rating or 0.0, p.rating_count)),) if rated else ()
    weighed = [(float(p.attributes["weight"].value), p) for p in pool if _has_weight(p)]  # type: ignore[arg-type]
    if not weighed:
        return ()
    pick = (min if word in {"lightest", "lighter"} else max)(weighed, key=lambda row: row[0])
    return (pick[1],)


def _has_weight(product: Product) -> bool:
    attribute = product.attributes.get("weight")
    return attribute is not None and isinstance(attribute.value, int | float) and not isinstance(attribute.value, bool)


def _by_name(text: str, table: Table, titles: TitleIndex) -> tuple[Product, ...]:
    """The products that the pieces of the text name; the whole text where none of its pieces does."""
    found = [named(piece.text, table, titles).product for piece in pieces(_WITH.sub(" ; ", text))]
    rows = {product.id: product for product in found if product}
    if not rows:
        product = named(text, table, titles).product
        rows = {product.id: product} if product else {}
    return tuple(rows.values())


def _by_fact(text: str, table: Table) -> tuple[Product, ...]:
    """ "The red one", "the waterproof one": one shown product states it and no other does."""
    match = re.search(r"\bthe\s+((?:[\w-]+\s+){1,2})ones?\b", text, re.I)
    if not match:
        return ()
    wanted = fold(match.group(1))
    hits = [product for product in table.shown if _states(product, wanted)]
    return (hits[0],) if len(hits) == 1 else ()


def _states(product: Product, wanted: str) -> bool:
    texts = [product.title, product.brand or ""]
    texts += [attribute.text for attribute in product.attributes.values()]
    texts += [name for name, a in product.attributes.items() if a.value is True]
    texts += [value for variant in product.variants for value in variant.options.values()]
    return any(re.search(rf"\b{re.escape(wanted)}\b", fold(text.replace("_", " "))) for text in texts)


def _pronoun(text: str, table: Table) -> tuple[Product, ...]:
    if not _PRONOUN.search(text):
        return ()
    if table.focus is not None:
        return (table.focus,)
    if table.page is not None:
        return (table.page,)
    return (table.shown[0],) if table.shown else ()


def _stem(word: str) -> str:
    for ending, put in (("ies", "y"), ("sses", "ss"), ("shes", "sh"), ("ches", "ch"), ("xes", "x"), ("s", "")):
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            return word[: -len(ending)] + put
    return word


_ORDER_ID = re.compile(
    r"\b([A-Za-z]{1,3}-\d{3,12})\b|#\s?([A-Za-z]{0,3}-?\d{3,12})\b"
    r"|\border\s+(?:number\s+|no\.?\s+|nr\.?\s+|is\s+|#\s*)?([A-Za-z]{0,3}-?\d{3,12})\b",
    re.I,
)


def order_ids_in(text: str) -> tuple[str, ...]:
    """The order numbers that stand in the text, in capitals as the shop writes them, once each."""
    found = (next(group for group in match.groups() if group).upper() for match in _ORDER_ID.finditer(text))
    return tuple(dict.fromkeys(found))


def order_id_in(text: str) -> str | None:
    """The first order number that stands in the text, or None."""
    return next(iter(order_ids_in(text)), None)
