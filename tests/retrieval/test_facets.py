"""Facet counts against a count by hand, on any rows."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from retrieval.facets import Facets
from retrieval.product import Attribute, Money, Variant
from tests.retrieval.fakes import product, small_shop


def test_values_are_counted_over_the_given_rows_only() -> None:
    facets = Facets(small_shop())
    counted = facets.count(np.array([0, 1, 2]))
    assert counted["brand"] == {"Norrfell": 2, "Karst": 1}
    assert counted["category"] == {"Hiking boots": 2, "Tents": 1}
    assert counted["size"] == {"41": 2, "42": 2}


def test_brand_and_category_come_first_and_common_values_before_rare_ones() -> None:
    counted = Facets(small_shop()).count(np.arange(6))
    assert list(counted)[:2] == ["brand", "category"]
    assert list(counted["category"])[:2] == ["Hiking boots", "Mugs"]


def test_no_rows_and_no_products_have_no_facets() -> None:
    assert Facets(small_shop()).count(np.empty(0, np.int64)) == {}
    assert Facets([]).count(np.empty(0, np.int64)) == {}


def test_values_that_hardly_repeat_are_no_facet() -> None:
    shop = [
        product(str(i), "Lamp", attributes=[Attribute("serial", f"s{i}"), Attribute("lit", i % 2 == 0)])
        for i in range(20)
    ]
    assert list(Facets(shop).count(np.arange(20))) == ["lit"]


def test_each_of_several_texts_counts_once() -> None:
    shop = [
        product("a", "Shirt", attributes=[Attribute("colour", ("red", "blue", "red"))]),
        product("b", "Shirt", attributes=[Attribute("colour", ("red",))]),
        product("c", "Shirt", attributes=[Attribute("colour", "blue")]),
        product("d", "Shirt", attributes=[Attribute("colour", "red")]),
    ]
    assert Facets(shop).count(np.arange(4)) == {"colour": {"red": 3, "blue": 2}}


@given(st.lists(st.sampled_from(["A", "B", "C", None]), min_size=1, max_size=30), st.data())
def test_counts_are_those_of_a_plain_count(brands: list[str | None], data: st.DataObject) -> None:
    shop = [product(str(i), "x", brand=brand) for i, brand in enumerate(brands)]
    rows = data.draw(st.lists(st.integers(0, len(shop) - 1), unique=True).map(sorted))
    counted = Facets(shop).count(np.array(rows, np.int64)).get("brand", {})
    expected = {b: sum(brands[row] == b for row in rows) for b in "ABC"}
    expected = {brand: count for brand, count in expected.items() if count}
    assert dict(counted) == (expected if len(expected) > 1 else {})


def test_an_option_counts_where_a_variant_that_fits_has_it() -> None:
    shop = small_shop()
    fitting = np.array([variant.in_stock is True for item in shop for variant in item.variants])
    # Size 42 of the first boot and 41 of the second are sold out.
    assert Facets(shop).count(np.array([0, 1]), fitting)["size"] == {"41": 1, "42": 1}


def test_a_value_written_in_two_ways_is_one() -> None:
    shop = [product(str(i), "x", brand=brand) for i, brand in enumerate(["Karst", "KARST ", "karst", "Norrfell"])]
    assert Facets(shop).count(np.arange(4)) == {"brand": {"Karst": 3, "Norrfell": 1}}


def test_a_variant_without_the_option_has_what_its_product_states() -> None:
    variants = [Variant("a-1", Money(1, "USD"), {"colour": "Red"}), Variant("a-2", Money(2, "USD"))]
    shop = [
        product("a", "Mug", variants=variants, attributes=[Attribute("colour", "Blue")]),
        product("b", "Mug", attributes=[Attribute("colour", "Blue")]),
    ]
    counted = Facets(shop).count
    assert counted(np.array([0, 1])) == {"colour": {"Blue": 2, "Red": 1}}
    assert counted(np.array([0, 1]), np.array([True, False, True])) == {"colour": {"Red": 1, "Blue": 1}}
