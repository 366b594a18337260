"""Tool: what the shopper looked at or put into the cart and did not buy, from where they stopped."""

from __future__ import annotations

from typing import Final

from assistant.tools.context import ShopperContext
from assistant.tools.slates import decision_context, slate_from_candidates
from assistant.tools.summary import summarise
from assistant.turn import Need, ToolResult
from recommender.events import Candidate

_MOST: Final = 30


def continue_visit(context: ShopperContext) -> ToolResult:
    """Show where the shopper stopped: what they looked at or put into the cart lately and did not buy."""
    slate = slate_from_candidates(context, Need(), _left(context), "resume", keep_order=True)
    with context.ledger.lock:
        context.ledger.evidence.append(slate)
    return ToolResult((slate,), summarise((slate,)))


def _left(context: ShopperContext) -> list[Candidate]:
    """What is in the cart, then what the latest unfinished visit left, then what this one looked at.

    What usually follows those is left to recommendations: here the shopper wants their own things back.
    """
    shop, principal = context.shop, context.principal
    ids = [line.product.id for line in shop.carts.view(principal).lines if line.product]
    about = decision_context(context, Need(), "resume")
    ids += [one.item_id for one in shop.recommender.next_items(about, _MOST) if "unfinished" in one.sources]
    ids += shop.profiling.view(principal).short_term.viewed
    return [Candidate(item_id, sources=("resume",)) for item_id in dict.fromkeys(ids)]
