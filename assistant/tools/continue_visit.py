"""Tool: what the shopper looked at or put into the cart and did not buy, from where they stopped."""

from __future__ import annotations

from typing import Final

from assistant.tools.context import ShopperContext
from assistant.tools.slates import decision_context, slate_from_candidates, slate_from_hits
from assistant.tools.summary import summarise
from assistant.turn import Need, SlateFact, ToolResult
from assistant.wishes import words_to_rank_by
from recommender.events import Candidate
from retrieval.results import SearchRequest

_MOST: Final = 30


def continue_visit(context: ShopperContext) -> ToolResult:
    """Show where the shopper stopped: what they looked at, put into the cart and did not buy, or looked for."""
    slate = slate_from_candidates(context, Need(), _left(context), "resume", keep_order=True)
    need = context.ledger.need if context.ledger.need != Need() else context.shop.find_need(context.principal)
    if not slate.items and need:
        slate = _found_for(context, need)
    with context.ledger.lock:
        context.ledger.evidence.append(slate)
    return ToolResult((slate,), summarise((slate,)))


def _found_for(context: ShopperContext, need: Need) -> SlateFact:
    """What was looked for last, searched again: nothing of it was looked at closely."""
    with context.meter.stage("search"):
        result = context.shop.retrieval.search(
            SearchRequest(words_to_rank_by(need), need.constraints, need.sort, _MOST)
        )
    with context.ledger.lock:
        context.ledger.need = need
    return slate_from_hits(context, need, result)


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
