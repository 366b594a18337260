"""A kept conversation as HTML, drawn with the same templates as a running turn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from markupsafe import Markup

from assistant.text import clean
from assistant.turn import PolicyFact
from ui.render import Renderer

if TYPE_CHECKING:
    from assistant.service import HistoryItem

WHO = {"assistant": "AI assistant", "agent": "Customer service"}
"""Who speaks, by role."""


@dataclass(frozen=True, slots=True)
class ReplyView:
    """One reply: `blocks`, `words` and `after` are finished HTML."""

    role: str
    who: str
    blocks: tuple[Markup, ...]
    words: Markup
    after: Markup


@dataclass(slots=True)
class TurnView:
    """A message and what answered it; `asked` is None where a conversation begins with a reply."""

    asked: str | None
    message_id: str = ""
    replies: list[ReplyView] = field(default_factory=list)


def history_html(items: Sequence[HistoryItem], renderer: Renderer) -> str:
    """Draw a conversation, oldest first."""
    turns = list(_turns(items, renderer))
    return renderer.page("history.html", turns=turns)


def _turns(items: Iterable[HistoryItem], renderer: Renderer) -> Iterable[TurnView]:
    turn: TurnView | None = None
    for item in items:
        if item.role == "shopper":
            if turn:
                yield turn
            turn = TurnView(clean(item.text), item.message_id or "")
        else:
            turn = turn or TurnView(None)
            turn.replies.append(_reply(item, renderer))
    if turn:
        yield turn


def _reply(item: HistoryItem, renderer: Renderer) -> ReplyView:
    shown = [fact for fact in item.evidence if not (isinstance(fact, PolicyFact) and fact.sections)]
    policies = [section for fact in item.evidence if isinstance(fact, PolicyFact) for section in fact.sections]
    after = renderer.sources(item.sources or policies)
    if item.question:
        after += renderer.question(item.question, said=item.question.text in item.text)
    return ReplyView(
        role=item.role,
        who=clean(item.who) or WHO.get(item.role, WHO["assistant"]),
        blocks=tuple(Markup(renderer.fact(fact)) for fact in shown),  # noqa: S704 (made by our templates)
        words=Markup(renderer.words(item.text)),  # noqa: S704 (cleaned by nh3)
        after=Markup(after),  # noqa: S704 (made by our templates)
    )
