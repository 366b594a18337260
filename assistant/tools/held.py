"""Which product "my tent" means: one that the shopper holds, talks about or looks at. Knows no list and no names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.tools.context import ShopperContext
from retrieval.filters import CategoryIn, fold
from retrieval.product import Product
from retrieval.words import STOP, tokens

OWN = re.compile(r"\b(?:my|our)\b(?! (?:cart|basket|orders?)\b)", re.I)
"""Words for something that the shopper has, or is about to have."""


def product_held(context: ShopperContext, words: str) -> Product | None:
    """Find what the shopper holds and the words mean; None where nothing of the kind is held.

    Args:
        context: of the turn.
        words: e.g. "what goes with my tent"; words that name no kind mean what was talked about or taken last.
    """
    own, kinds = OWN.search(words), _kinds(context, words)
    held = _held(context, first_taken=own is not None)
    if own is not None and not kinds:
        called = {token.key for token in tokens(words[own.end() :])} - STOP
        return next((one for one in held if called & _called(one)), None)
    return next((one for one in held if _is_of(one, kinds)), None)


def _held(context: ShopperContext, *, first_taken: bool) -> Iterator[Product]:
    cart = [line.product for line in reversed(context.shop.carts.view(context.principal).lines) if line.product]
    ids = (context.ledger.focus.product_id, context.page_product_id)
    seen = [product for id_ in ids if id_ and (product := context.shop.find_product(id_))]
    yield from (*cart, *seen) if first_taken else (*seen, *cart)


def _kinds(context: ShopperContext, words: str) -> set[str]:
    wishes = (wish for reading in context.shop.reader.read(words) for wish in reading.constraints)
    return {
        fold(value) for wish in wishes if isinstance(wish, CategoryIn) and not wish.exclude for value in wish.values
    }


def _called(product: Product) -> set[str]:
    return {token.key for token in tokens(f"{product.title} {product.category or ''}")}


def _is_of(product: Product, kinds: set[str]) -> bool:
    return not kinds or bool({fold(product.category or ""), fold(product.department or "")} & kinds)
