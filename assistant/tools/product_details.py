"""Tool: everything the catalogue states about one product."""

from __future__ import annotations

from assistant.tools.context import ShopperContext
from assistant.tools.pointing import fact_of, products_meant, put_in_focus
from assistant.tools.summary import summarise
from assistant.turn import ToolResult


def product_details(context: ShopperContext, which: str) -> ToolResult:
    """Look up what the catalogue states about one product that was shown or named.

    Put the shopper's words into `which`, e.g. "the second one", "it", "the Kestrel". What the result does not state
    is not known.
    """
    product = products_meant(context, which)[0]
    fact = fact_of(context, product)
    put_in_focus(context, product)
    with context.ledger.lock:
        context.ledger.evidence.append(fact)
    return ToolResult((fact,), summarise((fact,), whole=True))
