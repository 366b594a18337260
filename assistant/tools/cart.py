"""Tool: the cart. The one write a model may cause, and only for what the shopper's own words point at."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from assistant.choices import (
    answers_choice,
    chosen_options,
    fitting_variants,
    no_preference,
    only_quantity,
    open_option,
    units_to_remove,
)
from assistant.errors import BadArguments, Refused
from assistant.references import Table, resolve
from assistant.tools.context import ShopperContext, record_behaviour
from assistant.tools.pointing import products_meant, put_in_focus
from assistant.tools.summary import summarise
from assistant.turn import CartFact, CartLineFact, Choosing, Evidence, Question, RefusalFact, ToolResult
from recommender.events import EventType
from retrieval.filters import Verdict, fold, judge
from retrieval.product import Product, Variant

MAX_CHOICES = 8
_EVERYTHING = re.compile(r"\b(everything|all of it|all items|empty|clear)\b", re.I)


def cart(
    context: ShopperContext,
    action: Literal["view", "add", "remove", "set_quantity"],
    which: str = "",
    quantity: int = 1,
) -> ToolResult:
    """View the cart, or change it when the shopper's message of this turn asks for it.

    Put the shopper's words for the product into `which`, with size or colour if said, e.g. "the second one in M".
    """
    if not 0 <= quantity <= 99:
        raise BadArguments("quantity must lie between 0 and 99.")
    seen = context.shop.carts.view(context.principal)
    if action == "add":
        facts = _add(context, which, max(1, quantity))
    elif action == "view" or not seen.lines:
        facts = [seen]
    else:
        facts = _change(context, seen, which, None if action == "remove" else quantity)
    with context.ledger.lock:
        context.ledger.evidence.extend(facts)
    return ToolResult(
        tuple(facts), summarise(tuple(facts)) if facts else '{"note":"The shopper was asked which option."}'
    )


# ---------------------------------------------------------------- adding


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A product to add, and its options that are chosen already."""

    product: Product
    options: Mapping[str, str] = field(default_factory=dict)


def _add(context: ShopperContext, which: str, quantity: int) -> list[Evidence]:
    """Add what has no choice left open; ask about the first of the rest, and remember the others."""
    wanted, quantity = _wanted(context, which, quantity)
    undecided: list[tuple[_Wanted, tuple[str, tuple[str, ...]]]] = []
    facts: list[CartFact] = []
    refused: list[Refused] = []
    for one in wanted:
        try:
            variants = _buyable(one)
            best = _best_of(context, one.product, variants)
            if lost := _sold_out_wishes(context, one.product, one.options, best):
                raise Refused("sold_out", f"{one.product.title} is sold out in {', '.join(lost)}.")
            choice = None if no_preference(context.words) else open_option(variants, _decided(context, one))
            if choice is not None:
                undecided.append((one, choice))
                continue
            facts.append(_put(context, one.product, best, quantity))
        except Refused as refusal:
            refused.append(refusal)
    if refused and not facts and not undecided:
        raise refused[0]
    if undecided:
        _ask(context, undecided, quantity)
    titles = tuple(_changed_line(fact).title for fact in facts)
    last = [replace(facts[-1], changed_titles=titles)] if facts else []
    return [*last, *(RefusalFact(refusal.code, str(refusal)) for refusal in refused)]


def _wanted(context: ShopperContext, which: str, quantity: int) -> tuple[list[_Wanted], int]:
    """What the shopper's own words ask for: the answer to an open choice goes on with it; the model's word alone does
    not count."""
    going_on = context.before.choosing
    product = context.shop.find_product(going_on.product_id) if going_on else None
    if going_on and product and answers_choice(product, context.words):
        said = only_quantity(context.words)
        options = {**going_on.options, **chosen_options(product, context.words)}
        later = [found for id in going_on.then if (found := context.shop.find_product(id))]
        wanted = [_Wanted(product, options), *(_Wanted(each) for each in later)]
        return wanted, said or max(quantity, going_on.quantity)
    meant = _narrowed(products_meant(context, context.words), which)
    return [_Wanted(each, chosen_options(each, context.words)) for each in meant], quantity


def _narrowed(meant: tuple[Product, ...], which: str) -> tuple[Product, ...]:
    """Of several products that the words mean, those that the model's argument names; it can only narrow."""
    wanted = {product.id for product in resolve(which, Table(meant))} if which and len(meant) > 1 else set()
    return tuple(product for product in meant if not wanted or product.id in wanted) or meant


def _buyable(one: _Wanted) -> tuple[Variant, ...]:
    variants = [variant for variant in one.product.variants if variant.in_stock is not False]
    if not variants:
        raise Refused("sold_out", f"{one.product.title} is sold out.")
    fitting = fitting_variants(variants, one.options)
    if not fitting:
        raise Refused("sold_out", f"{one.product.title} is sold out in {', '.join(one.options.values())}.")
    return fitting


def _decided(context: ShopperContext, one: _Wanted) -> set[str]:
    """Options that the words or the wishes decide."""
    return {*one.options, *(getattr(constraint, "name", "") for constraint in context.ledger.need.constraints)}


def _best_of(context: ShopperContext, product: Product, variants: Sequence[Variant]) -> Variant:
    return judge(context.ledger.need.constraints, replace(product, variants=tuple(variants)))[0]


def _put(context: ShopperContext, product: Product, variant: Variant, quantity: int) -> CartFact:
    context.ledger.count_cart_change()
    put_in_focus(context, product)
    decision_id = _decision_of(context, product)
    fact = context.shop.carts.add(context.principal, variant.id, quantity, decision_id=decision_id)
    record_behaviour(context, EventType.ADD_TO_CART, product.id, decision_id)
    return fact


def _sold_out_wishes(
    context: ShopperContext, product: Product, chosen: Mapping[str, str], buyable: Variant
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


def _ask(
    context: ShopperContext, undecided: Sequence[tuple[_Wanted, tuple[str, tuple[str, ...]]]], quantity: int
) -> None:
    (first, (name, values)), later = undecided[0], undecided[1:]
    text = f"Which {name.replace('_', ' ')} of {first.product.title} would you like?"
    choosing = Choosing(first.product.id, quantity, first.options, tuple(one.product.id for one, _ in later))
    with context.ledger.lock:
        context.ledger.question = Question(f"option:{name}", text, values[:MAX_CHOICES])
        context.ledger.focus = replace(context.ledger.focus, choosing=choosing, product_id=first.product.id)


def _decision_of(context: ShopperContext, product: Product) -> str | None:
    """The decision that put the product before the shopper this turn; the service knows those of earlier turns."""
    for fact in context.ledger.evidence:
        for item in getattr(fact, "items", ()):
            if item.product.id == product.id and item.decision_id:
                return str(item.decision_id)
    return context.before_decisions.get(product.id)


def _changed_line(fact: CartFact) -> CartLineFact:
    changed = fact.undo[0] if fact.undo else ""
    return next((line for line in fact.lines if line.variant_id == changed), fact.lines[-1])


# ---------------------------------------------------------------- changing what is in it


def _change(context: ShopperContext, seen: CartFact, which: str, quantity: int | None) -> list[Evidence]:
    """Change the lines that the words mean; `quantity` None takes out as many as the words say, else all of it."""
    carts, principal = context.shop.carts, context.principal
    if quantity is None and _EVERYTHING.search(context.words):
        context.ledger.count_cart_change()
        _tell_removed(context, seen.lines)
        return [carts.clear(principal)]
    facts: list[Evidence] = []
    for line in _lines_meant(context, seen.lines, which):
        units = units_to_remove(context.words) or line.quantity
        left = max(0, line.quantity - units) if quantity is None else quantity
        context.ledger.count_cart_change()
        if left == 0:
            _tell_removed(context, [line])
        facts = [carts.set_quantity(principal, line.variant_id, left)]
    return facts


def _tell_removed(context: ShopperContext, lines: Sequence[CartLineFact]) -> None:
    decisions = context.shop.carts.decisions(context.principal)
    for line in lines:
        if line.product:
            record_behaviour(context, EventType.REMOVE_FROM_CART, line.product.id, decisions.get(line.variant_id))


def _lines_meant(context: ShopperContext, lines: Sequence[CartLineFact], which: str) -> tuple[CartLineFact, ...]:
    """The lines that the shopper's words mean; of several variants of one product those whose options are said."""
    inside = tuple({line.product.id: line.product for line in lines if line.product}.values())
    if not inside:
        raise Refused("not_in_cart", "That is not in your cart.")
    meant = _narrowed(_inside(context, inside) or products_meant(context, context.words, search=False), which)
    rows: list[CartLineFact] = []
    for product in meant:
        own = [line for line in lines if line.product and line.variant and line.product.id == product.id]
        fitting = fitting_variants(
            [line.variant for line in own if line.variant], chosen_options(product, context.words)
        )
        rows += [line for line in own if line.variant in fitting][-1:] or own[-1:]
    if not rows:
        raise Refused("not_in_cart", "That is not in your cart.")
    return tuple(rows)


def _inside(context: ShopperContext, inside: tuple[Product, ...]) -> tuple[Product, ...]:
    """Products of the cart that the words name, by kind too ("the lamp"): the cart is a small closed set.

    "It" is what was talked about, where that is in the cart, else what was added last.
    """
    said = {word.rstrip("s") for word in re.findall(r"\w+", fold(context.words))}
    of_kind = tuple(p for p in inside if p.category and fold(p.category).split()[-1].rstrip("s") in said)
    talked_about = next((p for p in inside if p.id == context.before.product_id), inside[-1])
    found = resolve(context.words, Table(inside, talked_about)) or of_kind
    if found or (units_to_remove(context.words) is None and only_quantity(context.words) is None):
        return found or (inside if len(inside) == 1 else ())
    return (talked_about,)
