"""A reply as it grows: turn events in, an append-only log of small drawing steps out.

The log is one text of JSON lines. The page draws the lines that it has not drawn yet, so it does not matter
whether it sees every state of the log or only some. Knows no transport and no Gradio.
"""

from __future__ import annotations

import json
from typing import Any, Literal, assert_never

from assistant.turn import (
    CartFact,
    Done,
    Evidence,
    EvidenceFound,
    Failed,
    PassedOn,
    PolicyFact,
    Status,
    Stopped,
    TextDelta,
    TurnEvent,
    WishesChanged,
)
from ui.render import Renderer
from ui.views import cart_view

Slot = Literal["status", "block", "words", "after", "wishes", "cart", "end"]


class ReplyLog:
    """Draws one turn.

    Args:
        renderer: writes the HTML.
        message_id: the shopper's message that is answered, so that the page knows where to draw.
    """

    def __init__(self, renderer: Renderer, message_id: str) -> None:
        self._renderer = renderer
        self._message_id = message_id
        self._lines: list[str] = []
        self._words = ""
        self._facts: list[Evidence] = []
        self._passed_on = False
        self.ended = False

    @property
    def text(self) -> str:
        """The whole log so far, one JSON object a line."""
        return "".join(self._lines)

    @property
    def steps(self) -> list[dict[str, Any]]:
        """The log as objects: {"mid", "slot", "html", …}."""
        return [json.loads(line) for line in self._lines]

    def add(self, event: TurnEvent) -> None:
        """Draw one event."""
        match event:
            case Status():
                self._put("status", self._renderer.status(event.text))
            case EvidenceFound():
                self._fact(event.fact)
            case TextDelta():
                self._words += event.text
                self._put("words", self._renderer.words(self._words))
            case WishesChanged():
                self._put("wishes", self._renderer.wishes(event.need))
            case PassedOn():
                self._put("after", self._renderer.passed_on(event.agent_name))
                self._passed_on = True
            case Done():
                self._done(event)
            case Stopped():
                self._put("after", self._renderer.stopped())
                self._end("stopped")
            case Failed():
                self._put("after", self._renderer.failed(event.message))
                self._end("failed")
            case _:
                assert_never(event)

    def _fact(self, fact: Evidence) -> None:
        if fact in self._facts:
            return
        self._facts.append(fact)
        if isinstance(fact, PolicyFact) and fact.sections:
            self._put("after", self._renderer.fact(fact))
        else:
            self._put("block", self._renderer.fact(fact))
        if isinstance(fact, CartFact):
            self._put("cart", self._renderer.cart(fact), count=cart_view(fact, self._renderer.look).count)

    def _done(self, event: Done) -> None:
        answer = event.answer
        for fact in answer.evidence:
            self._fact(fact)
        if answer.text and answer.text != self._words:
            self._words = answer.text
            self._put("words", self._renderer.words(answer.text))
        self._put("wishes", self._renderer.wishes(answer.wishes))
        after = self._renderer.sources(answer.sources)
        if answer.question:
            after += self._renderer.question(answer.question, said=answer.question.text in answer.text)
        if after and not self._passed_on:
            self._put("after", after)
        self._end("done")

    def _end(self, state: Literal["done", "stopped", "failed"]) -> None:
        self.ended = True
        self._put("end", "", state=state)

    def _put(self, slot: Slot, html: str, **more: str | int) -> None:
        step = {"mid": self._message_id, "slot": slot, "html": html, **more}
        self._lines.append(json.dumps(step, ensure_ascii=False) + "\n")
