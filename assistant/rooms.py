"""What the doors stand on: the rooms that are open from the first moment, and the shop that is being opened."""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Literal, Protocol

from assistant.conversations import Conversations
from assistant.counted import Counted
from assistant.floorplan import Floorplan
from assistant.live import Live
from assistant.purchasing import Purchasing
from assistant.session import Sessions
from assistant.starters import Starter
from assistant.starting import Place
from assistant.store.erasing import Eraser
from assistant.support.actions import Actions
from assistant.support.cart import Carts
from assistant.support.handoff import HandOff
from assistant.support.identity import Customers
from assistant.support.orders import OrderBook
from assistant.support.policies import Policies
from assistant.turn import Principal

OPENING_WAIT_S = 60.0
"""How long a request waits for the shop to open."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """What works by now.

    Args:
        words: the shop is open: search by words, orders, policies.
        meaning: search by meaning takes part too.
        loading: what is still being loaded, in plain words.
        degraded: what does not work and what to do about it, in sentences for the operator.
    """

    words: bool = False
    meaning: bool = False
    loading: tuple[str, ...] = ()
    degraded: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rooms:
    """What is open from the first moment, before any catalogue is: all of it in the store.

    Args:
        sessions, conversations, customers, carts, orders, actions: kept by the store.
        handoff: the queue for people, and who has the floor.
        live: tells watchers what happens.
        policies: the shop's texts.
        purchasing: what was bought in the shop's own checkout.
        eraser: erases a shopper's behaviour.
        counted: who of the log is a shopper.
        pool: where blocking work runs.
    """

    sessions: Sessions
    conversations: Conversations
    customers: Customers
    carts: Carts
    orders: OrderBook
    actions: Actions
    handoff: HandOff
    live: Live
    policies: Policies
    purchasing: Purchasing
    eraser: Eraser
    counted: Counted
    pool: Executor


class Opening(Protocol):
    """How the assistant sees the shop being opened; `opening.Opener` does it."""

    def start(self) -> None:
        """Begin in the background; a second call does nothing."""

    def wait(self, until: Literal["words", "meaning"]) -> None:
        """Block until it is reached. Raises what stopped it."""

    def readiness(self) -> Readiness:
        """What works by now."""

    def starters(self, principal: Principal, place: Place) -> tuple[str, ...]:
        """Questions for a visit to begin with."""

    def banner(self, principal: Principal) -> Starter | None:
        """The widget's line of invitation; None where there is none now, or the shop wants none."""

    def put_banner_away(self, principal: Principal) -> None:
        """Learn that a visit wants no banner."""

    def begins_with_starter(self, principal: Principal, words: str) -> bool:
        """Whether a message is one of the questions that its visit was shown."""

    def started(self, principal: Principal, words: str) -> None:
        """Learn what a visit began with."""

    def in_language_of(self, words: str, sentence: str) -> str:
        """A sentence of the code's in the language that a message is in, as far as that can be told of it alone."""

    def wording(self, name: str) -> str:
        """A sentence of the house without variables."""

    async def plan(self, timeout_s: float) -> Floorplan:
        """The opened shop. Raises TurnRefused where it is not open in time, or cannot be opened."""

    def close(self) -> None:
        """Stop, and release everything."""
