"""The composition root: builds everything from Settings and takes replacements as keyword arguments."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Literal

import structlog
from langchain_core.language_models import BaseChatModel

from assistant.allowance import DailyTokens
from assistant.config import Settings
from assistant.conversations import Conversations
from assistant.counted import Counted
from assistant.desk import Desk
from assistant.lab import Lab, margins_of
from assistant.live import Live
from assistant.opening import Opener, VariantIndex, Workshop, items_of
from assistant.owner import Owner, OwnerRooms
from assistant.places import catalogues_folder, shop_folder
from assistant.prompts import Prompts, load_prompts
from assistant.purchasing import Purchasing
from assistant.releases import registry_of, set_broken_releases_aside
from assistant.rooms import OPENING_WAIT_S
from assistant.service import DEMO_CATALOGUE, Assistant, Rooms
from assistant.session import Sessions
from assistant.store import SqlEventLog, open_store
from assistant.store.erasing import Eraser
from assistant.store.experiments import open_experiment_store
from assistant.store.ranking import open_ranking_store
from assistant.store.staff import open_staff_store
from assistant.support.actions import Actions
from assistant.support.cart import Carts
from assistant.support.experiments import Experiments, log_of
from assistant.support.handoff import HandOff
from assistant.support.identity import Customers
from assistant.support.inbox import Inbox
from assistant.support.lookups import lookups_for
from assistant.support.orders import OrderBook
from assistant.support.policies import Policies
from assistant.support.purchases import PurchaseBook
from assistant.support.ranking import RankingDesk
from assistant.support.sponsored import SponsoredDesk
from assistant.support.staff import Staff
from assistant.taken import taken_of
from assistant.telemetry import Telemetry, open_telemetry
from assistant.train_data import known_traffic, staff_numbers
from assistant.treating import Treating
from assistant.turns import TurnRunner
from recommender.errors import RecommenderError
from retrieval.encoder import Encoder, load_encoder
from retrieval.engine import Retrieval
from retrieval.errors import CatalogueMissing
from retrieval.graph import keep_stated
from retrieval.loader import import_products
from retrieval.mining.baskets import bought_relations
from retrieval.storage import catalogue_folder

log = structlog.get_logger()
Progress = Callable[[str, int, int | None], None]


def _now() -> datetime:
    return datetime.now(UTC)


def build_assistant(
    settings: Settings,
    *,
    chat_model: BaseChatModel | None = None,
    encoder: Encoder | None = None,
    prompts: Prompts | None = None,
    now: Callable[[], datetime] = _now,
    telemetry: Telemetry | None = None,
) -> Assistant:
    """Build the assistant. It returns at once; `start` opens the shop.

    Args:
        settings: frozen.
        chat_model: in place of the endpoint or the embedded model.
        encoder: in place of the one that the settings name.
        prompts: in place of those that come with Aisle.
        now: aware clock.
        telemetry: in place of what the settings want.

    Raises:
        StoreError: the data folder is in use, or its database cannot be read.
        ConfigError: the prompts are broken.
    """
    prompts = prompts or load_prompts()
    store = open_store(settings.data, now)
    try:
        staff_store = open_staff_store(settings.data, now)
    except BaseException:
        store.close()
        raise
    try:
        experiment_store = open_experiment_store(settings.data, now)
        experiments = Experiments(experiment_store, now)
        ranking_store = open_ranking_store(settings.data, now)
    except BaseException:
        store.close()
        staff_store.close()
        raise
    pool = ThreadPoolExecutor(settings.workers, thread_name_prefix="aisle-work")
    variants, live = VariantIndex(), Live()
    orders, actions = OrderBook(store, now), Actions(store, now, settings.locale)
    policies = Policies(texts_folder(settings, "policies"), guides=texts_folder(settings, "guides"))
    event_log = SqlEventLog(store)
    conversations = Conversations(
        store,
        now,
        lambda principal: lookups_for(
            principal,
            find_product=variants.find_product,
            orders=orders,
            actions=actions,
            policies=policies,
            log=event_log,
        ),
        live,
    )
    counted = Counted(event_log, lambda: known_traffic(settings, store), lambda: now().timestamp())
    rooms = Rooms(
        sessions=Sessions(
            store, now, demo=settings.catalogue == DEMO_CATALOGUE, staff_numbers=lambda: staff_numbers(settings)
        ),
        conversations=conversations,
        customers=Customers(store),
        carts=Carts(store, variants.find, settings, now),
        orders=orders,
        actions=actions,
        handoff=HandOff(store, now, live),
        live=live,
        policies=policies,
        purchasing=Purchasing(PurchaseBook(store, now), event_log, variants.find, variants.find_product, now),
        eraser=Eraser(store, experiment_store),
        counted=counted,
        pool=pool,
    )
    ranking = RankingDesk(ranking_store, settings.catalogue, now)
    sponsored = SponsoredDesk(ranking_store, settings.catalogue, now)
    workshop = Workshop(
        settings,
        prompts,
        store,
        ranking,
        sponsored,
        rooms,
        variants,
        now,
        encoder,
        chat_model,
        experiments.releases,
    )
    opener = Opener(workshop)
    desk = Desk(
        rooms,
        Staff(staff_store, now),
        Inbox(store, now),
        lambda: opener.plan(OPENING_WAIT_S),
        settings.max_message_chars,
    )
    telemetry = telemetry or open_telemetry(settings)
    if opener.endpoint is not None:
        breaker = opener.endpoint.breaker
        telemetry.watch_endpoint(lambda: breaker.state)
    runner = TurnRunner(conversations, pool, now, live, Treating(experiments), DailyTokens(settings), telemetry)
    lab = Lab(experiments, log_of(store, event_log, counted.fresh, lambda: margins_of(settings)), prompts, settings)
    owner_rooms = OwnerRooms(
        settings=settings,
        store=store,
        event_log=event_log,
        lab=lab,
        ranking=ranking,
        sponsored=sponsored,
        pool=pool,
        open_shop=opener.shop,
        readiness=opener.readiness,
        items_of=items_of,
        known_traffic=lambda: known_traffic(settings, store),
        outsiders=counted.fresh,
        costs=telemetry.costs,
        now=now,
    )
    return Assistant(settings, rooms, runner, opener, desk, lab, Owner(owner_rooms), telemetry)


def texts_folder(settings: Settings, kind: Literal["policies", "guides"]) -> Path:
    """The shop's own texts where it has put some, else those of the demo shop for the demo."""
    own = shop_folder(settings) / kind
    if own.is_dir() or settings.catalogue != DEMO_CATALOGUE:
        return own
    return Path(str(resources.files("assistant.demo") / kind))


def ensure_catalogue(
    settings: Settings,
    progress: Progress | None = None,
    *,
    encoder: Encoder | None = None,
    n_shoppers: int | None = None,
) -> bool:
    """Create the demo shop where the demo catalogue is asked for and is not there.

    Args:
        settings: frozen.
        progress: called with (what, done, total).
        encoder: in place of the one that the settings name.
        n_shoppers: simulated shoppers of the demo; None takes the usual number.

    Returns:
        Whether it was created.

    Raises:
        CatalogueMissing: another catalogue is asked for, and nothing is imported under that name.
    """
    try:
        Retrieval.open(catalogues_folder(settings), settings.catalogue)
    except CatalogueMissing:
        if settings.catalogue != DEMO_CATALOGUE:
            raise
    else:
        return False
    make_demo_shop(settings, progress or (lambda *_: None), encoder, n_shoppers)
    return True


def make_demo_shop(
    settings: Settings, progress: Progress, encoder: Encoder | None = None, n_shoppers: int | None = None
) -> None:
    """Write the demo's files, fill the store, train the click model, and import the catalogue last: while it is
    missing the demo counts as not made, so that an interrupted run is simply made again.

    In a store that has them already, customers, orders and behaviour stay as they are; what shoppers did stays too.

    Args:
        settings: frozen.
        progress: called with (what, done, total).
        encoder, n_shoppers: see `ensure_catalogue`.

    Raises:
        StoreError: the data folder is in use, cannot be used, or its database cannot be read.
    """
    from assistant.demo.build import build_demo
    from assistant.demo.shoppers import N_SHOPPERS
    from recommender.promotion.pipeline import Shop, submit

    # Before anything is computed or written: the folder may be in use, or none that can be used.
    open_store(settings.data).close()
    demo = build_demo(shop_folder(settings), seed=settings.seed, n_shoppers=n_shoppers or N_SHOPPERS, progress=progress)
    items = items_of(demo.products)
    store = open_store(settings.data)
    try:
        OrderBook(store, _now).load(demo.customers, demo.orders)
        progress("behaviour", 0, None)
        event_log = SqlEventLog(store)
        event_log.append_many(demo.decisions, demo.events)
        try:
            set_broken_releases_aside(settings)
            registry = registry_of(settings)
            shop = Shop(registry=registry, log=event_log, items=items, now=_now(), seed=settings.seed)
            release, _ = submit(
                shop, who="the demo", progress=lambda what, share: progress(what, round(share * 100), 100)
            )
            if release.served and registry.live() is None:
                registry.promote(release.number, who="the demo")
        except RecommenderError as problem:
            log.warning("demo.not_trained", reason=str(problem))
    finally:
        store.close()
    if encoder is None and settings.shop_encoder != "off":
        progress("loading the encoder", 0, None)
        encoder = load_encoder(settings.shop_encoder, settings.encoder_dtype)
    said = {decision.decision_id: decision.context.query for decision in demo.decisions}
    import_products(
        demo.products,
        root=catalogues_folder(settings),
        name=DEMO_CATALOGUE,
        encoder=encoder,
        currency=settings.currency,
        progress=progress,
        taken=tuple(taken_of(demo.events, said.get)),
    )
    baskets = ([line.product_id for line in order.lines] for _, order in demo.orders)
    own = (*demo.relations, *bought_relations(baskets))
    keep_stated(own, catalogue_folder(catalogues_folder(settings), DEMO_CATALOGUE))
