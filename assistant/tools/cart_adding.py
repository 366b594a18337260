"""Adding to the cart: what has no choice left open goes in, the first of the rest is asked about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.choices import (
    answered_options,
    answers_choice,
    asks_options,
    fitting_variants,
    left_to_us,
    only_quantity,
    open_option,
    option_values,
    quantity_said,
    unmet_answer,
)
from assistant.errors import BadArguments, Refused
from assistant.support.cart import MAX_QUANTITY
from assistant.tools.cart_changing import note_change
from assistant.tools.cart_wishes import Wanted, wanted
from assistant.tools.context import ShopperContext, record_behaviour
from assistant.tools.pointing import put_in_focus, quoted
from assistant.turn import CartFact, CartLineFact, Choosing, Evidence, Question, RefusalFact, Waiting
from recommender.events import EventType
from retrieval.filters import Verdict, fold, judge
from retrieval.product import Product, Variant

MAX_CHOICES = 8
MAX_LISTED = 20
HOW_MANY = "bad_quantity"
_MORE = re.compile(r"\b(?:more|another|extra)\b", re.I)
Open = tuple[Wanted, tuple[str, tuple[str, ...]]]


def add(context: ShopperContext, which: str, quantity: int) -> list[Evidence]:
    """Add what the shopper's own words ask for, at most what one turn may change.

    Raises:
        BadArguments: the words point at no product.
    """
    wishes, refused = _going_on(context, quantity) or wanted(context, which, quantity)
    if not wishes and not refused:
        raise BadArguments("It is not clear which product is meant: ask the shopper to name it or say which number.")
    undecided: list[Open] = []
    facts: list[CartFact] = []
    for one in (_left_open(context, _as_in_cart(context, wish)) for wish in wishes):
        try:
            choice = _open_choice(context, one)
            if choice is not None:
                refused += _not_sold_in(one)
                undecided.append((one, choice))
                continue
            facts.append(_put(context, one))
        except Refused as refusal:
            refused.append(refusal)
            if refusal.code == HOW_MANY and not undecided:
                _wait_for_number(context, one)
    if undecided:
        _ask(context, undecided)
    titles = tuple(_told(fact) for fact in facts)
    last = [replace(facts[-1], changed_titles=titles)] if facts else []
    return [*last, *(RefusalFact(refusal.code, str(refusal)) for refusal in refused)]


def _going_on(context: ShopperContext, quantity: int) -> tuple[list[Wanted], list[Refused]] | None:
    """Where the words answer the open question: what waited, with the answer; the model's word alone does not count."""
    choosing = context.before.choosing
    product = context.shop.find_product(choosing.product_id) if choosing else None
    reader = context.shop.reader
    if choosing is None or product is None:
        return None
    if choosing.quantity and not answers_choice(product, context.words, reader):
        return None
    said = quantity_said(context.words)
    if said is None and choosing.quantity == 0:
        return None
    answered = answered_options(product, context.words)
    unmet = unmet_answer(product, context.words, reader) if choosing.quantity else {}
    if choosing.quantity and (answered or unmet):
        said = only_quantity(context.words)  # "9" is a size here.
    options = {**choosing.options, **(answered if choosing.quantity else {})}
    first = Wanted(product, max(quantity, choosing.quantity) if said is None else said, options, unmet)
    later = [
        Wanted(found, waiting.quantity, waiting.options)
        for waiting in choosing.later
        if (found := context.shop.find_product(waiting.product_id))
    ]
    return [first, *later], []


def _as_in_cart(context: ShopperContext, one: Wanted) -> Wanted:
    """ "One more" of what is in the cart is one more of the same, without a question about its colour."""
    if one.options or not _MORE.search(context.words):
        return one
    lines = context.shop.carts.view(context.principal).lines
    own = [line.variant for line in lines if line.variant and line.product and line.product.id == one.product.id]
    return replace(one, options={name: fold(value) for name, value in own[0].options.items()}) if len(own) == 1 else one


def _left_open(context: ShopperContext, one: Wanted) -> Wanted:
    """Beside what is chosen, what the words leave to us: "any colour" chooses no size."""
    return replace(one, options={**left_to_us(one.product, context.words), **one.options})


def _open_choice(context: ShopperContext, one: Wanted) -> tuple[str, tuple[str, ...]] | None:
    """The option that is still to be chosen; None where nothing is.

    Raises:
        Refused: what is asked for cannot be had: sold out, too many, or no number of pieces at all.
    """
    variants = _buyable(one)
    _check_units(one, variants)
    _check_earlier_wishes(context, one, variants)
    asked_for = {wish for wish in one.unmet if any(wish in variant.options for variant in variants)}
    decided = {*one.options, *(getattr(wish, "name", "") for wish in context.ledger.need.constraints)} - asked_for
    for name in sorted(asked_for):
        return name, tuple(dict.fromkeys(variant.options[name] for variant in variants if name in variant.options))
    return open_option(variants, decided)


def _buyable(one: Wanted) -> tuple[Variant, ...]:
    variants = [variant for variant in one.product.variants if variant.in_stock is not False]
    if not variants:
        raise Refused("sold_out", f"{one.product.title} is sold out.")
    fitting = fitting_variants(variants, one.options)
    if not fitting:
        raise Refused(
            "sold_out", f"{one.product.title} is sold out in {', '.join(filter(None, one.options.values()))}."
        )
    return fitting


def _check_units(one: Wanted, variants: Sequence[Variant]) -> None:
    """Refuse a number that cannot be had, before anything is asked about it."""
    title = one.product.title
    if one.quantity != int(one.quantity):
        raise Refused(HOW_MANY, f"Only whole pieces of {title} can go into the cart. How many shall it be?")
    if one.quantity < 1:
        raise Refused(HOW_MANY, f"It takes one or more to put {title} into the cart. How many shall it be?")
    stocks = [variant.stock for variant in variants]
    most = max((stock for stock in stocks if stock is not None), default=0)
    if None not in stocks and one.quantity > most:
        raise Refused(HOW_MANY, f"There are only {most} of {title} left. How many shall it be?")
    if one.quantity > MAX_QUANTITY:
        raise Refused(HOW_MANY, f"No more than {MAX_QUANTITY} of {title} fit into the cart. How many shall it be?")


def _check_earlier_wishes(context: ShopperContext, one: Wanted, variants: Sequence[Variant]) -> None:
    """Refuse where an option wished for earlier ("in size M") is sold out: no other is taken instead."""
    constraints = context.ledger.need.constraints
    best, met = judge(constraints, one.product)
    _, met_now = judge(constraints, replace(one.product, variants=tuple(variants)))
    names = (
        getattr(constraint, "name", "")
        for constraint, before, now in zip(constraints, met, met_now, strict=True)
        if before is Verdict.MET and now is not Verdict.MET
    )
    lost = [best.options[name] for name in names if name in best.options and name not in {*one.options, *one.unmet}]
    if lost:
        raise Refused("sold_out", f"{one.product.title} is sold out in {', '.join(lost)}.")


def _not_sold_in(one: Wanted) -> list[Refused]:
    held = option_values(one.product)
    return [
        Refused("not_sold_in", f"{one.product.title} does not come in {quoted(value)}.")
        for name, value in one.unmet.items()
        if fold(value) not in held.get(name, ())
    ]


def _put(context: ShopperContext, one: Wanted) -> CartFact:
    product, variants = one.product, _buyable(one)
    variant = judge(context.ledger.need.constraints, replace(product, variants=tuple(variants)))[0]
    try:
        context.ledger.count_cart_change()
    except Refused as refusal:
        raise Refused(refusal.code, f"{refusal} I did not add {product.title}.") from refusal
    put_in_focus(context, product)
    decision_id = _decision_of(context, product)
    fact = context.shop.carts.add(context.principal, variant.id, int(one.quantity), decision_id=decision_id)
    note_change(context, fact)
    record_behaviour(context, EventType.ADD_TO_CART, product.id, decision_id)
    return replace(fact, changed_titles=(_with_units(_changed_line(fact).title, int(one.quantity)),))


def _with_units(title: str, units: int) -> str:
    return title if units == 1 else f"{units} × {title}"


def _told(fact: CartFact) -> str:
    return fact.changed_titles[0] if fact.changed_titles else _changed_line(fact).title


def _ask(context: ShopperContext, undecided: Sequence[Open]) -> None:
    (first, (name, values)), later = undecided[0], undecided[1:]
    label = name.replace("_", " ")
    text = f"Which {label} of {first.product.title} would you like?"
    if first.unmet or asks_options(context.words):
        text = f"It comes in {', '.join(values[:MAX_LISTED])}. {text}"
    waiting = tuple(Waiting(one.product.id, int(one.quantity), one.options) for one, _ in later)
    choosing = Choosing(first.product.id, int(first.quantity), first.options, waiting)
    with context.ledger.lock:
        context.ledger.question = Question(f"option:{name}", text, values[:MAX_CHOICES])
        context.ledger.focus = replace(context.ledger.focus, choosing=choosing, product_id=first.product.id)


def _wait_for_number(context: ShopperContext, one: Wanted) -> None:
    """The next message may say how many: a choice with no number yet."""
    with context.ledger.lock:
        choosing = Choosing(one.product.id, 0, one.options)
        context.ledger.focus = replace(context.ledger.focus, choosing=choosing, product_id=one.product.id)


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
