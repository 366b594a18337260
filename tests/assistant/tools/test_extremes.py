"""What is found, ordered by a stated number."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.evidence import Extreme
from assistant.tools.extremes import by_extreme, stated_number
from retrieval.product import Attribute
from retrieval.results import Hit, SearchResult
from tests.assistant.small_shop import CUP, DOME, FJELL_2


def _product(product, id_, value, unit="g"):  # type: ignore[no-untyped-def]
    attributes = {} if value is None else {"weight": Attribute("weight", value, unit)}
    return replace(product, id=id_, attributes=attributes)


PRODUCTS = {
    p.id: p
    for p in (
        _product(FJELL_2, "silent", None),
        _product(DOME, "heavy", 900.0),
        _product(CUP, "light", 200.0),
        _product(CUP, "other-unit", 1.0, "kg"),
        _product(CUP, "flag", True, None),
    )
}
RESULT = SearchResult(tuple(Hit(id_, id_, 1.0, {}, {}) for id_ in PRODUCTS), 5, (), {}, "words")


@pytest.mark.parametrize(("highest", "first"), [(False, ["light", "heavy"]), (True, ["heavy", "light"])])
def test_the_stated_come_first_and_the_rest_in_the_order_found(highest: bool, first: list[str]) -> None:
    hits = by_extreme(RESULT, Extreme("weight", highest), PRODUCTS).hits
    assert [hit.product_id for hit in hits] == [*first, "silent", "other-unit", "flag"]


def test_where_nothing_states_it_the_order_stays() -> None:
    assert by_extreme(RESULT, Extreme("length", True), PRODUCTS) == RESULT
    assert stated_number(PRODUCTS["flag"], "weight") is None
