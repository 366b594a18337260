"""Plays a dialogue through the assistant's one door, as a channel would, and looks at what it left behind."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass

from assistant.service import Assistant, Session
from assistant.turn import CartLineFact, Order, ProductFact
from tests.dialogues.checks import Seen, problems
from tests.dialogues.script import Dialogue, Said, Start
from tests.dialogues.starts import text_of
from tests.scenarios.visitor import Reply, Visitor

_BLANK = re.compile(r"\{(\w+) ([^{} ]+)(?: ([^{}]+))?\}")
_MANY = 1000
"""More orders than anybody has."""


@dataclass(frozen=True)
class Outcome:
    """How a dialogue went.

    Args:
        id: of the dialogue.
        problems: of the first turn that has some; empty where all passed.
        turn: number of that turn, from 1; None where all passed.
        transcript: what was said so far, a line each, ">" before the shopper's words.
    """

    id: str
    problems: tuple[str, ...] = ()
    turn: int | None = None
    transcript: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether every check of every turn passed."""
        return not self.problems


class _Blank(Exception):
    """A blank in a message cannot be filled: the card that it names was not shown."""


class Player:
    """One dialogue while it runs.

    Args:
        dialogue: as written.
        assistant: a shop that is open.
        runner: of its event loop.
        name: unique in the shop.
    """

    def __init__(self, dialogue: Dialogue, assistant: Assistant, runner: asyncio.Runner, name: str) -> None:
        self._dialogue = dialogue
        self._visitor = Visitor(assistant, runner, runner.run(assistant.open_session(None)), name)
        self._others = {"jonas": self._orders_of("jonas")} if "{order_of" in str(dialogue) else {}
        if dialogue.signed_in:
            self._visitor.session = self._session()
            self._visitor.sign_in(dialogue.signed_in)
        self._orders = self._named(self._books())
        self._cards: dict[int, tuple[ProductFact, ...]] = {}

    def play(self) -> Outcome:
        """Say everything, and stop at the first turn with a problem."""
        transcript: list[str] = []
        books, cart = self._books(), self._cart()
        for number, turn in enumerate(self._dialogue.turns, 1):
            try:
                words = self._words(turn)
                hidden = [self._filled(text) for text in turn.hides]
            except _Blank as blank:
                return Outcome(self._dialogue.id, (str(blank),), number, tuple(transcript))
            transcript.append(f"> {words}")
            reply = self._act(turn, words)
            self._cards[number] = reply.products if reply and reply.failed is None else ()
            transcript += _told(reply)
            before, carted = books, cart
            books, cart = self._books(), self._cart()
            language = turn.language or self._dialogue.language
            seen = Seen(turn, reply, language, self._cards, self._orders, before, books, carted, cart, hidden)
            if found := problems(seen):
                return Outcome(self._dialogue.id, tuple(found), number, tuple(transcript))
        return Outcome(self._dialogue.id, transcript=tuple(transcript))

    def _act(self, turn: Said, words: str) -> Reply | None:
        if turn.click is None:
            return self._visitor.say(words)
        visitor = self._visitor
        act = visitor.assistant.confirm if turn.click == "confirm" else visitor.assistant.decline
        for proposal in visitor.replies[-1].answer.proposals:
            visitor.run(act(visitor.session.principal, proposal.id))
        return None

    def _words(self, turn: Said) -> str:
        if turn.click:
            return f"({turn.click})"
        return text_of(turn.say) if isinstance(turn.say, Start) else self._filled(str(turn.say))

    def _filled(self, text: str) -> str:
        return _BLANK.sub(lambda match: self._blank(*match.groups()), text)

    def _blank(self, what: str, which: str, more: str | None) -> str:
        if what == "order":
            return self._orders[which].id
        if what == "order_of":
            return self._named(self._others[which])[str(more)].id
        card = Seen(self._dialogue.turns[0], None, "", self._cards).find_card(which)
        if card is None:
            raise _Blank(f"there is no card {which}")
        if what == "option":
            variants = [v for v in card.product.variants if v.in_stock is not False] or list(card.product.variants)
            return variants[0].options.get(str(more), "")
        return {"title": card.product.title, "brand": card.product.brand or ""}[what]

    def _books(self) -> dict[str, Order]:
        """The customer's orders by id; none for a guest."""
        if self._visitor.session.principal.customer_id is None:
            return {}
        book = self._visitor.assistant._rooms.orders
        return {order.id: order for order in book.find(self._visitor.session.principal, limit=_MANY)}

    def _orders_of(self, customer: str) -> dict[str, Order]:
        self._visitor.session = self._session()
        self._visitor.sign_in(customer)
        found = self._books()
        self._visitor.session = self._session()
        return found

    def _session(self) -> Session:
        return self._visitor.run(self._visitor.assistant.open_session(None))

    def _cart(self) -> tuple[CartLineFact, ...]:
        visitor = self._visitor
        return tuple(visitor.run(visitor.assistant.view_cart(visitor.session.principal)).lines)

    @staticmethod
    def _named(books: dict[str, Order]) -> dict[str, Order]:
        """The newest order of each state."""
        named: dict[str, Order] = {}
        for order in sorted(books.values(), key=lambda order: order.placed_at):
            named[order.status.value] = order
        return named


def _told(reply: Reply | None) -> list[str]:
    if reply is None:
        return []
    if reply.failed is not None:
        return [f"FAILED: {reply.failed}"]
    cards = [f"  [{i}] {c.product.title}, {c.variant.price.format()}" for i, c in enumerate(reply.products, 1)]
    return [reply.text, *cards]
