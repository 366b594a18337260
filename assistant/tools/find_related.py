"""Tool: what goes with one product, what is newer, or how else it comes, each with the evidence that makes it so."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Literal

from assistant.errors import BadArguments, Refused
from assistant.tools.beside import beside
from assistant.tools.context import ShopperContext
from assistant.tools.fitting import FIT, LOOKED_THROUGH, of_kinds, why_it_fits
from assistant.tools.held import OWN, product_held
from assistant.tools.pointing import products_meant, put_in_focus, quoted
from assistant.tools.recommend_products import bought_together
from assistant.tools.selling import affordable, held_with
from assistant.tools.slates import slate_from_candidates
from assistant.tools.summary import summarise
from assistant.turn import Need, SlateFact, ToolResult
from recommender.events import Candidate
from retrieval.graph import Related
from retrieval.product import Product
from retrieval.relations import Relation, RelationKind
from retrieval.words import singular

What = Literal["goes_with", "fits", "accessories", "bought_with", "newer", "variants"]
KINDS: dict[What, frozenset[RelationKind]] = {
    "goes_with": FIT | {RelationKind.BOUGHT_WITH},
    "fits": FIT,
    "accessories": frozenset([RelationKind.ACCESSORY_OF]),
    "bought_with": frozenset([RelationKind.BOUGHT_WITH]),
    "newer": frozenset([RelationKind.REPLACES]),
    "variants": frozenset([RelationKind.VARIANT_OF]),
}
MOST = 20
_FROM_SOURCE: frozenset[What] = frozenset(["newer", "accessories"])
"""What comes after a product, and is made for it; not what it came after, and is made for."""
_GOES: frozenset[What] = frozenset(["goes_with", "fits", "accessories", "bought_with"])
_BOUGHT: frozenset[What] = frozenset(["goes_with", "bought_with"])
"""What shoppers took together answers these, where no relation does."""


def find_related(
    context: ShopperContext,
    which: str,
    what: What = "goes_with",
    of_kind: str = "",
    other: str = "",
    price_max: float | None = None,
) -> ToolResult:
    """Find what goes with one product that was shown or named, what replaces it, or its other versions.

    Put the shopper's words for the product into `which`, e.g. "the second one". "goes_with" finds accessories, what it
    fits and what is bought with it; "fits", "accessories" and "bought_with" only the one of these; "newer" its
    successor; "variants" other colours, sizes or capacities. `of_kind` keeps one kind: "which lens fits it" is
    of_kind="lens". Whether a second product fits it is asked with that one in `other`. `price_max` leaves out what
    costs more. Each result says what makes it so; nothing else about fitting is known.
    """
    product = _meant(context, which)
    put_in_focus(context, product)
    if other.strip():
        slate = _fitting(context, products_meant(context, other)[0], product)
    else:
        slate = _slate(context, product, what, of_kind.strip(), price_max)
    if len(slate.items) == 1:  # Of several "it" stays the product that they fit.
        put_in_focus(context, slate.items[0].product)
    with context.ledger.lock:
        context.ledger.evidence.append(slate)
    return ToolResult((slate,), summarise((slate,)))


def _meant(context: ShopperContext, which: str) -> Product:
    """What the words point at; where they point at nothing, what the shopper holds ("my tent", "what else do I need").

    Raises:
        BadArguments, Refused: as in `products_meant`, where the shopper holds nothing of the kind either.
    """
    own = product_held(context, which) if OWN.search(which) else None
    if own is not None:
        return own
    try:
        return products_meant(context, which)[0]
    except BadArguments:
        held = product_held(context, which)
        if held is None:
            raise
        return held


def _fitting(context: ShopperContext, one: Product, product: Product) -> SlateFact:
    """The one product that fits, with why.

    Raises:
        Refused: it does not fit, or the shop does not say whether it does.
    """
    put_in_focus(context, one)
    relation = why_it_fits(context, one, product)
    slate = slate_from_candidates(context, Need(), [Candidate(one.id, 1.0, ("related",))], "goes_with")
    return replace(_with_relations(slate, {one.id: relation}), surface="fits")


def _slate(context: ShopperContext, product: Product, what: What, of_kind: str, price_max: float | None) -> SlateFact:
    related = context.shop.retrieval.related(product.id, KINDS[what], LOOKED_THROUGH if of_kind else MOST)
    wanted = [one for one in related if what not in _FROM_SOURCE or one.is_source]
    if of_kind:
        wanted = of_kinds(context, wanted, of_kind)[:MOST]
    if price_max is not None:
        wanted = [one for one in wanted if _costs_at_most(context, one, price_max)]
    if not wanted and what in _BOUGHT and not of_kind:
        bought = bought_together(context, product)
        return bought if bought.items or what == "bought_with" else beside(context, product)
    if not wanted:
        raise Refused("none_known", _none_known(product, what, of_kind))
    if what == "goes_with":
        wanted = _within_budget(context, product, wanted)
    found = {one.product_id: one.relation for one in reversed(wanted)}
    slate = slate_from_candidates(context, Need(), _candidates(wanted), "goes_with" if what in _GOES else what)
    return _with_relations(slate, found)


def _costs_at_most(context: ShopperContext, one: Related, price_max: float) -> bool:
    found = context.shop.find_product(one.product_id)
    return found is not None and found.price.amount <= Decimal(str(price_max))


def _within_budget(context: ShopperContext, product: Product, related: list[Related]) -> list[Related]:
    """Those that what is left of a stated budget pays for; where it pays for none, what was asked is still told."""
    having = held_with(context, product)
    if having.room_minor is None:
        return related
    find = context.shop.find_product
    paid = [one for one in related if (found := find(one.product_id)) is not None and affordable(found, having)]
    return paid or related


def _candidates(related: list[Related]) -> list[Candidate]:
    rows = [Candidate(one.product_id, 1.0 / place, ("related",)) for place, one in enumerate(related, start=1)]
    return list({candidate.item_id: candidate for candidate in reversed(rows)}.values())


def _with_relations(slate: SlateFact, found: dict[str, Relation]) -> SlateFact:
    shown = {fact.product.id for fact in slate.items}
    return replace(slate, relations={id_: relation for id_, relation in found.items() if id_ in shown})


def _none_known(product: Product, what: What, of_kind: str) -> str:
    if what == "newer":
        return f"The shop names no newer model of {product.title}."
    if what == "variants":
        return f"The shop states no other version of {product.title}."
    if what == "accessories":
        return f"The shop states no accessories of {product.title}."
    *_, last = ["", *of_kind.split()]
    one, many = _DEEDS[what]
    asked = f"which {quoted(of_kind)}" if of_kind else "what"
    return f"The shop does not say {asked} {many if singular(last) != last else one} {product.title}."


_DEEDS: dict[What, tuple[str, str]] = {
    "goes_with": ("goes with", "go with"),
    "fits": ("fits", "fit"),
    "bought_with": ("is bought with", "are bought with"),
}
