"""What the house offers by itself: complements once the need is met, and a better one that costs more.

Decided by code after the model has spoken, so the rules hold with every model: each is offered once per conversation at
most, never over a stated budget, and never while the shopper has a problem.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from assistant.better import step_up
from assistant.llm.embedded.selling_words import better_terms
from assistant.llm.embedded.wording import Wording, plain
from assistant.tools.context import ShopperContext
from assistant.tools.slates import intent_of, slate_from_candidates
from assistant.turn import CartFact, Need, ProductFact, SlateFact
from recommender.events import Candidate, Item
from recommender.selling.complements import Held, may_be_offered, room_minor
from recommender.selling.rules import MIN_ORDERS
from retrieval.filters import PriceRange
from retrieval.product import Money, Product
from retrieval.refinement import price_step
from retrieval.relations import Bought, RelationKind

COMPLEMENT: Final = "offer:complement"
UP_SELL: Final = "offer:up_sell"
"""Kept among the questions that were put: none of them is put twice, and a complement once for each kind of need."""
_OFFERS_MOST: Final = 2
"""Complements in one conversation, whatever is bought in it: more would be pushing."""
MOST_CARDS: Final = 2
_RELATED: Final = frozenset({RelationKind.FITS_WITH, RelationKind.ACCESSORY_OF, RelationKind.BOUGHT_WITH})
_SETTLED: Final = re.compile(
    r"\b(?:that|this|it)(?:['’]?s| is) (?:exactly )?(?:the one|what i (?:want|wanted|need|needed|was looking for))\b"
    r"|\bi(?:['’]ll| will) take (?:it|that|this)(?: one)?\b",
    re.I,
)
_THANKS: Final = re.compile(
    r"^\W*(?:(?:ok(?:ay)?|great|perfect|cool|super|nice|good|and|so)\W+)*"
    r"(?:thanks?|thank you|cheers|thx|great|perfect|got it|done"
    r"|i(?:['’]ve| have)? (?:added|got|taken|took) (?:it|that|one))\b"
    r"(?:\W+(?:so much|very much|a lot|for (?:that|your help)|that(?:['’]s| is) (?:it|all|great)))*\W*$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Offer:
    """Something to say, and cards for it.

    Args:
        key: UP_SELL, or COMPLEMENT with the need that was met.
        text: a plain sentence.
        slate: cards; None where they are on the table already.
    """

    key: str
    text: str
    slate: SlateFact | None = None


def find_offer(context: ShopperContext, say: Wording) -> Offer | None:
    """Find what the house offers after a turn; None mostly.

    Args:
        context: of the turn; its ledger says what was done.
        say: writes the sentence.
    """
    if context.ledger.question is not None or intent_of(context):
        return None
    asked = context.ledger.focus.asked
    met = _met_with(context)
    if met is not None:
        offered = sum(key.startswith(COMPLEMENT) for key in asked)
        return None if _key(met) in asked or offered >= _OFFERS_MOST else _complement(context, met, say)
    return None if UP_SELL in asked else _up_sell(context, say)


# ---------------------------------------------------------------- complements


def _met_with(context: ShopperContext) -> Product | None:
    """The product that the need was met with in this turn: put into the cart, or said to be the one; thanks after a
    card's button say that it lies in the cart."""
    evidence = context.ledger.evidence
    if not all(isinstance(fact, CartFact | ProductFact) for fact in evidence):
        return None
    added = [fact for fact in evidence if isinstance(fact, CartFact) and fact.changed == "added"]
    if added:
        undo = added[-1].undo
        lines = [line for line in added[-1].lines if undo is None or line.variant_id == undo[0]]
        return lines[-1].product if lines else None
    product_id = context.ledger.focus.product_id
    if product_id and _SETTLED.search(context.words):
        return context.shop.find_product(product_id)
    return _taken_from_table(context) if not evidence and _THANKS.match(context.words) else None


def _taken_from_table(context: ShopperContext) -> Product | None:
    """What was put into the cart by the button of a card that is still on the table."""
    lines = reversed(context.shop.carts.view(context.principal).lines)
    return next((line.product for line in lines if line.product and line.product.id in context.before.shown), None)


@dataclass(frozen=True, slots=True)
class Having:
    """What a shopper has, and how much more it may cost.

    Args:
        held: the cart, and what the need is met with.
        products: the same as products.
        room_minor: see `room_minor`; minor units of `currency`.
        currency: what is offered costs.
    """

    held: Held
    products: tuple[Product, ...]
    room_minor: int | None
    currency: str


def held_with(context: ShopperContext, met: Product) -> Having:
    """Return what a shopper has once they have the product that the need is met with."""
    cart = context.shop.carts.view(context.principal)
    held = [line.product for line in cart.lines if line.product]
    spent = cart.total.amount_minor
    if all(product.id != met.id for product in held):
        held.append(met)
        spent += met.price.amount_minor
    currency = met.price.currency
    return Having(
        Held([_item(product) for product in held], spent), tuple(held), _room(context, spent, currency), currency
    )


def affordable(product: Product, having: Having) -> bool:
    """Tell whether a product may be offered beside what is held: another kind, in stock, within what is left."""
    return product.price.currency == having.currency and may_be_offered(_item(product), having.held, having.room_minor)


def _complement(context: ShopperContext, met: Product, say: Wording) -> Offer | None:
    having = held_with(context, met)
    beside = _beside(context, met, having.products)
    candidates = [
        candidate
        for candidate in (Candidate(item_id, sources=(source,)) for item_id, (source, _) in beside.items())
        if (product := context.shop.find_product(candidate.item_id)) is not None and affordable(product, having)
    ]
    slate = slate_from_candidates(context, Need(), candidates, "goes_with", k=MOST_CARDS, on_table=False)
    if not slate.items:
        return None
    first = slate.items[0]
    common = {"title": plain(first.product.title), "price": say.money(first.variant.price)}
    orders = beside[first.product.id][1]
    if orders:
        text = say("complement_bought", orders=f"{orders:,}", **common)
    else:
        text = say("complement", what=plain(met.title), **common)
    return Offer(_key(met), text, replace(slate, surface="complement"))


def _key(met: Product) -> str:
    """Names the need that was met: for each one offer is made at most."""
    return f"{COMPLEMENT}:{met.category or met.id}"


def _beside(context: ShopperContext, met: Product, held: Sequence[Product]) -> dict[str, tuple[str, int]]:
    """What goes with it: product id -> where that is from, and the orders that hold both (0 where it is stated)."""
    rows: dict[str, tuple[str, int]] = {}
    for rule in context.shop.rules.goes_with([product.id for product in held]):
        rows[rule.consequent] = (f"bought_with:{rule.antecedent[0]}", rule.together)
    for related in context.shop.retrieval.related(met.id, _RELATED, 20):
        pieces = related.relation.evidence
        together = max((piece.together for piece in pieces if isinstance(piece, Bought)), default=0)
        if not together or together >= MIN_ORDERS:
            rows.setdefault(related.product_id, ("related", together))
    return rows


def _room(context: ShopperContext, spent_minor: int, currency: str) -> int | None:
    """What is left of a stated budget; 0 where one was stated in another currency than the shop's."""
    need = context.ledger.need
    limit = limit_of(need)
    earlier = [found for one in context.before.earlier_needs if (found := limit_of(one)) is not None]
    stated = [*earlier, *([limit] if limit else [])]
    if any(one.currency != currency for one in stated):
        return 0
    most = None if limit is None else limit.amount_minor
    return room_minor(most, [one.amount_minor for one in earlier], spent_minor)


def limit_of(need: Need) -> Money | None:
    """Return the most that a need's product may cost; None where no budget was stated."""
    for wish in need.constraints:
        if isinstance(wish, PriceRange) and wish.max_minor is not None:
            return Money(wish.max_minor, wish.currency)
    return None


def _item(product: Product) -> Item:
    price = product.price.amount_minor
    return Item(product.id, product.category, product.department, product.brand, price, in_stock=product.in_stock)


# ---------------------------------------------------------------- up-sell


def _up_sell(context: ShopperContext, say: Wording) -> Offer | None:
    slates = [fact for fact in context.ledger.evidence if isinstance(fact, SlateFact)]
    if len(slates) != 1 or slates[0].surface != "search" or len(slates[0].items) < 2:
        return None
    slate, limit = slates[0], limit_of(slates[0].need)
    first, *others = slate.items
    if limit is None or slate.decision is None or slate.decision.context.keep_order or first.sponsored:
        return None
    if price_step(context.words)[0] == "cheaper":
        return None  # Who finds it too dear is not told of what costs more.
    # A sponsored card is never recommended in words.
    usable = [one for one in others if one.product.category == first.product.category and not one.sponsored]
    found = step_up(first, usable, limit) if first.variant.in_stock is not False else None
    if found is None:
        return None
    other = next(one for one in usable if one.product.id == found.item_id)
    return Offer(UP_SELL, say("up_sell", **better_terms(say, first.product, other.product, found)))
