"""What is on the table in this turn, and which of it the words mean. Used by every tool that takes `which`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.counting import PLACE, counted_by, places
from assistant.errors import BadArguments, Refused
from assistant.references import Table, named, resolve
from assistant.text import clean
from assistant.tools.context import ShopperContext
from assistant.turn import ProductFact
from retrieval.filters import CategoryIn, Verdict, fold, judge
from retrieval.product import Product
from retrieval.words import tokens

_MARKS = re.compile(r"[*_`\[\]()<>#|~\\“”]")
MAX_QUOTED = 60
MAX_EARLIER = 60
"""Products seen before that can still be called by a part of their name."""


@dataclass(frozen=True, slots=True)
class Pointed:
    """What words point at.

    Args:
        products: in the order of the words; empty where nothing is meant, or no telling what.
        refusal: why nothing, or not all of it, can be told; None where everything is told or nothing was pointed at.
    """

    products: tuple[Product, ...] = ()
    refusal: Refused | None = None


def table_of(context: ShopperContext) -> Table:
    """The products that words can point at: shown in this turn or the last, talked about, on the page."""
    find = context.shop.find_product
    ledger = context.ledger
    shown = _found(context, tuple(ledger.shown) or context.before.shown)
    focus = find(ledger.focus.product_id) if ledger.focus.product_id else None
    page = find(context.page_product_id) if context.page_product_id else None
    earlier = _found(context, (*context.before.seen[-MAX_EARLIER:], *context.before.gone))
    if ledger.shown:
        return Table(shown, focus, page, earlier)
    compared, talked = _found(context, ledger.focus.compared), _found(context, ledger.focus.talked)
    return Table(shown, focus, page, earlier, compared, talked)


def point(context: ShopperContext, words: str, *, catalogue: bool = True) -> Pointed:
    """Find what the words point at: by place, name, a fact that only one states, or "it".

    Args:
        context: of the turn.
        words: the shopper's, e.g. "the second tent", "the Kestrel in red".
        catalogue: whether products that are not on the table can be named.
    """
    table, numbers = table_of(context), places(words)
    if numbers:
        table = _of_kinds(context, counted_by(words) if PLACE.search(words) else words, table)
    products = resolve(words, table, context.shop.titles if catalogue else None)
    if numbers and not named(words, table).product:
        missing = _missing(context, words, table, numbers)
        if missing:
            return Pointed(products, missing)
    if not products:
        tied = named(words, table, context.shop.titles if catalogue else None).tied
        return Pointed((), _which_one(tied) if tied else None)
    return Pointed(products)


def products_meant(context: ShopperContext, which: str, *, search: bool = True) -> tuple[Product, ...]:
    """Resolve `which` on the server: on the table first, then by name in the catalogue.

    Raises:
        BadArguments: nothing is meant, or nothing is there to be meant.
        Refused: a number that the list does not have, or a name of several products.
    """
    found = point(context, which, catalogue=search)
    if found.refusal:
        raise found.refusal
    if not found.products:
        raise BadArguments("It is not clear which product is meant: ask the shopper to name it or say which number.")
    return found.products


def _found(context: ShopperContext, ids: tuple[str, ...]) -> tuple[Product, ...]:
    return tuple(product for product in map(context.shop.find_product, ids) if product)


def _of_kinds(context: ShopperContext, words: str, table: Table) -> Table:
    """The table with only those shown that are of a kind which the words name: "the second hat" is no sock."""
    kinds = {
        fold(value)
        for reading in context.shop.reader.read(words)
        for wish in reading.constraints
        if isinstance(wish, CategoryIn) and not wish.exclude
        for value in wish.values
    }
    if not kinds:
        return table
    part = tuple(p for p in table.shown if {fold(p.category or ""), fold(p.department or "")} & kinds)
    return replace(table, shown=part, earlier=(*table.shown, *table.earlier))


def _missing(context: ShopperContext, words: str, table: Table, numbers: tuple[int, ...]) -> Refused | None:
    """Why a number leads nowhere; None where each of them does."""
    if not table.shown:
        if context.before.gone and not context.ledger.shown:
            return Refused(
                "nothing_shown", "The last search found nothing, so there is no list to count in: name the product."
            )
        return None
    beyond = [n for n in numbers if not 0 < n <= len(table.shown)]
    if not beyond:
        return None
    have = "is only one" if len(table.shown) == 1 else f"are only {len(table.shown)}"
    return Refused("not_in_list", f"There {have} of these in the list, so I do not know number {beyond[0]}.")


def _which_one(tied: tuple[Product, ...]) -> Refused:
    titles = [product.title for product in tied]
    return Refused("which_one", f"Which one do you mean: {', '.join(titles[:-1])} or {titles[-1]}?")


def quoted(text: str) -> str:
    """The shopper's words for a sentence of ours: short, and without marks that mean something on a page."""
    return clean(_MARKS.sub(" ", text).replace("  ", " "), MAX_QUOTED).strip(" .,!?")


def fact_of(context: ShopperContext, product: Product) -> ProductFact:
    """A product with its verdicts on the wishes that hold now."""
    constraints = context.ledger.need.constraints
    kinds = [c for c in constraints if isinstance(c, CategoryIn)]
    if any(c.verdict(product, product.default_variant) is Verdict.NOT_MET for c in kinds):
        constraints = ()  # The wishes are about something else: a tent is no bad sleeping bag.
    variant, verdicts = judge(constraints, product)
    labels = {c.key: c.label(context.shop.settings.locale) for c in constraints}
    keyed = {c.key: verdict for c, verdict in zip(constraints, verdicts, strict=True)}
    return ProductFact(product, variant, told_verdicts(labels, keyed))


def told_verdicts(labels: Mapping[str, str], verdicts: Mapping[str, Verdict]) -> dict[str, Verdict]:
    """Verdicts by label, as cards show them; that a tent is a tent goes without saying."""
    return {
        labels[key]: verdict for key, verdict in verdicts.items() if not (key == "category" and verdict is Verdict.MET)
    }


def words_of(products: Sequence[Product]) -> frozenset[str]:
    """Keys of the words that products are called by, and those of what they state and come in."""
    texts = [text for p in products for text in (p.id, p.title, p.brand, p.category, p.department) if text]
    texts += [f"{name} {attribute.text}" for p in products for name, attribute in p.attributes.items()]
    options = (variant.options.items() for p in products for variant in p.variants)
    texts += [f"{name} {value}" for items in options for name, value in items]
    return frozenset(token.key for text in texts for token in tokens(text.replace("_", " ")))


def put_in_focus(context: ShopperContext, product: Product) -> None:
    """Make this the product that "it" means."""
    with context.ledger.lock:
        focus = context.ledger.focus
        talked = (*(id_ for id_ in focus.talked if id_ != product.id), product.id)[-2:]
        context.ledger.focus = replace(focus, product_id=product.id, talked=talked)
