"""What the shopper page can ask for besides a turn: each action by name, with a typed payload.

Knows no Gradio. Identity comes from the session's cookie, on every call; payloads carry only what is asked for.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal

import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.errors import AisleError, SessionMissing
from assistant.live import FloorChanged
from assistant.profile_door import removal
from assistant.turn import CartFact, ProfileFact
from recommender.profiles.edits import Edit, EditKind
from retrieval.errors import RetrievalError
from ui.history import history_html
from ui.listening import floor_reply, listen
from ui.render import Renderer
from ui.running import RunningTurns
from ui.sessions import find_session
from ui.views import cart_view

if TYPE_CHECKING:
    from assistant.service import Assistant, Readiness, Session

_log = structlog.get_logger(__name__)
_APOLOGY = "That did not work. Please try again in a moment."

Reply = dict[str, Any]
"""What the page's script gets: "ok", and where it applies "html" by slot, "count", "say", "message", "code"."""


class _Payload(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Nothing(_Payload):
    """No payload."""


class WishKey(_Payload):
    """A wish to take back."""

    key: str = Field(max_length=300)
    label: str = Field(max_length=500)


class ProductRef(_Payload):
    """A product."""

    product_id: str = Field(max_length=300)


class Seen(_Payload):
    """What was done with a product of a slate."""

    kind: Literal["click", "dismiss"]
    product_id: str = Field(max_length=300)
    decision_id: str | None = Field(default=None, max_length=300)
    position: int | None = Field(default=None, ge=0, le=1000)


class Line(_Payload):
    """A variant and how many of it."""

    variant_id: str = Field(max_length=300)
    quantity: int = Field(ge=0, le=99)
    decision_id: str | None = Field(default=None, max_length=300)


class ProposalRef(_Payload):
    """A proposal."""

    proposal_id: str = Field(max_length=300)


class MessageRef(_Payload):
    """A message that is being answered."""

    message_id: str = Field(max_length=100)


class Person(_Payload):
    """Why a person is asked for."""

    reason: str = Field(default="", max_length=500)


class Keep(_Payload):
    """Whether a profile is kept."""

    keep: bool


class Pause(_Payload):
    """Whether nothing is learned for now."""

    paused: bool


class EntryRef(_Payload):
    """One thing that is known of the shopper."""

    entry_id: str = Field(max_length=400)


class Heard(_Payload):
    """What the page has: the number of its last message, and the key of the floor that it shows."""

    after: int = Field(default=0, ge=0)
    known: str = Field(default="", max_length=200)


class PageActions:
    """Carries out what the page asks for and answers with HTML.

    Args:
        assistant: the one door.
        renderer: writes the HTML.
        running: turns that are being answered, to stop them.
    """

    def __init__(self, assistant: Assistant, renderer: Renderer, running: RunningTurns) -> None:
        self._assistant = assistant
        self._renderer = renderer
        self._running = running
        self._actions: Mapping[str, tuple[type[_Payload], Callable[[Session, Any], Awaitable[Reply]]]] = {
            "open": (Nothing, self._open),
            "ready": (Nothing, self._ready),
            "new": (Nothing, self._new),
            "unwish": (WishKey, self._unwish),
            "record": (Seen, self._record),
            "product": (ProductRef, self._product),
            "cart": (Nothing, self._cart),
            "add": (Line, self._add),
            "quantity": (Line, self._quantity),
            "confirm": (ProposalRef, self._confirm),
            "decline": (ProposalRef, self._decline),
            "profile": (Nothing, self._profile),
            "profile-keep": (Keep, self._profile_keep),
            "profile-pause": (Pause, self._profile_pause),
            "profile-remove": (EntryRef, self._profile_remove),
            "profile-erase": (Nothing, self._profile_erase),
            "stop": (MessageRef, self._stop),
            "person": (Person, self._person),
            "leave": (Nothing, self._leave),
            "listen": (Heard, self._listen),
        }

    @property
    def names(self) -> tuple[str, ...]:
        """Every action that the page may name."""
        return tuple(self._actions)

    async def perform(self, name: object, payload: object, cookies: Mapping[str, str]) -> Reply:
        """Carry out one action; an error becomes a plain sentence, never a trace."""
        try:
            model, action = self._actions[str(name)]
            asked = model.model_validate({} if payload is None else payload)
            session = await find_session(self._assistant, cookies)
            return {"ok": True, **await action(session, asked)}
        except SessionMissing as error:
            return {"ok": False, "code": "session", "message": str(error)}
        except (AisleError, RetrievalError) as error:
            return {"ok": False, "code": "refused", "message": str(error)}
        except (KeyError, ValidationError) as error:
            _log.info("page asked for something unknown", action=str(name)[:40], error=type(error).__name__)
            return {"ok": False, "code": "unknown", "message": _APOLOGY}
        except Exception:  # noqa: BLE001 (the page's boundary: logged, answered with a plain apology)
            _log.exception("page action failed", action=str(name)[:40])
            return {"ok": False, "code": "failed", "message": _APOLOGY}

    async def _open(self, session: Session, _: Nothing) -> Reply:
        # While the shop opens there is nothing to check facts against; the page asks again when it is ready.
        if not self._assistant.readiness().words:
            return {"opening": True, "html": {"who": self._who(session), "loading": self._loading()}}
        items = await self._assistant.history(session.principal, session.conversation_id)
        need = await self._assistant.need(session.principal, session.conversation_id)
        starters = () if items else await self._assistant.starters(session.principal, "page")
        floor = floor_reply(await self._floor(session), self._renderer)
        html = {
            "history": history_html(items, self._renderer),
            "floor": floor.pop("html")["floor"],
            "wishes": self._renderer.wishes(need),
            "starters": self._renderer.page("starters.html", starters=starters),
            "who": self._who(session),
            "loading": self._loading(),
        }
        cart = await self._cart(session, Nothing())
        seq = max((item.seq for item in items), default=0)
        return {"html": html | cart["html"], "count": cart["count"], "floor": floor, "seq": seq}

    async def _ready(self, session: Session, _: Nothing) -> Reply:
        return {"opening": not self._assistant.readiness().words, "html": {"loading": self._loading()}}

    async def _new(self, session: Session, _: Nothing) -> Reply:
        await self._assistant.new_conversation(session.principal)
        return {}

    async def _unwish(self, session: Session, asked: WishKey) -> Reply:
        need = await self._assistant.remove_wish(session.principal, session.conversation_id, asked.key)
        return {"html": {"wishes": self._renderer.wishes(need)}, "say": f"Show me again, without {asked.label}"}

    async def _record(self, session: Session, asked: Seen) -> Reply:
        await self._assistant.record(session.principal, asked.kind, asked.product_id, asked.decision_id, asked.position)
        return {}

    async def _product(self, session: Session, asked: ProductRef) -> Reply:
        fact = await self._assistant.product(session.principal, asked.product_id)
        return {"html": {"details": self._renderer.details(fact)}}

    async def _cart(self, session: Session, _: Nothing) -> Reply:
        return self._drawn(await self._assistant.view_cart(session.principal))

    async def _add(self, session: Session, asked: Line) -> Reply:
        return self._drawn(
            await self._assistant.add_to_cart(session.principal, asked.variant_id, asked.quantity, asked.decision_id)
        )

    async def _quantity(self, session: Session, asked: Line) -> Reply:
        return self._drawn(await self._assistant.set_quantity(session.principal, asked.variant_id, asked.quantity))

    async def _confirm(self, session: Session, asked: ProposalRef) -> Reply:
        proposal = await self._assistant.confirm(session.principal, asked.proposal_id)
        return {"html": {"proposal": self._renderer.proposal(proposal)}}

    async def _decline(self, session: Session, asked: ProposalRef) -> Reply:
        proposal = await self._assistant.decline(session.principal, asked.proposal_id)
        return {"html": {"proposal": self._renderer.proposal(proposal)}}

    async def _profile(self, session: Session, _: Nothing) -> Reply:
        return self._known(await self._assistant.profiles.show(session.principal))

    async def _profile_keep(self, session: Session, asked: Keep) -> Reply:
        return self._known(await self._assistant.profiles.keep(session.principal, asked.keep))

    async def _profile_pause(self, session: Session, asked: Pause) -> Reply:
        edit = Edit(EditKind.PAUSE if asked.paused else EditKind.RESUME)
        return self._known(await self._assistant.profiles.edit(session.principal, edit))

    async def _profile_remove(self, session: Session, asked: EntryRef) -> Reply:
        return self._known(await self._assistant.profiles.edit(session.principal, removal(asked.entry_id)))

    async def _profile_erase(self, session: Session, _: Nothing) -> Reply:
        return self._known(await self._assistant.profiles.erase(session.principal))

    def _known(self, fact: ProfileFact) -> Reply:
        return {"html": {"profile": self._renderer.profile(fact)}}

    async def _stop(self, session: Session, asked: MessageRef) -> Reply:
        self._running.stop(session.principal, asked.message_id)
        return {}

    async def _person(self, session: Session, asked: Person) -> Reply:
        await self._assistant.hand_over(session.principal, session.conversation_id, asked.reason)
        return floor_reply(await self._floor(session), self._renderer)

    async def _leave(self, session: Session, _: Nothing) -> Reply:
        await self._assistant.leave_queue(session.principal, session.conversation_id)
        return floor_reply(await self._floor(session), self._renderer)

    async def _listen(self, session: Session, asked: Heard) -> Reply:
        return await listen(self._assistant, session, self._renderer, after=asked.after, known=asked.known)

    async def _floor(self, session: Session) -> FloorChanged:
        return await self._assistant.floor(session.principal, session.conversation_id)

    def _drawn(self, cart: CartFact) -> Reply:
        return {"html": {"cart": self._renderer.cart(cart)}, "count": cart_view(cart, self._renderer.look).count}

    def _who(self, session: Session) -> str:
        return self._renderer.page(
            "who.html",
            name=session.customer_name,
            current=session.principal.customer_id,
            customers=self._assistant.demo_customers(),
        )

    def _loading(self) -> str:
        return loading_sentence(self._assistant.readiness())


def loading_sentence(readiness: Readiness) -> str:
    """Say what still loads or does not work, for shoppers: what they would notice, and no operator's reasons."""
    if not readiness.words and not readiness.loading and readiness.degraded:
        return "The shop cannot be opened at the moment. Please try again later."
    if not readiness.words:
        return "The shop is opening. You can already write; the answer comes as soon as the shelves are in."
    if not readiness.meaning and readiness.loading:
        return "Search by words is ready; search by meaning is still loading."
    if readiness.loading:
        return f"Still loading: {', '.join(readiness.loading)}."
    if readiness.degraded and not readiness.meaning:
        return "Search goes by words alone at the moment; everything else works."
    return ""
