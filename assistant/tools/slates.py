"""From candidates to a shown slate: one way for every tool, so that every slate is a logged decision."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import replace

from assistant.clarify import choose_question
from assistant.tools.context import ShopperContext
from assistant.tools.paid import with_paid_places
from assistant.tools.pointing import told_verdicts
from assistant.tools.profile_facts import stated_pairs
from assistant.tools.profiling import session_key
from assistant.turn import HandOverFact, Need, OrdersFact, ProductFact, Proposal, SlateFact
from recommender.errors import NothingToDecide
from recommender.events import Candidate, Decision, DecisionContext, SlateItem
from retrieval.filters import Verdict, judge
from retrieval.product import Product
from retrieval.results import Hit, SearchResult, Sort


def decision_context(
    context: ShopperContext,
    need: Need,
    surface: str,
    *,
    exclude: frozenset[str] = frozenset(),
    salt: str = "",
    keep_order: bool = False,
    different: bool = False,
) -> DecisionContext:
    """Describe for whom and where a slate is made; the seed follows from the turn: a decision can be replayed."""
    settings = context.shop.settings
    seed = zlib.crc32(f"{settings.seed}|{context.turn_id}|{surface}|{need.text}|{salt}".encode())
    return DecisionContext(
        shopper_key=context.shopper_key,
        session_key=session_key(context.principal),
        turn_id=context.turn_id,
        surface=surface,
        query=need.text,
        k=context.arms.slate_size or settings.slate_size,
        keep_order=keep_order or need.sort is not Sort.RELEVANCE or need.extreme is not None,
        now=context.shop.now(),
        seed=seed,
        exclude=exclude,
        different=different,
        intent=intent_of(context),
        stated=stated_pairs(need.constraints),
        treatment=context.arms.treatment,
        locale=settings.locale,
        device=context.device,
        age_years=context.shop.find_age(context.principal),
    )


def slate_from_hits(
    context: ShopperContext,
    need: Need,
    result: SearchResult,
    *,
    surface: str = "search",
    set_aside: tuple[str, ...] = (),
    corrected: Mapping[str, str] | None = None,
    exclude: frozenset[str] = frozenset(),
    different: bool = False,
    named: Product | None = None,
) -> SlateFact:
    """Rank the hits of a search, log the decision, and return the slate as evidence.

    A product that is `named` stands first; where something `different` is asked for, what is like things shown in this
    visit goes down.
    """
    labels = {constraint.key: constraint.label(context.shop.settings.locale) for constraint in need.constraints}
    if named is None and not exclude and asks_first(context, need, result, surface):
        return SlateFact(
            need, (), result.total, facets=result.facets, surface=surface, set_aside=set_aside, asks_first=True
        )
    hits = [hit for hit in result.hits if hit.product_id not in exclude]
    first = [hit for hit in hits if named is not None and hit.product_id == named.id]
    hits = [*first, *(hit for hit in hits if hit not in first)]
    candidates = [
        Candidate(
            hit.product_id,
            hit.score,
            ("search",),
            tuple(labels[k] for k, v in hit.verdicts.items() if v is Verdict.MET),
        )
        for hit in hits
    ]
    facts: tuple[ProductFact, ...] = ()
    about = decision_context(context, need, surface, keep_order=bool(first), different=different)
    decision = _decide(context, with_paid_places(context, about, hits), candidates)
    if decision is not None:
        by_id = {hit.product_id: hit for hit in hits}
        facts = tuple(
            _fact(context, by_id[item.item_id], item, decision.decision_id, labels) for item in decision.items
        )
    slate = SlateFact(
        need=need,
        items=facts,
        total=result.total,
        relaxations=result.relaxations,
        set_aside=set_aside,
        corrected=dict(corrected or {}),
        facets=result.facets,
        decision=decision,
        surface=surface,
        meaning_ready=result.mode == "words+meaning",
        mentions=result.mentions,
        loosenings=result.loosenings,
    )
    remember(context, slate)
    return slate


def asks_first(context: ShopperContext, need: Need, result: SearchResult, surface: str) -> bool:
    """Whether this shopper is asked the clarifying question before any card is shown: only once for a kind of thing."""
    if not context.arms.question_first or any(isinstance(fact, SlateFact) for fact in context.ledger.evidence):
        return False
    found = SlateFact(need, (), result.total, facets=result.facets, surface=surface, mentions=result.mentions)
    return choose_question(found, context.ledger.focus.asked, lambda *_, **__: "") is not None


def slate_from_candidates(
    context: ShopperContext,
    need: Need,
    candidates: Sequence[Candidate],
    surface: str,
    *,
    k: int | None = None,
    on_table: bool = True,
    keep_order: bool = False,
) -> SlateFact:
    """Rank candidates of the recommender that meet the need's constraints, log the decision, return the slate.

    Args:
        context: of the turn.
        need: what is looked for.
        candidates: as found.
        surface: e.g. "goes_with".
        k: most cards; as many as usual without.
        on_table: whether "the second one" means it from now on.
    """
    shop = context.shop
    labels = {constraint.key: constraint.label(shop.settings.locale) for constraint in need.constraints}
    hits: dict[str, Hit] = {}
    for candidate in candidates:
        product = shop.find_product(candidate.item_id)
        if product is not None:
            variant, verdicts = judge(need.constraints, product)
            keyed = {c.key: v for c, v in zip(need.constraints, verdicts, strict=True)}
            hits[product.id] = Hit(product.id, variant.id, candidate.relevance, {}, keyed)
    usable = [candidate for candidate in candidates if candidate.item_id in hits]
    facts: tuple[ProductFact, ...] = ()
    about = decision_context(context, need, surface, keep_order=keep_order)
    about = with_paid_places(context, replace(about, k=k or about.k), hits.values())
    decision = _decide(context, about, usable)
    if decision is not None:
        facts = tuple(_fact(context, hits[item.item_id], item, decision.decision_id, labels) for item in decision.items)
    slate = SlateFact(need=need, items=facts, total=len(facts), decision=decision, surface=surface)
    if on_table:
        remember(context, slate)
    return slate


def _decide(context: ShopperContext, about: DecisionContext, candidates: Sequence[Candidate]) -> Decision | None:
    """Decide, or None where nothing may be shown (all of it was dismissed)."""
    if not candidates:
        return None
    try:
        with context.meter.stage("rank"):
            decision = context.shop.recommender.decide(about, candidates)
    except NothingToDecide:
        return None
    if decision.sponsored_ids and context.shop.sponsored is not None:
        context.shop.sponsored.note(decision, context.shop.profiling.unit(context.principal))
    with context.ledger.lock:
        context.ledger.decided.append(decision)
    return decision


def intent_of(context: ShopperContext) -> str:
    """Return what the shopper is about, where nothing may be tried out: "order", "complaint", "return"; else ""."""
    evidence = context.ledger.evidence
    if any(isinstance(fact, HandOverFact) for fact in evidence) or context.waiting:
        return "complaint"
    if context.before.proposed or any(isinstance(fact, OrdersFact | Proposal) for fact in evidence):
        return "order"
    return "return" if context.before.policy.casefold().startswith("return") else ""


def remember(context: ShopperContext, slate: SlateFact) -> None:
    """Put the slate on the table, so that "the second one" can mean it."""
    with context.ledger.lock:
        context.ledger.shown.extend(fact.product.id for fact in slate.items)


def _fact(
    context: ShopperContext, hit: Hit, item: SlateItem, decision_id: str, labels: Mapping[str, str]
) -> ProductFact:
    product = context.shop.retrieval.catalogue.get(hit.product_id)
    return ProductFact(
        product=product,
        variant=product.get_variant(hit.variant_id),
        verdicts=told_verdicts(labels, hit.verdicts),
        reasons=item.reasons,
        decision_id=decision_id,
        position=item.position,
    )
