"""The owner's door: funnel, experiments, releases, rules, campaigns, slates and the kill switch. For its page only.

Every call names who acts, an `Agent` from a session looked up for this very call, and refuses who is no admin. What is
done is kept with the name: by the lab, the registry and the ranking desk.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeVar

import structlog

from assistant.config import Settings
from assistant.errors import Refused
from assistant.lab import Lab
from assistant.release_cases import Releases, read_releases
from assistant.releases import click_model_device, registry_of
from assistant.rooms import Readiness
from assistant.rule_preview import Previewed, preview_rules
from assistant.slate_trace import SlateTrace, trace_slate
from assistant.store import Clock, SqlEventLog, Store
from assistant.support.experiments import Audited, Kept
from assistant.support.funnel import Asked, Funnel, Funnels
from assistant.support.ledger import Entry
from assistant.support.ranking import Ranking, RankingDesk, Switch
from assistant.support.slates import Latest, latest_slates, what_happened
from assistant.support.sponsored import SponsoredDesk
from assistant.telemetry import TurnCosts
from assistant.tools.context import Shop
from assistant.turn import Agent
from recommender.bandit.drift import DriftAlarm
from recommender.data.card import DataCard, read_card, write_card
from recommender.data.settings import KnownTraffic
from recommender.decide import Recommender
from recommender.errors import ArtifactBroken, RecommenderError
from recommender.events import Item
from recommender.experiments.analysis import Report
from recommender.experiments.definitions import Experiment
from recommender.models.predicted import Predicted
from recommender.owner_rules import OwnerRules, Rule, check_costs, read_rule
from recommender.promotion.pipeline import ranker_of
from recommender.promotion.registry import Registry, Release
from recommender.promotion.releases import complete_releases, release_folder
from recommender.replay import difference
from recommender.selling.sponsored import Campaign, read_campaign
from retrieval.product import Product

log = structlog.get_logger()
T = TypeVar("T")
NOT_FOR_AGENTS: Final = "This page is for the shop’s admins. Ask one of them, or use the desk."
FRESH_S: Final = 60.0
"""A funnel that was counted so lately is shown again."""


@dataclass(frozen=True, slots=True)
class LabCase:
    """One experiment: its definition and state, what it says by now, and who did what to it."""

    kept: Kept
    report: Report
    audit: tuple[Audited, ...]


@dataclass(frozen=True, slots=True)
class ShopHealth:
    """How the ranking stands.

    Args:
        learned: whether what was learned ranks now; False where the kill switch is thrown.
        by_setting: whether it is off by AISLE_RANKING, which the page cannot change.
        switches: every throw, the latest first.
        readiness: of the shop.
        serving: what the recommender says of itself; empty while the shop is opening.
        alarms: segments whose clicks no longer come as predicted, the latest first.
        card: the last data card, of a training or made here; None where there is none.
    """

    learned: bool
    by_setting: bool
    switches: tuple[Switch, ...]
    readiness: Readiness
    serving: Mapping[str, str]
    alarms: tuple[DriftAlarm, ...]
    card: DataCard | None


@dataclass(frozen=True)
class OwnerRooms:
    """What the door stands on.

    Args:
        settings: frozen.
        store: the shop's database.
        event_log: in it.
        lab: experiments.
        ranking: rules and kill switch.
        sponsored: campaigns.
        pool: where blocking work runs.
        open_shop: waits until products can be looked up; raises TurnRefused where they cannot.
        readiness: what works by now.
        items_of: what the recommender knows of products.
        known_traffic: who in the log is no customer.
        outsiders: keys of all that are none, robots among them.
        costs: what the latest turns took.
        now: aware clock.
    """

    settings: Settings
    store: Store
    event_log: SqlEventLog
    lab: Lab
    ranking: RankingDesk
    sponsored: SponsoredDesk
    pool: Executor
    open_shop: Callable[[], Awaitable[Shop]]
    readiness: Callable[[], Readiness]
    items_of: Callable[[Iterable[Product]], Mapping[str, Item]]
    known_traffic: Callable[[], KnownTraffic]
    outsiders: Callable[[], Collection[str]]
    costs: Callable[[], TurnCosts]
    now: Clock


@dataclass
class _Counted:
    """Funnels counted lately, and the lock under which one is counted."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    known: dict[Asked, tuple[float, Funnel]] = field(default_factory=dict)


class Owner:
    """What the owner can see and do. Built by `bootstrap.build_assistant`.

    Args:
        rooms: see there.
        clock: seconds that only go forward.
    """

    def __init__(self, rooms: OwnerRooms, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._rooms, self._clock = rooms, clock
        self._funnels = Funnels(rooms.store, rooms.now, rooms.settings.timezone, rooms.outsiders)
        self._registry: Registry = registry_of(rooms.settings)
        self._ranker_of = ranker_of(self._registry, click_model_device(rooms.settings))
        self._counted = _Counted()
        self._moving = threading.Lock()

    def now(self) -> datetime:
        """The shop's time."""
        return self._rooms.now()

    # ------------------------------------------------------------ funnel

    async def funnel(self, agent: Agent, asked: Asked) -> Funnel:
        """Count how far visits come. A look at the same within a minute is answered from memory."""
        _check(agent)
        return await self._in_pool(lambda: self._measured(asked))

    # ------------------------------------------------------------ experiments

    async def experiments(self, agent: Agent) -> tuple[LabCase, ...]:
        """Every experiment with what it says by now, the latest first."""
        _check(agent)
        return await self._in_pool(lambda: tuple(self._lab_case(kept) for kept in self._rooms.lab.all()))

    async def experiment(self, agent: Agent, name: str) -> LabCase:
        """One experiment.

        Raises:
            Refused: there is none of this name.
        """
        _check(agent)
        found = next((kept for kept in await self._in_pool(self._rooms.lab.all) if kept.experiment.name == name), None)
        if found is None:
            raise Refused("no_such_experiment", "There is no experiment of this name.")
        return await self._in_pool(lambda: self._lab_case(found))

    async def start_experiment(self, agent: Agent, experiment: Experiment) -> Kept:
        """Start one. Raises ExperimentWrong as `Lab.start`."""
        _check(agent)
        return await self._in_pool(lambda: self._rooms.lab.start(experiment, who=agent.name))

    async def stop_experiment(self, agent: Agent, name: str, because: str) -> Kept:
        """Stop one for good. Raises ExperimentWrong where there is none of this name."""
        _check(agent)
        return await self._in_pool(lambda: self._rooms.lab.stop(name, who=agent.name, because=because))

    # ------------------------------------------------------------ releases

    async def releases(self, agent: Agent) -> Releases:
        """All releases with what was measured of them. Raises ReleaseBroken where the record of moves is."""
        _check(agent)
        return await self._in_pool(lambda: read_releases(self._registry))

    async def start_shadow(self, agent: Agent, number: int) -> Release:
        """Let a candidate be scored beside the live one. Raises as `Registry.start_shadow`."""
        _check(agent)
        return await self._in_pool(lambda: self._registry.start_shadow(number, who=agent.name))

    async def promote(self, agent: Agent, number: int, seen: tuple[str, float], because: str | None) -> Release:
        """Take a release one step further.

        Args:
            agent: who does it.
            number: of the release.
            seen: the stage and the share of shoppers from which it is meant to go on.
            because: overrules gate and wait.

        Raises:
            Refused: somebody else moved it meanwhile.
            GateRefused, MoveRefused, ReleaseBroken: as `Registry.promote`.
        """
        _check(agent)

        def moved() -> Release:
            with self._moving:
                now = self._registry.get_release(number)
                if (now.stage.value, now.share) != seen:
                    raise Refused(
                        "moved_meanwhile",
                        f"Release {number} was moved meanwhile: {now.stage}, {now.share:.0%}. Close this; look again.",
                    )
                return self._registry.promote(number, who=agent.name, because=because)

        return await self._in_pool(moved)

    async def roll_back(self, agent: Agent, number: int, why: str) -> int | None:
        """Take back the release that serves.

        Raises:
            Refused: it is not the one that a roll-back takes back now: it was moved, or another one is on trial.
            MoveRefused, ReleaseBroken: as `Registry.roll_back`.
        """
        _check(agent)

        def taken() -> int | None:
            with self._moving:
                trial = self._registry.canary()
                if trial is not None and trial[0] != number:
                    raise Refused("on_trial", f"Release {trial[0]} is on trial: stop the trial first.")
                if trial is None and self._registry.live() != number:
                    raise Refused("moved_meanwhile", f"Release {number} does not serve any more. Look at it again.")
                return self._registry.roll_back(who=agent.name, why=why)

        return await self._in_pool(taken)

    async def stop_release(self, agent: Agent, number: int, why: str) -> Release:
        """Retire a release that is not live. Raises as `Registry.stop`."""
        _check(agent)
        return await self._in_pool(lambda: self._registry.stop(number, who=agent.name, why=why))

    # ------------------------------------------------------------ rules

    async def rules(self, agent: Agent) -> tuple[Entry[Rule], ...]:
        """Every rule that there ever was, oldest first."""
        _check(agent)
        return await self._in_pool(self._rooms.ranking.history)

    async def add_rule(self, agent: Agent, given: Mapping[str, Any]) -> Rule:
        """Keep a rule; it acts from the next slate on. Raises RuleBroken."""
        _check(agent)
        await self._check_items(given)
        return await self._in_pool(lambda: self._rooms.ranking.add(dict(given), agent.name))

    async def remove_rule(self, agent: Agent, rule_id: str) -> Rule:
        """Let a rule act no more. Raises RuleBroken where there is none."""
        _check(agent)
        return await self._in_pool(lambda: self._rooms.ranking.remove(rule_id, agent.name))

    async def preview(
        self, agent: Agent, query: str, *, add: Mapping[str, Any] | None = None, without: str = ""
    ) -> Previewed:
        """Show what a rule would change for a request, or what taking one away would.

        Args:
            agent: who asks.
            query: as a shopper would type it; "" for suggestions.
            add: a rule that does not stand yet.
            without: id of one that does.

        Raises:
            RuleBroken: `add` is none.
            Refused: a product, category or brand in it is not there, or `without` does not stand.
        """
        _check(agent)
        shop = await self._rooms.open_shop()
        if add is not None:
            await self._check_items(add)

        def tried() -> Previewed:
            standing = tuple(entry.body for entry in self._rooms.ranking.rules())
            if without and without not in {rule.id for rule in standing}:
                raise Refused("no_such_rule", f"Rule {without} was removed meanwhile.")
            after = tuple(rule for rule in standing if rule.id != without)
            if add is not None:
                after = (*after, read_rule(dict(add)).model_copy(update={"id": "new"}))
            return preview_rules(shop, query, OwnerRules(rules=standing), OwnerRules(rules=after))

        return await self._in_pool(tried)

    # ------------------------------------------------------------ sponsored

    async def campaigns(self, agent: Agent) -> tuple[Entry[Campaign], ...]:
        """Every campaign that there ever was, oldest first."""
        _check(agent)
        return await self._in_pool(self._rooms.sponsored.campaigns)

    async def add_campaign(self, agent: Agent, given: Mapping[str, Any]) -> Campaign:
        """Keep a campaign; it acts from the next slate on. Raises CampaignBroken, Refused."""
        _check(agent)
        _check_products(await self._rooms.open_shop(), read_campaign(dict(given)).item_ids)
        return await self._in_pool(lambda: self._rooms.sponsored.add(dict(given), agent.name))

    async def stop_campaign(self, agent: Agent, number: str) -> Campaign:
        """Stop a campaign at once. Raises CampaignBroken where none of this number runs."""
        _check(agent)
        return await self._in_pool(lambda: self._rooms.sponsored.stop(number, agent.name))

    # ------------------------------------------------------------ slates

    async def slates(self, agent: Agent) -> tuple[Latest, ...]:
        """The latest slates, newest first."""
        _check(agent)
        return await self._in_pool(lambda: latest_slates(self._rooms.event_log))

    async def slate(self, agent: Agent, decision_id: str) -> SlateTrace:
        """How one slate came about, computed again.

        Raises:
            Refused: there is no such decision.
        """
        _check(agent)
        return await self._in_pool(lambda: self._trace(decision_id))

    async def titles(self, agent: Agent) -> Mapping[str, str]:
        """Product id -> title, of the catalogue served now."""
        _check(agent)
        shop = await self._rooms.open_shop()
        return {product.id: product.title for product in shop.retrieval.catalogue.products.values()}

    async def names(self, agent: Agent) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Categories (departments among them) and brands, as they are written in the catalogue served now."""
        _check(agent)
        return _names(await self._rooms.open_shop())

    # ------------------------------------------------------------ health

    async def health(self, agent: Agent) -> ShopHealth:
        """How the ranking stands."""
        _check(agent)
        recommender = (await self._rooms.open_shop()).recommender if self._rooms.readiness().words else None
        return await self._in_pool(lambda: self._health(recommender))

    async def costs(self, agent: Agent) -> TurnCosts:
        """What the latest turns took."""
        _check(agent)
        return await self._in_pool(self._rooms.costs)

    async def throw_switch(self, agent: Agent, ranking: Ranking, because: str) -> Switch:
        """Throw the kill switch, or back."""
        _check(agent)
        log.warning("ranking.switched", staff=agent.id, ranking=ranking)
        return await self._in_pool(lambda: self._rooms.ranking.throw(ranking, agent.name, because))

    async def make_card(self, agent: Agent) -> DataCard:
        """Describe what shoppers did in a new data card; seconds to minutes. Raises ArtifactBroken."""
        _check(agent)
        shop = await self._rooms.open_shop()
        return await self._in_pool(lambda: self._made_card(shop))

    # ------------------------------------------------------------ inside

    def _measured(self, asked: Asked) -> Funnel:
        counted = self._counted
        with counted.lock:
            found = counted.known.get(asked)
            if found is None or self._clock() - found[0] >= FRESH_S:
                counted.known = {
                    one: known for one, known in counted.known.items() if self._clock() - known[0] < FRESH_S
                }
                found = counted.known[asked] = (self._clock(), self._funnels.measure(asked))
            return found[1]

    def _lab_case(self, kept: Kept) -> LabCase:
        lab, name = self._rooms.lab, kept.experiment.name
        return LabCase(kept, lab.report(name), lab.audited(name))

    async def _check_items(self, given: Mapping[str, Any]) -> None:
        """Refuse a rule on a product or a margin that is not there: it would do nothing, and nobody would know."""
        rule = read_rule(dict(given))
        shop = await self._rooms.open_shop()
        if rule.kind == "margin_floor":
            items = self._rooms.items_of(shop.retrieval.catalogue.products.values())
            check_costs(rule, items.values())
        named = {*rule.item_ids, *([rule.item_id] if rule.kind == "pin" else [])}
        _check_products(shop, named)
        kinds, brands = _names(shop)
        for what, names, there in (("category", rule.categories, kinds), ("brand", rule.brands, brands)):
            if missing := sorted(set(names) - set(there)):
                raise Refused(
                    "no_such_kind", f"No product has the {what} {missing[0]!r}; it is written as on the card."
                )

    def _trace(self, decision_id: str) -> SlateTrace:
        decision = self._rooms.event_log.find_decision(decision_id)
        if decision is None:
            raise Refused("no_such_slate", "There is no slate with this id in the log.")
        model: Predicted | None = None
        try:
            ranker = self._ranker_of(decision.policy_version)
            model = ranker if isinstance(ranker, Predicted) and ranker.sha else None
        except RecommenderError:
            log.info("owner.model_not_loaded", decision=decision_id)
        differs = difference(decision, model) or ""
        return trace_slate(decision, what_happened(self._rooms.store, decision_id), differs)

    def _health(self, recommender: Recommender | None) -> ShopHealth:
        switches = tuple(reversed(self._rooms.ranking.switches()))
        thrown = bool(switches) and switches[0].ranking == "default"
        by_setting = self._rooms.settings.ranking == "default"
        try:
            card = self._last_card()
        except ArtifactBroken:
            card = None
        return ShopHealth(
            learned=not thrown and not by_setting,
            by_setting=by_setting,
            switches=switches,
            readiness=self._rooms.readiness(),
            serving={} if recommender is None else recommender.health,
            alarms=() if recommender is None else tuple(reversed(recommender.alarms)),
            card=card,
        )

    def _last_card(self) -> DataCard | None:
        """Of the last training, or made on the page since then."""
        root = self._registry.root
        folders = [root, *(release_folder(root, number) for number in complete_releases(root)[-1:])]
        cards = [card for folder in folders if (card := read_card(folder)) is not None]
        return max(cards, key=lambda card: card.made_at, default=None)

    def _made_card(self, shop: Shop) -> DataCard:
        from recommender.data.prepare import prepare

        card = prepare(
            self._rooms.event_log,
            self._rooms.items_of(shop.retrieval.catalogue.products.values()),
            now=self._rooms.now().timestamp(),
            seed=self._rooms.settings.seed,
            previous=self._last_card(),
            known=self._rooms.known_traffic(),
        ).card
        write_card(card, self._registry.root)
        return card

    async def _in_pool(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._rooms.pool, work)


def _check(agent: Agent) -> None:
    if agent.role != "admin":
        raise Refused("not_owner", NOT_FOR_AGENTS)


def _check_products(shop: Shop, named: Iterable[str]) -> None:
    unknown = sorted(item_id for item_id in named if shop.find_product(item_id) is None)
    if unknown:
        raise Refused("no_such_product", f"There is no product {unknown[0]!r} in the catalogue.")


def _names(shop: Shop) -> tuple[tuple[str, ...], tuple[str, ...]]:
    products = shop.retrieval.catalogue.products.values()
    kinds = {kind for product in products for kind in (product.category, product.department) if kind}
    return tuple(sorted(kinds)), tuple(sorted({product.brand for product in products if product.brand}))
