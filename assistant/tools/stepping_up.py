"""Something better for a bit more: what costs more than a product, and is better in something that the shop states."""

from __future__ import annotations

from dataclasses import replace

from assistant.better import step_up
from assistant.tools.context import ShopperContext
from assistant.tools.pointing import fact_of
from assistant.tools.selling import limit_of
from assistant.tools.slates import slate_from_candidates
from assistant.turn import SlateFact
from recommender.events import Candidate
from retrieval.filters import CategoryIn, merge
from retrieval.product import Product

LOOKED_THROUGH = 100
MOST_CARDS = 4


def better_ones(context: ShopperContext, product: Product) -> SlateFact:
    """Find what is better than a product, within every wish that holds: a stated budget is never passed.

    Args:
        context: of the turn.
        product: what they are set against.
    """
    need = context.ledger.need
    kinds = (CategoryIn((product.category,)),) if product.category else ()
    wishes = merge(need.constraints, kinds)
    limit = limit_of(need)
    about = fact_of(context, product)
    candidates = []
    for hit in context.shop.retrieval.similar(product.id, LOOKED_THROUGH, wishes):
        found = context.shop.find_product(hit.product_id)
        if found is not None and step_up(about, [fact_of(context, found)], limit) is not None:
            candidates.append(Candidate(found.id, hit.score, ("better",)))
    slate = slate_from_candidates(context, replace(need, constraints=wishes), candidates, "search", k=MOST_CARDS)
    return replace(slate, surface="better", about=about)
