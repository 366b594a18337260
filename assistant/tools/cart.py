"""Tool: the cart. The one write a model may cause, and only for what the shopper's own words point at."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from assistant.errors import BadArguments
from assistant.tools.cart_adding import add
from assistant.tools.cart_changing import change, take_back
from assistant.tools.cart_swapping import change_option
from assistant.tools.context import ShopperContext
from assistant.tools.summary import summarise
from assistant.turn import Evidence, ToolResult


def cart(
    context: ShopperContext,
    action: Literal["view", "add", "remove", "set_quantity", "change_option", "undo"],
    which: str = "",
    quantity: int = 1,
) -> ToolResult:
    """View the cart, or change it when the shopper's message of this turn asks for it.

    Put the shopper's words for the product into `which`, with size or colour if said, e.g. "the second one in M".
    """
    if not 0 <= quantity <= 99:
        raise BadArguments("quantity must lie between 0 and 99.")
    seen = context.shop.carts.view(context.principal)
    facts: list[Evidence]
    if action == "add":
        facts = add(context, which, max(1, quantity))
    elif action == "remove" and not seen.lines:
        facts = [seen]
        with context.ledger.lock:  # "Scrap that", while a size is asked for: nothing waits any more.
            context.ledger.focus = replace(context.ledger.focus, choosing=None)
    elif action == "undo":
        facts = take_back(context, seen)
    elif action == "view" or not seen.lines:
        facts = [seen]
    elif action == "change_option":
        facts = change_option(context, seen, which)
    else:
        facts = change(context, seen, which, None if action == "remove" else quantity)
    with context.ledger.lock:
        context.ledger.evidence.extend(facts)
    return ToolResult(
        tuple(facts), summarise(tuple(facts)) if facts else '{"note":"The shopper was asked which option."}'
    )
