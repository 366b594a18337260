"""What a turn finds on the table, which decision put it there, an answer given before; what a turn leaves there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from assistant.clarify import NO_QUESTIONS, wants_no_questions
from assistant.conversations import Conversation
from assistant.language import Gloss
from assistant.llm.state import TurnState
from assistant.tools.context import Ledger, Shop, ShopperContext
from assistant.turn import (
    Answer,
    CartFact,
    Done,
    Evidence,
    EvidenceFound,
    Floor,
    Focus,
    Need,
    PolicyFact,
    ProductFact,
    Proposal,
    Question,
    SlateFact,
    TextDelta,
    TurnEvent,
    WishesChanged,
)
from assistant.wishes import same_subject

MAX_CHOOSING_AGE = 3
"""Turns over which an open "which size?" waits for its answer while other things are asked."""
MAX_SEEN = 200
MAX_EARLIER = 4


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


def first_focus(gloss: Gloss, before: Focus) -> Focus:
    """The focus that a turn begins with: who wants no questions is asked none from here on."""
    focus = replace(aged(before), language=gloss.language)
    return replace(focus, asked=(*focus.asked, NO_QUESTIONS)) if wants_no_questions(gloss.words) else focus


def aged(focus: Focus) -> Focus:
    """The table at the beginning of a turn: an open choice waits, but not for ever."""
    choosing = focus.choosing
    if choosing is None or choosing.age >= MAX_CHOOSING_AGE:
        return replace(focus, choosing=None)
    return replace(focus, choosing=replace(choosing, age=choosing.age + 1))


def next_focus(before: Conversation, ledger: Ledger, question: Question | None) -> Focus:
    """What "it" and "the second one" can mean after the turn.

    Args:
        before: the conversation as the turn found it.
        ledger: what the turn did.
        question: the question it put; it is never put again.
    """
    focus = replace(ledger.focus, policy=_policy_topic(ledger.evidence), proposed=_proposed(ledger.evidence))
    if focus.choosing and focus.choosing.age and (ledger.shown or _changed_cart(ledger)):
        focus = replace(focus, choosing=None)
    if not ledger.shown and _found_nothing(ledger):
        # What is no longer seen is not counted: "the first" after an empty result means nothing.
        gone = focus.shown or focus.gone
        focus = replace(focus, shown=(), compared=(), gone=gone, product_id=None if focus.shown else focus.product_id)
    if ledger.shown:
        same = same_subject(before.need, ledger.need)
        seen = dict.fromkeys((*(before.focus.seen if same else ()), *ledger.shown))
        related = any(isinstance(fact, SlateFact) and fact.relations for fact in ledger.evidence)
        moved = focus.product_id != before.focus.product_id or related
        focus = replace(
            focus,
            shown=tuple(dict.fromkeys(ledger.shown)),
            seen=tuple(seen)[-MAX_SEEN:],
            gone=(),
            product_id=focus.product_id if moved else None,
            talked=(focus.product_id,) if moved and focus.product_id else (),
            compared=focus.compared if focus.compared != before.focus.compared else (),
        )
    earlier = [fact.need for fact in ledger.evidence if isinstance(fact, SlateFact) and fact.need != ledger.need]
    if before.need != Need() and not same_subject(before.need, ledger.need):
        earlier.insert(0, before.need)
    if earlier:
        kept = [need for need in focus.earlier_needs if not any(same_subject(need, new) for new in earlier)]
        focus = replace(focus, earlier_needs=tuple([*earlier, *kept][:MAX_EARLIER]))
    if question is not None:
        focus = replace(focus, asked=(*focus.asked, question.key))
    return focus


def _found_nothing(ledger: Ledger) -> bool:
    slates = [fact for fact in ledger.evidence if isinstance(fact, SlateFact)]
    return bool(slates) and all(slate.surface == "search" and not slate.total for slate in slates)


def _changed_cart(ledger: Ledger) -> bool:
    return any(isinstance(fact, CartFact) and fact.changed == "added" for fact in ledger.evidence)


def _proposed(evidence: Sequence[Evidence]) -> tuple[str, ...]:
    return tuple(fact.id for fact in evidence if isinstance(fact, Proposal))


def _policy_topic(evidence: Sequence[Evidence]) -> str:
    """The topic of the policy that was quoted, e.g. "Returns"."""
    sections = (section for fact in evidence if isinstance(fact, PolicyFact) for section in fact.sections)
    return next((section.title.partition(":")[0] for section in sections), "")
