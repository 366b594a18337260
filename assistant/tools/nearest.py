"""Where nothing fits all that is wished for: what fits all of it but how it is to look.

A colour or a material may be given up for what is like it otherwise, and it is told and drawn which one; a limit, a
size, a brand, what a thing must be able to do and what is refused never are. Knows no words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from retrieval.filters import AttributeIn, Constraint, Verdict
from retrieval.product import Product
from retrieval.results import Hit, SearchRequest, SearchResult
from retrieval.wish_words import without_words_of
from retrieval.words import word_set

_LOOKS = word_set("colour color material pattern finish style")


def with_nearest(
    request: SearchRequest,
    result: SearchResult,
    search: Callable[[SearchRequest], SearchResult],
    product: Callable[[str], Product],
) -> SearchResult:
    """The result; where nothing fits, with what only looks otherwise among its hits, and still none counted as found.

    Args:
        request: all that is wished for.
        result: what was found for it.
        search: finds.
        product: by its id.
    """
    if result.hits:
        return result
    wishes = {wish.key: wish for wish in request.constraints}
    for way in result.relaxations:
        given_up = [wishes[key] for key in way.drop.split("+") if key in wishes]
        if given_up and all(map(_is_a_look, given_up)):
            return replace(result, hits=tuple(_without(request, given_up, search, product)))
    return result


def _is_a_look(wish: Constraint) -> bool:
    return isinstance(wish, AttributeIn) and not wish.exclude and not _LOOKS.isdisjoint(wish.name.split("_"))


def _without(
    request: SearchRequest,
    given_up: list[Constraint],
    search: Callable[[SearchRequest], SearchResult],
    product: Callable[[str], Product],
) -> list[Hit]:
    text = request.text
    for wish in given_up:
        text = without_words_of(text, wish)
    kept = tuple(wish for wish in request.constraints if wish not in given_up)
    hits = search(replace(request, text=text, constraints=kept)).hits
    return [
        replace(hit, verdicts={**hit.verdicts, **_verdicts(hit, product(hit.product_id), given_up)}) for hit in hits
    ]


def _verdicts(hit: Hit, product: Product, given_up: list[Constraint]) -> dict[str, Verdict]:
    variant = product.get_variant(hit.variant_id)
    return {wish.key: wish.verdict(product, variant) for wish in given_up}
