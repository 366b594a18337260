"""Products survive their JSON form, and nothing else gets through it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.product import Money, Product, Variant
from retrieval.product_json import BadRow, Pool, clean, product_from_json, product_from_row, product_to_json
from tests.retrieval.fakes import small_shop
from tests.retrieval.test_columns import products


@given(products())
def test_a_product_comes_back_once_its_texts_are_clean(item: Product) -> None:
    if not item.title.strip():
        with pytest.raises(BadRow, match="no title"):
            product_from_json(product_to_json(item))
        return
    once = product_from_json(product_to_json(item))
    assert product_from_json(product_to_json(once)) == once
    assert "\n" not in product_to_json(once)


@pytest.mark.parametrize("item", small_shop(), ids=lambda item: item.id)
def test_a_clean_product_comes_back_unchanged(item: Product) -> None:
    assert product_from_json(product_to_json(item)) == item


@pytest.mark.parametrize("available", [True, False, None])
def test_pictures_and_what_is_in_stock_without_a_number_come_back(available: bool | None) -> None:
    variant = Variant("a", Money(1, "USD"), available=available)
    item = Product("a", "A", (variant,), image="1.jpg", more_images=("2.jpg", "3.jpg"))
    again = product_from_json(product_to_json(item))
    assert again == item
    assert again.in_stock is available
    counted = Variant("a", Money(1, "USD"), stock=0, available=True)
    assert counted.in_stock is False


def _row(**changes: object) -> dict[str, object]:
    row: dict[str, object] = {"id": "a", "title": "A", "variants": [{"id": "a", "price_minor": 1, "currency": "USD"}]}
    return {name: value for name, value in (row | changes).items() if value is not ...}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"id": ...}, "no id"),
        ({"id": 5}, "id is not a text"),
        ({"id": "x" * 201}, "longer than 200"),
        ({"title": " \x00 "}, "no title"),
        ({"colour": "red"}, "unknown field 'colour'"),
        ({"variants": []}, "no variants"),
        ({"variants": "one"}, "no variants"),
        ({"variants": [1]}, "not an object"),
        ({"variants": [{"id": "a", "price_minor": 1.5, "currency": "USD"}]}, "whole number"),
        ({"variants": [{"id": "a", "price_minor": True, "currency": "USD"}]}, "whole number"),
        ({"variants": [{"id": "a", "price_minor": -1, "currency": "USD"}]}, "negative price"),
        ({"variants": [{"id": "a", "price_minor": 10**14, "currency": "USD"}]}, "too large"),
        ({"variants": [{"id": "a", "currency": "USD"}]}, "no price"),
        ({"variants": [{"id": "a", "price_minor": 1, "currency": "usd"}]}, "unknown currency"),
        ({"variants": [{"id": "a", "price_minor": 1, "currency": "USD", "cost": 1}]}, "unknown variant field"),
        ({"variants": [{"id": "a", "price_minor": 1, "currency": "USD"}] * 2}, "one id"),
        ({"released": "yesterday"}, "ISO date"),
        ({"rating": 6}, "from 0 to 5"),
        ({"rating": "good"}, "from 0 to 5"),
        ({"rating_count": 1.5}, "whole number"),
        ({"attributes": []}, "not an object"),
        ({"attributes": {"x": None}}, "neither text"),
        ({"attributes": {"x": [[1]]}}, "nested"),
        ({"attributes": {"x": []}}, "neither text"),
        ({"attributes": {"x": float("inf")}}, "finite"),
        ({"attributes": {"": 1}}, "empty or too long"),
        ({"attributes": {"x": {"value": 1, "unit": 5}}}, "unit"),
        ({"description": "x" * 50_001}, "longer than 50,000"),
        ({"more_images": "a.jpg"}, "not a list of addresses"),
        ({"more_images": [1]}, "not a list of addresses"),
        ({"variants": [{"id": "a", "price_minor": 1, "currency": "USD", "available": 1}]}, "neither true nor false"),
    ],
)
def test_a_bad_field_is_named(changes: dict[str, object], reason: str) -> None:
    with pytest.raises(BadRow, match=reason):
        product_from_row(_row(**changes))


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
def test_no_json_makes_it_raise_anything_but_bad_row(value: object) -> None:
    for text in (json.dumps(value), json.dumps(_row(attributes=value)), json.dumps(_row(variants=value))):
        try:
            product_from_json(text)
        except BadRow:
            continue


def test_equal_attributes_are_one_object_but_one_true_and_one_are_not_mixed_up() -> None:
    pool: Pool = {}
    first = product_from_row(_row(attributes={"n": 1, "m": "x"}), pool)
    second = product_from_row(_row(attributes={"n": 1, "m": "x"}), pool)
    flag = product_from_row(_row(attributes={"n": True}), pool)
    assert first.attributes["m"] is second.attributes["m"]
    assert first.attributes["n"].value == 1.0
    assert flag.attributes["n"].value is True


def test_unwanted_characters_are_removed_and_the_rest_is_kept() -> None:
    assert clean(" a\x00b\u202ec\ud800\U000e0041\r\nd\te 👩‍👩‍👧 ") == "abc\nd\te 👩‍👩‍👧"
