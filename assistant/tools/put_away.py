"""Tool: put a card away that the shopper does not like, as its button "Not for me" does."""

from __future__ import annotations

from assistant.tools.context import ShopperContext, record_behaviour
from assistant.tools.pointing import products_meant
from assistant.tools.profile_facts import profile_fact
from assistant.tools.summary import summarise
from assistant.turn import ProfileChange, ToolResult
from recommender.events import EventType


def put_away(context: ShopperContext) -> ToolResult:
    """Put away the products on the table that the shopper does not like; they do not come back in this visit.

    Which ones is read from the shopper's own words of this turn. Search again afterwards to show others.
    """
    products = products_meant(context, context.words, search=False)
    for product in products:
        record_behaviour(context, EventType.DISMISS, product.id, context.before_decisions.get(product.id))
    titles = tuple(product.title for product in products)
    currency = context.shop.retrieval.catalogue.currency
    fact = profile_fact(context.shop.profiling, context.principal, currency, ProfileChange.PUT_AWAY, titles)
    with context.ledger.lock:
        context.ledger.evidence.append(fact)
    return ToolResult((fact,), summarise((fact,)))
