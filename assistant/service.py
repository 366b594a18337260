"""The one door to the assistant: every channel and the command line come in here, and nothing else is for them.

All methods are async; blocking work runs in a bounded pool. Whose session it is comes from the token, never from the
caller's word for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar

import structlog

from assistant.config import Settings
from assistant.desk import Desk
from assistant.errors import AisleError, Refused, SessionMissing, TurnRefused
from assistant.guards import check_input
from assistant.history import history_of, live_of
from assistant.lab import Lab
from assistant.live import FloorChanged, HistoryItem, LiveMessage, News, follow
from assistant.metering import TurnMeter
from assistant.owner import Owner
from assistant.places import DEMO_CATALOGUE
from assistant.profile_door import ShopperProfiles
from assistant.purchasing import PurchaseJoined
from assistant.rooms import OPENING_WAIT_S, Opening, Readiness, Rooms
from assistant.starters import Starter
from assistant.starting import Place
from assistant.support.orders import Contact
from assistant.support.purchases import Purchase
from assistant.telemetry import Telemetry
from assistant.text import clean
from assistant.tools.hand_over import MAX_REASON_CHARS
from assistant.tools.profiling import session_key
from assistant.turn import (
    CartFact,
    Failed,
    Floor,
    HandOverFact,
    Need,
    Order,
    OrderStatus,
    PolicySection,
    Principal,
    ProductFact,
    Proposal,
    Status,
    Turn,
    TurnEvent,
)
from assistant.turn_queue import TurnQueue
from assistant.turns import APOLOGY, TurnRunner
from assistant.wishes import without_wish
from recommender.events import Event, EventType
from retrieval.filters import judge

__all__ = ["DEMO_CATALOGUE", "Assistant", "DemoCustomer", "HistoryItem", "Readiness", "Rooms", "Session"]

log = structlog.get_logger()
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Session:
    """A browser's visit; `token` is a secret between it and us; `customer_name` is None for a guest."""

    principal: Principal
    conversation_id: str
    token: str
    customer_name: str | None = None


@dataclass(frozen=True, slots=True)
class DemoCustomer:
    """A customer of the demo shop that anybody may sign in as."""

    id: str
    name: str
    note: str


class Assistant:
    """One shop's assistant. Built by `bootstrap.build_assistant`.

    Args:
        settings: frozen.
        rooms: what works before the catalogue is open.
        runner: runs turns.
        opener: opens the shop; see `opening.Opener`.
        desk, lab, owner: the doors of the staff, to the owner's experiments, and of the owner.
        telemetry: what turns take; for metrics.
    """

    def __init__(
        self,
        settings: Settings,
        rooms: Rooms,
        runner: TurnRunner,
        opener: Opening,
        desk: Desk,
        lab: Lab,
        owner: Owner,
        telemetry: Telemetry,
    ) -> None:
        self._settings = settings
        self._rooms = rooms
        self._runner = runner
        self._opener = opener
        self._queue = TurnQueue()
        self.desk = desk
        self.profiles = ShopperProfiles(rooms, lambda: opener.plan(OPENING_WAIT_S))
        self.lab = lab
        self.owner = owner
        self.telemetry = telemetry

    # ------------------------------------------------------------ the shop

    @property
    def shop_name(self) -> str:
        """The shop's name."""
        return self._settings.shop_name

    @property
    def locale(self) -> str:
        """Of money and dates, e.g. "en_US"."""
        return self._settings.locale

    @property
    def image_dir(self) -> Path | None:
        """Folder of the catalogue's local images; None where it has none."""
        folder = self._settings.data / "shops" / self._settings.catalogue / "images"
        return folder if folder.is_dir() else None

    def start(self, wait: Literal["no", "words", "meaning"] = "no") -> None:
        """Open the shop in the background.

        Args:
            wait: return at once, when words work, or when meaning works too (or has turned out not to).

        Raises:
            AisleError, RetrievalError: waited for, and the shop cannot be opened.
        """
        self._opener.start()
        self.lab.keep_watching()
        if wait != "no":
            self._opener.wait(wait)

    def close(self) -> None:
        """Stop background work and release the data folder."""
        self._opener.close()
        self.desk.close()
        # The opener asks until its end which releases are tried.
        self.lab.close()
        self.telemetry.close()

    def readiness(self) -> Readiness:
        """What works by now."""
        return self._opener.readiness()

    async def starters(self, principal: Principal, place: Place) -> tuple[str, ...]:
        """Questions for a visit to begin with, from this shop's catalogue; empty while the shop is opening."""
        return await self._in_pool(lambda: self._opener.starters(principal, place))

    async def banner(self, principal: Principal, conversation_id: str) -> Starter | None:
        """The widget's line of invitation; None mostly, and always while a person has the floor or is waited for."""
        if (await self.floor(principal, conversation_id)).floor is not Floor.ASSISTANT:
            return None
        return await self._in_pool(lambda: self._opener.banner(principal))

    async def put_banner_away(self, principal: Principal) -> None:
        """Show this visit no banner again."""
        await self._in_pool(lambda: self._opener.put_banner_away(principal))

    async def policies(self) -> tuple[PolicySection, ...]:
        """Every section of the shop's policies."""
        return self._rooms.policies.all()

    # ------------------------------------------------------------ sessions

    async def open_session(self, token: str | None) -> Session:
        """Return the session of a token, or a new one."""
        found = await self._in_pool(lambda: self._rooms.sessions.open(token))
        return await self._named(found.principal, found.conversation_id, found.token)

    async def find_session(self, token: str) -> Session | None:
        """Return the session of a token; None where it is unknown or has expired. Nothing is begun."""
        found = await self._in_pool(lambda: self._rooms.sessions.find(token))
        return await self._named(found.principal, found.conversation_id, found.token) if found else None

    async def sign_in(self, token: str, customer_id: str) -> Session:
        """Sign a customer of the demo shop in.

        Raises:
            Refused: outside the demo, or no such customer.
        """
        principal = (await self.open_session(token)).principal
        found = await self._in_pool(lambda: self._rooms.sessions.sign_in(principal, customer_id))
        await self._in_pool(self._rooms.counted.notice_staff)
        if self.readiness().words and found.principal.session_id == principal.session_id:
            await self.profiles.join(principal, found.principal)
        return await self._named(found.principal, found.conversation_id, found.token)

    async def sign_out(self, token: str) -> Session:
        """Go on as a guest, in a new session."""
        principal = (await self.open_session(token)).principal
        found = await self._in_pool(lambda: self._rooms.sessions.sign_out(principal))
        return await self._named(found.principal, found.conversation_id, found.token)

    def demo_customers(self) -> tuple[DemoCustomer, ...]:
        """Customers to try the shop as; empty outside the demo."""
        if self._settings.catalogue != DEMO_CATALOGUE:
            return ()
        rows = []
        for customer_id in ("maya", "jonas", "li"):
            customer = self._rooms.customers.find_customer(customer_id)
            if customer is not None:
                rows.append(DemoCustomer(customer.id, customer.name, customer.email))
        return tuple(rows)

    async def new_conversation(self, principal: Principal) -> str:
        """Start afresh in the same session and return the new conversation's id; what was for somebody is over."""
        if self.readiness().words:
            await self.profiles.begin_afresh(principal)
        return await self._in_pool(lambda: self._rooms.sessions.start_conversation(principal))

    async def _named(self, principal: Principal, conversation_id: str, token: str) -> Session:
        customer_id = principal.customer_id
        customer = (
            await self._in_pool(lambda: self._rooms.customers.find_customer(customer_id)) if customer_id else None
        )
        return Session(principal, conversation_id, token, customer.name if customer else None)

    # ------------------------------------------------------------ the dialogue

    async def stream(self, turn: Turn) -> AsyncGenerator[TurnEvent]:
        """Answer a message. Closing the iterator stops the turn; what was shown is kept.

        Two messages of one conversation are answered in order, and the same message id once.
        """
        meter = TurnMeter()
        try:
            with meter.stage("guards"):
                words = check_input(turn.text, self._settings)
            if not self.readiness().words:
                yield Status(self._opener.wording("doing_opening"))
            plan = await self._opener.plan(OPENING_WAIT_S)
            if self._opener.begins_with_starter(turn.principal, words):
                await self._in_pool(lambda: self._opener.started(turn.principal, words))
            # The runner is closed before the queue moves on: a Stop keeps what was shown before the next turn begins.
            async with (
                self._queue.turn(turn.conversation_id),
                contextlib.aclosing(self._runner.run(turn, words, plan, meter)) as events,
            ):
                async for event in events:
                    yield event
        except (TurnRefused, SessionMissing, Refused) as refusal:
            yield Failed(self._opener.in_language_of(turn.text, str(refusal)))
        except AisleError as problem:
            log.error("turn.failed", turn=turn.message_id, error=type(problem).__name__)
            yield Failed(self._opener.in_language_of(turn.text, APOLOGY))
        except Exception as bug:
            log.exception("turn.bug", turn=turn.message_id, error=type(bug).__name__)
            yield Failed(self._opener.in_language_of(turn.text, APOLOGY))

    async def history(self, principal: Principal, conversation_id: str) -> tuple[HistoryItem, ...]:
        """What was said, oldest first, with today's facts.

        Raises:
            SessionMissing: not this principal's, or not there.
        """
        await self._opener.plan(OPENING_WAIT_S)
        found = await self._in_pool(lambda: self._rooms.conversations.load(principal, conversation_id))
        return history_of(found)

    async def need(self, principal: Principal, conversation_id: str) -> Need:
        """What is looked for now: the chips."""
        return (await self._in_pool(lambda: self._rooms.conversations.load(principal, conversation_id))).need

    async def remove_wish(self, principal: Principal, conversation_id: str, key: str) -> Need:
        """Take one wish away, with its words; a key that is not there changes nothing."""

        def change() -> Need:
            before = self._rooms.conversations.load(principal, conversation_id).need
            need = without_wish(before, key)
            self._rooms.conversations.set_need(principal, conversation_id, need)
            return need

        return await self._in_pool(change)

    # ------------------------------------------------------------ a person

    async def floor(self, principal: Principal, conversation_id: str) -> FloorChanged:
        """Who has the floor now. Raises SessionMissing as in `history`."""
        return await self._in_pool(lambda: self._rooms.handoff.floor(principal, conversation_id))

    async def hand_over(self, principal: Principal, conversation_id: str, reason: str = "") -> HandOverFact:
        """Put the conversation into the queue for a person; a second time keeps its place.

        Raises:
            SessionMissing: as in `history`.
            Refused: a person has the floor already.
        """
        words = clean(reason, MAX_REASON_CHARS)
        return await self._in_pool(lambda: self._rooms.handoff.request(principal, conversation_id, words))

    async def leave_queue(self, principal: Principal, conversation_id: str) -> None:
        """Leave the queue; the assistant goes on alone.

        Raises:
            SessionMissing: as in `history`.
            Refused: the conversation does not wait.
        """
        await self._in_pool(lambda: self._rooms.handoff.cancel(principal, conversation_id))

    async def watch(
        self, principal: Principal, conversation_id: str, after: int = 0
    ) -> AsyncGenerator[LiveMessage | FloorChanged]:
        """Yield the messages after a number and who has the floor, then what comes, until closed.

        Raises:
            SessionMissing: as in `history`.
        """
        await self._opener.plan(OPENING_WAIT_S)
        store = self._rooms.conversations

        async def look(known: int) -> News:
            found = await self._in_pool(lambda: store.load(principal, conversation_id, after=known))
            return News(live_of(found), await self.floor(principal, conversation_id))

        with self._rooms.live.listening(conversation_id) as bell:
            async with contextlib.aclosing(follow(bell, after, look)) as happenings:
                async for happening in happenings:
                    yield happening

    # ------------------------------------------------------------ products and behaviour

    async def product(self, principal: Principal, product_id: str) -> ProductFact:
        """A product as the catalogue states it now.

        Raises:
            Refused: it is no longer sold.
        """
        plan = await self._opener.plan(OPENING_WAIT_S)
        product = plan.shop.find_product(product_id)
        if product is None:
            raise Refused("no_such_product", "That product is no longer sold here.")
        variant, _ = judge((), product)
        return ProductFact(product, variant)

    async def record(
        self,
        principal: Principal,
        kind: Literal["click", "dismiss"],
        product_id: str,
        decision_id: str | None = None,
        position: int | None = None,
    ) -> None:
        """Tell the recommender what the shopper did with a card."""
        await self._learn(principal, EventType(kind), product_id, decision_id, position)

    # ------------------------------------------------------------ cart, orders, proposals

    async def view_cart(self, principal: Principal) -> CartFact:
        """The cart, checked against the catalogue now."""
        await self._opener.plan(OPENING_WAIT_S)
        return await self._in_pool(lambda: self._rooms.carts.view(principal))

    async def add_to_cart(
        self, principal: Principal, variant_id: str, quantity: int = 1, decision_id: str | None = None
    ) -> CartFact:
        """Add units of a variant.

        Raises:
            Refused: sold out, not enough, no such product.
        """
        await self._opener.plan(OPENING_WAIT_S)
        cart = await self._in_pool(lambda: self._rooms.carts.add(principal, variant_id, quantity, decision_id))
        if product_id := _product_in(cart, variant_id):
            await self._learn(principal, EventType.ADD_TO_CART, product_id, decision_id, None)
        return cart

    async def set_quantity(self, principal: Principal, variant_id: str, quantity: int) -> CartFact:
        """Set how many units of a variant are in the cart; 0 takes it out.

        Raises:
            Refused: as in `add_to_cart`.
        """
        await self._opener.plan(OPENING_WAIT_S)
        carts = self._rooms.carts

        def change() -> tuple[CartFact, CartFact, str | None]:
            before, decision_id = carts.view(principal), carts.decisions(principal).get(variant_id)
            return before, carts.set_quantity(principal, variant_id, quantity), decision_id

        before, after, decision_id = await self._in_pool(change)
        had, has = _product_in(before, variant_id), _product_in(after, variant_id)
        if had and not has:
            await self._learn(principal, EventType.REMOVE_FROM_CART, had, decision_id, None)
        elif has and not had:
            await self._learn(principal, EventType.ADD_TO_CART, has, None, None)
        return after

    async def place_order(
        self, principal: Principal, *, name: str, email: str, address: str, idempotency_key: str
    ) -> Order:
        """Place the order of the demo checkout, once per key.

        Raises:
            Refused: nothing in the cart can be bought.
        """
        shop = (await self._opener.plan(OPENING_WAIT_S)).shop
        contact = Contact(name, email, address)

        def place() -> Order:
            rooms, cart = self._rooms, self._rooms.carts.view(principal)
            order = rooms.orders.create_from_cart(principal, cart, contact=contact, idempotency_key=idempotency_key)
            # Also for a repeat: what a crash left out the first time is made up for, and the rest is known by its id.
            chosen_from = rooms.orders.decisions(order.id)
            rooms.purchasing.record_order(order, chosen_from, principal, shop.recommender, shop.profiling)
            return order

        return await self._in_pool(place)

    async def orders(self, principal: Principal, limit: int = 50) -> Sequence[Order]:
        """Return the shopper's own orders, newest first; of a guest those of this visit."""
        return await self._in_pool(lambda: self._rooms.orders.find(principal, limit=limit))

    async def record_purchase(self, purchase: Purchase) -> PurchaseJoined:
        """Learn from an order of the shop's own checkout, once however often its server tells it.

        Raises:
            Refused: the order was told before with other contents.
        """
        plan = await self._opener.plan(OPENING_WAIT_S)
        return await self._in_pool(
            lambda: self._rooms.purchasing.record(purchase, plan.shop.recommender, plan.shop.profiling)
        )

    async def confirm(self, principal: Principal, proposal_id: str) -> Proposal:
        """Carry out what the shopper confirmed, exactly once.

        Raises:
            Refused: expired, changed since, or not this principal's.
        """
        shop = (await self._opener.plan(OPENING_WAIT_S)).shop

        def carry_out() -> Proposal:
            rooms, key = self._rooms, f"confirm:{proposal_id}"
            done = rooms.actions.confirm(principal, proposal_id, idempotency_key=key)
            order = rooms.orders.get(principal, done.order_id)
            if order.status is OrderStatus.CANCELLED:
                chosen_from = rooms.orders.decisions(order.id)
                rooms.purchasing.record_cancelled(order, chosen_from, principal, shop.recommender, shop.profiling)
            return done

        return await self._in_pool(carry_out)

    async def decline(self, principal: Principal, proposal_id: str) -> Proposal:
        """Decline a proposal.

        Raises:
            Refused: not this principal's.
        """
        return await self._in_pool(lambda: self._rooms.actions.decline(principal, proposal_id))

    # ------------------------------------------------------------ inside

    async def _learn(
        self,
        principal: Principal,
        kind: EventType,
        product_id: str,
        decision_id: str | None,
        position: int | None,
    ) -> None:
        plan = await self._opener.plan(OPENING_WAIT_S)
        event = Event(
            event_id=uuid.uuid4().hex,
            type=kind,
            item_id=product_id,
            shopper_key=plan.shop.profiling.key(principal),
            session_key=session_key(principal),
            at=plan.shop.now(),
            decision_id=decision_id,
            position=position,
        )
        await self._in_pool(lambda: plan.shop.recommender.record(event))

    async def _in_pool(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._rooms.pool, work)


def _product_in(cart: CartFact, variant_id: str) -> str | None:
    return next((line.product.id for line in cart.lines if line.variant_id == variant_id and line.product), None)
