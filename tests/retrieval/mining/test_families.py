"""Variants and successors."""

from __future__ import annotations

from retrieval.mining.families import successor_relations, variant_relations
from retrieval.product import Attribute, Product
from retrieval.relations import Evidence
from tests.retrieval.fakes import product

PENS = frozenset(["pens"])


def pen(product_id: str, title: str, released: str | None = None, **stated: str) -> Product:
    attributes = [Attribute(name, value) for name, value in {"nib": "fine", "body": "steel", **stated}.items()]
    return product(product_id, title, brand="Acme", category="Pens", attributes=attributes, released=released)


def variants(*shop: Product) -> list[tuple[str, str, list[str]]]:
    found = variant_relations(shop, [PENS] * len(shop))
    return [
        (r.source_id, r.target_id, [e.source_attribute for e in r.evidence if isinstance(e, Evidence)]) for r in found
    ]


def test_titles_that_differ_in_a_stated_value_are_variants() -> None:
    red, blue = pen("a", "Acme Swift pen, red", ink="red"), pen("b", "Acme Swift pen, blue", ink="blue")
    assert variants(red, blue) == [("a", "b", ["ink"])]


def test_what_differs_in_more_is_none() -> None:
    red = pen("a", "Acme Swift pen, red", ink="red")
    assert variants(red, pen("b", "Acme Glide pen, blue", ink="blue")) == []
    assert variants(red, pen("b", "Acme Swift pen, blue", colour="blue")) == []
    assert variants(red, pen("b", "Acme Swift pen, blue", ink="blue", nib="broad", body="wood")) == []
    assert variants(red, pen("b", "Acme Swift pen, red", ink="red")) == []


def test_part_numbers_may_differ_where_they_are_of_one_model() -> None:
    def numbered(product_id: str, number: str, ink: str) -> Product:
        return pen(product_id, f"Acme {number} drawing pen, {ink}", part_number=number, ink=ink)

    assert variants(numbered("a", "SW1001", "red"), numbered("b", "SW1002", "blue")) == [("a", "b", ["ink"])]
    assert variants(numbered("a", "SW1001", "red"), numbered("b", "GL7745", "blue")) == []


def test_a_large_family_is_a_pattern_of_titles() -> None:
    assert variants(*[pen(str(n), f"Acme Swift pen, {n}a", ink=f"{n}a") for n in range(20)]) == []


def successors(*shop: Product) -> list[tuple[str, str]]:
    return [(r.source_id, r.target_id) for r in successor_relations(shop, [PENS] * len(shop))]


def test_a_later_generation_replaces_the_one_before() -> None:
    shop = [
        pen("one", "Acme Swift pen", "2020-01-01"),
        pen("two", "Acme Swift 2 fountain pen", "2022-01-01"),
        pen("three", "Acme Swift III pen", "2024-01-01"),
    ]
    assert successors(*shop) == [("two", "one"), ("three", "two")]


def test_what_is_not_certain_is_no_successor() -> None:
    old = pen("one", "Acme Swift pen", "2020-01-01")
    assert successors(old, pen("two", "Acme Swift 2 pen", "2019-01-01")) == []
    assert successors(old, pen("two", "Acme Swift 2 pen")) == []
    assert successors(old, pen("two", "Acme Swift 2 pen", "2022-01-01", length="2 cm")) == []
    assert (
        successors(old, pen("also", "Acme Swift pencil", "2020-02-01"), pen("two", "Acme Swift 2", "2022-01-01")) == []
    )
