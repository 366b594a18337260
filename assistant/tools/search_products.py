"""Tool: find products for one need."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from assistant.counting import is_bare
from assistant.errors import BadArguments
from assistant.metering import EMBEDDED
from assistant.naming import named_by
from assistant.references import with_extremes_as_places
from assistant.tools.context import ShopperContext
from assistant.tools.extremes import by_extreme
from assistant.tools.heads import by_name
from assistant.tools.nearest import with_nearest
from assistant.tools.pointing import put_in_focus
from assistant.tools.slates import slate_from_hits
from assistant.tools.summary import summarise
from assistant.turn import Extreme, Need, ToolResult
from assistant.wishes import with_limit_kept, without_words, words_to_rank_by, words_to_search
from retrieval.filters import (
    AttributeIn,
    AttributeRange,
    BrandIn,
    CategoryIn,
    Constraint,
    InStock,
    MinRating,
    PriceRange,
    merge,
)
from retrieval.product import Money
from retrieval.results import SearchRequest, SearchResult, Sort, Understanding
from retrieval.words import ADJECTIVES, GENERIC_HEADS, tokens

CANDIDATES = 60
MAX_ORDERED = 200
"""So many are looked through for the lightest of them, and for those that go by a name."""
MAX_MENTIONS = 4
PLAIN = ADJECTIVES | GENERIC_HEADS


class AttributeWish(BaseModel):
    """One wish about an attribute: texts ("black", "yes") or a range of numbers in the attribute's unit."""

    model_config = ConfigDict(extra="forbid")
    name: str = Field(max_length=80)
    values: list[str] = Field(default_factory=list, max_length=12)
    min: float | None = None
    max: float | None = None
    unit: str | None = None
    exclude: bool = False


def search_products(
    context: ShopperContext,
    query: str,
    price_min: float | None = None,
    price_max: float | None = None,
    brands: list[str] | None = None,
    not_brands: list[str] | None = None,
    categories: list[str] | None = None,
    not_categories: list[str] | None = None,
    min_rating: float | None = None,
    in_stock: bool = False,
    attributes: list[AttributeWish] | None = None,
    sort: Literal["relevance", "price_low", "price_high", "rating", "newest"] = "relevance",
    highest: str | None = None,
    lowest: str | None = None,
    different: bool = False,
) -> ToolResult:
    """Find products for ONE need. Call it once per need.

    Give the whole need each time, with the wishes of earlier turns that still hold; what is left out is dropped.
    Prices are in the shop's currency. `highest` or `lowest` names an attribute with numbers to order by: "the lightest"
    is lowest="weight". `different` leaves out what was shown for this need before.
    """
    typed = _constraints(
        context, price_min, price_max, brands, not_brands, categories, not_categories, min_rating, in_stock, attributes
    )
    read = context.shop.reader.read_within(query, typed) if query.strip() else None
    # What was given typed wins over what the words say, and its order is the order of the chips.
    given = {key for c in typed for key in (c.key, c.key.removeprefix("not_"), f"not_{c.key}")}
    constraints = merge(typed, [c for c in read.constraints if c.key not in given]) if read else typed
    asked = Sort(sort)
    order = read.sort if read and asked is Sort.RELEVANCE else asked
    name = highest or lowest
    extreme = Extreme(name, highest=bool(highest)) if name else None
    text = words_to_search(read, constraints) if read else ""
    need = Need(text=text, constraints=constraints, sort=order, extreme=extreme)
    if context.meter.model != EMBEDDED:
        # A language model forgets; a limit of money is the shopper's to lift.
        need = with_limit_kept(need, context.ledger.need, context.words)
        constraints = need.constraints
    left = _said_now(context, read, constraints) if read else ()
    aside = _whole(read.set_aside, left) if read else ()
    left = tuple(phrase for phrase in left if phrase not in aside)
    request = SearchRequest(words_to_rank_by(need), need.constraints, need.sort, CANDIDATES)
    if extreme or not request.names_kind:
        request = replace(request, k=MAX_ORDERED)
    request = replace(request, words=left if request.names_kind else ())
    retrieval = context.shop.retrieval
    with context.meter.stage("search"):
        result = retrieval.search(request)
        if request.names_kind:
            result = with_nearest(request, result, retrieval.search, retrieval.catalogue.get)
    if aside and not text and not request.names_kind and read and _asks_for_unknown(read, constraints):
        # "A sweater, not wool" where none is sold: everything that is not wool is no answer.
        need, aside = replace(need, text=" ".join(aside)), ()
        result = SearchResult((), 0, mode=result.mode)
    elif not request.names_kind and request.text:
        request, result = by_name(context.shop.retrieval, request, result, left)
    if extreme and result.total:
        result = by_extreme(result, extreme, context.shop.retrieval.catalogue.products)
    if result.mentions:
        need = replace(need, text=without_words(need.text, [word for word, n in result.mentions.items() if not n]))
    named = context.shop.titles.find(query, ()).product if read and not different else None
    named = named if named and named_by(named, {token.key for token in tokens(query)}) else None
    slate = slate_from_hits(
        context,
        need,
        result,
        named=named,
        set_aside=aside,
        corrected=read.corrected if read else None,
        exclude=frozenset(context.before.seen) if different else frozenset(),
        different=different,
    )
    if named and any(fact.product.id == named.id for fact in slate.items):
        put_in_focus(context, named)
    elif slate.items and _asks_for_one(context.words):
        put_in_focus(context, slate.items[0].product)
    with context.ledger.lock:
        context.ledger.need = need
        context.ledger.evidence.append(slate)
    return ToolResult((slate,), summarise((slate,)))


def _asks_for_one(words: str) -> bool:
    """Whether words say nothing but "the cheapest" or its like: "add two" is said of that one then."""
    pointing = with_extremes_as_places(words)
    return pointing != words and is_bare(pointing)


def _asks_for_unknown(read: Understanding, constraints: tuple[Constraint, ...]) -> bool:
    """Whether the thing asked for stands nowhere in the catalogue, or nothing else is said than what it is not."""
    unknown = {token.key for phrase in read.set_aside for token in tokens(phrase)}
    *_, thing = ["", *(token.key for token in tokens(read.thing or ""))]
    return thing in unknown or all(getattr(wish, "exclude", False) for wish in constraints)


def _said_now(context: ShopperContext, read: Understanding, constraints: tuple[Constraint, ...]) -> tuple[str, ...]:
    """What was said in this turn that no wish was made of; plain words ("light") only where nothing else was said."""
    said = {token.key for token in tokens(context.words)}
    phrases = (_of_these(said, phrase) for phrase in read.unclaimed)
    left = [phrase for phrase in phrases if phrase]
    telling = [phrase for phrase in left if any(not {t.key, t.folded} & PLAIN for t in tokens(phrase))]
    unchanged = constraints == context.ledger.need.constraints
    return tuple(telling or (left if unchanged else ()))[:MAX_MENTIONS]


def _of_these(said: set[str], phrase: str) -> str:
    """What of a phrase was said now; the whole of it as it was written ("usb-c hub")."""
    now = [token for token in tokens(phrase) if token.key in said]
    return phrase if len(now) == len(tokens(phrase)) else " ".join(token.text for token in now)


def _whole(aside: tuple[str, ...], left: tuple[str, ...]) -> tuple[str, ...]:
    """What the catalogue does not know, as the phrases it was said in: "heart rate" and not "heart"."""
    rows = (
        words if " " in words else next((phrase for phrase in left if words in phrase.split()), words)
        for words in aside
    )
    return tuple(dict.fromkeys(rows))


def _constraints(
    context: ShopperContext,
    price_min: float | None,
    price_max: float | None,
    brands: list[str] | None,
    not_brands: list[str] | None,
    categories: list[str] | None,
    not_categories: list[str] | None,
    min_rating: float | None,
    in_stock: bool,
    attributes: list[AttributeWish] | None,
) -> tuple[Constraint, ...]:
    rows: list[Constraint] = []
    currency = context.shop.retrieval.catalogue.currency
    if price_min is not None or price_max is not None:
        if (price_min or 0) < 0 or (price_max or 0) < 0 or (price_min or 0) > (price_max or float("inf")):
            raise BadArguments("price_min and price_max must be 0 or more, and price_min not above price_max.")
        rows.append(PriceRange(currency, _minor(price_min, currency), _minor(price_max, currency)))
    if brands:
        rows.append(BrandIn(tuple(brands)))
    if not_brands:
        rows.append(BrandIn(tuple(not_brands), exclude=True))
    if categories:
        rows.append(CategoryIn(tuple(categories)))
    if not_categories:
        rows.append(CategoryIn(tuple(not_categories), exclude=True))
    if min_rating is not None:
        if not 0 <= min_rating <= 5:
            raise BadArguments("min_rating must lie between 0 and 5.")
        rows.append(MinRating(min_rating))
    if in_stock:
        rows.append(InStock())
    rows.extend(_attribute(wish) for wish in attributes or [])
    return merge((), context.shop.reader.read_typed(rows))


def _attribute(wish: AttributeWish) -> Constraint:
    if wish.values:
        return AttributeIn(wish.name, tuple(wish.values), wish.exclude)
    if wish.min is None and wish.max is None:
        raise BadArguments(f"The wish about {wish.name!r} needs values, min or max.")
    return AttributeRange(wish.name, wish.min, wish.max, wish.unit)


def _minor(amount: float | None, currency: str) -> int | None:
    return None if amount is None else Money.from_major(Decimal(str(amount)), currency).amount_minor
