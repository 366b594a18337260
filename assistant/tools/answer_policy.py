"""Tool: what the shop's policies say."""

from __future__ import annotations

from assistant.tools.context import ShopperContext
from assistant.tools.summary import summarise
from assistant.turn import ToolResult


def answer_policy(context: ShopperContext, question: str) -> ToolResult:
    """Look up what the shop's policies say about shipping, returns, warranty, payment, price match, privacy or sizes.

    Quote them; where they say nothing, say so.
    """
    fact = context.shop.policies.answer(question)
    with context.ledger.lock:
        context.ledger.evidence.append(fact)
    return ToolResult((fact,), summarise((fact,)))
