"""What the API takes and gives: bodies of requests, answers, events of its streams, errors.

Shapes only. Bodies hold what is asked for, never who asks: that is the bearer token.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from ui.api.facts import EvidenceOut, QuestionOut, Shape, SourceOut, WishesOut

Id = Annotated[str, StringConstraints(min_length=1, max_length=300)]
MessageId = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[\w.:-]+$")]
MAX_TEXT_CHARS = 20_000
"""Longest text of a body; the shop's own limit for a message is a setting and lower."""

# ---------------------------------------------------------------- asked


class Asked(BaseModel):
    """Base of everything that comes in."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class TurnAsked(Asked):
    """A message of the shopper."""

    message_id: MessageId = Field(description="Chosen by the client; the same one is answered once.", examples=["m-1"])
    text: str = Field(max_length=MAX_TEXT_CHARS, examples=["a warm jacket under $90"])
    page_product_id: Id | None = Field(default=None, description="The product on the page that the shopper looks at.")


class EventAsked(Asked):
    """What the shopper did with a card."""

    kind: Literal["click", "dismiss"]
    product_id: Id
    decision_id: Id | None = None
    position: int | None = Field(default=None, ge=0, le=1000)


class LineAsked(Asked):
    """Units of a variant to add to the cart."""

    variant_id: Id
    quantity: int = Field(default=1, ge=1, le=99)
    decision_id: Id | None = None


class QuantityAsked(Asked):
    """How many units there shall be; 0 takes the line out."""

    quantity: int = Field(ge=0, le=99)


class ProfileAsked(Asked):
    """What to change about the profile; what is left out stays."""

    keep: bool | None = Field(default=None, description="Whether a profile is kept; false erases what is known.")
    paused: bool | None = Field(default=None, description="Whether nothing is learned for now.")


class HandOverAsked(Asked):
    """Why a person is wanted; may be empty."""

    reason: str = Field(default="", max_length=500)


class PurchasedLine(Asked):
    """One line of an order: a variant or a product, what was paid for one, and the decision where the shop knows it."""

    variant_id: Id | None = None
    product_id: Id | None = None
    quantity: int = Field(ge=1, le=100_000)
    unit_price_minor: int = Field(ge=0, le=10**12, description="In the currency's smallest unit.")
    currency: str = Field(pattern=r"^[A-Z]{3}$", examples=["USD"])
    decision_id: Id | None = None

    @model_validator(mode="after")
    def _names_something(self) -> PurchasedLine:
        if self.variant_id is None and self.product_id is None:
            raise ValueError("name a variant_id or a product_id")
        return self


class PurchaseAsked(Asked):
    """An order that was placed in the shop, as its server tells it."""

    order_id: Id = Field(examples=["W-5001"])
    session_ref: Id | None = Field(
        default=None, description="What the checkout's address carried as {cart}; joins lines to what was shown."
    )
    lines: list[PurchasedLine] = Field(min_length=1, max_length=500)
    placed_at: AwareDatetime = Field(examples=["2026-11-25T12:00:00Z"])


# ---------------------------------------------------------------- answered


class FloorOut(Shape):
    """Who speaks to the shopper: the assistant, nobody yet (waiting in the queue), or a person."""

    holder: Literal["assistant", "queue", "agent"]
    agent_name: str | None
    position: int | None = Field(description="Place in the queue, from 1; null outside it.")


class SessionOut(Shape):
    """A visit. Keep `token`: it is the only key to it, and a secret."""

    token: str
    conversation_id: str
    shop_name: str
    locale: str = Field(examples=["en_US"])
    notice: str = Field(description="Must be shown: says that this is an AI assistant.")
    starters: list[str] = Field(description="Questions to begin with; empty while the shop is opening.")
    customer_name: str | None = Field(description="null for a guest.")
    floor: FloorOut
    ready: bool = Field(description="False while the shop is opening: what needs the catalogue answers 503 till then.")


class BannerOut(Shape):
    """A line of invitation for the top of the widget's panel."""

    line: str = Field(description="What is shown.")
    say: str = Field(description="What is sent as a message where the shopper follows it.")


class BannersOut(Shape):
    """The banner of a visit now; null mostly: seldom shown, and never again once followed or put away."""

    banner: BannerOut | None


class ConversationOut(Shape):
    """A conversation that was begun afresh."""

    conversation_id: str


class StoppedOut(Shape):
    """Whether a turn of that id was running and was stopped."""

    stopped: bool


class MessageOut(Shape):
    """Something that was said; `seq` grows and is unique in its conversation."""

    seq: int
    message_id: str = Field(description="The client's id; an answer has that of the message it answers. May be empty.")
    role: Literal["shopper", "assistant", "agent"]
    who: str = Field(description="Name to show: the agent's; may be empty.")
    text: str = Field(description="A small Markdown subset; never HTML.")
    at: datetime | None
    evidence: list[EvidenceOut]
    question: QuestionOut | None
    sources: list[SourceOut]


class HistoryOut(Shape):
    """What was said, oldest first, with today's facts."""

    conversation_id: str
    messages: list[MessageOut]
    floor: FloorOut
    wishes: WishesOut


class HealthOut(Shape):
    """What works."""

    status: Literal["ready", "opening"]
    version: str
    words: bool = Field(description="The shop is open: search by words, orders, policies.")
    meaning: bool = Field(description="Search by meaning takes part too.")
    loading: list[str]
    degraded: list[str]


class PurchaseOut(Shape):
    """What became of a purchase."""

    order_id: str
    joined: int = Field(description="Lines joined to the decision that showed the product.")
    unattributed: int = Field(
        description="Lines without one; they are counted all the same where the product is known."
    )
    duplicate: bool = Field(description="True where this order was told before; nothing was counted again.")


class FieldProblem(Shape):
    """One field of the request that cannot be used."""

    field: str
    reason: str


class Problem(Shape):
    """Why something was not done."""

    code: str = Field(examples=["no_such_product"])
    message: str = Field(description="A plain sentence that may be shown.")
    fields: list[FieldProblem] | None = None


class ErrorOut(Shape):
    """The one shape of every error."""

    error: Problem


# ---------------------------------------------------------------- events of a turn (event: name, data: shape)


class StatusEvent(Shape):
    """`status`: what is being done, for a line that stands while nothing else is seen."""

    text: str


class TextEvent(Shape):
    """`text`: checked words, to be appended."""

    text: str


class PassedOnEvent(Shape):
    """`passed_on`: a person has the floor; the message is kept for them and the assistant stays silent."""

    agent_name: str


class DoneEvent(Shape):
    """`done`: the turn is over. `text` is the whole reply and replaces the words so far."""

    text: str
    question: QuestionOut | None
    sources: list[SourceOut]
    wishes: WishesOut
    handed_over: bool


class StoppedEvent(Shape):
    """`stopped`: the shopper stopped the turn; what was shown stays."""


class FailedEvent(Shape):
    """`failed`: the turn could not be answered; `message` may be shown."""

    message: str
