"""The words that the whole house speaks: a turn, an answer, and the events of a turn while it runs.

Everything here is frozen and holds no behaviour beyond small derived values. The facts that an answer rests on are
in assistant.evidence; their names can be imported from here as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from assistant.evidence import (
    CartFact,
    CartLineFact,
    Claim,
    ComparisonFact,
    Evidence,
    Extreme,
    HandOverFact,
    Need,
    Order,
    OrderLine,
    OrdersFact,
    OrderStatus,
    PolicyFact,
    PolicySection,
    ProductFact,
    ProfileChange,
    ProfileFact,
    ProfileLine,
    Proposal,
    ProposalStatus,
    RefusalFact,
    SlateFact,
    ToolResult,
    WhyFact,
)

__all__ = [
    "Agent",
    "Answer",
    "CartChange",
    "CartFact",
    "CartLineFact",
    "Choosing",
    "Claim",
    "ComparisonFact",
    "Device",
    "Done",
    "Evidence",
    "EvidenceFound",
    "Extreme",
    "Failed",
    "Floor",
    "Focus",
    "HandOverFact",
    "Need",
    "Order",
    "OrderLine",
    "OrderStatus",
    "OrdersFact",
    "PassedOn",
    "PolicyFact",
    "PolicySection",
    "Principal",
    "ProductFact",
    "ProfileChange",
    "ProfileFact",
    "ProfileLine",
    "Proposal",
    "ProposalStatus",
    "Question",
    "RefusalFact",
    "SlateFact",
    "Source",
    "Status",
    "Stopped",
    "TextDelta",
    "ToolResult",
    "Turn",
    "TurnCost",
    "TurnEvent",
    "Waiting",
    "WhyFact",
    "WishesChanged",
]

# ---------------------------------------------------------------- who and what


Device = Literal["phone", "desktop", ""]
"""On what somebody shops; "" where it is not known."""


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
class Agent:
    """A member of staff, as the desk's session knows them.

    Args:
        id: opaque.
        name: as shoppers see it, e.g. "Nora".
        role: an "admin" may also take a conversation from a colleague.
    """

    id: str
    name: str
    role: Literal["agent", "admin"] = "agent"


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a shopper.

    Args:
        conversation_id: whose history this continues.
        message_id: chosen by the client; the same id twice is answered once.
        text: as typed.
        principal: from the session.
        page_product_id: the product on the page that the shopper looks at; None without one.
        device: as the channel knows it.
    """

    conversation_id: str
    message_id: str
    text: str
    principal: Principal
    page_product_id: str | None = None
    device: Device = ""


class Floor(StrEnum):
    """Who speaks to the shopper."""

    ASSISTANT = "assistant"
    QUEUE = "queue"
    AGENT = "agent"


# ---------------------------------------------------------------- what is on the table


@dataclass(frozen=True, slots=True)
class Waiting:
    """A product that is to go into the cart once its options are chosen.

    Args:
        product_id: the product.
        quantity: units wanted, 1 or more.
        options: options chosen so far, folded, e.g. {"colour": "black"}.
    """

    product_id: str
    quantity: int = 1
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Choosing:
    """A product that waits for the answer to "which size?" before it goes into the cart.

    Args:
        product_id: the product.
        quantity: units wanted; 0 where it is the number that was asked for.
        options: options chosen so far, folded, e.g. {"colour": "black"}.
        later: what comes after it.
        age: turns that have passed since the question without an answer to it.
    """

    product_id: str
    quantity: int = 1
    options: Mapping[str, str] = field(default_factory=dict)
    later: tuple[Waiting, ...] = ()
    age: int = 0


@dataclass(frozen=True, slots=True)
class CartChange:
    """What was done to one line of the cart, so that it can be taken back.

    Args:
        variant_id: which line.
        before, after: units, 0 where there was or is none.
    """

    variant_id: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Focus:
    """What "the second one", "it", "that order" can mean.

    Args:
        shown: product ids of the last slate, in order; empty again after a search that found nothing.
        seen: product ids shown so far for the current need, for "show me more".
        gone: product ids that stood on the table until a search found nothing; only their names point at them.
        product_id: the product talked about last; None without one.
        talked: product ids of the last two talked about, until others are shown or compared: "those two".
        choosing: the choice that is under way before something goes into the cart; None without one.
        cart_changes: what was changed in the cart last, for "undo".
        compared: product ids of the comparison that was drawn last, until something else is shown.
        order_id: the order talked about last; None without one.
        asked: clarifying questions already put, by key; none is put twice.
        proposed: ids of the proposals that the last answer made; empty where it made none.
        policy: topic of the policy that the last answer quoted, e.g. "Returns"; "" where it quoted none.
        earlier_needs: needs that were left for another, latest first, to come back to.
        language: of the message answered last, e.g. "de"; "" at the beginning.
    """

    shown: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    product_id: str | None = None
    talked: tuple[str, ...] = ()
    choosing: Choosing | None = None
    cart_changes: tuple[CartChange, ...] = ()
    compared: tuple[str, ...] = ()
    order_id: str | None = None
    asked: tuple[str, ...] = ()
    proposed: tuple[str, ...] = ()
    policy: str = ""
    earlier_needs: tuple[Need, ...] = ()
    language: str = ""


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
class TurnCost:
    """What a turn took; for the staff only.

    Args:
        model: which model answered, "embedded" or the endpoint's; "" where none was asked.
        fell_back: why the endpoint did not answer, in a word, e.g. "late"; "" where it did or none is set.
        tokens_in, tokens_out: of all calls of an endpoint; estimated where it does not tell them.
        tokens_cached: those of `tokens_in` that its prefix cache held.
        model_calls, tool_calls: how many.
        first_token_s: seconds that an endpoint took to its first token, in the slowest call; None without one.
        first_shown_s: seconds until the first card or word; None where nothing was shown.
        seconds: of the whole turn.
        stages: seconds by stage (`metering.Stage`).
        repair: what came of asking the model once more for what nothing holds: "stood" where something of it was
            shown, "in_vain" where nothing was, "stopped" with the turn, else why it did not answer, e.g. "late";
            "" where it was not asked.
    """

    model: str = ""
    fell_back: str = ""
    tokens_in: int = 0
    tokens_cached: int = 0
    tokens_out: int = 0
    model_calls: int = 0
    tool_calls: int = 0
    first_token_s: float | None = None
    first_shown_s: float | None = None
    seconds: float = 0.0
    stages: Mapping[str, float] = field(default_factory=dict)
    repair: str = ""

    @property
    def tokens(self) -> int:
        """Those that had to be computed: what limits count."""
        return self.tokens_in - self.tokens_cached + self.tokens_out


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
        repaired: how many sentences of the model were not shown, those of a repair too: nothing holds them, or a guard
            held them back.
        cost: what the turn took, as far as it was known when the answer was kept.
        claims: what of the text rests on what; not kept with the conversation.
    """

    text: str
    evidence: tuple[Evidence, ...] = ()
    wishes: Need = field(default_factory=Need)
    question: Question | None = None
    sources: tuple[Source, ...] = ()
    handed_over: bool = False
    prompt_hash: str = ""
    repaired: int = 0
    cost: TurnCost = field(default_factory=TurnCost)
    claims: tuple[Claim, ...] = ()

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
class PassedOn:
    """A person has the floor: the message is kept for them, the assistant is silent. `Done` follows."""

    agent_name: str


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


TurnEvent = Status | EvidenceFound | TextDelta | WishesChanged | PassedOn | Done | Stopped | Failed
"""Every channel must render each of these (tests/contracts/channel.py)."""
