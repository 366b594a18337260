"""Tool: say that this visit is for somebody else, or for the shopper again; it teaches their profile nothing then."""

from __future__ import annotations

from assistant.tools.context import ShopperContext
from assistant.tools.profile_facts import profile_fact
from assistant.tools.summary import summarise
from assistant.turn import ProfileChange, ToolResult
from recommender.profiles.edits import NO, YES, Edit, EditKind


def mark_gift(context: ShopperContext, gift: bool = True) -> ToolResult:
    """Note that what is looked for is a gift or for somebody else, or with gift=false for the shopper again.

    What is done in this visit then does not count as the shopper's own taste.
    """
    profiling = context.shop.profiling
    known = profiling.view(context.principal).short_term.for_somebody
    if known != gift:
        profiling.edit(context.principal, Edit(EditKind.GIFT, value=YES if gift else NO))
    done = ProfileChange.FOR_SOMEBODY if gift else ProfileChange.FOR_ONESELF
    fact = profile_fact(profiling, context.principal, context.shop.retrieval.catalogue.currency, done)
    with context.ledger.lock:
        context.ledger.evidence.append(fact)
    return ToolResult((fact,), summarise((fact,)))
