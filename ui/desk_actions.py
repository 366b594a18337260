"""What the desk's page can ask for: each action by name, with a typed payload.

Knows no Gradio. Who acts comes from the staff's cookie, on every call; what may be seen follows from the conversation.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import structlog
from markupsafe import Markup
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.errors import AisleError, SignInNeeded
from assistant.live import LiveMessage
from assistant.turn import Agent, OrdersFact, PolicyFact
from retrieval.errors import RetrievalError
from ui.cost_views import cost_words
from ui.desk_views import floor_view, groups_of, waiting_count, who_is
from ui.history import WHO
from ui.render import Renderer
from ui.staff import find_agent
from ui.views import moment_view

if TYPE_CHECKING:
    from assistant.desk import Case, Desk

_log = structlog.get_logger(__name__)
_APOLOGY = "That did not work. Please try again in a moment."
_PASSIVE = ("look",)
"""What the page asks by itself; it does not keep a session awake."""

Reply = dict[str, Any]
"""What the page's script gets: "ok", and where it applies "html" by slot, "message", "code", and numbers."""


def _now() -> datetime:
    return datetime.now(UTC)


class _Payload(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Look(_Payload):
    """Which conversation is open, and the number of the last message that is drawn."""

    conversation_id: str | None = Field(default=None, max_length=100)
    after: int = Field(default=0, ge=0)


class CaseRef(_Payload):
    """A conversation."""

    conversation_id: str = Field(max_length=100)


class Words(_Payload):
    """What an agent says; the id is the page's own, so that a double click says it once."""

    conversation_id: str = Field(max_length=100)
    message_id: str = Field(min_length=8, max_length=100)
    text: str = Field(max_length=20_000)


class DeskActions:
    """Carries out what the desk's page asks for and answers with HTML.

    Args:
        desk: the staff's door.
        renderer: writes the HTML.
        now: aware clock; the page counts waiting times by it and not by its own.
    """

    def __init__(self, desk: Desk, renderer: Renderer, now: Callable[[], datetime] = _now) -> None:
        self._desk = desk
        self._now = now
        self._renderer = renderer
        self._actions: Mapping[str, tuple[type[_Payload], Callable[[Agent, Any], Awaitable[Reply]]]] = {
            "look": (Look, self._look),
            "open": (CaseRef, self._open),
            "take": (CaseRef, self._take),
            "relieve": (CaseRef, self._relieve),
            "give_back": (CaseRef, self._give_back),
            "reply": (Words, self._reply),
        }

    @property
    def names(self) -> tuple[str, ...]:
        """Every action that the page may name."""
        return tuple(self._actions)

    async def perform(self, name: object, payload: object, cookies: Mapping[str, str]) -> Reply:
        """Carry out one action; an error becomes a plain sentence, never a trace."""
        try:
            agent = await find_agent(self._desk, cookies, active=name not in _PASSIVE)
            model, action = self._actions[str(name)]
            asked = model.model_validate({} if payload is None else payload)
            return {"ok": True, **await action(agent, asked)}
        except SignInNeeded as error:
            return {"ok": False, "code": "session", "message": str(error)}
        except (AisleError, RetrievalError) as error:
            return {"ok": False, "code": "refused", "message": str(error)}
        except (KeyError, ValidationError) as error:
            _log.info("desk asked for something unknown", action=str(name)[:40], error=type(error).__name__)
            return {"ok": False, "code": "unknown", "message": _APOLOGY}
        except Exception:  # noqa: BLE001 (the page's boundary: logged, answered with a plain apology)
            _log.exception("desk action failed", action=str(name)[:40])
            return {"ok": False, "code": "failed", "message": _APOLOGY}

    async def _look(self, agent: Agent, asked: Look) -> Reply:
        groups = groups_of(await self._desk.inbox(), agent)
        reply: Reply = {
            "html": {"inbox": self._renderer.page("desk_inbox.html", groups=groups)},
            "waiting": waiting_count(groups),
            "me": agent.name,
            "owner": agent.role == "admin",
            "now": self._now().isoformat(),
        }
        if asked.conversation_id is None:
            return reply
        case = self._drawn(await self._desk.open(asked.conversation_id, after=asked.after), agent)
        return {**reply, **case, "html": reply["html"] | case["html"]}

    async def _open(self, agent: Agent, asked: CaseRef) -> Reply:
        _log.info("desk.opened", staff=agent.id, conversation=asked.conversation_id)
        return self._drawn(await self._desk.open(asked.conversation_id), agent)

    async def _take(self, agent: Agent, asked: CaseRef) -> Reply:
        await self._desk.take(agent, asked.conversation_id)
        return {}

    async def _relieve(self, agent: Agent, asked: CaseRef) -> Reply:
        await self._desk.relieve(agent, asked.conversation_id)
        return {}

    async def _give_back(self, agent: Agent, asked: CaseRef) -> Reply:
        await self._desk.give_back(agent, asked.conversation_id)
        return {}

    async def _reply(self, agent: Agent, asked: Words) -> Reply:
        await self._desk.reply(agent, asked.conversation_id, asked.message_id, asked.text)
        return {}

    # ------------------------------------------------------------ drawing

    def _drawn(self, case: Case, agent: Agent) -> Reply:
        floor, who = floor_view(case, agent), who_is(case)
        rows = [self._message(message, who) for message in case.messages]
        joined = moment_view(case.customer.joined_at, self._renderer.look) if case.customer else None
        return {
            "conversation_id": case.conversation_id,
            "seq": case.messages[-1].seq if case.messages else 0,
            "mine": floor.mine,
            "html": {
                "case-head": self._renderer.page("desk_head.html", who=who, floor=floor),
                "person": self._renderer.page(
                    "desk_person.html",
                    who=who,
                    customer=case.customer,
                    joined=joined,
                    wishes=Markup(self._renderer.wishes(case.need)),  # noqa: S704 (made by our templates)
                    proposals=[Markup(self._renderer.proposal(each)) for each in case.proposals],  # noqa: S704
                    orders=Markup(self._renderer.fact(OrdersFact(case.orders))) if case.orders else "",  # noqa: S704
                ),
            },
            "messages": self._renderer.page("desk_messages.html", rows=rows),
        }

    def _message(self, message: LiveMessage, shopper: str) -> dict[str, Any]:
        item = message.item
        shown = [fact for fact in item.evidence if not (isinstance(fact, PolicyFact) and fact.sections)]
        sections = [part for fact in item.evidence if isinstance(fact, PolicyFact) for part in fact.sections]
        return {
            "seq": message.seq,
            "role": message.role,
            "who": shopper if message.role == "shopper" else message.who or WHO[message.role],
            "at": moment_view(message.at, self._renderer.look, day_only=False),
            "text": message.text if message.role == "shopper" else "",
            "words": Markup(self._renderer.words(message.text)),  # noqa: S704 (cleaned by nh3)
            "blocks": [Markup(self._renderer.fact(fact)) for fact in shown],  # noqa: S704 (made by our templates)
            "cost": cost_words(item.cost),
            "sources": Markup(self._renderer.sources(item.sources or sections)),  # noqa: S704
        }
