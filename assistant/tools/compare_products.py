"""Tool: put products side by side."""

from __future__ import annotations

import re
from dataclasses import replace

from assistant.counting import pieces, places
from assistant.errors import BadArguments, Refused
from assistant.tools.context import ShopperContext
from assistant.tools.pointing import fact_of, point, put_in_focus, quoted, table_of
from assistant.tools.summary import summarise
from assistant.turn import ComparisonFact, ProductFact, ToolResult
from assistant.winners import cheapest_of, winner_of
from retrieval.product import Product
from retrieval.words import STOP, tokens

MAX_COMPARED = 6
_BETWEEN = re.compile(r"\b(?:with|vs\.?|versus|against|or|to|than)\b", re.I)
_VERB = re.compile(
    r"^\W*(?:(?:please|can|could|you|compare|comparison|of|difference|what|is|the|between|which|better|one)\b\s*)+",
    re.I,
)
_OTHERS = frozenset({"other", "rest", "similar", "another", "else", "compare"})
_THE = re.compile(r"^\W*(?:the|a)\b", re.I)
MAX_ROWS = 12
_BEST = re.compile(r"\bbest\b", re.I)
_CHEAP = re.compile(r"\b(?:cheap(?:er|est)|(?:less|least) expensive|costs? (?:the )?(?:less|least))\b", re.I)


def compare_products(context: ShopperContext, which: str) -> ToolResult:
    """Compare two to six products that were shown or named.

    Put the shopper's words into `which`, e.g. "the first two", "the Kestrel and the cheapest one", "them".
    """
    products = _compared(context, which)[:MAX_COMPARED]
    facts = tuple(fact_of(context, product) for product in products)
    fact = ComparisonFact(facts, comparison_rows(facts, context.shop.settings.locale))
    put_in_focus(context, _asked_for(context, facts))
    with context.ledger.lock:
        context.ledger.evidence.append(fact)
        ids = tuple(product.id for product in products)
        context.ledger.focus = replace(context.ledger.focus, compared=ids, talked=())
    return ToolResult((fact,), summarise((fact,)))


def _compared(context: ShopperContext, which: str) -> tuple[Product, ...]:
    """The products that the words name.

    Raises:
        BadArguments: fewer than two.
        Refused: one that is named is not found: a comparison of two named products never fills in a third.
    """
    found = point(context, which)
    if found.refusal:
        raise found.refusal
    products = found.products
    missing = _not_found(context, which, len(products) > 1)
    if missing:
        raise Refused("not_found", f"I do not know which product “{quoted(missing)}” is, so I cannot compare it.")
    if len(products) == 1:
        products = _with_neighbour(context, products[0])
    if len(products) < 2:
        raise BadArguments("A comparison needs two products: ask which one to compare it with.")
    return products


def _asked_for(context: ShopperContext, facts: tuple[ProductFact, ...]) -> Product:
    """Who asks which is lightest, cheapest or best goes on with the one that the answer names; else with the first."""
    winner = winner_of(facts, context.words, context.shop.aspects)
    if winner is not None:
        return winner.item.product
    if _BEST.search(context.words):
        return max(facts, key=lambda fact: (fact.product.rating or 0.0, fact.product.rating_count)).product
    cheapest = cheapest_of(facts) if _CHEAP.search(context.words) else None
    return (cheapest or facts[0]).product


def _not_found(context: ShopperContext, which: str, enough: bool) -> str:
    """The part of the words that names something and leads to no product; "" where none does."""
    table = [product.title for product in table_of(context).everything()]
    parts = [piece.text for piece in pieces(_BETWEEN.sub(" ; ", which), table)]
    if len(parts) < 2 or places(which):
        return ""
    names = [_VERB.sub("", part) for part in parts if not enough or _THE.match(part)]
    # Beside two that are found, "and the price" names nothing; beside one, whatever is named is missed.
    told = [name for name in names if context.shop.titles.knows(name) or (not enough and _content(name))]
    return next((name for name in told if not point(context, name).products), "")


def _content(words: str) -> bool:
    return any(word.key not in STOP and word.key not in _OTHERS for word in tokens(words))


def _with_neighbour(context: ShopperContext, product: Product) -> tuple[Product, ...]:
    """One product named: the other one is what the talk was about, or the best of the rest shown."""
    table = table_of(context)
    others = [*([table.focus] if table.focus else []), *([table.page] if table.page else []), *table.shown]
    rest = [other for other in others if other.id != product.id]
    return (product, rest[0]) if rest else (product,)


def comparison_rows(facts: tuple[ProductFact, ...], locale: str) -> dict[str, tuple[str | None, ...]]:
    """Rows of a comparison: price, rating, stock, options, then attributes, those that most products state first."""
    rows: dict[str, tuple[str | None, ...]] = {
        "Price": tuple(fact.variant.price.format(locale) for fact in facts),
        "Rating": tuple(_rating(fact) for fact in facts),
        "Stock": tuple(_stock(fact) for fact in facts),
        "Brand": tuple(fact.product.brand for fact in facts),
    }
    names: dict[str, int] = {}
    for fact in facts:
        for name in fact.product.attributes:
            names[name] = names.get(name, 0) + 1
    ordered = sorted(names, key=lambda name: (-names[name], list(names).index(name)))
    for name in ordered[: MAX_ROWS - len(rows)]:
        attributes = [fact.product.attributes.get(name) for fact in facts]
        label = next(attribute.label for attribute in attributes if attribute)
        rows[label] = tuple(attribute.text if attribute else None for attribute in attributes)
    return {label: texts for label, texts in rows.items() if any(text is not None for text in texts)}


def _rating(fact: ProductFact) -> str | None:
    product = fact.product
    return None if product.rating is None else f"{product.rating:.1f} of 5 ({product.rating_count})"


def _stock(fact: ProductFact) -> str | None:
    return {True: "in stock", False: "sold out", None: None}[fact.product.in_stock]
