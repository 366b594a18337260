"""Tool: everything the catalogue states about one product."""

from __future__ import annotations

from assistant.tools.context import ShopperContext
from assistant.tools.pointing import fact_of, products_meant, put_in_focus
from assistant.tools.summary import summarise
from assistant.turn import ToolResult

MAX_PRODUCTS = 6


def product_details(context: ShopperContext, which: str) -> ToolResult:
    """Look up what the catalogue states about products that were shown or named.

    Put the shopper's words into `which`, e.g. "the second one", "it", "the Kestrel", "all of them".
    What the result does not state is not known.
    """
    products = products_meant(context, which)[:MAX_PRODUCTS]
    facts = tuple(fact_of(context, product) for product in products)
    if len(products) == 1:
        put_in_focus(context, products[0])
    with context.ledger.lock:
        context.ledger.evidence.extend(facts)
    return ToolResult(facts, summarise(facts, whole=True))
