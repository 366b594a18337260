"""An update in a catalogue: what stays keeps its row, holes are filled, and two products never share a variant."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from retrieval.merging import find_conflict, merge
from retrieval.product import Money, Product, Variant
from tests.retrieval.fakes import product


def _shop(ids: str, title: str = "old") -> dict[str, Product]:
    return {one: product(one, f"{title} {one}") for one in ids}


def _ids(of: str) -> st.SearchStrategy[set[str]]:
    return st.sets(st.sampled_from(of))


def test_what_is_replaced_keeps_its_row_and_what_is_new_comes_last() -> None:
    merged = merge(_shop("abc"), _shop("bd", "new"), ())
    assert [item.title for item in merged.products] == ["old a", "new b", "old c", "new d"]
    assert merged.source == [0, 1, 2, -1]


def test_a_hole_is_filled_with_what_is_new_then_with_the_last_row() -> None:
    merged = merge(_shop("abcdef"), _shop("x", "new"), {"a", "c", "f"})
    assert [item.id for item in merged.products] == ["x", "b", "e", "d"]
    assert merged.source == [-1, 1, 4, 3]


@given(_ids("abcdefgh"), _ids("efghijkl"), _ids("abcdijxy"))
def test_all_that_should_be_there_is_there_once(before: set[str], update: set[str], removed: set[str]) -> None:
    old = _shop("".join(sorted(before)))
    merged = merge(old, _shop("".join(sorted(update)), "new"), removed)
    wanted = {one: f"new {one}" if one in update else f"old {one}" for one in (before - removed) | update}
    assert len(merged.products) == len(wanted)
    assert {item.id: item.title for item in merged.products} == wanted
    rows = list(old)
    for item, source in zip(merged.products, merged.source, strict=True):
        assert (rows[source] == item.id) if source >= 0 else item.id not in before


def test_a_variant_of_another_product_that_stays_is_a_conflict() -> None:
    def with_variant(product_id: str, variant_id: str) -> dict[str, Product]:
        return {product_id: product(product_id, "x", variants=[Variant(variant_id, Money(1, "USD"))])}

    before = with_variant("a", "v1")
    assert find_conflict(before, with_variant("b", "v1"), ()) == ("b", "variant id 'v1' belongs to product 'a' already")
    assert find_conflict(before, with_variant("b", "v1"), {"a"}) is None
    assert find_conflict(before, with_variant("a", "v1"), ()) is None
