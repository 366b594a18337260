"""Open the shop in the background: words first, then meaning. What fails is said, and the rest goes on.

Search by words, orders and policies work as soon as the catalogue is read (about a second); the encoder takes ten more
to import. Each step's failure leaves the shop degraded, never closed, except that without a catalogue there is no shop.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Literal

import numpy as np
import structlog

from assistant.agent import AgentLoop, texts_told
from assistant.aspects import Aspects
from assistant.config import Settings
from assistant.errors import AisleError, ConfigError, TurnRefused
from assistant.floorplan import Floorplan
from assistant.grounding import Lexicon
from assistant.guards import Guarding
from assistant.head_watch import HeadWatch
from assistant.inviting import Inviting
from assistant.item_facts import attributes_of
from assistant.lab import versions_folder
from assistant.language import Languages
from assistant.learned_files import LearnedFiles
from assistant.llm.embedded.intents import IntentReader
from assistant.llm.embedded.model import EmbeddedChatModel
from assistant.llm.embedded.planner import Planner
from assistant.llm.embedded.voices import Voices
from assistant.model_watch import ModelWatch
from assistant.opening_talk import finds_in, table_talk
from assistant.places import catalogues_folder
from assistant.prompts import Prompts, prompt_version
from assistant.releases import click_model_device
from assistant.rooms import OPENING_WAIT_S, Readiness, Rooms
from assistant.starters import Starter, banner_pool, starter_pool
from assistant.starting import Place, Starting
from assistant.store import SqlEventLog, Store
from assistant.support.ranking import RankingDesk
from assistant.support.sponsored import SponsoredDesk
from assistant.titles import TitleIndex
from assistant.tools.context import Shop
from assistant.turn import Principal
from assistant.upkeep import is_demo, way_out
from recommender.data.cleaning import CleanLog
from recommender.decide import Recommender
from recommender.events import Item
from recommender.exploring import Controls
from recommender.selling.rules import MIN_CONFIDENCE, MIN_ORDERS, cross_selling_rules
from recommender.selling.starters import StarterBandit
from recommender.settings import RecommenderSettings
from retrieval.cross_encoder import load_cross_encoder
from retrieval.encoder import Encoder, load_encoder
from retrieval.engine import Retrieval
from retrieval.errors import NotEmbedded, RetrievalError
from retrieval.product import Product
from retrieval.query import QueryReader
from retrieval.reranking import HeadReranker

if TYPE_CHECKING:
    from assistant.llm.vllm import EndpointModel

log = structlog.get_logger()
RELOAD_EVERY_S = 5.0
NOT_OPEN = "The shop is not open yet. Please try again in a moment."
NO_ENDPOINT = "The language model of AISLE_LLM_URL does not answer. The embedded model replies until it does."
CANNOT_OPEN = "The shop cannot be opened at the moment. Please try again later."


@dataclass(frozen=True)
class Workshop:
    """What opening needs.

    Args:
        settings, prompts, store, ranking, sponsored, rooms, variants, now: the house's.
        encoder: replaces the encoder in tests; None loads the one of the settings.
        chat_model: replaces the chat model in tests; None takes the one of the settings.
        tried_releases: tells the ranker releases that running experiments try.
    """

    settings: Settings
    prompts: Prompts
    store: Store
    ranking: RankingDesk
    sponsored: SponsoredDesk
    rooms: Rooms
    variants: VariantIndex
    now: Callable[[], datetime]
    encoder: Encoder | None = None
    chat_model: object | None = None
    tried_releases: Callable[[], frozenset[int]] = frozenset


class VariantIndex:
    """Variant id -> product, of the catalogue served now. Empty until the shop is open."""

    def __init__(self) -> None:
        self._products: dict[str, Product] = {}
        self._by_id: dict[str, Product] = {}

    def use(self, products: Sequence[Product]) -> None:
        """Swap the catalogue."""
        self._by_id = {product.id: product for product in products}
        self._products = {variant.id: product for product in products for variant in product.variants}

    def find(self, variant_id: str) -> Product | None:
        """The product that has this variant now."""
        return self._products.get(variant_id)

    def find_product(self, product_id: str) -> Product | None:
        """The product with this id."""
        return self._by_id.get(product_id)


class Opener:
    """Opens the shop and keeps it open.

    Args:
        workshop: what it needs.
    """

    def __init__(self, workshop: Workshop) -> None:
        self._w = workshop
        self._plan: Floorplan | None = None
        self._starters: tuple[Starter, ...] = ()
        self._starting: Starting | None = None
        self._banners: tuple[Starter, ...] = ()
        self._inviting: Inviting | None = None
        self._state = Readiness(loading=("the catalogue", "search by meaning"))
        self._words, self._meaning = threading.Event(), threading.Event()
        self._problem: Exception | None = None
        self._thread: threading.Thread | None = None
        self._closing = threading.Event()
        self.endpoint = _endpoint(workshop.settings)
        self._intents = IntentReader(workshop.prompts.intents())
        settings = workshop.settings
        self._voices = Voices(workshop.prompts, settings.locale, settings.timezone)
        # The shop's own language: of what is said before anybody has spoken.
        self._language = settings.locale.split("_")[0]
        self._wording = self._voices.wording(self._language)

    def start(self) -> None:
        """Begin in the background; a second call does nothing."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._open, name="aisle-opener", daemon=True)
            self._thread.start()

    def wait(self, until: Literal["words", "meaning"]) -> None:
        """Block until words, or meaning, work or have turned out not to.

        Raises:
            Exception: what stopped the shop from opening.
        """
        (self._words if until == "words" else self._meaning).wait()
        if self._problem is not None:
            raise self._problem

    def readiness(self) -> Readiness:
        """What works by now."""
        resting = self.endpoint is not None and self.endpoint.breaker.state != "closed"
        return replace(self._state, degraded=(*self._state.degraded, NO_ENDPOINT)) if resting else self._state

    def starters(self, principal: Principal, place: Place) -> tuple[str, ...]:
        """Questions for a visit to begin with."""
        shown = self._starting.show(principal, place, self._starters) if self._starting else ()
        return tuple(starter.text for starter in shown)

    def banner(self, principal: Principal) -> Starter | None:
        """The widget's line of invitation; None where there is none now, or the shop wants none."""
        return self._inviting.banner(principal, self._banners) if self._inviting else None

    def put_banner_away(self, principal: Principal) -> None:
        """Learn that a visit wants no banner."""
        if self._inviting is not None:
            self._inviting.put_away(principal)

    def begins_with_starter(self, principal: Principal, words: str) -> bool:
        """Whether a message is one of the questions that its visit was shown."""
        return any(way is not None and way.knows(principal, words) for way in (self._starting, self._inviting))

    def started(self, principal: Principal, words: str) -> None:
        """Learn what a visit began with."""
        for way in (self._starting, self._inviting):
            if way is not None:
                way.begun(principal, words)

    def in_language_of(self, words: str, sentence: str) -> str:
        """A sentence of the code's in the language that a message is in, as far as that can be told of it alone."""
        language = self._plan.languages.tell(words) if self._plan else self._language
        return self._voices.wording(language).sentence(sentence)

    def wording(self, name: str) -> str:
        """A sentence of the house without variables."""
        return self._wording(name)

    async def plan(self, timeout_s: float) -> Floorplan:
        """The opened shop.

        Raises:
            TurnRefused: it is not open in time, or cannot be opened.
        """
        deadline = time.monotonic() + timeout_s
        while self._plan is None and self._problem is None and time.monotonic() < deadline:
            await asyncio.sleep(0.05)
        if self._plan is None:
            raise TurnRefused(NOT_OPEN if self._problem is None else CANNOT_OPEN)
        return self._plan

    async def shop(self) -> Shop:
        """The opened shop's services. Raises TurnRefused as `plan`."""
        return (await self.plan(OPENING_WAIT_S)).shop

    def close(self) -> None:
        """Stop, and release everything."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join(timeout=30)
        self._w.rooms.pool.shutdown(wait=True, cancel_futures=True)
        self._w.store.close()
        self._w.ranking.close()

    # ------------------------------------------------------------ the work

    def _open(self) -> None:
        try:
            retrieval = self._open_words()
        except Exception as problem:
            self._problem = problem
            expected = isinstance(problem, AisleError | RetrievalError)
            log.error(
                "shop.cannot_open",
                reason=way_out(self._w.settings, problem) if expected else type(problem).__name__,
                exc_info=not expected,
            )
            self._state = Readiness(degraded=(way_out(self._w.settings, problem) if expected else CANNOT_OPEN,))
            self._words.set()
            self._meaning.set()
            return
        self._words.set()
        try:
            degraded = (*self._open_meaning(retrieval), *self._open_cross_encoder(retrieval))
            self._state = Readiness(words=True, meaning=retrieval.mode == "words+meaning", degraded=degraded)
        finally:
            self._meaning.set()
        while not self._closing.wait(RELOAD_EVERY_S):
            for follow in (
                lambda: self._reload(retrieval),
                self._models.follow,
                self._learned.follow,
                lambda: self._head.follow(self._closing),
            ):
                try:
                    follow()
                except Exception:
                    # Whatever it is: shoppers are served with what there was, and the others go on.
                    log.exception("shop.not_followed")
        self._models.close()
        self._head.close()

    def _open_words(self) -> Retrieval:
        settings = self._w.settings
        retrieval = Retrieval.open(catalogues_folder(settings), settings.catalogue)
        events, numbers = SqlEventLog(self._w.store), recommender_settings(settings)
        products = items_of(retrieval.catalogue.products.values())
        counted = self._w.rooms.counted
        counted.look()
        people = CleanLog(events, lambda _, event: not {event.session_key, event.shopper_key} & counted.outsiders())
        recommender = Recommender(
            products, events, settings=numbers, controls=self._controls, outsiders=counted.outsiders
        )
        self._w.sponsored.remember(events, recommender.unit)
        self._head = HeadWatch(settings, people, recommender, numbers, lambda: self._w.now().timestamp())
        self._learned = LearnedFiles(settings, recommender, numbers)
        self._models = ModelWatch(settings, recommender, tried=self._w.tried_releases)
        bandit, seed = StarterBandit(people), settings.seed
        self._starting = Starting(bandit, lambda: self._w.now().timestamp(), seed=seed, explore=self._explores)
        if settings.banners:
            self._inviting = Inviting(bandit, lambda: self._w.now().timestamp(), seed=seed, explore=self._explores)
        self._lay_out(retrieval, recommender)
        self._state = Readiness(words=True, loading=("search by meaning",))
        return retrieval

    def _explores(self) -> bool:
        """Whether starter questions and banners may try something out: not where the kill switch is thrown."""
        return self._w.settings.exploration and self._controls().learned

    def _controls(self) -> Controls:
        """The owner's rules and the kill switch: that of the settings, and the one thrown while the shop is open."""
        controls = self._w.ranking.controls()
        return controls if self._w.settings.ranking == "learned" else replace(controls, learned=False)

    def _lay_out(self, retrieval: Retrieval, recommender: Recommender) -> None:
        """Build what a turn needs for the catalogue that is served now, and put it in place at once."""
        w, rooms = self._w, self._w.rooms
        products = tuple(retrieval.catalogue.products.values())
        w.variants.use(products)
        reader = QueryReader(retrieval.vocabulary(), retrieval.catalogue.currency)
        titles = TitleIndex(products)
        shop = Shop(
            settings=w.settings,
            retrieval=retrieval,
            reader=reader,
            recommender=recommender,
            carts=rooms.carts,
            orders=rooms.orders,
            actions=rooms.actions,
            policies=rooms.policies,
            handoff=rooms.handoff,
            now=lambda: w.now().timestamp(),
            titles=titles,
            sponsored=w.sponsored,
            aspects=Aspects(w.prompts.question_words()),
            find_need=rooms.conversations.find_latest_need,
            find_age=lambda principal: rooms.customers.find_age(principal, w.now().date()),
            rules=cross_selling_rules(recommender.baskets(), min_orders=MIN_ORDERS, confidence=MIN_CONFIDENCE),
        )
        talk = table_talk(self._intents, reader, retrieval, rooms.policies, w.prompts, titles)
        planner = Planner(self._intents, reader, retrieval.catalogue.currency, finds_in(retrieval), titles, talk)
        has_policies = bool(rooms.policies.all())
        self._starters = starter_pool(products, self._wording, has_policies=has_policies)
        self._banners = banner_pool(self._wording, has_policies=has_policies)
        lexicon = Lexicon.of(products)
        self._plan = self._plan_with(w.prompts, shop, planner, lexicon)
        versions: dict[str, Floorplan] = {}

        def in_version(name: str) -> Floorplan:
            if name not in versions:
                versions[name] = self._plan_with(self._version(name), shop, planner, lexicon)
            return versions[name]

        self._plan = replace(self._plan, in_version=in_version)

    def _version(self, name: str) -> Prompts:
        """A version of the prompts; the shop's own, and a line in the log, where it cannot be used."""
        try:
            return prompt_version(self._w.prompts, name, versions_folder(self._w.settings))
        except ConfigError as problem:
            log.error("prompts.version_not_used", reason=str(problem))
            return self._w.prompts

    def _plan_with(self, prompts: Prompts, shop: Shop, planner: Planner, lexicon: Lexicon) -> Floorplan:
        w, pool = self._w, self._w.rooms.pool
        voices = self._voices.of(prompts)
        titles = (product.title for product in shop.retrieval.catalogue.products.values())
        vocabulary = shop.retrieval.vocabulary()

        def knows(word: str) -> bool:
            """Whether a word is one of the catalogue, or a slip of one."""
            return shop.titles.knows(word) or vocabulary.find_correction(word) is not None

        embedded = EmbeddedChatModel(planner=planner, voices=voices, now=w.now, pool=pool)
        fallback = AgentLoop(embedded, prompts, w.settings, pool)
        chosen = w.chat_model or self.endpoint
        loop = AgentLoop(chosen, prompts, w.settings, pool, w.settings.llm_model) if chosen else fallback  # type: ignore[arg-type]
        return Floorplan(
            shop=shop,
            loop=loop,
            fallback=None if loop is fallback else fallback,
            voices=voices,
            languages=Languages(prompts.languages(), self._language, titles, knows),
            lexicon=lexicon,
            guarding=Guarding(prompts, texts_told(prompts), w.settings, shop.reader, lexicon.brands),
            prompt_hash=prompts.hash,
        )

    def _open_meaning(self, retrieval: Retrieval) -> tuple[str, ...]:
        """Attach the encoder to everything that can use it; return what did not work."""
        settings, plan, degraded = self._w.settings, self._plan, []
        assert plan is not None
        plan.languages.warm()
        retrieval.prepare()
        for problem in self._models.load():
            degraded.append(f"{problem} Ranking goes on without this click model; {_model_way_out(settings)}.")
            log.error("click_model.broken", reason=degraded[-1])
        degraded += self._learned.follow()
        if settings.shop_encoder == "off" and self._w.encoder is None:
            return tuple(degraded)
        try:
            encoder = self._w.encoder or load_encoder(settings.shop_encoder, settings.encoder_dtype)
            self._intents.warm(encoder)
            self._w.rooms.policies.warm(encoder.encode)
        except Exception as problem:  # Any broken model file: words go on working.
            expected = isinstance(problem, RetrievalError)
            why = (
                str(problem) if expected else f"The encoder {settings.shop_encoder!r} (AISLE_ENCODER) cannot be loaded."
            )
            degraded.append(f"{why} Search goes by words alone.")
            log.error("encoder.broken", reason=degraded[-1], exc_info=None if expected else problem)
            return tuple(degraded)
        try:
            retrieval.warm(encoder)
            self._give_vectors(retrieval, plan.shop.recommender)
        except RetrievalError as problem:
            degraded.append(way_out(settings, problem))
            if isinstance(problem, NotEmbedded):
                log.info("meaning.left_out", reason=degraded[-1])
            else:
                log.error("index.broken", reason=degraded[-1])
        return tuple(degraded)

    def _open_cross_encoder(self, retrieval: Retrieval) -> tuple[str, ...]:
        """Let the cross-encoder of the settings look at results, if there is one; return what did not work."""
        settings = self._w.settings
        if settings.cross_encoder == "off":
            return ()
        try:
            model = load_cross_encoder(settings.cross_encoder, settings.encoder_dtype)
        except RetrievalError as problem:
            log.error("cross_encoder.broken", reason=str(problem))
            return (f"{problem} Results keep the order they have without it.",)
        retrieval.use_reranker(HeadReranker(model, lambda why: log.warning("cross_encoder.left_out", reason=why)))
        return ()

    def _give_vectors(self, retrieval: Retrieval, recommender: Recommender) -> None:
        found = retrieval.vectors()
        if found is not None:
            ids, matrix = found
            recommender.use_vectors(ids, np.asarray(matrix, dtype=np.float32))

    def _reload(self, retrieval: Retrieval) -> None:
        """Serve a newly imported version; a broken one leaves the old one in place."""
        try:
            if not retrieval.reload_if_changed():
                return
            assert self._plan is not None
            recommender = self._plan.shop.recommender
            recommender.use_items(items_of(retrieval.catalogue.products.values()))
            self._give_vectors(retrieval, recommender)
            self._lay_out(retrieval, recommender)
            self._state = replace(self._state, meaning=retrieval.mode == "words+meaning")
            log.info("catalogue.swapped", version=retrieval.catalogue.version)
        except RetrievalError as problem:
            log.error("catalogue.not_swapped", reason=str(problem))


def _endpoint(settings: Settings) -> EndpointModel | None:
    """The model behind `llm_url`; its client takes half a second to import, which the embedded model does without."""
    if settings.llm_url is None:
        return None
    from assistant.llm.vllm import endpoint_model

    return endpoint_model(settings)


def _model_way_out(settings: Settings) -> str:
    again = "make it again with `aisle demo`"
    return again if is_demo(settings) else "`aisle models rollback` serves the one before"


def recommender_settings(settings: Settings) -> RecommenderSettings:
    """How the shop's settings steer the recommender."""
    return RecommenderSettings(
        explore=settings.exploration,
        holdout_share=settings.holdout_share,
        explored_per_day=settings.trials_per_day,
        click_model_device=click_model_device(settings),
    )


def _stock(product: Product) -> int | None:
    """Units of all variants together; None where that of one is not stated."""
    stocks = [variant.stock for variant in product.variants]
    return None if None in stocks else sum(stock for stock in stocks if stock is not None)


def items_of(products: Iterable[Product]) -> dict[str, Item]:
    """What the recommender knows of each product."""
    rows, listed = {}, tuple(products)
    attributes = attributes_of(listed)
    for product in listed:
        variant = product.default_variant
        before = variant.list_price.amount_minor if variant.list_price else variant.price.amount_minor
        saved = max(0.0, 1 - variant.price.amount_minor / before) if before else 0.0
        rows[product.id] = Item(
            item_id=product.id,
            category=product.category,
            department=product.department,
            brand=product.brand,
            price_minor=variant.price.amount_minor,
            discount=saved,
            rating=product.rating,
            rating_count=product.rating_count,
            in_stock=product.in_stock,
            stock=_stock(product),
            cost_minor=variant.cost_minor,
            attributes=attributes[product.id],
        )
    return rows
