"""Evidence, wishes and the events of a turn as typed JSON: pure, no HTTP, no state beyond one running reply.

What a page shows as HTML (`ui/render.py`), a program gets here, with the same words, prices and allowed addresses.
A new kind of evidence or event without a form here is a type error.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import assert_never

from assistant.live import FloorChanged, HistoryItem
from assistant.text import clean, visible
from assistant.turn import (
    CartFact,
    ComparisonFact,
    Done,
    Evidence,
    EvidenceFound,
    Failed,
    HandOverFact,
    Need,
    Order,
    OrdersFact,
    PassedOn,
    PolicyFact,
    PolicySection,
    ProductFact,
    ProfileFact,
    Proposal,
    Question,
    RefusalFact,
    SlateFact,
    Source,
    Status,
    Stopped,
    TextDelta,
    TurnEvent,
    WhyFact,
    WishesChanged,
)
from retrieval.product import Money, Variant
from ui.api.facts import (
    AttributeOut,
    CartEvidence,
    CartLineOut,
    ChipOut,
    ComparisonEvidence,
    ComparisonRow,
    EvidenceOut,
    HandOverEvidence,
    MoneyOut,
    OrderLineOut,
    OrderOut,
    OrdersEvidence,
    PolicyEvidence,
    PolicySectionOut,
    ProductDetails,
    ProductEvidence,
    ProductOut,
    ProfileEntryOut,
    ProfileEvidence,
    ProposalEvidence,
    QuestionOut,
    RefusalEvidence,
    RelaxationOut,
    Shape,
    SlateEvidence,
    SourceOut,
    UndoOut,
    VariantOut,
    WhyEvidence,
    WishesOut,
    WishVerdict,
)
from ui.api.models import (
    DoneEvent,
    FailedEvent,
    FloorOut,
    MessageOut,
    PassedOnEvent,
    StatusEvent,
    StoppedEvent,
    TextEvent,
)
from ui.profile_views import profile_view
from ui.render import ORDER_ASKED, OUTCOME, slate_heading, words_beside
from ui.text import allowed_link
from ui.views import ItemView, Look, VariantView, cart_view, item_view, order_view

NamedEvent = tuple[str, Shape]
"""An event of a stream: its name and its data."""


def evidence_out(fact: Evidence, look: Look) -> EvidenceOut:
    """Write one piece of evidence."""
    match fact:
        case SlateFact():
            return _slate(fact, look)
        case ProductFact():
            return ProductEvidence(product=product_details(fact, look))
        case ComparisonFact():
            return _comparison(fact, look)
        case CartFact():
            return cart_out(fact, look)
        case OrdersFact():
            orders = [_order(order, look) for order in fact.orders]
            return OrdersEvidence(orders=orders, tracked=fact.tracked, signed_in=fact.signed_in)
        case PolicyFact():
            sections = [_section(section, look) for section in fact.sections]
            return PolicyEvidence(question=clean(fact.question), sections=sections)
        case Proposal():
            return proposal_out(fact, look)
        case RefusalFact():
            return RefusalEvidence(code=fact.code, message=clean(fact.message))
        case HandOverFact():
            return HandOverEvidence(position=fact.position, reason=clean(fact.reason))
        case ProfileFact():
            return profile_out(fact, look)
        case WhyFact():
            titles = {key: clean(title) for key, title in fact.titles.items()}
            return WhyEvidence(product=_product(fact.item, item_view(fact.item, look, titles), look))
        case _:
            assert_never(fact)


def profile_out(fact: ProfileFact, look: Look) -> ProfileEvidence:
    """Write what is known of the shopper."""
    view = profile_view(fact, look.locale)
    return ProfileEvidence(
        kept=fact.kept,
        offered=fact.offered,
        paused=fact.paused,
        for_somebody=fact.for_somebody,
        entries=[
            ProfileEntryOut(
                id=line.id,
                kind=line.kind,
                label=clean(line.label),
                about=clean(line.about),
                strength=round(line.strength, 3),
                low=money_out(line.low, look) if line.low else None,
                high=money_out(line.high, look) if line.high else None,
            )
            for line in fact.lines
        ],
        state_text=view.state,
        done_text=view.said,
        erase_asked=view.erase_asked,
    )


def money_out(money: Money, look: Look) -> MoneyOut:
    """Write an amount, for programs and for people."""
    return MoneyOut(minor=money.amount_minor, currency=money.currency, text=money.format(look.locale))


def product_details(fact: ProductFact, look: Look) -> ProductDetails:
    """Write a product with everything that is known of it."""
    view, product = item_view(fact, look), fact.product
    return ProductDetails(
        **dict(_product(fact, view, look)),
        description=clean(product.description),
        category=clean(product.category) if product.category else None,
        attributes=[AttributeOut(label=label, text=text) for label, text in view.attributes],
    )


def cart_out(cart: CartFact, look: Look) -> CartEvidence:
    """Write a cart."""
    view = cart_view(cart, look)
    lines = [
        CartLineOut(
            variant_id=line.variant_id,
            product_id=line.product.id if line.product else None,
            title=shown.title,
            options=shown.options,
            image=shown.image,
            quantity=line.quantity,
            unit_price=money_out(line.unit_price, look),
            total=money_out(line.total, look),
            changes=list(line.changes),
        )
        for line, shown in zip(cart.lines, view.lines, strict=True)
    ]
    return CartEvidence(
        lines=lines,
        count=view.count,
        subtotal=money_out(cart.subtotal, look),
        discount=money_out(cart.discount, look),
        shipping=money_out(cart.shipping, look),
        total=money_out(cart.total, look),
        tax_note=cart.tax_note,
        checkout_url=cart.checkout_url,
        changed=view.changed,
        undo=UndoOut(variant_id=cart.undo[0], quantity=cart.undo[1]) if cart.undo else None,
    )


def proposal_out(proposal: Proposal, look: Look) -> ProposalEvidence:
    """Write a proposal as it stands now."""
    return ProposalEvidence(
        id=proposal.id,
        kind=proposal.kind,
        order_id=clean(proposal.order_id),
        title=clean(proposal.title),
        before=clean(proposal.before),
        after=clean(proposal.after),
        amount=money_out(proposal.amount, look) if proposal.amount else None,
        expires_at=proposal.expires_at,
        status=proposal.status.value,
        outcome=OUTCOME[proposal.status],
    )


def wishes_out(need: Need, look: Look) -> WishesOut:
    """Write what is looked for."""
    chips = [ChipOut(key=c.key, label=clean(c.label(look.locale))) for c in need.constraints]
    text = words_beside(need.text, [{"label": chip.label} for chip in chips])
    return WishesOut(text=text, chips=chips, order=ORDER_ASKED.get(need.sort, ""))


def question_out(question: Question | None) -> QuestionOut | None:
    """Write the clarifying question; None without one."""
    if question is None:
        return None
    return QuestionOut(text=clean(question.text), answers=[clean(answer) for answer in question.answers])


def sources_out(sources: Sequence[Source | PolicySection], look: Look) -> list[SourceOut]:
    """Write the policy sections that an answer rests on; an address that may not be shown is left out."""
    return [SourceOut(id=s.id, title=clean(s.title), url=_link(s.url, look)) for s in sources]


def floor_out(floor: FloorChanged) -> FloorOut:
    """Write who speaks to the shopper."""
    name = clean(floor.agent_name) if floor.agent_name else None
    return FloorOut(holder=floor.floor.value, agent_name=name, position=floor.position)


def message_out(item: HistoryItem, look: Look) -> MessageOut:
    """Write something that was said, with its cards."""
    return MessageOut(
        seq=item.seq,
        message_id=item.message_id,
        role=item.role,
        who=clean(item.who),
        text=clean(item.text),
        at=item.at,
        evidence=[evidence_out(fact, look) for fact in item.evidence],
        question=question_out(item.question),
        sources=sources_out(item.sources, look),
    )


class TurnJson:
    """Writes the events of one turn; a fact found twice is written once, as on the pages.

    Args:
        look: how this shop writes.
    """

    def __init__(self, look: Look) -> None:
        self._look = look
        self._facts: list[Evidence] = []
        self.ended = False

    def add(self, event: TurnEvent) -> Iterator[NamedEvent]:
        """Yield what a client gets for one event."""
        match event:
            case Status():
                yield "status", StatusEvent(text=clean(event.text))
            case EvidenceFound():
                yield from self._fact(event.fact)
            case TextDelta():
                if text := visible(event.text):
                    yield "text", TextEvent(text=text)
            case WishesChanged():
                yield "wishes", wishes_out(event.need, self._look)
            case PassedOn():
                yield "passed_on", PassedOnEvent(agent_name=clean(event.agent_name))
            case Done():
                yield from self._done(event)
            case Stopped():
                self.ended = True
                yield "stopped", StoppedEvent()
            case Failed():
                self.ended = True
                yield "failed", FailedEvent(message=clean(event.message))
            case _:
                assert_never(event)

    def _fact(self, fact: Evidence) -> Iterator[NamedEvent]:
        if fact not in self._facts:
            self._facts.append(fact)
            yield "evidence", evidence_out(fact, self._look)

    def _done(self, event: Done) -> Iterator[NamedEvent]:
        answer = event.answer
        for fact in answer.evidence:
            yield from self._fact(fact)
        self.ended = True
        yield (
            "done",
            DoneEvent(
                text=clean(answer.text),
                question=question_out(answer.question),
                sources=sources_out(answer.sources, self._look),
                wishes=wishes_out(answer.wishes, self._look),
                handed_over=answer.handed_over,
            ),
        )


# ---------------------------------------------------------------- parts


def _slate(slate: SlateFact, look: Look) -> SlateEvidence:
    titles = {fact.product.id: clean(fact.product.title) for fact in slate.items}
    return SlateEvidence(
        surface=slate.surface,
        heading=slate_heading(slate, look.locale),
        products=[_product(fact, item_view(fact, look, titles), look) for fact in slate.items],
        total=slate.total,
        relaxations=[RelaxationOut(key=w.drop, label=clean(w.label), count=w.count) for w in slate.relaxations],
        set_aside=[clean(word) for word in slate.set_aside],
        corrected={clean(wrong): clean(right) for wrong, right in slate.corrected.items()},
        decision_id=slate.decision.decision_id if slate.decision else None,
        meaning_ready=slate.meaning_ready,
    )


def _product(fact: ProductFact, view: ItemView, look: Look) -> ProductOut:
    product, variant = fact.product, fact.variant
    shown = zip(product.variants, view.variants, strict=True)
    return ProductOut(
        id=product.id,
        title=view.title,
        brand=view.brand or None,
        image=view.image,
        url=_link(product.url, look) if product.url else None,
        price=money_out(variant.price, look),
        list_price=_list_price(variant, look),
        rating=product.rating,
        rating_count=product.rating_count,
        in_stock=product.in_stock,
        stock_text=view.stock,
        variant_id=variant.id,
        variants=[_variant(one, drawn, look) for one, drawn in shown],
        wishes=[WishVerdict(label=wish.label, verdict=wish.verdict) for wish in view.verdicts],
        sponsored=view.sponsored,
        why=[reason.text for reason in view.reasons],
        decision_id=fact.decision_id,
        position=fact.position,
    )


def _variant(variant: Variant, view: VariantView, look: Look) -> VariantOut:
    return VariantOut(
        variant_id=variant.id,
        label=view.name,
        options={clean(name): clean(value) for name, value in variant.options.items()},
        price=money_out(variant.price, look),
        list_price=_list_price(variant, look),
        in_stock=variant.in_stock,
        stock_text=view.stock,
    )


def _list_price(variant: Variant, look: Look) -> MoneyOut | None:
    """The price before a discount, where it is one."""
    before, now = variant.list_price, variant.price
    if before is None or before.currency != now.currency or before.amount_minor <= now.amount_minor:
        return None
    return money_out(before, look)


def _comparison(fact: ComparisonFact, look: Look) -> ComparisonEvidence:
    return ComparisonEvidence(
        products=[_product(item, item_view(item, look), look) for item in fact.items],
        rows=[
            ComparisonRow(
                label=clean(label),
                values=[None if value is None else clean(value) for value in values],
                differs=len(set(values)) > 1,
            )
            for label, values in fact.rows.items()
        ],
    )


def _order(order: Order, look: Look) -> OrderOut:
    view = order_view(order, look)
    return OrderOut(
        id=view.id,
        status=order.status.value,
        status_text=view.status,
        lines=[
            OrderLineOut(
                product_id=line.product_id,
                variant_id=line.variant_id,
                title=shown.title,
                quantity=line.quantity,
                unit_price=money_out(line.unit_price, look),
                total=money_out(Money(line.unit_price.amount_minor * line.quantity, line.unit_price.currency), look),
            )
            for line, shown in zip(order.lines, view.lines, strict=True)
        ],
        subtotal=money_out(order.subtotal, look),
        shipping=money_out(order.shipping, look),
        total=money_out(order.total, look),
        refunded=money_out(order.refunded, look) if order.refunded else None,
        placed_at=order.placed_at,
        shipped_at=order.shipped_at,
        delivered_at=order.delivered_at,
        cancelled_at=order.cancelled_at,
        expected_at=order.expected_at,
        carrier=view.carrier or None,
        tracking_code=view.tracking_code or None,
    )


def _section(section: PolicySection, look: Look) -> PolicySectionOut:
    (source,) = sources_out((section,), look)
    return PolicySectionOut(**dict(source), text=clean(section.text))


def _link(url: str, look: Look) -> str | None:
    return url if allowed_link(url, look.link_hosts) else None
