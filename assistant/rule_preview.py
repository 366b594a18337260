"""What owner's rules would change of the slate for one request: found as for a shopper, decided twice, kept never."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from assistant.tools.context import Shop
from assistant.turn import Need
from assistant.wishes import words_to_rank_by, words_to_search
from recommender.errors import NothingToDecide
from recommender.events import Candidate, DecisionContext
from recommender.owner_rules import OwnerRules
from retrieval.product import Product
from retrieval.results import SearchRequest, Sort

N_CANDIDATES: Final = 60
NOBODY: Final = "owner-preview"
"""Stands for a new shopper whom nothing is known of."""


@dataclass(frozen=True, slots=True)
class Previewed:
    """One slate before and after.

    Args:
        query: what was asked for; "" for suggestions without a request.
        found: candidates.
        before, after: products in order; empty where nothing is left.
        removed: products that the changed rules take away.
        acted: rules that act after, as the log names them, e.g. "pin:7:tent-1@0".
    """

    query: str
    found: int
    before: tuple[Product, ...]
    after: tuple[Product, ...]
    removed: tuple[Product, ...]
    acted: tuple[str, ...]

    @property
    def changed(self) -> bool:
        """Whether a shopper would see something else."""
        return [product.id for product in self.before] != [product.id for product in self.after]


def preview_rules(shop: Shop, query: str, before: OwnerRules, after: OwnerRules) -> Previewed:
    """Make the slate for a request under two sets of rules.

    Args:
        shop: the opened shop.
        query: as a shopper would type it; "" for suggestions.
        before, after: rules.
    """
    context, candidates = _found(shop, query.strip())
    first, _ = _slate(shop, context, candidates, before)
    second, acted = _slate(shop, context, candidates, after)
    gone = [product for product in first if product not in second]
    return Previewed(context.query, len(candidates), first, second, tuple(gone), acted)


def _found(shop: Shop, query: str) -> tuple[DecisionContext, tuple[Candidate, ...]]:
    if not query:
        context = _context(shop, "recommend", "", Sort.RELEVANCE)
        return context, shop.recommender.candidates(context, N_CANDIDATES)
    read = shop.reader.read_within(query, ())
    need = Need(text=words_to_search(read, read.constraints), constraints=read.constraints, sort=read.sort)
    request = SearchRequest(words_to_rank_by(need), need.constraints, need.sort, N_CANDIDATES)
    hits = shop.retrieval.search(request).hits
    context = _context(shop, "search", need.text, need.sort)
    return context, tuple(Candidate(hit.product_id, hit.score, ("search",)) for hit in hits)


def _context(shop: Shop, surface: str, text: str, sort: Sort) -> DecisionContext:
    return DecisionContext(
        shopper_key=NOBODY,
        session_key=NOBODY,
        turn_id=NOBODY,
        surface=surface,
        query=text,
        k=shop.settings.slate_size,
        keep_order=sort is not Sort.RELEVANCE,
        now=shop.now(),
        seed=0,
    )


def _slate(
    shop: Shop, context: DecisionContext, candidates: tuple[Candidate, ...], rules: OwnerRules
) -> tuple[tuple[Product, ...], tuple[str, ...]]:
    try:
        decision = shop.recommender.would_show(context, candidates, rules, bring_pinned=context.surface == "recommend")
    except NothingToDecide:
        return (), ()
    products = [shop.find_product(item_id) for item_id in decision.chosen_ids]
    acted = tuple(guard for guard in decision.guards if not guard.startswith("no_explore"))
    return tuple(product for product in products if product is not None), acted
