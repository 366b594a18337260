"""What happens in a conversation while somebody looks: messages, and who has the floor.

One process serves a data folder, so a notification is a bell in this process: whoever keeps something rings it after
the transaction, and whoever watches reads again what is kept. So nothing is lost where a bell rings twice or too
early. Knows no store.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import defaultdict
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeVar

from assistant.turn import Evidence, Floor, Question, Source, TurnCost, TurnEvent

T = TypeVar("T")
Speaker = Literal["shopper", "assistant", "agent"]


@dataclass(frozen=True, slots=True)
class HistoryItem:
    """Something that was said, with the cards that it drew.

    Args:
        role: who spoke.
        text: the words.
        evidence, question, sources: of an answer.
        message_id: the client's id; an answer has the id of the message that it answers.
        seq: its number in the conversation, from 1.
        who: the agent's name; empty for the others.
        at: aware datetime; None where it is not known.
        cost: what an answer took; for the staff only.
    """

    role: Speaker
    text: str
    evidence: tuple[Evidence, ...] = ()
    question: Question | None = None
    sources: tuple[Source, ...] = ()
    message_id: str = ""
    seq: int = 0
    who: str = ""
    at: datetime | None = None
    cost: TurnCost | None = None


@dataclass(frozen=True, slots=True)
class LiveMessage:
    """A message that is kept by now.

    Args:
        seq: its number in the conversation, from 1.
        role: who spoke.
        who: the agent's name; empty for the others.
        text: the words.
        at: aware datetime.
        item: the same with its cards.
    """

    seq: int
    role: Speaker
    who: str
    text: str
    at: datetime
    item: HistoryItem


@dataclass(frozen=True, slots=True)
class FloorChanged:
    """Who has the floor now.

    Args:
        floor: who speaks to the shopper.
        agent_name: the agent who does; None where no agent has the floor.
        position: place in the queue, from 1; None where the conversation does not wait.
    """

    floor: Floor
    agent_name: str | None = None
    position: int | None = None


@dataclass(frozen=True, slots=True)
class News:
    """What a look into the store has found: messages, oldest first, and the floor at the same moment."""

    messages: tuple[LiveMessage, ...]
    floor: FloorChanged


class Bell:
    """Wakes one listener of the event loop that made it; any thread may ring."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._rung = asyncio.Event()
        self.in_queue = False
        """Whether the listener wants to know of every move of the queue."""

    def ring(self) -> None:
        """Wake the listener."""
        with contextlib.suppress(RuntimeError):  # its loop is closed: nobody listens any more
            self._loop.call_soon_threadsafe(self._rung.set)

    async def wait(self) -> None:
        """Wait until it was rung since the last wait."""
        await self._rung.wait()
        self._rung.clear()


class Cut:
    """Ends one running turn at the moment in which an agent takes the floor."""

    def __init__(self) -> None:
        self._bell = Bell()
        self.agent_name: str | None = None
        """Who took it; None while the turn may go on."""

    def make(self, agent_name: str) -> None:
        """Let nothing more be shown; from any thread."""
        self.agent_name = agent_name
        self._bell.ring()

    async def until(self, events: AsyncGenerator[TurnEvent]) -> AsyncGenerator[TurnEvent]:
        """Pass on the events until they end or the cut is made; then the events are closed, also amid a wait."""
        made = asyncio.ensure_future(self._bell.wait())
        step: asyncio.Task[TurnEvent | None] | None = None
        try:
            while self.agent_name is None:
                step = asyncio.create_task(_next(events))
                await asyncio.wait({step, made}, return_when=asyncio.FIRST_COMPLETED)
                if self.agent_name is not None:
                    return
                event = step.result()
                if event is None:
                    return
                yield event
        finally:
            made.cancel()
            if step is not None and not step.done():
                step.cancel()
            await asyncio.gather(made, *([step] if step else []), return_exceptions=True)
            await events.aclose()


async def _next(events: AsyncGenerator[TurnEvent]) -> TurnEvent | None:
    return await anext(events, None)


class Live:
    """The bells of one process. Every method may be called from any thread, listening from any event loop."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._bells: defaultdict[str, set[Bell]] = defaultdict(set)
        self._turns: defaultdict[str, set[Cut]] = defaultdict(set)

    @contextmanager
    def listening(self, conversation_id: str) -> Iterator[Bell]:
        """Hear of what happens in a conversation from now on."""
        with _on(self._lock, self._bells, conversation_id, Bell()) as bell:
            yield bell

    @contextmanager
    def turn(self, conversation_id: str) -> Iterator[Cut]:
        """Let a turn of a conversation be cut from now on."""
        with _on(self._lock, self._turns, conversation_id, Cut()) as cut:
            yield cut

    def ring(self, conversation_id: str) -> None:
        """Say that something was kept in a conversation."""
        with self._lock:
            bells = tuple(self._bells.get(conversation_id, ()))
        for bell in bells:
            bell.ring()

    def ring_queue(self) -> None:
        """Say that the queue has moved."""
        with self._lock:
            bells = [bell for some in self._bells.values() for bell in some if bell.in_queue]
        for bell in bells:
            bell.ring()

    def cut(self, conversation_id: str, agent_name: str) -> None:
        """End the turns of a conversation: called inside the transaction that gives an agent the floor, before it is
        committed, so that not one word is shown after it."""
        with self._lock:
            turns = tuple(self._turns.get(conversation_id, ()))
        for turn in turns:
            turn.make(agent_name)


@contextmanager
def _on(lock: threading.Lock, shelf: defaultdict[str, set[T]], key: str, one: T) -> Iterator[T]:
    """Keep one on a shelf while it is used."""
    with lock:
        shelf[key].add(one)
    try:
        yield one
    finally:
        with lock:
            shelf[key].discard(one)
            if not shelf[key]:
                del shelf[key]


async def follow(
    bell: Bell, after: int, look: Callable[[int], Awaitable[News]]
) -> AsyncGenerator[LiveMessage | FloorChanged]:
    """Yield what is newer than a message and the present floor, then what comes, until closed.

    Args:
        bell: rings for the conversation; opened before the first look, so that nothing falls between.
        after: the number of the last message that is known already; 0 for none.
        look: reads what is newer than a number.
    """
    known: FloorChanged | None = None
    while True:
        news = await look(after)
        changed = [news.floor] if news.floor != known else []
        # Who joins is said before what they say; who leaves, after it.
        joins = known is not None and news.floor.floor is Floor.AGENT
        known = news.floor
        bell.in_queue = known.floor is Floor.QUEUE
        for change in changed if joins else []:
            yield change
        for message in news.messages:
            after = message.seq
            yield message
        for change in [] if joins else changed:
            yield change
        await bell.wait()
