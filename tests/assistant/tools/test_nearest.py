"""Where nothing fits all of it: a look may be given up for what is nearest; a limit, a size or a flag never is."""

from __future__ import annotations

import pytest

from assistant.tools.nearest import with_nearest
from retrieval.filters import AttributeIn, CategoryIn, Constraint, PriceRange, Verdict
from retrieval.results import Hit, Relaxation, SearchRequest, SearchResult
from tests.assistant.small_shop import DOME

KIND = CategoryIn(("Tents",))
FOUND = SearchResult((Hit(DOME.id, DOME.default_variant.id, 1.0, {}, {"category": Verdict.MET}),), 1)


def nearest(wish: Constraint) -> tuple[SearchResult, list[SearchRequest]]:
    asked: list[SearchRequest] = []

    def search(request: SearchRequest) -> SearchResult:
        asked.append(request)
        return FOUND

    request = SearchRequest("crimson tents", (KIND, wish))
    nothing = SearchResult((), 0, (Relaxation(wish.key, wish.label(), 1),))
    return with_nearest(request, nothing, search, lambda _: DOME), asked


@pytest.mark.parametrize("name", ["colour", "upper_material"])
def test_a_look_is_given_up_with_its_words_and_each_hit_says_so(name: str) -> None:
    result, (request,) = nearest(AttributeIn(name, ("Crimson",)))
    assert (request.text, request.constraints) == ("tents", (KIND,))
    assert result.total == 0
    assert [hit.product_id for hit in result.hits] == [DOME.id]
    assert result.hits[0].verdicts[f"attribute:{name}"] is not Verdict.MET


@pytest.mark.parametrize(
    "wish",
    [
        PriceRange("USD", None, 500),
        AttributeIn("size", ("M",)),
        AttributeIn("waterproof", ("yes",)),
        AttributeIn("colour", ("Crimson",), exclude=True),
    ],
)
def test_nothing_else_is_given_up(wish: Constraint) -> None:
    result, asked = nearest(wish)
    assert (result.hits, asked) == ((), [])


def test_what_is_found_stays() -> None:
    request = SearchRequest("tents", (KIND,))
    assert with_nearest(request, FOUND, lambda _: SearchResult((), 0), lambda _: DOME) is FOUND
