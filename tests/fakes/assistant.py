"""A hand-written assistant for pages: the interface of the one door, with scripted turns.

A turn plays the first script whose word stands in the message. `pause_s` is the time between two events, so that a
browser can be watched while words stream; `hold`, when cleared, keeps a turn waiting between its cards and its words.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

from assistant.errors import Refused, SessionMissing, SignInNeeded, TurnRefused
from assistant.live import FloorChanged, Live, LiveMessage, News, follow
from assistant.purchasing import PurchaseJoined
from assistant.service import DemoCustomer, HistoryItem, Readiness, Session
from assistant.starters import Starter
from assistant.support.floor import FloorState, move
from assistant.support.purchases import Purchase
from assistant.telemetry import Telemetry
from assistant.turn import (
    Agent,
    Answer,
    CartFact,
    Done,
    Evidence,
    EvidenceFound,
    Failed,
    Floor,
    HandOverFact,
    Need,
    Order,
    PassedOn,
    PolicySection,
    Principal,
    ProductFact,
    ProfileFact,
    Proposal,
    ProposalStatus,
    Question,
    RefusalFact,
    Source,
    Status,
    TextDelta,
    Turn,
    TurnEvent,
    WishesChanged,
)
from recommender.profiles.edits import Edit, EditKind
from tests.fakes import shop


@dataclass(frozen=True, slots=True)
class Script:
    """What a turn plays: facts first, then words, one at a time."""

    facts: tuple[Evidence, ...] = ()
    text: str = ""
    question: Question | None = None
    sources: tuple[Source, ...] = ()
    need: Need | None = None
    failure: str | None = None


FOUND = (
    "The **Trail jacket Fjell** at $79.00 is the best fit: it is under $90 and comes in size M. "
    "The boots set is the least expensive at $19.99."
)
SCRIPTS: dict[str, Script] = {
    "compare": Script(
        (shop.comparison(shop.PRODUCTS[0], shop.PRODUCTS[9]),), "Both weigh 340 g. Only the jacket states its material."
    ),
    "twelve": Script(
        (shop.slate(shop.PRODUCTS, total=40),), "Here are twelve of 40.", need=Need("anything", shop.WISHES)
    ),
    "sponsored": Script((shop.SPONSORED_SLATE,), "Five that fit. Sponsored: **Very long**, marked on its card."),
    "single": Script((shop.slate(shop.PRODUCTS[:1]),), "There is exactly one."),
    "details": Script((shop.fact(shop.PRODUCTS[0]),), "It weighs 340 g."),
    "ball gown": Script((shop.EMPTY_SLATE,), "There is nothing under $20 in size M."),
    "order": Script((shop.ORDERS,), "Your order A-10421 is on its way."),
    "cancel": Script((shop.PROPOSAL,), "I can cancel order A-10421 for you. Nothing happens until you choose."),
    "return": Script(
        (shop.POLICY,),
        "You have 30 days from delivery.",
        sources=(Source(shop.RETURNS.id, shop.RETURNS.title, shop.RETURNS.url),),
    ),
    "refuse": Script(
        (RefusalFact("already_shipped", "Order A-10421 has been shipped and cannot be cancelled."),), "Sorry."
    ),
    "person": Script((HandOverFact(2, "a damaged parcel"),), "I have asked a person to take over."),
    "gift": Script((), "Gladly. Who is it for?", Question("for", "Who is it for?", ("A child", "A grown-up", "A dog"))),
    "add": Script((shop.cart((shop.PRODUCTS[0], 1), (shop.PRODUCTS[1], 2), changed="added"),), "It is in your cart."),
    "know": Script((shop.PROFILE,), "From what you did here I gather that you like Jackets and red."),
    "break": Script(failure="Something went wrong on our side. Your message is kept."),
    "jacket": Script((shop.slate(shop.PRODUCTS[:6], total=23),), FOUND, need=Need("jacket", shop.WISHES)),
}


class ClosedDesk:
    """A desk that nobody may enter."""

    async def agent(self, token: str | None, *, active: bool = True) -> Agent:
        raise SignInNeeded("Your session has ended. Please sign in again.")

    def agent_now(self, token: str | None) -> Agent:
        raise SignInNeeded("Your session has ended. Please sign in again.")

    async def sign_in(self, name: str, password: str, address: str) -> tuple[Agent, str]:
        raise Refused("wrong", "That name and password do not fit together.")

    async def sign_out(self, token: str) -> None:
        """Nobody is signed in."""


class FakeProfiles:
    """Profiles of one shopper, made of a list."""

    def __init__(self) -> None:
        self.fact = shop.PROFILE
        self.edits: list[Edit] = []
        self.erased = 0

    async def show(self, principal: Principal) -> ProfileFact:
        return self.fact

    async def keep(self, principal: Principal, keep: bool) -> ProfileFact:
        self.fact = replace(self.fact, kept=keep, lines=self.fact.lines if keep else ())
        return self.fact

    async def edit(self, principal: Principal, edit: Edit) -> ProfileFact:
        self.edits.append(edit)
        if edit.kind in (EditKind.PAUSE, EditKind.RESUME):
            self.fact = replace(self.fact, paused=edit.kind is EditKind.PAUSE)
        gone = f":{edit.field}={edit.value}"
        self.fact = replace(self.fact, lines=tuple(line for line in self.fact.lines if not line.id.endswith(gone)))
        return self.fact

    async def erase(self, principal: Principal) -> ProfileFact:
        self.erased += 1
        self.fact = replace(self.fact, lines=())
        return self.fact


class FakeAssistant:
    """The one door, made of scripts."""

    shop_name = "Aisle & Co."
    locale = "en_US"

    def __init__(self, *, image_dir: Path | None = None, pause_s: float = 0.0) -> None:
        self.image_dir = image_dir
        self.pause_s = pause_s
        self.desk: Any = ClosedDesk()
        self.telemetry = Telemetry()
        self.owner: Any = None
        self.profiles = FakeProfiles()
        self.hold = threading.Event()
        self.hold.set()
        self.scripts = dict(SCRIPTS)
        self.ready = Readiness(words=True, meaning=True)
        self.sessions: dict[str, Session] = {}
        self.turns: list[Turn] = []
        self.invitation: Starter | None = None
        self.stopped: list[str] = []
        self.recorded: list[tuple[str, str, str | None, int | None]] = []
        self.orders: dict[str, Order] = {}
        self.placed = 0
        self.purchases: list[Purchase] = []
        self.proposals = {shop.PROPOSAL.id: shop.PROPOSAL}
        self._histories: dict[str, list[HistoryItem]] = {}
        self._needs: dict[str, Need] = {}
        self._carts: dict[str, dict[str, int]] = {}
        self._conversations = 0
        self._floors: dict[str, FloorState] = {}
        self._live = Live()

    def readiness(self) -> Readiness:
        return self.ready

    async def open_session(self, token: str | None) -> Session:
        if token in self.sessions:
            return self.sessions[token]
        fresh = token_urlsafe(24)
        self._conversations += 1
        session = Session(Principal(f"s{self._conversations}"), f"c{self._conversations}", fresh)
        self.sessions[fresh] = session
        return session

    async def find_session(self, token: str) -> Session | None:
        return self.sessions.get(token)

    async def sign_in(self, token: str, customer_id: str) -> Session:
        names = {customer.id: customer.name for customer in self.demo_customers()}
        if customer_id not in names:
            raise Refused("unknown_customer", "There is no such customer.")
        return self._changed(token, customer_id, names[customer_id])

    async def sign_out(self, token: str) -> Session:
        return self._changed(token, None, None)

    def _changed(self, token: str, customer_id: str | None, name: str | None) -> Session:
        old = self.sessions.pop(token)
        fresh = token_urlsafe(24)
        self.sessions[fresh] = replace(
            old, principal=replace(old.principal, customer_id=customer_id), token=fresh, customer_name=name
        )
        return self.sessions[fresh]

    def demo_customers(self) -> tuple[DemoCustomer, ...]:
        return (
            DemoCustomer("c-1", "Ida Berg", "two orders on their way"),
            DemoCustomer("c-2", "יעל כהן", "no orders yet"),
        )

    async def banner(self, *_: object) -> Starter | None:
        return self.invitation

    async def put_banner_away(self, *_: object) -> None:
        self.invitation = None

    async def starters(self, *_: object) -> tuple[str, ...]:
        return (
            "A jacket under $90 in size M",
            "A gift for someone who camps",
            "Where is my order?",
            "How long can I return things?",
        )

    async def history(self, principal: Principal, conversation_id: str) -> tuple[HistoryItem, ...]:
        return tuple(self._histories.get(conversation_id, ()))

    async def stream(self, turn: Turn) -> AsyncIterator[TurnEvent]:
        self.turns.append(turn)
        if not turn.text.strip():
            raise TurnRefused("Please write something.")
        script = next((s for word, s in self.scripts.items() if word in turn.text.lower()), Script((), "I heard you."))
        self._keep(turn.conversation_id, HistoryItem("shopper", turn.text, message_id=turn.message_id))
        agent = self._state(turn.conversation_id).agent
        if agent is not None:
            yield PassedOn(agent.name)
            yield Done(Answer("", handed_over=True))
            return
        said: list[str] = []
        try:
            async for event in self._play(turn, script):
                if isinstance(event, TextDelta):
                    said.append(event.text)
                yield event
        except (asyncio.CancelledError, GeneratorExit):
            self.stopped.append(turn.message_id)
            raise
        finally:
            answered = HistoryItem("assistant", "".join(said), script.facts, script.question, script.sources)
            self._keep(turn.conversation_id, replace(answered, message_id=turn.message_id))

    async def _play(self, turn: Turn, script: Script) -> AsyncIterator[TurnEvent]:
        yield Status("Looking …")
        await asyncio.sleep(self.pause_s)
        if script.failure:
            yield Failed(script.failure)
            return
        for found in script.facts:
            yield EvidenceFound(found)
        need = script.need or self._needs.get(turn.conversation_id, Need())
        if script.need:
            self._needs[turn.conversation_id] = need
            yield WishesChanged(need)
        while not self.hold.is_set():
            await asyncio.sleep(0.01)
        words = script.text.split(" ")
        for index, word in enumerate(words):
            await asyncio.sleep(self.pause_s)
            yield TextDelta(word if index == len(words) - 1 else word + " ")
        yield Done(Answer(script.text, script.facts, need, script.question, script.sources))

    # ------------------------------------------------------------ a person

    async def floor(self, principal: Principal, conversation_id: str) -> FloorChanged:
        state = self._state(conversation_id)
        waiting = [each for each, one in self._floors.items() if one.floor is Floor.QUEUE]
        position = waiting.index(conversation_id) + 1 if conversation_id in waiting else None
        return FloorChanged(state.floor, state.agent.name if state.agent else None, position)

    def forget_queue(self) -> None:
        """Let everybody leave the queue, as between two tests."""
        self._floors.clear()

    async def hand_over(self, principal: Principal, conversation_id: str, reason: str = "") -> HandOverFact:
        self.move(conversation_id, "request")
        return HandOverFact((await self.floor(principal, conversation_id)).position or 1, reason)

    async def leave_queue(self, principal: Principal, conversation_id: str) -> None:
        self.move(conversation_id, "cancel")

    async def watch(
        self, principal: Principal, conversation_id: str, after: int = 0
    ) -> AsyncGenerator[LiveMessage | FloorChanged]:
        async def look(known: int) -> News:
            kept = [item for item in self._histories.get(conversation_id, ()) if item.seq > known]
            moment = datetime(2026, 11, 22, tzinfo=UTC)
            rows = [LiveMessage(item.seq, item.role, item.who, item.text, item.at or moment, item) for item in kept]
            return News(tuple(rows), await self.floor(principal, conversation_id))

        with self._live.listening(conversation_id) as bell:
            async for happening in follow(bell, after, look):
                yield happening

    def move(self, conversation_id: str, action: str, agent: Agent | None = None) -> None:
        """Move the floor, as the desk does."""
        before = self._state(conversation_id)
        after = move(before, action, agent)
        if after.floor is not before.floor:
            # The order of the dictionary is the order of the queue.
            self._floors.pop(conversation_id, None)
        self._floors[conversation_id] = after
        self._live.ring(conversation_id)
        self._live.ring_queue()

    def agent_says(self, conversation_id: str, agent: Agent, text: str) -> None:
        """Let an agent speak, as the desk does."""
        self._keep(conversation_id, HistoryItem("agent", text, who=agent.name))

    def _state(self, conversation_id: str) -> FloorState:
        return self._floors.get(conversation_id, FloorState())

    def _keep(self, conversation_id: str, item: HistoryItem) -> None:
        kept = self._histories.setdefault(conversation_id, [])
        kept.append(replace(item, seq=len(kept) + 1, at=datetime(2026, 11, 22, tzinfo=UTC)))
        self._live.ring(conversation_id)

    async def need(self, principal: Principal, conversation_id: str) -> Need:
        return self._needs.get(conversation_id, Need())

    async def remove_wish(self, principal: Principal, conversation_id: str, key: str) -> Need:
        need = self._needs.get(conversation_id, Need())
        left = replace(need, constraints=tuple(c for c in need.constraints if c.key != key))
        self._needs[conversation_id] = left
        return left

    async def record(
        self, principal: Principal, kind: str, product_id: str, decision_id: str | None, position: int | None
    ) -> None:
        self.recorded.append((kind, product_id, decision_id, position))

    async def product(self, principal: Principal, product_id: str) -> ProductFact:
        for item in shop.PRODUCTS:
            if item.id == product_id:
                return shop.fact(item)
        raise Refused("unknown_product", "This product is no longer in the shop.")

    async def view_cart(self, principal: Principal) -> CartFact:
        cart = self._carts.get(principal.session_id, {})
        return shop.cart(*((item, cart[v.id], v) for item in shop.PRODUCTS for v in item.variants if v.id in cart))

    async def add_to_cart(
        self, principal: Principal, variant_id: str, quantity: int, decision_id: str | None
    ) -> CartFact:
        cart = self._carts.setdefault(principal.session_id, {})
        return await self.set_quantity(principal, variant_id, cart.get(variant_id, 0) + quantity)

    async def set_quantity(self, principal: Principal, variant_id: str, quantity: int) -> CartFact:
        cart = self._carts.setdefault(principal.session_id, {})
        cart[variant_id] = quantity
        if quantity <= 0:
            del cart[variant_id]
        return await self.view_cart(principal)

    async def confirm(self, principal: Principal, proposal_id: str) -> Proposal:
        return self._decide(proposal_id, ProposalStatus.DONE)

    async def decline(self, principal: Principal, proposal_id: str) -> Proposal:
        return self._decide(proposal_id, ProposalStatus.DECLINED)

    def _decide(self, proposal_id: str, status: ProposalStatus) -> Proposal:
        if proposal_id not in self.proposals:
            raise Refused("unknown_proposal", "There is nothing to decide.")
        self.proposals[proposal_id] = replace(self.proposals[proposal_id], status=status)
        return self.proposals[proposal_id]

    async def place_order(
        self, principal: Principal, *, name: str, email: str, address: str, idempotency_key: str
    ) -> Order:
        if idempotency_key not in self.orders:
            if not (await self.view_cart(principal)).lines:
                raise Refused("empty_cart", "Your cart is empty.")
            self.placed += 1
            self.orders[idempotency_key] = replace(shop.ORDER, id=f"A-{20000 + self.placed}")
            self._carts.pop(principal.session_id)
        return self.orders[idempotency_key]

    async def record_purchase(self, purchase: Purchase) -> PurchaseJoined:
        self.purchases.append(purchase)
        return PurchaseJoined(0, len(purchase.lines), duplicate=False)

    async def policies(self) -> tuple[PolicySection, ...]:
        return (shop.RETURNS, shop.SHIPPING)

    async def new_conversation(self, principal: Principal) -> str:
        self._conversations += 1
        for token, session in self.sessions.items():
            if session.principal == principal:
                self.sessions[token] = replace(session, conversation_id=f"c{self._conversations}")
                return f"c{self._conversations}"
        raise SessionMissing("There is no such visit.")
