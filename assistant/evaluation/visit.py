"""One evaluated visit: messages through the assistant's one door, with everything kept that a report needs."""

from __future__ import annotations

import re
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import aclosing
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from typing import Any

from assistant.answer_json import product_json
from assistant.errors import AisleError
from assistant.service import Assistant, Session
from assistant.turn import (
    Answer,
    CartFact,
    Done,
    EvidenceFound,
    Failed,
    Order,
    ProductFact,
    SlateFact,
    TextDelta,
    Turn,
)
from retrieval.product import Money

_CONFIRMS = "(confirms)"
_MANY = 1_000
"""More orders than anybody has."""
_AMOUNT = re.compile(r"[$€£]\s?(\d[\d.,]*\d|\d)")


@dataclass(frozen=True, slots=True)
class Reply:
    """What one message brought.

    Args:
        answer: whole; an empty one where the turn failed.
        failed: the sentence that the shopper saw instead; "" where it was answered.
        whole_s: seconds until the end.
        first_word_s, first_card_s: seconds; None where there was none.
    """

    answer: Answer
    failed: str
    whole_s: float
    first_word_s: float | None
    first_card_s: float | None

    @property
    def cards(self) -> tuple[ProductFact, ...]:
        """Products shown, in order."""
        return tuple(item for slate in self.answer.slates for item in slate.items)


@dataclass
class Visit:
    """A visit while it runs.

    Args:
        assistant: an open shop.
        session: of this visit.
        replies: so far.
        said: what the shopper said, or clicked in brackets.
    """

    assistant: Assistant
    session: Session
    replies: list[Reply] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    async def say(self, words: str) -> Reply:
        """Send one message; a refusal or failure is a reply too."""
        turn = Turn(self.session.conversation_id, uuid.uuid4().hex, words, self.session.principal)
        began = time.perf_counter()
        word: float | None = None
        card: float | None = None
        answer, failed = Answer(""), ""
        try:
            async with aclosing(self.assistant.stream(turn)) as events:
                async for event in events:
                    if isinstance(event, TextDelta) and word is None:
                        word = time.perf_counter() - began
                    elif isinstance(event, EvidenceFound) and isinstance(event.fact, SlateFact) and card is None:
                        card = time.perf_counter() - began
                    elif isinstance(event, Failed):
                        failed = event.message
                    elif isinstance(event, Done):
                        answer = event.answer
        except AisleError as refused:
            failed = str(refused)
        reply = Reply(answer, failed, time.perf_counter() - began, word, card)
        self.said.append(words)
        self.replies.append(reply)
        return reply

    async def confirm(self) -> None:
        """Click "confirm" on what the last answer proposes."""
        self.said.append(_CONFIRMS)
        for proposal in self.replies[-1].answer.proposals:
            await self.assistant.confirm(self.session.principal, proposal.id)
        self.replies.append(Reply(Answer(""), "", 0.0, None, None))

    @property
    def confirmed(self) -> bool:
        """Whether anything was confirmed in this visit."""
        return _CONFIRMS in self.said

    async def orders(self) -> dict[str, Order]:
        """The customer's orders in the shop's books, by id; of a guest those of this visit."""
        return {order.id: order for order in await self.assistant.orders(self.session.principal, limit=_MANY)}

    async def cart(self) -> CartFact:
        """The cart now."""
        return await self.assistant.view_cart(self.session.principal)

    def told(self) -> list[dict[str, Any]]:
        """The transcript: a row per message."""
        return [_row(words, reply) for words, reply in zip(self.said, self.replies, strict=True)]


def _row(words: str, reply: Reply) -> dict[str, Any]:
    return {
        "said": words,
        "text": reply.answer.text or reply.failed,
        "failed": bool(reply.failed),
        "cards": [
            {key: value for key, value in product_json(card).items() if key in ("title", "price_minor", "currency")}
            for card in reply.cards
        ],
        "proposals": [proposal.title for proposal in reply.answer.proposals],
        "sources": [source.title for source in reply.answer.sources],
        "whole_s": round(reply.whole_s, 4),
        "first_word_s": reply.first_word_s,
        "first_card_s": reply.first_card_s,
        "removed_sentences": reply.answer.repaired,
        "amounts_without_evidence": list(amounts_without_evidence(reply.answer, words)),
        "cost": asdict(reply.answer.cost),
    }


def amounts_without_evidence(answer: Answer, words: str) -> Iterator[str]:
    """Amounts of money in a reply that stand neither in its evidence nor in the shopper's message.

    It reads the reply as a stranger would and shares nothing with the grounding that the reply went through.
    """
    known = " ".join([words, *_stated(answer)])
    numbers = {_plain(number) for number in re.findall(r"\d[\d.,]*\d|\d", known)}
    differences = _differences(answer)
    for match in _AMOUNT.finditer(answer.text):
        if _plain(match.group(1)) not in numbers | differences:
            yield match.group()


def _plain(number: str) -> str:
    """1,299.00 and 1299 are one number."""
    return re.sub(r"\.0+$", "", number.replace(",", ""))


def _differences(answer: Answer) -> set[str]:
    prices = {money.amount for money in _found(answer.evidence) if isinstance(money, Money)}
    return {_plain(f"{abs(a - b):.2f}") for a in prices for b in prices}


def _stated(answer: Answer) -> Iterator[str]:
    """All texts and amounts of what the answer rests on, and of the wishes that it may repeat."""
    wishes = [*answer.wishes.constraints, *(wish for slate in answer.slates for wish in slate.need.constraints)]
    yield from (wish.label() for wish in wishes)
    yield from (one.format() if isinstance(one, Money) else one for one in _found(answer.evidence))


def _found(value: object) -> Iterator[str | Money]:
    """All texts and amounts of money in a nest of facts."""
    if isinstance(value, str | Money):
        yield value
    elif is_dataclass(value):
        for part in fields(value):
            yield from _found(getattr(value, part.name))
    elif isinstance(value, Mapping):
        yield from (one for part in value.values() for one in _found(part))
    elif isinstance(value, Iterable):
        yield from (one for part in value for one in _found(part))
