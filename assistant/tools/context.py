"""What a tool gets besides the model's arguments: who speaks, the turn so far, and the shop's services.

The model never sees any of it; identity comes from the session.
"""

from __future__ import annotations

import asyncio
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from assistant.arms import NO_ARMS, Arms
from assistant.aspects import Aspects
from assistant.config import Settings
from assistant.errors import Refused
from assistant.metering import TurnMeter
from assistant.support.actions import Actions
from assistant.support.cart import Carts
from assistant.support.handoff import HandOff
from assistant.support.orders import OrderBook
from assistant.support.policies import Policies
from assistant.support.sponsored import SponsoredDesk
from assistant.titles import TitleIndex
from assistant.tools.profiling import Profiling, session_key
from assistant.turn import Device, Evidence, Focus, Need, Principal, Question
from recommender.decide import Recommender
from recommender.events import Decision, Event, EventType
from recommender.selling.rules import RuleBook
from retrieval.engine import Retrieval
from retrieval.product import Product
from retrieval.query import QueryReader

MAX_CART_CHANGES = 3


@dataclass(frozen=True)
class Shop:
    """The shop's services, the same for every shopper."""

    settings: Settings
    retrieval: Retrieval
    reader: QueryReader
    recommender: Recommender
    carts: Carts
    orders: OrderBook
    actions: Actions
    policies: Policies
    handoff: HandOff
    now: Callable[[], float]
    titles: TitleIndex = field(default_factory=TitleIndex)
    sponsored: SponsoredDesk | None = None
    rules: RuleBook = field(default_factory=RuleBook)
    aspects: Aspects = field(default_factory=lambda: Aspects({}))
    find_age: Callable[[Principal], int | None] = lambda _: None
    find_need: Callable[[Principal], Need | None] = lambda _: None

    @property
    def profiling(self) -> Profiling:
        """What is kept of shoppers, and whether it may be."""
        return Profiling(self.recommender.profiles, self.settings.profiles, self.now)

    def find_product(self, product_id: str) -> Product | None:
        """The product as the catalogue states it now, or None."""
        return self.retrieval.catalogue.find(product_id)


@dataclass
class Ledger:
    """What this turn has done so far; tools may run in parallel, so it is changed under a lock.

    Args:
        need: what is looked for, as the last search left it.
        focus: what "it" and "the second one" can mean, as the last tool left it.
        evidence: all facts found, in order.
        shown: ids put into slates this turn, in order.
        decided: decisions made this turn, of which is not told yet what was shown.
        question: the one clarifying question that code chose; None without one.
        cart_changes: how many of the turn's cart changes are used.
        left_queue: whether the shopper has left the queue for a person.
        lock: guards all of it.
        turnstile: lets the turn's tools through one by one.
    """

    need: Need
    focus: Focus
    evidence: list[Evidence] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    decided: list[Decision] = field(default_factory=list)
    question: Question | None = None
    cart_changes: int = 0
    left_queue: bool = False
    lock: threading.RLock = field(default_factory=threading.RLock)
    turnstile: asyncio.Lock = field(default_factory=asyncio.Lock)

    def count_cart_change(self) -> None:
        """Take one of the turn's cart changes.

        Raises:
            Refused: they are used up.
        """
        with self.lock:
            if self.cart_changes >= MAX_CART_CHANGES:
                raise Refused("too_many_cart_changes", "That is as much as I change in the cart at once.")
            self.cart_changes += 1


@dataclass(frozen=True)
class ShopperContext:
    """The context of one agent run.

    Args:
        principal: who speaks.
        conversation_id, turn_id: where.
        words: what the shopper typed this turn: the only text that may cause a cart change.
        before: what was on the table when the turn began.
        page_product_id: the product on the page that the shopper looks at.
        device: on which they shop.
        before_decisions: product id -> the decision that last showed it in this conversation.
        arms: what experiments change in this turn.
        waiting: whether the conversation waits for a person.
        meter: counts what the turn takes.
        gives_away: whether an argument of the model holds what nobody may be shown, e.g. text of the prompts.
        shop: the services.
        ledger: what the turn has done.
    """

    principal: Principal
    conversation_id: str
    turn_id: str
    words: str
    before: Focus
    shop: Shop
    ledger: Ledger
    page_product_id: str | None = None
    device: Device = ""
    before_decisions: Mapping[str, str] = field(default_factory=dict)
    arms: Arms = NO_ARMS
    waiting: bool = False
    meter: TurnMeter = field(default_factory=TurnMeter)
    gives_away: Callable[[str], bool] = lambda _: False

    @property
    def shopper_key(self) -> str:
        """Pseudonymous key for the recommender; one of the visit alone where no profile may be kept."""
        return self.shop.profiling.key(self.principal)


def record_behaviour(context: ShopperContext, kind: EventType, product_id: str, decision_id: str | None) -> None:
    """Tell the recommender what the shopper did in this turn."""
    event = Event(
        event_id=uuid.uuid4().hex,
        type=kind,
        item_id=product_id,
        shopper_key=context.shopper_key,
        session_key=session_key(context.principal),
        at=context.shop.now(),
        decision_id=decision_id,
    )
    context.shop.recommender.record(event)
