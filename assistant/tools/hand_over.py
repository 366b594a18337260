"""Tool: bring in a person. The promise and the queue entry are one transaction."""

from __future__ import annotations

from assistant.text import clean
from assistant.tools.context import ShopperContext
from assistant.tools.summary import summarise
from assistant.turn import ToolResult

MAX_REASON_CHARS = 300


def hand_over(context: ShopperContext, reason: str = "", leave: bool = False) -> ToolResult:
    """Put the conversation into the queue for a person, when the shopper asks for one or when you cannot help.

    With `leave`, take it out of the queue again, when the shopper says that no person is needed any more.
    """
    if leave:
        context.shop.handoff.cancel(context.principal, context.conversation_id)
        with context.ledger.lock:
            context.ledger.left_queue = True
        return ToolResult((), '{"left_queue":true}')
    words = clean(reason or context.words, MAX_REASON_CHARS)
    fact = context.shop.handoff.request(context.principal, context.conversation_id, words)
    with context.ledger.lock:
        context.ledger.evidence.append(fact)
    return ToolResult((fact,), summarise((fact,)))
