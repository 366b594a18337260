"""What else the shop has beside a product of which nobody says what goes with it: told as no more than that."""

from __future__ import annotations

from dataclasses import replace

from assistant.tools.context import ShopperContext
from assistant.tools.pointing import fact_of
from assistant.tools.selling import affordable, held_with
from assistant.tools.slates import slate_from_candidates
from assistant.turn import Need, SlateFact
from recommender.events import Candidate
from retrieval.filters import CategoryIn
from retrieval.product import Product

LOOKED_THROUGH = 100
MOST_CARDS = 4


def beside(context: ShopperContext, product: Product) -> SlateFact:
    """Find other kinds of things of the same department, one of each kind, the most alike first.

    None costs more than the product itself, or than what is left of a stated budget.
    """
    if product.category is None or product.department is None:
        return SlateFact(Need(), (), 0, surface="beside", about=fact_of(context, product))
    other = (CategoryIn((product.category,), exclude=True), CategoryIn((product.department,)))
    near = context.shop.retrieval.similar(product.id, LOOKED_THROUGH, other)
    having = held_with(context, product)
    kinds: dict[str | None, Candidate] = {}
    for hit in near:
        found = context.shop.find_product(hit.product_id)
        if found is None or found.price.amount_minor > product.price.amount_minor:
            continue
        if affordable(found, having):
            kinds.setdefault(found.category, Candidate(found.id, sources=("beside",)))
    candidates = list(kinds.values())[:MOST_CARDS]
    slate = slate_from_candidates(context, Need(), candidates, "goes_with", k=MOST_CARDS)
    return replace(slate, surface="beside", about=fact_of(context, product))
