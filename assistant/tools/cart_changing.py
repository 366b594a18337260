"""Changing what is in the cart: taking out, another number, and taking the last change back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from assistant.asking import asks_for_number, asks_to_take_out
from assistant.cart_request import amount
from assistant.choices import chosen_options, fitting_variants, only_quantity, units_to_remove
from assistant.counting import places
from assistant.errors import BadArguments, Refused
from assistant.references import Table, resolve
from assistant.tools.context import ShopperContext, record_behaviour
from assistant.tools.pointing import products_meant, words_of
from assistant.turn import CartChange, CartFact, CartLineFact, Evidence
from recommender.events import EventType
from retrieval.filters import fold
from retrieval.product import Product

_EVERYTHING = re.compile(
    r"\b(?:remove|delete|clear|empty|drop|discard|cancel|throw|take|kick|get rid of|dump|scrap)\b.{0,25}"
    r"\b(?:everything|all|items|cart|basket|bag|trolley)\b|\b(?:empty|clear)\s+it\b",
    re.I,
)
_ONE_OF_THEM = re.compile(r"\b(?:from|out of|off|in)\s+(?:the |my )?(?:cart|basket|bag|trolley)\b", re.I)
OTHER = re.compile(r"\b(?:change|switch|swap|exchange|make|instead|rather|actually)\b", re.I)
UNDO = re.compile(
    r"\b(?:undo|revert|take (?:that|it|this) back|put (?:it|that|them|everything) back|reverse (?:that|it))\b", re.I
)


def change(context: ShopperContext, seen: CartFact, which: str, quantity: int | None) -> list[Evidence]:
    """Change the lines that the words mean; `quantity` None takes out as many as the words say, else all of it.

    Raises:
        BadArguments: the words ask for no such change.
    """
    called = words_of([line.product for line in seen.lines if line.product])
    if not (asks_to_take_out(context.words, called) if quantity is None else asks_for_number(context.words, called)):
        raise BadArguments("The shopper's message does not ask for this change of the cart.")
    carts, principal = context.shop.carts, context.principal
    if quantity is None and _empties(context.words):
        context.ledger.count_cart_change()
        tell_removed(context, seen.lines)
        _note(context, [CartChange(line.variant_id, line.quantity, 0) for line in seen.lines])
        return [carts.clear(principal)]
    facts: list[Evidence] = []
    for line in lines_meant(context, seen.lines, which):
        left = _left(context.words, line, quantity)
        context.ledger.count_cart_change()
        if left == 0:
            tell_removed(context, [line])
        fact = carts.set_quantity(principal, line.variant_id, left)
        note_change(context, fact)
        facts = [fact]
    return facts


def take_back(context: ShopperContext, seen: CartFact) -> list[Evidence]:
    """Set the lines that were changed last to what they were.

    Raises:
        BadArguments: the words do not ask for it.
        Refused: nothing was changed, or the cart has changed since.
    """
    if not UNDO.search(context.words):
        raise BadArguments("The shopper did not ask to take a change back.")
    changes = context.before.cart_changes
    held = {line.variant_id: line.quantity for line in seen.lines}
    if not changes:
        raise Refused("nothing_to_undo", "There is no change of your cart that I could take back.")
    if any(held.get(one.variant_id, 0) != one.after for one in changes):
        raise Refused("changed_since", "Your cart has changed since then: tell me what to add or to remove.")
    context.ledger.count_cart_change()
    facts: list[Evidence] = []
    for one in changes:
        if one.before == 0:
            tell_removed(context, [line for line in seen.lines if line.variant_id == one.variant_id])
        facts = [fact := context.shop.carts.set_quantity(context.principal, one.variant_id, one.before)]
        if one.after == 0:
            _tell_back(context, [line for line in fact.lines if line.variant_id == one.variant_id])
    _note(context, [CartChange(one.variant_id, one.after, one.before) for one in changes])
    return [replace(fact, changed="changed") if isinstance(fact, CartFact) else fact for fact in facts]


def note_change(context: ShopperContext, fact: CartFact) -> None:
    """Keep what a change did, so that it can be taken back; changes of one turn are taken back together."""
    if fact.undo is None:
        return
    variant_id, before = fact.undo
    after = next((line.quantity for line in fact.lines if line.variant_id == variant_id), 0)
    _note(context, [CartChange(variant_id, before, after)])


def _note(context: ShopperContext, changes: Sequence[CartChange]) -> None:
    with context.ledger.lock:
        focus = context.ledger.focus
        earlier = focus.cart_changes if context.ledger.cart_changes > 1 else ()
        context.ledger.focus = replace(focus, cart_changes=(*earlier, *changes))


def tell_removed(context: ShopperContext, lines: Sequence[CartLineFact]) -> None:
    """Tell the recommender what was taken out."""
    decisions = context.shop.carts.decisions(context.principal)
    for line in lines:
        if line.product:
            record_behaviour(context, EventType.REMOVE_FROM_CART, line.product.id, decisions.get(line.variant_id))


def _tell_back(context: ShopperContext, lines: Sequence[CartLineFact]) -> None:
    """Tell the recommender what is wanted after all."""
    for line in lines:
        if line.product:
            record_behaviour(context, EventType.ADD_TO_CART, line.product.id, None)


def _empties(words: str) -> bool:
    match = _EVERYTHING.search(words)
    if not match:
        return False
    # "Take the tent out of the cart" names the cart, but empties nothing.
    return (
        not _ONE_OF_THEM.search(match.group()) or re.search(r"\b(?:everything|all)\b", match.group(), re.I) is not None
    )


def _left(words: str, line: CartLineFact, quantity: int | None) -> int:
    if quantity is None:
        return max(0, line.quantity - (units_to_remove(words) or line.quantity))
    said = amount(words)
    if said is not None and (said < 0 or said != int(said)):
        raise Refused("bad_quantity", f"I left {line.title} as it was: say a whole number, or that it is to go.")
    return quantity if said is None else int(said)


def lines_meant(context: ShopperContext, lines: Sequence[CartLineFact], which: str) -> tuple[CartLineFact, ...]:
    """The lines that the shopper's words mean; of several variants of one product those whose options are said."""
    inside = tuple({line.product.id: line.product for line in lines if line.product}.values())
    if not inside:
        raise Refused("not_in_cart", "That is not in your cart.")
    meant = _narrowed(_inside(context, inside), which)
    rows: list[CartLineFact] = []
    for product in meant:
        own = [line for line in lines if line.product and line.variant and line.product.id == product.id]
        fitting = fitting_variants(
            [line.variant for line in own if line.variant], chosen_options(product, context.words)
        )
        rows += [line for line in own if line.variant in fitting][-1:] or own[-1:]
    if not rows:
        named = meant[0].title if meant else "That"
        raise Refused("not_in_cart", f"{named} is not in your cart.")
    return tuple(rows)


def _inside(context: ShopperContext, inside: tuple[Product, ...]) -> tuple[Product, ...]:
    """Products of the cart that the words name, by kind too ("the lamp"): the cart is a small closed set.

    "It" is what was talked about, where that is in the cart, else what was added last.
    """
    words = context.words
    said = {word.rstrip("s") for word in re.findall(r"\w+", fold(words))}
    of_kind = tuple(p for p in inside if p.category and fold(p.category).split()[-1].rstrip("s") in said)
    talked_about = next((p for p in inside if p.id == context.before.product_id), inside[-1])
    found = resolve(words, Table(inside, talked_about))
    if places(words) and not _ONE_OF_THEM.search(words):
        found = _counted(context, inside, found)
    found = found or of_kind
    few = units_to_remove(words) or only_quantity(words) is not None or amount(words) is not None
    if not found and (few or OTHER.search(words)):
        return (talked_about,)
    return found or (inside if len(inside) == 1 else products_meant(context, words, search=False))


def _counted(context: ShopperContext, inside: tuple[Product, ...], in_cart: tuple[Product, ...]) -> tuple[Product, ...]:
    """ "The second one" counts in the list or in the cart: where both lead to something in the cart, ask."""
    try:
        in_list = products_meant(context, context.words, search=False)
    except (BadArguments, Refused):
        return in_cart
    there = tuple(product for product in in_list if product in inside)
    if there and in_cart and {p.id for p in there} != {p.id for p in in_cart}:
        raise Refused("which_one", f"Which one do you mean: {there[0].title} or {in_cart[0].title}?")
    return there or in_cart


def _narrowed(meant: tuple[Product, ...], which: str) -> tuple[Product, ...]:
    """Of several products that the words mean, those that the model's argument names; it can only narrow."""
    wanted = {product.id for product in resolve(which, Table(meant))} if which and len(meant) > 1 else set()
    return tuple(product for product in meant if not wanted or product.id in wanted) or meant
