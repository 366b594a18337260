"""Tool: why a product was shown where it was, by the parts of the score that its decision logged."""

from __future__ import annotations

from dataclasses import replace

from assistant.tools.context import ShopperContext
from assistant.tools.pointing import fact_of, products_meant, put_in_focus
from assistant.tools.summary import summarise
from assistant.turn import ToolResult, WhyFact
from recommender.events import Reason


def explain_choice(context: ShopperContext, which: str = "") -> ToolResult:
    """Say why a product was suggested, for "why this one?"; `which` holds the shopper's words for the product."""
    product = products_meant(context, which or "the first")[0]
    put_in_focus(context, product)
    reasons = _reasons(context, product.id)
    named = {r.detail: found.title for r in reasons if r.detail and (found := context.shop.find_product(r.detail))}
    fact = WhyFact(replace(fact_of(context, product), reasons=reasons), named)
    with context.ledger.lock:
        context.ledger.evidence.append(fact)
    return ToolResult((fact,), summarise((fact,)))


def _reasons(context: ShopperContext, product_id: str) -> tuple[Reason, ...]:
    """The parts of its score in the slate that showed it last; none where no slate of this conversation did."""
    decision_id = context.before_decisions.get(product_id)
    decision = context.shop.recommender.find_decision(decision_id) if decision_id else None
    items = decision.items if decision else ()
    return next((item.reasons for item in items if item.item_id == product_id), ())
