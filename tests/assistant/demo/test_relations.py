"""Relations are true to what both products state."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.demo.build import DemoShop
from assistant.demo.relations import load_rules
from retrieval.product import Product
from retrieval.relations import Relation, RelationKind


@pytest.fixture(scope="module")
def products(shop: DemoShop) -> dict[str, Product]:
    return {product.id: product for product in shop.products}


def _stated(product: Product, name: str) -> str:
    fields = {"brand": product.brand, "category": product.category, "released": product.released}
    return fields[name] or "" if name in fields else product.attributes[name].text


def test_every_relation_stands_between_two_products_and_is_stated_once(
    shop: DemoShop, products: dict[str, Product]
) -> None:
    pairs = [(relation.kind, relation.source_id, relation.target_id) for relation in shop.relations]
    assert len(set(pairs)) == len(pairs)
    for relation in shop.relations:
        assert relation.source_id in products
        assert relation.target_id in products
        assert relation.source_id != relation.target_id


def test_the_evidence_is_what_the_products_state(shop: DemoShop, products: dict[str, Product]) -> None:
    for relation in shop.relations:
        source, target = products[relation.source_id], products[relation.target_id]
        for piece in relation.evidence:
            if piece.source_attribute == "model":
                assert piece.source_value in source.title
                assert piece.target_value in target.title
            else:
                assert piece.source_value == _stated(source, piece.source_attribute)
                assert piece.target_value == _stated(target, piece.target_attribute)


_PAIRS: dict[tuple[str, str], Callable[[Product, Product], bool]] = {
    ("Lens filters", "Lenses"): lambda a, b: _stated(a, "filter_diameter") == _stated(b, "filter_diameter"),
    ("Lenses", "Cameras"): lambda a, b: _stated(a, "lens_mount") == _stated(b, "lens_mount"),
    ("Watch straps", "Smartwatches"): lambda a, b: _stated(a, "strap_width") == _stated(b, "strap_width"),
    ("Phone cases", "Phones"): lambda a, b: _stated(a, "fits_screen_size") == _stated(b, "screen_size"),
    ("Light bulbs", "Desk lamps"): lambda a, b: _stated(a, "socket") == _stated(b, "socket"),
    ("Pan lids", "Frying pans"): lambda a, b: _stated(a, "diameter") == _stated(b, "diameter"),
    ("Hydration bladders", "Hiking backpacks"): lambda a, b: _stated(b, "hydration_compatible") == "yes",
    ("Laptop sleeves", "Backpacks"): lambda a, b: (
        float(a.attributes["laptop_size"].value) <= float(b.attributes["laptop_size"].value)  # type: ignore[arg-type]
        and _stated(b, "laptop_sleeve") == "yes"
    ),
    ("Coffee grinders", "Espresso machines"): lambda a, b: (
        _stated(a, "espresso_fine") == "yes" and _stated(b, "grinder_included") == "no"
    ),
}


@pytest.mark.parametrize("kinds", _PAIRS, ids=" to ".join)
def test_what_fits_fits_and_what_does_not_is_not_related(
    shop: DemoShop, products: dict[str, Product], kinds: tuple[str, str]
) -> None:
    """All pairs of two kinds are gone through: related exactly where both state what makes them fit."""
    related = {(relation.source_id, relation.target_id) for relation in shop.relations}
    seen = [0, 0]
    for a in (p for p in products.values() if p.category == kinds[0]):
        for b in (p for p in products.values() if p.category == kinds[1]):
            try:
                fits = _PAIRS[kinds](a, b)
            except KeyError:
                fits = False
            assert ((a.id, b.id) in related) is fits, (a.id, b.id)
            seen[fits] += 1
    assert min(seen) > 0


def test_a_successor_is_newer_and_of_the_same_brand_and_kind(shop: DemoShop, products: dict[str, Product]) -> None:
    successions = [relation for relation in shop.relations if relation.kind is RelationKind.REPLACES]
    assert len({relation.target_id for relation in successions}) == len(successions)
    for relation in successions:
        new, old = products[relation.source_id], products[relation.target_id]
        assert (new.brand, new.category) == (old.brand, old.category)
        assert (new.released or "") > (old.released or "")


def test_every_rule_finds_something(shop: DemoShop, products: dict[str, Product]) -> None:
    def by(rule_source: str, rule_target: str, relation: Relation) -> bool:
        return (products[relation.source_id].category, products[relation.target_id].category) == (
            rule_source,
            rule_target,
        )

    for rule in load_rules():
        found = [relation for relation in shop.relations if by(rule.source, rule.target, relation)]
        assert len([relation for relation in found if relation.kind is rule.kind]) >= 10, rule
