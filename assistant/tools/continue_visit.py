"""Tool: what the shopper looked at or put into the cart and did not buy, from where they stopped."""

from __future__ import annotations

from assistant.tools.context import ShopperContext
from assistant.tools.slates import slate_from_candidates
from assistant.tools.summary import summarise
from assistant.turn import Need, ToolResult
from recommender.events import Candidate


def continue_visit(context: ShopperContext) -> ToolResult:
    """Show where the shopper stopped: what they looked at or put into the cart lately and did not buy."""
    slate = slate_from_candidates(context, Need(), _left(context), "resume", keep_order=True)
    with context.ledger.lock:
        context.ledger.evidence.append(slate)
    return ToolResult((slate,), summarise((slate,)))


def _left(context: ShopperContext) -> list[Candidate]:
    """What is in the cart, then what the latest unfinished visit left, then what this one looked at."""
    profiling = context.shop.profiling
    cart = context.shop.carts.view(context.principal)
    ids = [line.product.id for line in cart.lines if line.product]
    ids += [thing.item_id for thing in profiling.unfinished(context.principal)]
    ids += profiling.view(context.principal).short_term.viewed
    return [Candidate(item_id, sources=("resume",)) for item_id in dict.fromkeys(ids)]
