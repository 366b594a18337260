"""The words that the whole house speaks: a turn, evidence, an answer, and the events of a turn while it runs.

Everything here is frozen and holds no behaviour beyond small derived values. Evidence is what tools return: typed
facts with ids. The reply may say only what the evidence holds, and the cards are drawn from the same objects.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from recommender.events import Decision, Reason
from retrieval.filters import Constraint, Verdict
from retrieval.product import Money, Product, Variant
from retrieval.results import Relaxation, Sort

# ---------------------------------------------------------------- who and what


@dataclass(frozen=True, slots=True)
class Principal:
    """Who speaks, as the session knows it; the model never sees it.

    Args:
        session_id: opaque random id of the session.
        customer_id: the signed-in customer; None for a guest.
    """

    session_id: str
    customer_id: str | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a shopper.

    Args:
        conversation_id: whose history this continues.
        message_id: chosen by the client; the same id twice is answered once.
        text: as typed.
        principal: from the session.
        page_product_id: the product on the page that the shopper looks at; None without one.
    """

    conversation_id: str
    message_id: str
    text: str
    principal: Principal
    page_product_id: str | None = None


class Floor(StrEnum):
    """Who speaks to the shopper."""

    ASSISTANT = "assistant"
    QUEUE = "queue"
    AGENT = "agent"


# ---------------------------------------------------------------- wishes and what is on the table


@dataclass(frozen=True, slots=True)
class Need:
    """What the shopper is looking for now: the state that refinement works on, shown as chips.

    Args:
        text: words of the need that no constraint holds, e.g. "warm jacket".
        constraints: typed wishes.
        sort: order asked for.
    """

    text: str = ""
    constraints: tuple[Constraint, ...] = ()
    sort: Sort = Sort.RELEVANCE


@dataclass(frozen=True, slots=True)
class Focus:
    """What "the second one", "it", "that order" can mean.

    Args:
        shown: product ids of the last slate, in order.
        seen: product ids shown so far for the current need, for "show me more".
        product_id: the product talked about last; None without one.
        pending: the product that waits for an answer to "which size?" before it goes into the cart; None without one.
        order_id: the order talked about last; None without one.
        asked: clarifying questions already put, by key; none is put twice.
        earlier_needs: needs that were left for another, latest first, to come back to.
    """

    shown: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()
    product_id: str | None = None
    pending: str | None = None
    order_id: str | None = None
    asked: tuple[str, ...] = ()
    earlier_needs: tuple[Need, ...] = ()


# ---------------------------------------------------------------- evidence


@dataclass(frozen=True, slots=True)
class ProductFact:
    """A product as the catalogue states it now, and how it stands to each wish.

    Args:
        product: the whole product.
        variant: the variant that is meant or fits best.
        verdicts: wish label -> verdict, in the order of the wishes.
        reasons: why it was ranked here; empty outside slates.
        decision_id: the logged decision that put it into a slate; None outside slates.
        position: 0-based place in that slate.
    """

    product: Product
    variant: Variant
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    reasons: tuple[Reason, ...] = ()
    decision_id: str | None = None
    position: int | None = None


@dataclass(frozen=True, slots=True)
class SlateFact:
    """A ranked answer to one need.

    Args:
        need: what was looked for.
        items: what is shown, in the order of the ranking; may be empty.
        total: products that fit, exactly counted (not only those shown).
        relaxations: where nothing fits: what to give up and what that gives.
        set_aside: words that found nothing.
        corrected: misspelt word -> word used.
        facets: attribute -> value -> count over all that fit.
        decision: the logged decision; None for an empty slate.
        surface: "search", "recommend", "more_like_this".
        meaning_ready: False while only words were searched.
    """

    need: Need
    items: tuple[ProductFact, ...]
    total: int
    relaxations: tuple[Relaxation, ...] = ()
    set_aside: tuple[str, ...] = ()
    corrected: Mapping[str, str] = field(default_factory=dict)
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    decision: Decision | None = None
    surface: str = "search"
    meaning_ready: bool = True


@dataclass(frozen=True, slots=True)
class ComparisonFact:
    """Products side by side.

    Args:
        items: the products, in the order asked.
        rows: attribute label -> one text per item; None where an item does not state it.
    """

    items: tuple[ProductFact, ...]
    rows: Mapping[str, tuple[str | None, ...]]


@dataclass(frozen=True, slots=True)
class CartLineFact:
    """One line of the cart as it stands now.

    Args:
        product: the product; None where the catalogue no longer holds it.
        variant: the variant; None likewise.
        variant_id: as it was added.
        title: as it was added.
        quantity: 1 or more.
        unit_price: now.
        added_price: when it was added.
        changes: sentences about what has changed since ("Price went from $20.00 to $18.00.").
    """

    variant_id: str
    title: str
    quantity: int
    unit_price: Money
    added_price: Money
    product: Product | None = None
    variant: Variant | None = None
    changes: tuple[str, ...] = ()

    @property
    def total(self) -> Money:
        """Unit price times quantity."""
        return Money(self.unit_price.amount_minor * self.quantity, self.unit_price.currency)


@dataclass(frozen=True, slots=True)
class CartFact:
    """The cart with its totals, all checked against the catalogue at this moment.

    Args:
        lines: in the order of adding.
        subtotal, discount, shipping, total: money; discount is what list prices are undercut by (not subtracted again).
        tax_note: as the shop sets it.
        checkout_url: where the cart's button leads; None for an empty cart.
        changed: what this turn did, e.g. "added"; None where it was only viewed.
        undo: what undoes it: (variant_id, quantity to set); None without a change.
    """

    lines: tuple[CartLineFact, ...]
    subtotal: Money
    discount: Money
    shipping: Money
    total: Money
    tax_note: str
    checkout_url: str | None = None
    changed: str | None = None
    undo: tuple[str, int] | None = None


class OrderStatus(StrEnum):
    """States of an order; the arrows are in support/rules.py."""

    PLACED = "placed"
    PACKED = "packed"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    RETURN_REQUESTED = "return_requested"
    RETURNED = "returned"


@dataclass(frozen=True, slots=True)
class OrderLine:
    """What was ordered, with the price paid."""

    product_id: str
    variant_id: str
    title: str
    quantity: int
    unit_price: Money


@dataclass(frozen=True, slots=True)
class Order:
    """An order as the shop's books state it.

    Args:
        id: e.g. "A-10421".
        status: see OrderStatus.
        lines: at least one.
        subtotal, shipping, total: money paid.
        placed_at, shipped_at, delivered_at, cancelled_at: aware datetimes; None where it has not happened.
        expected_at: expected delivery; None where unknown.
        carrier, tracking_code: None before shipping.
        refunded: money given back so far.
        version: grows with each change; a change must name the version it saw.
    """

    id: str
    status: OrderStatus
    lines: tuple[OrderLine, ...]
    subtotal: Money
    shipping: Money
    total: Money
    placed_at: datetime
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    cancelled_at: datetime | None = None
    expected_at: datetime | None = None
    carrier: str | None = None
    tracking_code: str | None = None
    refunded: Money | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class OrdersFact:
    """The shopper's own orders that were asked for.

    Args:
        orders: newest first; may be empty.
        tracked: True where the way of one order was asked for.
        signed_in: False for a guest, who sees only what was ordered in this session.
    """

    orders: tuple[Order, ...]
    tracked: bool = False
    signed_in: bool = True


@dataclass(frozen=True, slots=True)
class PolicySection:
    """One section of the shop's policies.

    Args:
        id: "<file>#<slug>", e.g. "returns#how-long".
        title: e.g. "Returns: How long do I have?".
        text: the stored text, Markdown without headings.
        url: link to the section.
    """

    id: str
    title: str
    text: str
    url: str


@dataclass(frozen=True, slots=True)
class PolicyFact:
    """Sections that answer a question, best first; empty where the policies say nothing about it."""

    question: str
    sections: tuple[PolicySection, ...]


class ProposalStatus(StrEnum):
    """Life of a proposal."""

    OPEN = "open"
    DONE = "done"
    DECLINED = "declined"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Proposal:
    """Something that only a person's click can carry out, once.

    Args:
        id: opaque.
        kind: e.g. "cancel_order".
        order_id: what it concerns.
        title: e.g. "Cancel order A-10421".
        before, after: one sentence each.
        amount: money that moves; None where none does.
        expires_at: aware datetime, 10 minutes after creation.
        status: see ProposalStatus.
    """

    id: str
    kind: str
    order_id: str
    title: str
    before: str
    after: str
    amount: Money | None
    expires_at: datetime
    status: ProposalStatus = ProposalStatus.OPEN


@dataclass(frozen=True, slots=True)
class RefusalFact:
    """A rule said no: `code` names the rule, `message` is the reason in a plain sentence."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class HandOverFact:
    """The conversation stands in the queue for a person; `position` counts from 1."""

    position: int
    reason: str


Evidence = (
    ProductFact
    | SlateFact
    | ComparisonFact
    | CartFact
    | OrdersFact
    | PolicyFact
    | Proposal
    | RefusalFact
    | HandOverFact
)


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a tool returns.

    Args:
        evidence: typed facts.
        summary: the same facts as short JSON text for the chat model; catalogue text in it is fenced as untrusted.
    """

    evidence: tuple[Evidence, ...]
    summary: str


# ---------------------------------------------------------------- the answer


@dataclass(frozen=True, slots=True)
class Question:
    """The one clarifying question: `key` is what it is about, `answers` are tappable."""

    key: str
    text: str
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """A policy section that an answer rests on."""

    id: str
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole reply, as kept and as told to other programs.

    Args:
        text: grounded words.
        evidence: what they rest on.
        wishes: what is looked for after this turn.
        question: the clarifying question in it; None without one.
        sources: policy sections.
        handed_over: whether the conversation is with people now.
        prompt_hash: content hash of the prompts that made it.
        repaired: number of sentences that grounding removed or replaced.
    """

    text: str
    evidence: tuple[Evidence, ...] = ()
    wishes: Need = field(default_factory=Need)
    question: Question | None = None
    sources: tuple[Source, ...] = ()
    handed_over: bool = False
    prompt_hash: str = ""
    repaired: int = 0

    @property
    def slates(self) -> tuple[SlateFact, ...]:
        """The slates among the evidence, in order."""
        return tuple(fact for fact in self.evidence if isinstance(fact, SlateFact))

    @property
    def proposals(self) -> tuple[Proposal, ...]:
        """The proposals among the evidence, in order."""
        return tuple(fact for fact in self.evidence if isinstance(fact, Proposal))


# ---------------------------------------------------------------- events of a running turn


@dataclass(frozen=True, slots=True)
class Status:
    """What is being done, for a line that stands while nothing else is seen ("Looking for tents …")."""

    text: str


@dataclass(frozen=True, slots=True)
class EvidenceFound:
    """A fact to draw at once: a slate, comparison, cart, orders, proposal."""

    fact: Evidence


@dataclass(frozen=True, slots=True)
class TextDelta:
    """Checked words, to be appended."""

    text: str


@dataclass(frozen=True, slots=True)
class WishesChanged:
    """The chips now."""

    need: Need


@dataclass(frozen=True, slots=True)
class Done:
    """The turn is over; `answer` holds all of it."""

    answer: Answer


@dataclass(frozen=True, slots=True)
class Stopped:
    """The shopper stopped the turn; what was shown stays."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The turn could not be answered; `message` is a plain sentence for the shopper."""

    message: str


TurnEvent = Status | EvidenceFound | TextDelta | WishesChanged | Done | Stopped | Failed
"""Every channel must render each of these (tests/contracts/channel.py)."""
