"""Tool: propose to cancel an order. It changes nothing: only the shopper's click does."""

from __future__ import annotations

from assistant.errors import BadArguments
from assistant.tools.context import ShopperContext
from assistant.tools.order_words import order_in_focus, put_order_in_focus
from assistant.tools.summary import summarise
from assistant.turn import OrderStatus, ToolResult


def propose_cancel_order(context: ShopperContext, order_id: str = "") -> ToolResult:
    """Prepare the cancellation of one of the shopper's own orders as a proposal with a Confirm button.

    It does not cancel anything. Without a number it is the order talked about, or the only one that can be cancelled.
    """
    wanted = order_in_focus(context, order_id) or _only_open_order(context)
    proposal = context.shop.actions.propose_cancel(context.principal, wanted)
    put_order_in_focus(context, proposal.order_id)
    with context.ledger.lock:
        context.ledger.evidence.append(proposal)
    return ToolResult((proposal,), summarise((proposal,)))


def _only_open_order(context: ShopperContext) -> str:
    own = context.shop.orders.find(context.principal, limit=20)
    placed = [order for order in own if order.status is OrderStatus.PLACED]
    if len(placed) == 1:
        return placed[0].id
    if not placed and own:
        return own[0].id
    raise BadArguments("Ask the shopper for the number of the order to cancel.")
