"""Tool: show the shopper what is known of them. It changes nothing."""

from __future__ import annotations

from assistant.tools.context import ShopperContext
from assistant.tools.profile_facts import profile_fact
from assistant.tools.summary import summarise
from assistant.turn import ToolResult


def show_profile(context: ShopperContext) -> ToolResult:
    """Show what the shop has learned about the shopper, e.g. for "what do you know about me"."""
    shop = context.shop
    currency = shop.retrieval.catalogue.currency
    fact = profile_fact(shop.profiling, context.principal, currency, need=context.ledger.need)
    with context.ledger.lock:
        context.ledger.evidence.append(fact)
    return ToolResult((fact,), summarise((fact,)))
