"""The shapes of what the assistant finds, as JSON: money, products, slates, carts, orders, proposals.

Shapes only; `ui/api_json.py` fills them. Keys are only ever added. Texts are plain text: a client must escape them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator


class Shape(BaseModel):
    """Base of everything that goes out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*")
    @classmethod
    def _encodable(cls, value: Any) -> Any:
        """A lone surrogate, which an id of a catalogue may hold, can be written in no encoding."""
        if isinstance(value, str) and not value.isascii():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return value


class MoneyOut(Shape):
    """An amount: `minor` in the currency's smallest unit, `text` written for people in the shop's language."""

    minor: int = Field(examples=[7900])
    currency: str = Field(examples=["USD"])
    text: str = Field(examples=["$79.00"])


class WishVerdict(Shape):
    """How a product stands to one wish."""

    label: str = Field(examples=["under $90"])
    verdict: Literal["met", "not_met", "not_stated"]


class VariantOut(Shape):
    """One buyable form of a product."""

    variant_id: str
    label: str = Field(description="What tells it apart, for people.", examples=["M · Black"])
    options: dict[str, str] = Field(examples=[{"size": "M"}])
    price: MoneyOut
    list_price: MoneyOut | None
    in_stock: bool | None = Field(description="null where the shop does not say.")
    stock_text: str = Field(description="For people; may be empty.", examples=["Only 3 left"])


class ProductOut(Shape):
    """A product as its card shows it; `variant_id` is the variant that is meant, and `price` is of that one."""

    id: str
    title: str
    brand: str | None
    image: str | None = Field(
        description="Address; as the shop set it; one that begins with / is on the site that shows it."
    )
    url: str | None = Field(description="Its page in the shop; one that begins with / is on the shop's own site.")
    price: MoneyOut
    list_price: MoneyOut | None = Field(description="Price before a discount; null without one.")
    rating: float | None = Field(description="Mean of 1 to 5 stars.")
    rating_count: int
    in_stock: bool | None = Field(description="Of the whole product; null where the shop does not say.")
    stock_text: str
    variant_id: str
    variants: list[VariantOut]
    wishes: list[WishVerdict]
    sponsored: bool = Field(description="Whether somebody pays for its place: show that with it.")
    why: list[str] = Field(description="Why it stands here, a sentence each, heaviest first.")
    decision_id: str | None = Field(description="The logged decision that showed it: send it back with what follows.")
    position: int | None = Field(description="0-based place in its slate.")


class AttributeOut(Shape):
    """One stated fact."""

    label: str = Field(examples=["Weight"])
    text: str = Field(examples=["340 g"])


class ProductDetails(ProductOut):
    """A product with everything that is known of it."""

    description: str = Field(description="Plain text with a small Markdown subset; never HTML.")
    category: str | None
    attributes: list[AttributeOut]


class ChipOut(Shape):
    """One wish that can be taken away by its key."""

    key: str = Field(examples=["price"])
    label: str = Field(examples=["under $90"])


class WishesOut(Shape):
    """What is looked for now."""

    text: str = Field(description="Words that no chip holds; may be empty.")
    chips: list[ChipOut]
    order: str = Field(description='The order asked for, e.g. "cheapest first"; empty where none was.')


class RelaxationOut(Shape):
    """What to give up, and how many products that gives."""

    key: str
    label: str
    count: int


class SlateEvidence(Shape):
    """A ranked answer to one need."""

    type: Literal["slate"] = "slate"
    surface: str = Field(examples=["search"])
    heading: str = Field(examples=["6 of 23 products"])
    products: list[ProductOut]
    total: int = Field(description="Products that fit, exactly counted.")
    relaxations: list[RelaxationOut]
    set_aside: list[str] = Field(description="Words that stand nowhere in the catalogue.")
    corrected: dict[str, str] = Field(description="Misspelt word to the word that was used.")
    decision_id: str | None
    meaning_ready: bool = Field(description="False while only words were searched.")


class ProductEvidence(Shape):
    """One product, with its details."""

    type: Literal["product"] = "product"
    product: ProductDetails


class ComparisonRow(Shape):
    """One row of a comparison: a text per product, null where it is not stated."""

    label: str
    values: list[str | None]
    differs: bool


class ComparisonEvidence(Shape):
    """Products side by side."""

    type: Literal["comparison"] = "comparison"
    products: list[ProductOut]
    rows: list[ComparisonRow]


class CartLineOut(Shape):
    """A line of the cart, checked against the catalogue at this moment."""

    variant_id: str
    product_id: str | None = Field(description="null where it is no longer sold.")
    title: str
    options: str
    image: str | None
    quantity: int
    unit_price: MoneyOut
    total: MoneyOut
    changes: list[str] = Field(description="What has changed since it was added, in sentences.")


class UndoOut(Shape):
    """PUT this quantity to /cart/lines/{variant_id} to undo the change."""

    variant_id: str
    quantity: int


class CartEvidence(Shape):
    """The cart with its totals."""

    type: Literal["cart"] = "cart"
    lines: list[CartLineOut]
    count: int = Field(description="Units in the cart.")
    subtotal: MoneyOut
    discount: MoneyOut = Field(description="What list prices are undercut by; already in the subtotal.")
    shipping: MoneyOut
    total: MoneyOut
    tax_note: str
    checkout_url: str | None = Field(
        description="As the shop set it, null for an empty cart; one that begins with / is on the site that shows it."
    )
    changed: str = Field(description="What was done just now, for people; empty where it was only looked at.")
    undo: UndoOut | None


class OrderLineOut(Shape):
    """What was ordered, with the price paid."""

    product_id: str
    variant_id: str
    title: str
    quantity: int
    unit_price: MoneyOut
    total: MoneyOut


class OrderOut(Shape):
    """An order as the shop's books state it."""

    id: str = Field(examples=["A-10421"])
    status: Literal["placed", "packed", "shipped", "delivered", "cancelled", "return_requested", "returned"]
    status_text: str = Field(examples=["Shipped"])
    lines: list[OrderLineOut]
    subtotal: MoneyOut
    shipping: MoneyOut
    total: MoneyOut
    refunded: MoneyOut | None
    placed_at: datetime
    shipped_at: datetime | None
    delivered_at: datetime | None
    cancelled_at: datetime | None
    expected_at: datetime | None
    carrier: str | None
    tracking_code: str | None


class OrdersEvidence(Shape):
    """The shopper's own orders that were asked for."""

    type: Literal["orders"] = "orders"
    orders: list[OrderOut]
    tracked: bool = Field(description="True where the way of one order was asked for.")
    signed_in: bool


class SourceOut(Shape):
    """A policy section that an answer rests on."""

    id: str
    title: str
    url: str | None = Field(description="One that begins with / is on this server; null where it may not be shown.")


class PolicySectionOut(SourceOut):
    """A policy section with its text (a small Markdown subset; never HTML)."""

    text: str


class PolicyEvidence(Shape):
    """Sections that answer a question, best first; empty where the policies say nothing about it."""

    type: Literal["policy"] = "policy"
    question: str
    sections: list[PolicySectionOut]


class ProposalEvidence(Shape):
    """Something that only a person's click carries out, once: POST /proposals/{id}/confirm or /decline."""

    type: Literal["proposal"] = "proposal"
    id: str
    kind: str = Field(examples=["cancel_order"])
    order_id: str
    title: str
    before: str
    after: str
    amount: MoneyOut | None = Field(description="Money that moves.")
    expires_at: datetime
    status: Literal["open", "done", "declined", "expired"]
    outcome: str = Field(description="What became of it, for people; empty while it is open.")


class RefusalEvidence(Shape):
    """A rule said no."""

    type: Literal["refusal"] = "refusal"
    code: str
    message: str


class HandOverEvidence(Shape):
    """The conversation waits for a person; `position` counts from 1."""

    type: Literal["hand_over"] = "hand_over"
    position: int
    reason: str


class ProfileEntryOut(Shape):
    """One thing that is known of the shopper; forget it with DELETE /profile/entries/{id}."""

    id: str = Field(examples=["likes:colour=red"])
    kind: Literal["likes", "less_of", "avoids", "price"]
    label: str = Field(examples=["red"])
    about: str = Field(description="What it is a value of; empty for a kind of thing.", examples=["Colour"])
    strength: float = Field(description="0 to 1; 1 for what was said.")
    low: MoneyOut | None = Field(description="Of a band of prices; null otherwise.")
    high: MoneyOut | None


class ProfileEvidence(Shape):
    """What is known of the shopper."""

    type: Literal["profile"] = "profile"
    kept: bool = Field(description="Whether a profile is kept: what is done from now on teaches it.")
    offered: bool = Field(description="Whether this shop offers to keep one.")
    paused: bool
    for_somebody: bool = Field(description="Whether this visit is for somebody else: it teaches nothing.")
    entries: list[ProfileEntryOut]
    state_text: str
    done_text: str = Field(description="What the turn has just done; empty where it only looked.")
    erase_asked: bool = Field(description="Everything is to be forgotten: ask once, then DELETE /profile.")


class WhyEvidence(Shape):
    """Why a product was suggested: `product.why`, heaviest first; empty where no ranking showed it."""

    type: Literal["why"] = "why"
    product: ProductOut


EvidenceOut = Annotated[
    SlateEvidence
    | ProductEvidence
    | ComparisonEvidence
    | CartEvidence
    | OrdersEvidence
    | PolicyEvidence
    | ProposalEvidence
    | RefusalEvidence
    | HandOverEvidence
    | ProfileEvidence
    | WhyEvidence,
    Field(discriminator="type"),
]
"""One piece of evidence; `type` says which."""


class QuestionOut(Shape):
    """The one clarifying question; each answer can be sent as the next message."""

    text: str
    answers: list[str]
