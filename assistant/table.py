"""What a turn finds when it begins: what is on the table, which decision put it there, and an answer given before."""

from __future__ import annotations

from dataclasses import replace

from assistant.conversations import Conversation
from assistant.language import Gloss
from assistant.llm.state import TurnState
from assistant.tools.context import Shop, ShopperContext
from assistant.turn import (
    Answer,
    Done,
    EvidenceFound,
    Floor,
    Focus,
    ProductFact,
    TextDelta,
    TurnEvent,
    WishesChanged,
)

MAX_CHOOSING_AGE = 3
"""Turns over which an open "which size?" waits for its answer while other things are asked."""


def again(answer: Answer) -> list[TurnEvent]:
    """The events of an answer that was given before."""
    facts: list[TurnEvent] = [EvidenceFound(fact) for fact in answer.evidence]
    return [*facts, TextDelta(answer.text), WishesChanged(answer.wishes), Done(answer)]


def decisions(before: Conversation) -> dict[str, str]:
    """Product id -> the decision that showed it last, over the conversation."""
    rows: dict[str, str] = {}
    for message in before.messages:
        for slate in message.answer.slates if message.answer else ():
            rows.update({item.product.id: item.decision_id for item in slate.items if item.decision_id})
    return rows


def names_said(words: str, before: Conversation, shop: Shop) -> list[str]:
    """Titles that may stand in a message, which no language changes: of the table, and a whole one of the catalogue."""
    ids = (*before.focus.shown, *before.focus.gone, *filter(None, [before.focus.product_id]))
    table = [product for product in map(shop.find_product, ids) if product]
    whole = shop.titles.find_whole(words, table)
    return [product.title for product in (*table, *([whole] if whole else []))]


def turn_state(gloss: Gloss, before: Conversation, context: ShopperContext) -> TurnState:
    """What the embedded model knows when a turn begins."""
    find, focus = context.shop.find_product, before.focus
    cart = context.shop.carts.view(context.principal)
    return TurnState(
        words=gloss.words,
        gloss=gloss,
        need=before.need,
        focus=focus,
        shown=tuple(product for product in map(find, focus.shown) if product),
        in_focus=find(focus.product_id) if focus.product_id else None,
        page=find(context.page_product_id) if context.page_product_id else None,
        choosing=find(focus.choosing.product_id) if focus.choosing else None,
        waiting=before.floor is Floor.QUEUE,
        in_cart=tuple(line.product for line in cart.lines if line.product),
    )


def on_the_table(state: TurnState) -> list[ProductFact]:
    """The products that a sentence may speak of, besides what the turn finds."""
    products = [*state.shown, *([state.in_focus] if state.in_focus else []), *([state.page] if state.page else [])]
    return [ProductFact(product, product.default_variant) for product in products]


def aged(focus: Focus) -> Focus:
    """The table at the beginning of a turn: an open choice waits, but not for ever."""
    choosing = focus.choosing
    if choosing is None or choosing.age >= MAX_CHOOSING_AGE:
        return replace(focus, choosing=None)
    return replace(focus, choosing=replace(choosing, age=choosing.age + 1))
