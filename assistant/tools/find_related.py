"""Tool: what goes with one product, what is newer, or how else it comes, each with the evidence that makes it so."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from assistant.errors import Refused
from assistant.tools.context import ShopperContext
from assistant.tools.pointing import products_meant, put_in_focus
from assistant.tools.recommend_products import bought_together
from assistant.tools.slates import slate_from_candidates
from assistant.tools.summary import summarise
from assistant.turn import Need, SlateFact, ToolResult
from recommender.events import Candidate
from retrieval.graph import Related
from retrieval.product import Product
from retrieval.relations import RelationKind

What = Literal["goes_with", "newer", "variants"]
KINDS: dict[What, frozenset[RelationKind]] = {
    "goes_with": frozenset([RelationKind.FITS_WITH, RelationKind.ACCESSORY_OF, RelationKind.BOUGHT_WITH]),
    "newer": frozenset([RelationKind.REPLACES]),
    "variants": frozenset([RelationKind.VARIANT_OF]),
}
MOST = 20


def find_related(context: ShopperContext, which: str, what: What = "goes_with") -> ToolResult:
    """Find what goes with one product that was shown or named, what replaces it, or its other versions.

    Put the shopper's words for the product into `which`, e.g. "the second one". "goes_with" finds accessories, what it
    fits and what is bought with it; "newer" its successor; "variants" other colours, sizes or capacities. Each result
    says what makes it so; nothing else about fitting is known.
    """
    product = products_meant(context, which)[0]
    put_in_focus(context, product)
    related = [one for one in context.shop.retrieval.related(product.id, KINDS[what], MOST) if _wanted(what, one)]
    slate = _slate(context, product, what, related)
    with context.ledger.lock:
        context.ledger.evidence.append(slate)
    return ToolResult((slate,), summarise((slate,)))


def _wanted(what: What, related: Related) -> bool:
    """Of successions, only what comes after the product."""
    return what != "newer" or related.is_source


def _slate(context: ShopperContext, product: Product, what: What, related: list[Related]) -> SlateFact:
    if not related and what == "goes_with":
        return bought_together(context, product)
    if not related:
        raise Refused("none_known", f"The shop states no {_NAMES[what]} of it.")
    found = {one.product_id: one.relation for one in reversed(related)}
    candidates = [Candidate(one.product_id, 1.0 / place, ("related",)) for place, one in enumerate(related, start=1)]
    unique = list({candidate.item_id: candidate for candidate in reversed(candidates)}.values())
    slate = slate_from_candidates(context, Need(), unique, what)
    shown = {fact.product.id for fact in slate.items}
    return replace(slate, relations={id_: relation for id_, relation in found.items() if id_ in shown})


_NAMES: dict[What, str] = {"goes_with": "accessory", "newer": "newer model", "variants": "other version"}
