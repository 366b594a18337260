"""What may be put into a paid slot of a slate: items of running campaigns that meet every limit the shopper stated."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from assistant.tools.context import ShopperContext
from recommender.events import DecisionContext
from recommender.selling.sponsored import SURFACES
from retrieval.filters import Verdict
from retrieval.results import Hit


def with_paid_places(context: ShopperContext, about: DecisionContext, hits: Iterable[Hit]) -> DecisionContext:
    """Return the request with what campaigns offer for it; whether any of it is shown is decided with the slate.

    Args:
        context: of the turn.
        about: the request.
        hits: the candidates with their verdicts; "not stated" is not met.
    """
    desk = context.shop.sponsored
    if desk is None or about.surface not in SURFACES or about.keep_order:
        return about
    meeting = frozenset(hit.product_id for hit in hits if _meets(context, hit))
    return replace(
        about, sponsored=desk.offers(context.shop.profiling.unit(context.principal), about.query, meeting, about.now)
    )


def _meets(context: ShopperContext, hit: Hit) -> bool:
    product = context.shop.find_product(hit.product_id)
    sold_out = product is None or product.get_variant(hit.variant_id).in_stock is False
    return not sold_out and all(verdict is Verdict.MET for verdict in hit.verdicts.values())
