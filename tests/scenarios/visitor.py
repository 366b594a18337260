"""A shopper in a test: says things through the one door and sees what a channel would see."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from assistant.service import Assistant, Session
from assistant.turn import (
    Answer,
    Done,
    Evidence,
    EvidenceFound,
    Failed,
    ProductFact,
    SlateFact,
    TextDelta,
    Turn,
    TurnEvent,
)

T = TypeVar("T")


@dataclass(frozen=True)
class Reply:
    """Everything that one message brought."""

    events: tuple[TurnEvent, ...]

    @property
    def answer(self) -> Answer:
        return next(event.answer for event in self.events if isinstance(event, Done))

    @property
    def text(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, TextDelta)).strip()

    @property
    def failed(self) -> str | None:
        return next((event.message for event in self.events if isinstance(event, Failed)), None)

    @property
    def slates(self) -> tuple[SlateFact, ...]:
        return self.answer.slates

    @property
    def products(self) -> tuple[ProductFact, ...]:
        return tuple(item for slate in self.slates for item in slate.items)

    @property
    def labels(self) -> set[str]:
        return {constraint.label() for constraint in self.answer.wishes.constraints}

    def only(self, kind: type[T]) -> T:
        """The one fact of this kind."""
        found = [fact for fact in self.answer.evidence if isinstance(fact, kind)]
        assert len(found) == 1, f"{len(found)} facts of {kind.__name__} in {self.text!r}"
        return found[0]

    def first_of(self, kind: type[TurnEvent]) -> int:
        """Index of the first event of this kind."""
        return next(i for i, event in enumerate(self.events) if isinstance(event, kind))

    @property
    def drawn(self) -> Sequence[Evidence]:
        return [event.fact for event in self.events if isinstance(event, EvidenceFound)]


@dataclass
class Visitor:
    """One visit to the shop; each visitor has a session of its own."""

    assistant: Assistant
    runner: asyncio.Runner
    session: Session
    name: str
    n_said: int = 0
    page_product_id: str | None = None
    replies: list[Reply] = field(default_factory=list)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def turn(self, text: str, message_id: str | None = None) -> Turn:
        self.n_said += 1
        session = self.session
        return Turn(
            session.conversation_id,
            message_id or f"{self.name}-{self.n_said}",
            text,
            session.principal,
            self.page_product_id,
        )

    def say(self, text: str, message_id: str | None = None) -> Reply:
        async def collect() -> Reply:
            return Reply(tuple([event async for event in self.assistant.stream(self.turn(text, message_id))]))

        reply = self.run(collect())
        self.replies.append(reply)
        return reply

    def sign_in(self, customer_id: str) -> Visitor:
        self.session = self.run(self.assistant.sign_in(self.session.token, customer_id))
        return self

    def new_conversation(self) -> None:
        conversation_id = self.run(self.assistant.new_conversation(self.session.principal))
        self.session = Session(self.session.principal, conversation_id, self.session.token, self.session.customer_name)
