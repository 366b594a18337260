"""Evidence: what tools return, as typed facts with ids.

The reply may say only what the evidence holds, and the cards are drawn from the same objects. Everything here is
frozen and holds no behaviour beyond small derived values. Knows neither turns nor models.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from recommender.events import SPONSORED, Decision, Reason
from retrieval.filters import Constraint, Verdict
from retrieval.product import Money, Product, Variant
from retrieval.relations import Relation
from retrieval.results import Loosening, Relaxation, Sort


@dataclass(frozen=True, slots=True)
class Extreme:
    """The most or the least of a stated number, as an order of what is found.

    Args:
        name: the attribute, e.g. "weight".
        highest: whether the most comes first.
    """

    name: str
    highest: bool


@dataclass(frozen=True, slots=True)
class Need:
    """What the shopper is looking for now: the state that refinement works on, shown as chips.

    Args:
        text: words of the need that no constraint holds, e.g. "warm jacket".
        constraints: typed wishes.
        sort: order asked for.
        extreme: order by a stated number ("the lightest"); None without one.
    """

    text: str = ""
    constraints: tuple[Constraint, ...] = ()
    sort: Sort = Sort.RELEVANCE
    extreme: Extreme | None = None


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

    @property
    def sponsored(self) -> bool:
        """Whether somebody pays for its place in the slate; whoever shows it must say so."""
        return any(reason.code == SPONSORED for reason in self.reasons)


@dataclass(frozen=True, slots=True)
class SlateFact:
    """A ranked answer to one need.

    Args:
        need: what was looked for.
        relations: product id -> how it stands to the product that was asked about, where that was asked.
        items: what is shown, in the order of the ranking; may be empty.
        total: products that fit, exactly counted (not only those shown).
        relaxations: where nothing fits: what to give up and what that gives.
        loosenings: where nothing fits: how far to move a limit and what that gives.
        set_aside: words that found nothing.
        corrected: misspelt word -> word used.
        mentions: word of this turn that no wish was made of -> how many of all that fit have it.
        facets: attribute -> value -> count over all that fit.
        decision: the logged decision; None for an empty slate.
        surface: "search", "recommend", "more_like_this".
        meaning_ready: False while only words were searched.
        asks_first: whether a question is put before any of them is shown.
        about: the product that these are set against ("better than it", "beside it"); None mostly.
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
    mentions: Mapping[str, int] = field(default_factory=dict)
    loosenings: tuple[Loosening, ...] = ()
    relations: Mapping[str, Relation] = field(default_factory=dict)
    asks_first: bool = False
    about: ProductFact | None = None


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
        changed_titles: titles of the lines that this turn changed, in order; empty where `undo` says it.
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
    changed_titles: tuple[str, ...] = ()


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
class SectionText:
    """A section as the shop words it in one language: its title and its text."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class PolicySection:
    """One section of the shop's policies.

    Args:
        id: "<file>#<slug>", e.g. "returns#how-long".
        title: e.g. "Returns: How long do I have?".
        text: the stored text, Markdown without headings.
        url: link to the section.
        translations: language -> the same as the shop words it there, e.g. "de"; empty where it does not.
    """

    id: str
    title: str
    text: str
    url: str
    translations: Mapping[str, SectionText] = field(default_factory=dict)

    @property
    def wordings(self) -> tuple[SectionText, ...]:
        """The section in every language that the shop words it in, its own first."""
        return (SectionText(self.title, self.text), *self.translations.values())

    @property
    def whole(self) -> str:
        """All that the section holds, in every language."""
        return " ".join([*(f"{worded.title} {worded.text}" for worded in self.wordings), self.url])

    def told(self, language: str) -> SectionText:
        """The section in a language, in the shop's own where it has no such translation."""
        return self.translations.get(language) or SectionText(self.title, self.text)


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


@dataclass(frozen=True, slots=True)
class ProfileLine:
    """One thing that is known of the shopper.

    Args:
        id: names it in a change, e.g. "likes:colour=red".
        kind: "likes" and "less_of" are learned from what was done, "avoids" was said, "price" is a band of prices.
        label: in the catalogue's words, e.g. "Tents" or "red".
        about: what the label is a value of, e.g. "Colour"; "" for a kind of thing.
        strength: 0 to 1; 1 for what was said.
        low, high: of a band of prices; None otherwise.
    """

    id: str
    kind: Literal["likes", "less_of", "avoids", "price"]
    label: str
    about: str = ""
    strength: float = 1.0
    low: Money | None = None
    high: Money | None = None


class ProfileChange(StrEnum):
    """What a turn or a click did to a profile."""

    FORGOT = "forgot"
    UNKNOWN = "unknown"
    """There was nothing of the kind to forget."""
    AVOIDS = "avoids"
    WELCOMES = "welcomes"
    PAUSED = "paused"
    RESUMED = "resumed"
    FOR_SOMEBODY = "for_somebody"
    FOR_ONESELF = "for_oneself"
    PUT_AWAY = "put_away"
    """A card that is not liked is not shown again in this visit."""
    ERASE_ASKED = "erase_asked"
    """Everything is to be forgotten, once a click confirms it."""


@dataclass(frozen=True, slots=True)
class ProfileFact:
    """What is known of the shopper, as they see and change it.

    Args:
        kept: whether a profile is kept: what is done from now on teaches it.
        offered: whether the shop offers to keep one at all.
        lines: strongest first within a kind; empty where nothing is known.
        paused: whether nothing is learned for now.
        for_somebody: whether this visit is for somebody else.
        changed: what was just done; None where it was only looked at.
        changed_labels: what was changed, in the catalogue's words.
        visit: what is looked for in this visit, as wishes say it: kept for the visit alone, with or without a profile.
    """

    kept: bool
    offered: bool = True
    lines: tuple[ProfileLine, ...] = ()
    paused: bool = False
    for_somebody: bool = False
    changed: ProfileChange | None = None
    changed_labels: tuple[str, ...] = ()
    visit: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WhyFact:
    """Why a product was shown where it was: the parts of its score that may be told, heaviest first.

    Args:
        item: the product with its reasons; without reasons where no ranking showed it.
        titles: product id -> title, of the products that the reasons name.
    """

    item: ProductFact
    titles: Mapping[str, str] = field(default_factory=dict)


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
    | ProfileFact
    | WhyFact
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


@dataclass(frozen=True, slots=True)
class Claim:
    """A part of a reply that says something checkable, and what it rests on.

    Args:
        kind: "product", "number", "amount", "flag", "value", "date" or "policy".
        text: as said, e.g. "2.4 kg".
        source: id of a policy's section, or of a product or an order with its field, e.g. "fjell-2#weight".
    """

    kind: Literal["product", "number", "amount", "flag", "value", "date", "policy"]
    text: str
    source: str
