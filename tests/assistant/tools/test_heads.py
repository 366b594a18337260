"""Where no wish says the kind: what goes by the last words of a need, and which of the others it mentions."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.naming import is_called
from assistant.tools.heads import by_head, by_name, only_named
from retrieval.engine import Retrieval
from retrieval.filters import PriceRange
from retrieval.loader import import_products
from retrieval.product import Attribute
from retrieval.results import SearchRequest
from tests.retrieval.fakes import product

PRODUCTS = (
    *(
        product(f"jack-{i}", f"Acme {i} jack adapter", 900 + i, description="gold plated" if i else "")
        for i in range(3)
    ),
    *(product(f"lead-{i}", f"Acme {i} lead", 500, description="with a jack adapter") for i in range(3)),
    product("calendar", "Bolt advent calendar", 1500),
    product("phone", "Bolt 7", 9000, description="calendar and notes"),
    product("slate", "Bolt 10", 9900, attributes=(Attribute("product_type", "Tablet"),)),
)


@pytest.fixture(scope="module")
def retrieval(tmp_path_factory: pytest.TempPathFactory) -> Retrieval:
    root: Path = tmp_path_factory.mktemp("shop")
    import_products(PRODUCTS, root=root, name="shop", encoder=None)
    return Retrieval.open(root, "shop")


def test_the_longest_ending_that_a_kind_of_thing_goes_by_is_found(retrieval: Retrieval) -> None:
    request = SearchRequest("4k capable gold plated jack adapter")
    assert not retrieval.search(request).total

    found = by_head(retrieval, request, ("4k", "gold plated jack adapter"))

    assert found is not None
    asked, result = found
    assert asked.core == "jack adapter"
    assert {hit.product_id for hit in result.hits} == {"jack-0", "jack-1", "jack-2"}
    assert result.total == 3
    assert result.mentions == {"4k": 0, "gold plated": 2}


def test_wishes_hold_for_what_goes_by_the_name(retrieval: Retrieval) -> None:
    cheap = SearchRequest("4k capable gold plated jack adapter", (PriceRange("USD", None, 901),))
    found = by_head(retrieval, cheap)

    assert found is not None
    assert [hit.product_id for hit in found[1].hits if hit.product_id == "jack-2"] == []
    assert found[1].total == 2


def test_one_product_by_a_name_is_no_kind_of_thing(retrieval: Retrieval) -> None:
    assert by_head(retrieval, SearchRequest("meetings organiser calendar")) is None


def test_what_only_mentions_a_name_is_left_out_where_something_goes_by_it(retrieval: Retrieval) -> None:
    whole = retrieval.search(SearchRequest("calendar"))
    named = only_named(retrieval, whole, "calendar")

    assert whole.total == 2
    assert [hit.product_id for hit in named.hits] == ["calendar"]
    assert named.total == 1


def test_more_than_was_looked_at_keeps_its_count_and_puts_names_first(retrieval: Retrieval) -> None:
    request = SearchRequest("jack adapter", k=4)
    found = retrieval.search(request)
    _, named = by_name(retrieval, request, found)

    assert found.total == named.total == 6
    called = [is_called(retrieval.catalogue.get(hit.product_id), "adapter") for hit in named.hits]
    assert called == sorted(called, reverse=True)
    scores = [hit.score for hit in named.hits]
    assert scores == sorted(scores, reverse=True)


def test_a_stated_type_is_a_name(retrieval: Retrieval) -> None:
    assert is_called(retrieval.catalogue.get("slate"), "quad core tablet")
    assert not is_called(retrieval.catalogue.get("phone"), "calendar")
