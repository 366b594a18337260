"""Tool: propose to cancel an order. It changes nothing: only the shopper's click does."""

from __future__ import annotations

from assistant.errors import BadArguments
from assistant.support.rules import may_cancel
from assistant.tools.context import ShopperContext
from assistant.tools.order_words import described_by_time, order_in_focus, put_order_in_focus, status_in
from assistant.tools.summary import summarise
from assistant.turn import Evidence, OrderStatus, ToolResult

MAX_PROPOSALS = 5
_UNDER_WAY = (OrderStatus.PLACED, OrderStatus.PACKED, OrderStatus.SHIPPED)


def propose_cancel_order(context: ShopperContext, order_id: str = "", every: bool = False) -> ToolResult:
    """Prepare the cancellation of one of the shopper's own orders as a proposal with a Confirm button.

    It does not cancel anything. Without a number it is the order talked about, or the only one that can be cancelled.
    With `every`, each order that is not packed yet gets a proposal of its own.
    """
    if every and (several := _each(context)):
        return several
    wanted = order_in_focus(context, order_id, unless_described=True) or _only_open_order(context)
    proposal = context.shop.actions.propose_cancel(context.principal, wanted)
    put_order_in_focus(context, proposal.order_id)
    with context.ledger.lock:
        context.ledger.evidence.append(proposal)
    return ToolResult((proposal,), summarise((proposal,)))


def _only_open_order(context: ShopperContext) -> str:
    """The one order that the words can mean: of the state that they describe, or the only one not packed yet."""
    own = context.shop.orders.find(context.principal, limit=50)
    described = status_in(context.words)
    meant = [order for order in own if order.status is (described or OrderStatus.PLACED)]
    if len(meant) == 1 and not described_by_time(context.words):
        return meant[0].id
    if not meant and own and described is None and not described_by_time(context.words):
        return own[0].id
    raise BadArguments("Ask the shopper for the number of the order to cancel.")


def _each(context: ShopperContext) -> ToolResult | None:
    """A proposal for each order that can be cancelled, and why the others under way cannot; None where there is one."""
    own = context.shop.orders.find(context.principal, limit=50)
    live = [order for order in own if order.status in _UNDER_WAY][:MAX_PROPOSALS]
    if len(live) < 2:
        return None
    facts: list[Evidence] = []
    for order in live:
        reason = may_cancel(order)
        facts.append(reason or context.shop.actions.propose_cancel(context.principal, order.id))
    put_order_in_focus(context, live[0].id)
    with context.ledger.lock:
        context.ledger.evidence.extend(facts)
    return ToolResult(tuple(facts), summarise(tuple(facts)))
