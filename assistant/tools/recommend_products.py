"""Tool: suggestions without a stated need, more like one product, or what goes with it."""

from __future__ import annotations

from typing import Literal

from assistant.tools.context import ShopperContext
from assistant.tools.pointing import products_meant, put_in_focus
from assistant.tools.slates import decision_context, slate_from_candidates, slate_from_hits
from assistant.tools.stepping_up import better_ones
from assistant.tools.summary import summarise
from assistant.turn import Need, SlateFact, ToolResult
from recommender.events import Candidate
from retrieval.filters import CategoryIn, Constraint, PriceRange
from retrieval.product import Product
from retrieval.results import SearchResult

CANDIDATES = 60


def recommend_products(
    context: ShopperContext,
    kind: Literal["for_you", "more_like", "goes_with", "better"] = "for_you",
    which: str = "",
    cheaper: bool = False,
) -> ToolResult:
    """Suggest products: for this shopper, more like one product, what goes with one, or better ones for more money.

    For all but "for_you" put the shopper's words for the product into `which`, e.g. "the second one". With `cheaper`,
    "more_like" shows only what costs less than it.
    """
    if kind == "for_you":
        slate = _for_you(context)
    else:
        product = products_meant(context, which)[0]
        slate = _more_like(context, product, cheaper) if kind == "more_like" else _TO_ONE[kind](context, product)
        # "It" is the better one then, so that another step goes on from there.
        put_in_focus(context, slate.items[0].product if kind == "better" and slate.items else product)
    with context.ledger.lock:
        context.ledger.evidence.append(slate)
    return ToolResult((slate,), summarise((slate,)))


def _for_you(context: ShopperContext) -> SlateFact:
    surroundings = decision_context(context, Need(), "recommend", exclude=frozenset(context.before.seen))
    candidates = context.shop.recommender.candidates(surroundings, CANDIDATES, basket=_basket(context))
    return slate_from_candidates(context, Need(), candidates, "recommend")


def bought_together(context: ShopperContext, product: Product) -> SlateFact:
    """What shoppers took together with a product, as a slate; other kinds of things only."""
    surroundings = decision_context(context, Need(), "goes_with", exclude=frozenset({product.id}))
    basket = (product.id, *_basket(context))
    candidates = context.shop.recommender.candidates(surroundings, CANDIDATES, basket=basket)
    ruled = [
        Candidate(rule.consequent, sources=(f"bought_with:{rule.antecedent[0]}",))
        for rule in context.shop.rules.goes_with(basket)
    ]
    # What goes with a tent is not another tent, and only what shoppers did take together is said to go with it.
    other = [
        c
        for c in {candidate.item_id: candidate for candidate in (*ruled, *candidates)}.values()
        if (found := context.shop.find_product(c.item_id)) is not None
        and found.category != product.category
        and any(source.startswith(("bought_with:", "seen_with:")) for source in c.sources)
    ]
    return slate_from_candidates(context, Need(), other, "goes_with")


def _more_like(context: ShopperContext, product: Product, cheaper: bool) -> SlateFact:
    wishes: tuple[Constraint, ...] = (CategoryIn((product.category,)),) if product.category else ()
    if cheaper:
        wishes = (PriceRange(product.price.currency, max_minor=product.price.amount_minor - 1), *wishes)
    hits = context.shop.retrieval.similar(product.id, CANDIDATES, wishes)
    result = SearchResult(tuple(hits), len(hits), mode=context.shop.retrieval.mode)
    need = Need(text=product.category or product.title, constraints=wishes)
    slate = slate_from_hits(context, need, result, surface="more_like_this", exclude=frozenset({product.id}))
    with context.ledger.lock:
        context.ledger.need = need
    return slate


_TO_ONE = {"goes_with": bought_together, "better": better_ones}


def _basket(context: ShopperContext) -> tuple[str, ...]:
    cart = context.shop.carts.view(context.principal)
    return tuple(line.product.id for line in cart.lines if line.product)
