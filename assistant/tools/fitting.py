"""Whether one product fits another, by the relations that the shop states and by what decides them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.errors import Refused
from assistant.tools.context import ShopperContext
from retrieval.filters import CategoryIn, fold
from retrieval.graph import Related
from retrieval.product import Product
from retrieval.relations import Evidence, Relation, RelationKind
from retrieval.words import tokens

FIT = frozenset([RelationKind.FITS_WITH, RelationKind.ACCESSORY_OF])
LOOKED_THROUGH = 1000
"""So many relations of a product are looked through for those of one kind of thing."""


def why_it_fits(context: ShopperContext, one: Product, other: Product) -> Relation:
    """The relation by which one product fits another.

    Raises:
        Refused: both state what decides it, and state different things; or the shop does not say.
    """
    for related in context.shop.retrieval.related(other.id, FIT, LOOKED_THROUGH):
        if related.product_id == one.id:
            return related.relation
    for name, of_other in dict.fromkeys(
        [*_deciding(context, one, other), *_deciding(context, other, one, turned=True)]
    ):
        mine, theirs = one.attributes.get(name), other.attributes.get(of_other)
        if mine and theirs and fold(mine.text) != fold(theirs.text):
            raise Refused(
                "does_not_fit",
                f"No. The shop states “{mine.label.lower()}: {mine.text}” for {one.title} and "
                f"“{theirs.label.lower()}: {theirs.text}” for {other.title}.",
            )
    raise Refused("fit_unknown", f"The shop does not say whether {one.title} fits {other.title}.")


def of_kinds(context: ShopperContext, related: Sequence[Related], words: str) -> list[Related]:
    """Those of a kind that words name: a category or department of the shop, else a word of the title."""
    kinds = {
        fold(value)
        for reading in context.shop.reader.read(words)
        for wish in reading.constraints
        if isinstance(wish, CategoryIn) and not wish.exclude
        for value in wish.values
    }
    said = {token.key for token in tokens(words)}
    rows = []
    for one in related:
        product = context.shop.find_product(one.product_id)
        if product is None:
            continue
        called = {token.key for token in tokens(product.title)}
        named = {fold(product.category or ""), fold(product.department or "")} & kinds if kinds else said <= called
        if named:
            rows.append(one)
    return rows


def _deciding(
    context: ShopperContext, one: Product, other: Product, *, turned: bool = False
) -> Iterator[tuple[str, str]]:
    """Pairs of attributes by which things of one product's kind are known to fit the other product.

    Args:
        context: of the turn.
        one, other: the products.
        turned: whether the pairs are wanted the other way round.
    """
    for related in context.shop.retrieval.related(other.id, FIT, LOOKED_THROUGH):
        found = context.shop.find_product(related.product_id)
        if found is None or found.category is None or found.category != one.category:
            continue
        for piece in related.relation.evidence:
            if isinstance(piece, Evidence):
                pair = (piece.source_attribute, piece.target_attribute)
                yield pair if related.is_source != turned else (pair[1], pair[0])
