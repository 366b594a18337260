"""What the owner's page can ask for: each action by name, with a typed payload.

Knows no Gradio. Who acts comes from the owner's cookie, on every call; the door refuses who is no admin.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import structlog
from pydantic import ValidationError

from assistant.config import Settings
from assistant.errors import AisleError, Refused, SignInNeeded
from assistant.owner import NOT_FOR_AGENTS
from assistant.turn import Agent
from recommender.errors import RecommenderError
from retrieval.errors import RetrievalError
from ui.owner_forms import (
    CampaignForm,
    CampaignRef,
    ExperimentForm,
    Moved,
    Named,
    Numbered,
    Payload,
    PlanForm,
    Promoted,
    RuleForm,
    RuleRef,
    Thrown,
    Typed,
    View,
    WithoutRule,
)
from ui.owner_pages import OwnerPages
from ui.render import Renderer
from ui.staff import OWNER_COOKIE, find_agent

if TYPE_CHECKING:
    from assistant.desk import Desk
    from assistant.owner import Owner

_log = structlog.get_logger(__name__)
_APOLOGY = "That did not work. Please try again in a moment."
_GIVE_REASON = "Please say why in a few words: it is kept with your name."

Reply = dict[str, Any]
"""What the page's script gets: "ok", and where it applies "html", "title", "message", "go" (a place on the page)."""


class OwnerActions:
    """Carries out what the owner's page asks for and answers with HTML.

    Args:
        desk: knows who is signed in.
        owner: the door.
        renderer: writes the HTML.
        settings: for currency, locale and time zone.
    """

    def __init__(self, desk: Desk, owner: Owner, renderer: Renderer, settings: Settings) -> None:
        self._desk, self._owner = desk, owner
        self._pages = OwnerPages(owner, renderer, settings)
        self._zone = ZoneInfo(settings.timezone)
        self._actions: Mapping[str, tuple[type[Payload], Callable[[Agent, Any], Awaitable[Reply]]]] = {
            "view": (View, self._view),
            "plan": (PlanForm, self._plan),
            "start_experiment": (ExperimentForm, self._start_experiment),
            "stop_experiment": (Named, self._stop_experiment),
            "shadow": (Numbered, self._shadow),
            "promote": (Promoted, self._promote),
            "roll_back": (Moved, self._roll_back),
            "stop_release": (Moved, self._stop_release),
            "find_items": (Typed, self._find_items),
            "preview_rule": (RuleForm, self._preview_rule),
            "preview_without": (WithoutRule, self._preview_without),
            "add_rule": (RuleForm, self._add_rule),
            "remove_rule": (RuleRef, self._remove_rule),
            "add_campaign": (CampaignForm, self._add_campaign),
            "stop_campaign": (CampaignRef, self._stop_campaign),
            "switch": (Thrown, self._switch),
            "make_card": (Payload, self._make_card),
        }

    @property
    def names(self) -> tuple[str, ...]:
        """Every action that the page may name."""
        return tuple(self._actions)

    async def perform(self, name: object, payload: object, cookies: Mapping[str, str]) -> Reply:
        """Carry out one action; an error becomes a plain sentence, never a trace."""
        try:
            agent = await find_agent(self._desk, cookies, cookie=OWNER_COOKIE)
            if agent.role != "admin":
                raise Refused("not_owner", NOT_FOR_AGENTS)
            model, action = self._actions[str(name)]
            asked = model.model_validate({} if payload is None else payload)
            return {"ok": True, **await action(agent, asked)}
        except SignInNeeded as error:
            return {"ok": False, "code": "session", "message": str(error)}
        except (AisleError, RecommenderError, RetrievalError) as error:
            return {"ok": False, "code": "refused", "message": str(error)}
        except ValidationError as error:
            return {"ok": False, "code": "unknown", "message": _told(error)}
        except KeyError:
            _log.info("owner's page asked for something unknown", action=str(name)[:40])
            return {"ok": False, "code": "unknown", "message": _APOLOGY}
        except Exception:  # noqa: BLE001 (the page's boundary: logged, answered with a plain apology)
            _log.exception("owner's action failed", action=str(name)[:40])
            return {"ok": False, "code": "failed", "message": _APOLOGY}

    async def _view(self, agent: Agent, asked: View) -> Reply:
        shown = await self._pages.section(agent, asked)
        return {"html": shown.html, "title": shown.title, "me": agent.name, "off": shown.off, "alarm": shown.alarm}

    # ------------------------------------------------------------ experiments

    async def _plan(self, agent: Agent, asked: PlanForm) -> Reply:
        html, units = await self._pages.plan(agent, asked)
        return {"html": html, "units": units}

    async def _start_experiment(self, agent: Agent, asked: ExperimentForm) -> Reply:
        kept = await self._owner.start_experiment(agent, asked.experiment())
        name = kept.experiment.name
        return {"message": f"{name} runs, for {kept.experiment.traffic:.0%} of traffic.", "go": f"experiments/{name}"}

    async def _stop_experiment(self, agent: Agent, asked: Named) -> Reply:
        await self._owner.stop_experiment(agent, asked.name, asked.reason)
        return {"message": f"{asked.name} is stopped. From the next message on nobody is in it."}

    # ------------------------------------------------------------ releases

    async def _shadow(self, agent: Agent, asked: Numbered) -> Reply:
        await self._owner.start_shadow(agent, asked.number)
        return {
            "message": f"Release {asked.number} is in shadow. The server scores requests with it and asks the gate."
        }

    async def _promote(self, agent: Agent, asked: Promoted) -> Reply:
        release = await self._owner.promote(agent, asked.number, (asked.stage, asked.share), asked.reason or None)
        now = "serves everybody" if release.share >= 1 else f"is on trial with {release.share:.0%} of the shoppers"
        return {"message": f"Release {asked.number} {now} now."}

    async def _roll_back(self, agent: Agent, asked: Moved) -> Reply:
        live = await self._owner.roll_back(agent, asked.number, asked.reason)
        serves = "No release serves now; ranking goes by counting." if live is None else f"Release {live} serves now."
        return {"message": serves}

    async def _stop_release(self, agent: Agent, asked: Moved) -> Reply:
        await self._owner.stop_release(agent, asked.number, asked.reason)
        return {"message": f"Release {asked.number} is retired."}

    # ------------------------------------------------------------ rules

    async def _find_items(self, agent: Agent, asked: Typed) -> Reply:
        return {"html": await self._pages.found_items(agent, asked.text)}

    async def _preview_rule(self, agent: Agent, asked: RuleForm) -> Reply:
        found = await self._owner.preview(agent, asked.query, add=asked.given(self._zone))
        return {"html": await self._pages.preview(agent, found)}

    async def _preview_without(self, agent: Agent, asked: WithoutRule) -> Reply:
        found = await self._owner.preview(agent, asked.query, without=asked.rule_id)
        return {"html": await self._pages.preview(agent, found)}

    async def _add_rule(self, agent: Agent, asked: RuleForm) -> Reply:
        rule = await self._owner.add_rule(agent, asked.given(self._zone))
        return {"message": f"Rule {rule.id} acts from the next slate on."}

    async def _remove_rule(self, agent: Agent, asked: RuleRef) -> Reply:
        rule = await self._owner.remove_rule(agent, asked.rule_id)
        return {"message": f"Rule {rule.id} acts no more."}

    # ------------------------------------------------------------ sponsored

    async def _add_campaign(self, agent: Agent, asked: CampaignForm) -> Reply:
        campaign = await self._owner.add_campaign(agent, asked.given(self._zone))
        return {"message": f"Campaign {campaign.id} acts from the next slate on."}

    async def _stop_campaign(self, agent: Agent, asked: CampaignRef) -> Reply:
        campaign = await self._owner.stop_campaign(agent, asked.number)
        return {"message": f"Campaign {campaign.id} acts no more."}

    # ------------------------------------------------------------ health

    async def _switch(self, agent: Agent, asked: Thrown) -> Reply:
        await self._owner.throw_switch(agent, asked.ranking, asked.reason)
        if asked.ranking == "default":
            return {"message": "The kill switch is on: fixed weights rank from the next slate on."}
        return {"message": "What was learned ranks again from the next slate on."}

    async def _make_card(self, agent: Agent, _: Payload) -> Reply:
        card = await self._owner.make_card(agent)
        return {"message": f"The data card is made from {card.n_events:,} events."}


def _told(error: ValidationError) -> str:
    """Say which field is wrong; what was typed is not repeated."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    field = str(first["loc"][0]) if first["loc"] else ""
    if field == "reason":
        return _GIVE_REASON
    return f"{field.replace('_', ' ').capitalize()}: {first['msg'].lower()}." if field else _APOLOGY
