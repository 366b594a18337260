"""The staff's door: the inbox, one conversation with its customer, and the floor. For the desk's pages only.

Who acts is an `Agent` from a session that was looked up for this very call; whose orders are shown follows from the
conversation, never from what a page sends.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import structlog

from assistant.errors import Refused
from assistant.history import live_of
from assistant.live import LiveMessage
from assistant.rooms import Rooms
from assistant.support.floor import FloorState
from assistant.support.identity import Customer
from assistant.support.inbox import Inbox, InboxRow
from assistant.support.staff import Staff
from assistant.text import clean
from assistant.turn import Agent, Need, Order, Proposal

log = structlog.get_logger()
T = TypeVar("T")
MAX_ORDERS = 20


@dataclass(frozen=True, slots=True)
class Case:
    """One conversation as an agent sees it.

    Args:
        conversation_id: which.
        messages: those that were asked for, oldest first.
        state: who has the floor.
        customer: who it is; None for a guest.
        orders: the customer's, or what the guest ordered in this visit; newest first.
        proposals: open ones about these orders.
        need: what the shopper is looking for.
        here: False where the shopper has left for another conversation, or has signed out.
    """

    conversation_id: str
    messages: tuple[LiveMessage, ...]
    state: FloorState
    customer: Customer | None
    orders: tuple[Order, ...]
    proposals: tuple[Proposal, ...]
    need: Need
    here: bool


class Desk:
    """What the staff can do. Built by `bootstrap.build_assistant`."""

    def __init__(
        self,
        rooms: Rooms,
        staff: Staff,
        inbox: Inbox,
        open_shop: Callable[[], Awaitable[object]],
        max_chars: int,
    ) -> None:
        """Args:
        rooms: the store's.
        staff: accounts and sessions.
        inbox: all conversations.
        open_shop: waits until products can be looked up; raises TurnRefused where they cannot.
        max_chars: of one reply.
        """
        self._rooms = rooms
        self._staff = staff
        self._inbox = inbox
        self._open_shop = open_shop
        self._max_chars = max_chars

    def close(self) -> None:
        """Let the staff's file go."""
        self._staff.close()

    # ------------------------------------------------------------ who

    async def sign_in(self, name: str, password: str, address: str) -> tuple[Agent, str]:
        """Open a session and return who it is, with the token. Raises Refused as `Staff.sign_in`."""
        return await self._in_pool(lambda: self._staff.sign_in(name, password, address))

    async def sign_out(self, token: str) -> None:
        """End a session."""
        await self._in_pool(lambda: self._staff.sign_out(token))

    async def agent(self, token: str | None, *, active: bool = True) -> Agent:
        """Who has this session.

        Args:
            token: as the browser sent it.
            active: False for what a page asks by itself.

        Raises:
            SignInNeeded: nobody.
        """
        return await self._in_pool(lambda: self._staff.agent_of(token, active=active))

    def agent_now(self, token: str | None) -> Agent:
        """The same for callers that cannot wait; it blocks for one small read."""
        return self._staff.agent_of(token, active=False)

    # ------------------------------------------------------------ what there is

    async def inbox(self) -> tuple[InboxRow, ...]:
        """Who waits, who talks with staff, and whom the assistant talked with lately."""
        return await self._in_pool(self._inbox.rows)

    async def open(self, conversation_id: str, *, after: int = 0) -> Case:
        """Look at a conversation.

        Args:
            conversation_id: which.
            after: only messages with a higher number.

        Raises:
            SessionMissing: there is no such conversation.
        """
        await self._open_shop()
        return await self._in_pool(lambda: self._case(conversation_id, after))

    # ------------------------------------------------------------ what is done

    async def take(self, agent: Agent, conversation_id: str) -> None:
        """Give the agent the floor.

        Raises:
            SessionMissing: there is no such conversation.
            Refused: a colleague has it; the sentence names them.
        """
        await self._in_pool(lambda: self._rooms.handoff.take(conversation_id, agent))
        log.info("desk.taken", staff=agent.id, conversation=conversation_id)

    async def relieve(self, agent: Agent, conversation_id: str) -> None:
        """Take the floor from a colleague; admins only.

        Raises:
            SessionMissing: there is no such conversation.
            Refused: not an admin, or no colleague has the floor.
        """
        await self._in_pool(lambda: self._rooms.handoff.relieve(conversation_id, agent))
        log.info("desk.relieved", staff=agent.id, conversation=conversation_id)

    async def give_back(self, agent: Agent, conversation_id: str) -> None:
        """Let the assistant go on.

        Raises:
            SessionMissing: there is no such conversation.
            Refused: this agent does not have the floor.
        """
        await self._in_pool(lambda: self._rooms.handoff.hand_back(conversation_id, agent))
        log.info("desk.given_back", staff=agent.id, conversation=conversation_id)

    async def reply(self, agent: Agent, conversation_id: str, message_id: str, text: str) -> None:
        """Say something to the shopper, once per message id.

        Raises:
            SessionMissing: there is no such conversation.
            Refused: nothing or too much is said, or this agent does not have the floor.
        """
        words = clean(text)
        if not words:
            raise Refused("empty", "Write something first.")
        if len(words) > self._max_chars:
            raise Refused("too_long", f"That is too long: please keep it under {self._max_chars:,} characters.")
        store = self._rooms.conversations
        await self._in_pool(lambda: store.append_reply(agent, conversation_id, message_id, words))

    # ------------------------------------------------------------ inside

    def _case(self, conversation_id: str, after: int) -> Case:
        rooms, owner = self._rooms, self._inbox.owner_of(conversation_id)
        principal = owner.principal
        conversation = rooms.conversations.load(principal, conversation_id, after=after)
        known = rooms.customers.find_customer(principal.customer_id) if principal.customer_id else None
        return Case(
            conversation_id=conversation_id,
            messages=live_of(conversation),
            state=conversation.state,
            customer=known,
            orders=rooms.orders.find(principal, limit=MAX_ORDERS),
            proposals=rooms.actions.open(principal),
            need=conversation.need,
            here=owner.here,
        )

    async def _in_pool(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._rooms.pool, work)
