"""Tool: propose to cancel an order. It changes nothing: only the shopper's click does."""

from __future__ import annotations

from assistant.errors import BadArguments
from assistant.tools.context import ShopperContext
from assistant.tools.order_words import described_by_time, order_in_focus, put_order_in_focus, status_in
from assistant.tools.summary import summarise
from assistant.turn import OrderStatus, ToolResult


def propose_cancel_order(context: ShopperContext, order_id: str = "") -> ToolResult:
    """Prepare the cancellation of one of the shopper's own orders as a proposal with a Confirm button.

    It does not cancel anything. Without a number it is the order talked about, or the only one that can be cancelled.
    """
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
