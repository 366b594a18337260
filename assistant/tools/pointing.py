"""What is on the table in this turn, and which of it the words mean. Used by every tool that takes `which`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from assistant.errors import BadArguments
from assistant.references import Table, resolve
from assistant.tools.context import ShopperContext
from assistant.turn import ProductFact
from retrieval.filters import CategoryIn, Verdict, judge
from retrieval.product import Product
from retrieval.results import SearchRequest


def table_of(context: ShopperContext) -> Table:
    """The products that words can point at: shown in this turn or the last, talked about, on the page."""
    find = context.shop.find_product
    ledger = context.ledger
    shown_ids = tuple(ledger.shown) or context.before.shown
    focus_id = ledger.focus.product_id
    shown = tuple(product for product in map(find, shown_ids) if product)
    focus = find(focus_id) if focus_id else None
    page = find(context.page_product_id) if context.page_product_id else None
    return Table(shown, focus, page)


def products_meant(context: ShopperContext, which: str, *, search: bool = True) -> tuple[Product, ...]:
    """Resolve `which` on the server: on the table first, then by name in the catalogue.

    Raises:
        BadArguments: nothing is meant, or nothing is there to be meant.
    """
    found = resolve(which, table_of(context))
    if not found and search:
        found = _by_title(context, which)
    if not found:
        raise BadArguments("It is not clear which product is meant: ask the shopper to name it or say which number.")
    return found


def _by_title(context: ShopperContext, which: str) -> tuple[Product, ...]:
    """A product named in full although it is not on the table: all its title's words must be said, or most of them."""
    if len(which.split()) < 2:
        return ()
    result = context.shop.retrieval.search(SearchRequest(which, k=3))
    for hit in result.hits:
        product = context.shop.retrieval.catalogue.get(hit.product_id)
        if resolve(which, Table((product,))) and _share_said(product.title, which) >= 0.5:
            return (product,)
    return ()


def _share_said(title: str, words: str) -> float:
    wanted = {word.casefold() for word in title.split()}
    return len(wanted & {word.strip(".,!?\"'“”„«»").casefold() for word in words.split()}) / max(1, len(wanted))


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


def put_in_focus(context: ShopperContext, product: Product) -> None:
    """Make this the product that "it" means."""
    with context.ledger.lock:
        context.ledger.focus = replace(context.ledger.focus, product_id=product.id)
