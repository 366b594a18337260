"""Tool: the cart. The one write a model may cause, and only for what the shopper's own words point at."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Literal

from assistant.errors import BadArguments, Refused
from assistant.references import Table, resolve
from assistant.tools.context import ShopperContext, record_behaviour
from assistant.tools.pointing import products_meant, put_in_focus
from assistant.tools.summary import summarise
from assistant.turn import CartFact, Question, ToolResult
from recommender.events import EventType
from retrieval.filters import Verdict, fold, judge
from retrieval.product import Product, Variant

MAX_CHOICES = 8


def cart(
    context: ShopperContext,
    action: Literal["view", "add", "remove", "set_quantity"],
    which: str = "",
    quantity: int = 1,
) -> ToolResult:
    """View the cart, or change it when the shopper's message of this turn asks for it.

    Put the shopper's words for the product into `which`, with size or colour if said, e.g. "the second one in M".
    """
    if action == "view":
        seen = context.shop.carts.view(context.principal)
        with context.ledger.lock:
            context.ledger.evidence.append(seen)
        return ToolResult((seen,), summarise((seen,)))
    if not 0 <= quantity <= 99:
        raise BadArguments("quantity must lie between 0 and 99.")
    facts = tuple(
        fact
        for product in _products_allowed(context, which, action)
        if (fact := _change(context, product, action, quantity)) is not None
    )
    with context.ledger.lock:
        context.ledger.evidence.extend(facts[-1:])
    return ToolResult(facts[-1:], summarise(facts[-1:]) if facts else '{"note":"The shopper was asked which option."}')


def _products_allowed(context: ShopperContext, which: str, action: str) -> tuple[Product, ...]:
    """Products to change: the shopper's own words must point at each of them; the model's word alone does not count."""
    if action == "add":
        pending = context.before.pending
        product = context.shop.find_product(pending) if pending else None
        if product is not None and _chosen(product, context.words):
            return (product,)
        meant = products_meant(context, context.words)
    else:
        lines = context.shop.carts.view(context.principal).lines
        inside = tuple(line.product for line in lines if line.product)
        if re.search(r"\b(everything|all of it|all items|empty|clear)\b", context.words, re.I):
            return inside
        meant = _inside(context.words, inside) or products_meant(context, context.words, search=False)
    wanted = {product.id for product in resolve(which, Table(meant))} if which and len(meant) > 1 else set()
    return tuple(product for product in meant if not wanted or product.id in wanted) or meant


def _inside(words: str, inside: tuple[Product, ...]) -> tuple[Product, ...]:
    """Products of the cart that the words name, by kind too ("the lamp"): the cart is a small closed set."""
    said = {word.rstrip("s") for word in re.findall(r"\w+", fold(words))}
    of_kind = tuple(p for p in inside if p.category and fold(p.category).split()[-1].rstrip("s") in said)
    return resolve(words, Table(inside)) or of_kind or (inside if len(inside) == 1 else ())


def _change(context: ShopperContext, product: Product, action: str, quantity: int) -> CartFact | None:
    carts, principal = context.shop.carts, context.principal
    if action == "add":
        variant = _variant_for(context, product)
        if variant is None:
            return None
        context.ledger.count_cart_change()
        put_in_focus(context, product)
        decision_id = _decision_of(context, product)
        fact = carts.add(principal, variant.id, max(1, quantity), decision_id=decision_id)
        record_behaviour(context, EventType.ADD_TO_CART, product.id, decision_id)
        return fact
    owned = [line.variant_id for line in carts.view(principal).lines if line.product and line.product.id == product.id]
    if not owned:
        raise Refused("not_in_cart", "That is not in your cart.")
    context.ledger.count_cart_change()
    fact = carts.set_quantity(principal, owned[-1], 0 if action == "remove" else quantity)
    if action == "remove":
        record_behaviour(context, EventType.REMOVE_FROM_CART, product.id, carts.decisions(principal).get(owned[-1]))
    return fact


def _variant_for(context: ShopperContext, product: Product) -> Variant | None:
    """The variant that the words choose; None where a choice is left open, and the shopper is asked for it."""
    buyable = [variant for variant in product.variants if variant.in_stock is not False]
    if not buyable:
        raise Refused("sold_out", f"{product.title} is sold out.")
    chosen = _chosen(product, context.words)
    fitting = [v for v in buyable if all(fold(v.options.get(name, "")) == value for name, value in chosen.items())]
    if chosen and not fitting:
        raise Refused("sold_out", f"{product.title} is sold out in {', '.join(chosen.values())}.")
    wished, _ = judge(context.ledger.need.constraints, replace(product, variants=tuple(fitting or buyable)))
    if lost := _sold_out_wishes(context, product, chosen, wished):
        raise Refused("sold_out", f"{product.title} is sold out in {', '.join(lost)}.")
    open_options = _open_options(fitting or buyable, chosen, context, wished)
    if not open_options or context.before.pending == product.id:
        return wished
    name, values = open_options
    question = Question(
        f"option:{name}", f"Which {name.replace('_', ' ')} of {product.title} would you like?", values[:MAX_CHOICES]
    )
    with context.ledger.lock:
        context.ledger.question = question
        context.ledger.focus = replace(context.ledger.focus, pending=product.id, product_id=product.id)
    return None


def _sold_out_wishes(
    context: ShopperContext, product: Product, chosen: dict[str, str], buyable: Variant
) -> tuple[str, ...]:
    """Option values wished for earlier that only sold-out variants have: no other is taken instead."""
    constraints = context.ledger.need.constraints
    best, met = judge(constraints, product)
    _, met_now = judge(constraints, replace(product, variants=(buyable,)))
    names = (
        getattr(constraint, "name", "")
        for constraint, before, now in zip(constraints, met, met_now, strict=True)
        if before is Verdict.MET and now is not Verdict.MET
    )
    return tuple(best.options[name] for name in names if name in best.options and name not in chosen)


def _chosen(product: Product, words: str) -> dict[str, str]:
    """Option values of the product that stand in the words, e.g. {"size": "m"}."""
    said = fold(words)
    chosen: dict[str, str] = {}
    for variant in product.variants:
        for name, value in variant.options.items():
            folded = fold(value)
            # A bare number or letter counts only where it cannot be a quantity or part of another word.
            lone = len(folded) <= 2 and not re.fullmatch(rf"(?:size\s+)?{re.escape(folded)}[.!]?", said)
            pattern = (
                rf"\b(?:size|in|the|{re.escape(fold(name))})\s+{re.escape(folded)}\b"
                if lone
                else rf"(?<!\w){re.escape(folded)}(?!\w)"
            )
            if re.search(pattern, said):
                chosen[name] = folded
    return chosen


def _open_options(
    variants: list[Variant], chosen: dict[str, str], context: ShopperContext, wished: Variant
) -> tuple[str, tuple[str, ...]] | None:
    """The first option with more than one value left that neither the words nor the wishes decide."""
    decided = {getattr(constraint, "name", "") for constraint in context.ledger.need.constraints}
    for name in wished.options:
        values = tuple(dict.fromkeys(v.options[name] for v in variants if name in v.options))
        if len(values) > 1 and name not in chosen and name not in decided:
            return name, values
    return None


def _decision_of(context: ShopperContext, product: Product) -> str | None:
    """The decision that put the product before the shopper this turn; the service knows those of earlier turns."""
    for fact in context.ledger.evidence:
        for item in getattr(fact, "items", ()):
            if item.product.id == product.id and item.decision_id:
                return str(item.decision_id)
    return context.before_decisions.get(product.id)
