"""What may be one product is found, what is told apart by anything stated is not."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.duplicates import ALIKE, find_duplicates, normal_gtin
from retrieval.product import Attribute, Money, Product, Variant
from tests.retrieval.fakes import product, sized

EAN, UPC = "4006381333931", "012345678905"


def _coded(product_id: str, title: str, gtin: str | None) -> Product:
    return product(product_id, title, variants=[Variant(product_id, Money(100, "USD"), gtin=gtin)])


def _found(*products: Product) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.reason, one.product_ids) for one in find_duplicates(products)]


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        (UPC, "00012345678905"),
        (f"0{UPC}", "00012345678905"),
        (EAN, f"0{EAN}"),
        ("0000000000000", None),
        ("1234", None),
        ("40063813339AB", None),
        (None, None),
    ],
)
def test_barcodes_are_compared_in_one_form(text: str | None, normal: str | None) -> None:
    assert normal_gtin(text) == normal


def test_one_barcode_makes_a_duplicate_whatever_the_titles_are() -> None:
    assert _found(_coded("a", "Tent", UPC), _coded("b", "Lamp", f"0{UPC}"), _coded("c", "Mug", EAN)) == [
        ("gtin", ("a", "b"))
    ]


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("Norrfell Ridge tent for two", "Norrfell ridge tent for two", True),
        ("Norrfell Ridge light tent for two", "Norrfell Ridge tent for two", True),
        ("Norrfell Ridge tent for two", "Tent Ridge for two, Norrfell", True),
        ("Norrfell Ridge tent for two", "Norrfell Karst lamp for two", False),
        ("Ink cartridge HP 301 black", "Ink cartridge HP 302 black", False),
    ],
)
def test_nearly_one_title_makes_a_duplicate_where_nothing_tells_apart(one: str, other: str, alike: bool) -> None:
    assert _found(product("a", one), product("b", other)) == ([("title", ("a", "b"))] if alike else [])


def _stating(product_id: str, *attributes: Attribute, variants: Sequence[Variant] = ()) -> Product:
    return product(product_id, "Ridge jacket", brand="Norrfell", attributes=attributes, variants=variants)


def test_a_stated_difference_makes_a_variant_and_no_duplicate() -> None:
    red, blue = Attribute("colour", "red"), Attribute("colour", "blue")
    assert _found(_stating("a", red), _stating("b", blue)) == []
    assert _found(_stating("a", red), _stating("b", red)) == [("title", ("a", "b"))]
    assert _found(_stating("a", red), _stating("b")) == [("title", ("a", "b"))]
    assert (
        _found(_stating("a", variants=[sized("a", "M", 1, 1)]), _stating("b", variants=[sized("b", "L", 1, 1)])) == []
    )
    assert _found(_coded("a", "Mug", EAN), _coded("b", "Mug", UPC)) == []
    assert _found(product("a", "Mug", brand="Karst"), product("b", "Mug", brand="Bolt")) == []


def test_numbers_of_articles_and_running_text_tell_nothing_apart() -> None:
    filler = [product(f"f{i}", f"Thing {i}", attributes=[Attribute("sku", f"S{i}")]) for i in range(30)]
    pair = [_stating(name, Attribute("sku", f"X{name}"), Attribute("about", f"{name} " * 30)) for name in "ab"]
    assert _found(*filler, *pair) == [("title", ("a", "b"))]


@given(st.lists(st.text("abcdefghij", min_size=1, max_size=9).map(list), min_size=2, max_size=12))
def test_no_pair_of_alike_titles_is_missed(titles: list[list[str]]) -> None:
    sets = [frozenset(title) for title in titles]
    linked = {
        (i, j) for i in range(len(sets)) for j in range(i) if len(sets[i] & sets[j]) >= ALIKE * len(sets[i] | sets[j])
    }
    group = list(range(len(sets)))
    for _ in sets:
        for i, j in linked:
            group[i] = group[j] = min(group[i], group[j])
    expected = {tuple(str(i) for i in range(len(sets)) if group[i] == lead) for lead in set(group)}
    found = find_duplicates([product(str(i), " ".join(title)) for i, title in enumerate(titles)])
    assert {one.product_ids for one in found} == {ids for ids in expected if len(ids) > 1}
