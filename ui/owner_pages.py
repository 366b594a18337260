"""The sections of the owner's page as HTML: asks the owner's door, and fills the templates. No Gradio."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from pydantic import ValidationError

from assistant.config import Settings
from assistant.errors import Refused
from assistant.rule_preview import Previewed
from assistant.support.funnel import Asked
from assistant.text import clean
from assistant.turn import Agent, ProductFact
from recommender.data.drift import MOVED
from recommender.experiments.definitions import RATES
from recommender.experiments.planning import Plan, findable_lift, plan_rate
from retrieval.filters import fold
from retrieval.product import Money, Product
from ui.cost_views import costs_view
from ui.owner_forms import FunnelOptions, PlanForm, Section, View
from ui.owner_funnel import funnel_view
from ui.owner_lab import LabViews
from ui.owner_slates import outcome_words, slate_view
from ui.owner_standing import alarm_view, campaign_view, serving_words
from ui.owner_words import acted_words, percent, rate_words, rule_words, scope_words, surface_words, without_words
from ui.render import Renderer
from ui.views import item_view, moment_view

if TYPE_CHECKING:
    from assistant.owner import Owner
    from assistant.support.ledger import Entry
    from recommender.owner_rules import Rule

TITLES: Mapping[Section, str] = {
    "funnel": "Funnel",
    "experiments": "Experiments",
    "models": "Models",
    "rules": "Rules",
    "sponsored": "Sponsored",
    "slates": "Slates",
    "health": "Health",
}

PATIENCE_DAYS: Final = 60
"""A plan that takes longer is told together with what could be found in this time."""
_CHOICES: Final = 12
_GONE: Final = 20


@dataclass(frozen=True, slots=True)
class Shown:
    """One section: its HTML, the title of the window, whether the kill switch is thrown, and whether health needs a
    look."""

    html: str
    title: str
    off: bool
    alarm: bool


class OwnerPages:
    """Draws sections.

    Args:
        owner: the door.
        renderer: writes the HTML.
        settings: for currency, locale and time zone.
    """

    def __init__(self, owner: Owner, renderer: Renderer, settings: Settings) -> None:
        self._owner, self._renderer, self._settings = owner, renderer, settings
        self._lab = LabViews(self.money)
        self._sections: Mapping[Section, Callable[[Agent, View], Awaitable[str]]] = {
            "funnel": self._funnel,
            "experiments": self._experiments,
            "models": self._models,
            "rules": self._rules,
            "sponsored": self._sponsored,
            "slates": self._slates,
            "health": self._health,
        }

    async def section(self, agent: Agent, asked: View) -> Shown:
        """Draw a section, or one thing in it."""
        html = await self._sections[asked.section](agent, asked)
        health = await self._owner.health(agent)
        title = f"{clean(asked.about)} · {TITLES[asked.section]}" if asked.about else TITLES[asked.section]
        return Shown(html, title, not health.learned, bool(health.alarms or health.readiness.degraded))

    def money(self, minor: float) -> str:
        """Write an amount in the shop's currency."""
        return Money(round(minor), self._settings.currency).format(self._settings.locale)

    def when(self, moment: datetime | None) -> Any:
        """Return a time for the templates' `ui.when`."""
        return None if moment is None else moment_view(moment, self._renderer.look, day_only=False)

    # ------------------------------------------------------------ funnel

    async def _funnel(self, agent: Agent, asked: View) -> str:
        try:
            options = FunnelOptions.model_validate(asked.options)
        except ValidationError as error:
            raise Refused("no_such_view", "There is no such view of the funnel.") from error
        wanted = Asked(int(options.days), options.surface, options.who, options.part)
        found = await self._owner.funnel(agent, wanted)
        view = funnel_view(found, self.money, self._renderer.look)
        return self._renderer.page("owner_funnel.html", view=view, options=options, surface_words=surface_words)

    # ------------------------------------------------------------ experiments

    async def _experiments(self, agent: Agent, asked: View) -> str:
        if asked.about:
            case = await self._owner.experiment(agent, asked.about)
            return self._renderer.page("owner_experiment.html", case=self._lab.case(case), when=self.when)
        cases = [self._lab.row(case) for case in await self._owner.experiments(agent)]
        releases = [case.release for case in (await self._owner.releases(agent)).cases if case.release.served]
        plan, units = await self.plan(agent, PlanForm())
        return self._renderer.page(
            "owner_experiments.html", cases=cases, releases=releases, plan=plan, units=units, when=self.when
        )

    async def plan(self, agent: Agent, asked: PlanForm) -> tuple[str, int | None]:
        """Draw how many visits an experiment needs, from what was so in the last 30 days; and their number."""
        funnel = await self._owner.funnel(agent, Asked(30))
        counts = {"click": funnel.clicked, "cart": funnel.carted, "order": funnel.bought}
        plan: Plan | None = None
        findable: float | None = None
        rate = counts[asked.metric] / funnel.saw if asked.metric in RATES and funnel.saw else 0.0
        per_day = funnel.chats / 30 * asked.traffic / 100
        if 0 < rate < 1 and rate * (1 + asked.lift / 100) < 1:
            plan = plan_rate(rate, asked.lift / 100, units_per_day=per_day)
            if plan.days and plan.days > PATIENCE_DAYS:
                findable = findable_lift(rate, PATIENCE_DAYS * per_day)
        units = None if plan is None else plan.per_arm_peeking * 2
        html = self._renderer.page(
            "owner_plan.html",
            plan=plan,
            asked=asked,
            rate=percent(rate),
            per_day=per_day,
            units=units,
            findable=findable,
            patience=PATIENCE_DAYS,
        )
        return html, units

    # ------------------------------------------------------------ models

    async def _models(self, agent: Agent, asked: View) -> str:
        releases = await self._owner.releases(agent)
        if asked.about:
            case = releases.find(int(asked.about)) if asked.about.isdecimal() else None
            if case is None:
                raise Refused("no_such_release", "There is no release of this number that can be read.")
            return self._renderer.page("owner_release.html", case=case, when=self.when, percent=percent)
        trial = next((case for case in releases.cases if case.release.stage == "canary"), None)
        live = releases.find(releases.live)
        return self._renderer.page("owner_models.html", releases=releases, live=live, trial=trial, when=self.when)

    # ------------------------------------------------------------ rules

    async def _rules(self, agent: Agent, asked: View) -> str:
        titles = await self._owner.titles(agent)
        history = await self._owner.rules(agent)
        kinds, brands = await self._owner.names(agent)
        rows = [self._rule(kept, titles) for kept in history if kept.stands]
        gone = [self._rule(kept, titles) for kept in reversed(history) if not kept.stands]
        return self._renderer.page(
            "owner_rules.html", rows=rows, gone=gone[:_GONE], kinds=kinds, brands=brands, when=self.when
        )

    def _rule(self, kept: Entry[Rule], titles: Mapping[str, str]) -> dict[str, Any]:
        rule = kept.body
        return {
            "id": rule.id,
            "words": rule_words(rule, titles),
            "scope": scope_words(rule),
            "note": clean(rule.note),
            "starts": self.when(rule.starts),
            "ends": self.when(rule.ends),
            "kept": kept,
        }

    async def found_items(self, agent: Agent, typed: str) -> str:
        """Draw products to choose from, by words of their titles; what stands before the last comma is kept."""
        before, comma, last = typed.rpartition(",")
        words = fold(last).split()
        titles = await self._owner.titles(agent)
        rows = ((item_id, clean(title)) for item_id, title in titles.items() if all(w in fold(title) for w in words))
        found = list(islice(rows, _CHOICES)) if words else []
        return self._renderer.page("owner_items.html", before=f"{before}{comma} " if comma else "", found=found)

    async def preview(self, agent: Agent, found: Previewed) -> str:
        """Draw a slate before and after."""
        titles = await self._owner.titles(agent)
        before, after = ({one.id: i for i, one in enumerate(products, 1)} for products in (found.before, found.after))
        return self._renderer.page(
            "owner_preview.html",
            found=found,
            query=clean(found.query),
            before=[self._card(one, "" if one.id in after else "leaves") for one in found.before],
            after=[self._card(one, _climbed(before.get(one.id), after[one.id])) for one in found.after],
            acted=[acted_words(guard, titles) for guard in found.acted],
        )

    def _card(self, product: Product, mark: str) -> dict[str, Any]:
        item = item_view(ProductFact(product, product.default_variant), self._renderer.look)
        return {"item": item, "mark": mark}

    # ------------------------------------------------------------ sponsored

    async def _sponsored(self, agent: Agent, asked: View) -> str:
        titles = await self._owner.titles(agent)
        history = await self._owner.campaigns(agent)
        now = self._owner.now()
        rows = [campaign_view(entry, titles, now) for entry in reversed(history)]
        came = await self._owner.funnel(agent, Asked(30, part="sponsored"))
        return self._renderer.page(
            "owner_sponsored.html",
            rows=[row for row in rows if row.running],
            gone=[row for row in rows if not row.running][:_GONE],
            came=came,
            clicks=rate_words(came.figures.click_rate),
            money=self.money(came.figures.worth.total),
            when=self.when,
        )

    # ------------------------------------------------------------ slates

    async def _slates(self, agent: Agent, asked: View) -> str:
        if asked.about:
            titles = await self._owner.titles(agent)
            trace = await self._owner.slate(agent, asked.about)
            view = slate_view(trace, titles)
            return self._renderer.page("owner_slate.html", view=view, when=self.when, outcome=outcome_words)
        latest = await self._owner.slates(agent)
        return self._renderer.page(
            "owner_slates.html", latest=latest, when=self.when, surface_words=surface_words, without_words=without_words
        )

    # ------------------------------------------------------------ health

    async def _health(self, agent: Agent, asked: View) -> str:
        health = await self._owner.health(agent)
        card = health.card
        drift = [] if card is None else sorted(card.drift.items(), key=lambda pair: -pair[1])
        return self._renderer.page(
            "owner_health.html",
            health=health,
            card=card,
            drift=[{"what": what.replace("_", " "), "value": value, "moved": value > MOVED} for what, value in drift],
            alarms=[alarm_view(alarm) for alarm in health.alarms],
            serving=serving_words(health.serving),
            costs=costs_view(await self._owner.costs(agent)),
            when=self.when,
            percent=percent,
        )


def _climbed(before: int | None, after: int) -> str:
    """Say how a product got to its place; nothing where it stands where it stood, or lower."""
    if before is None:
        return "new"
    return f"up from {before}" if after < before else ""
