"""Relations by what two kinds of things both state."""

from __future__ import annotations

from retrieval.mining.shared import shared_relations
from retrieval.product import Attribute, Product
from tests.retrieval.fakes import product


def lens(number: int, diameter: float, says: str = "") -> Product:
    stated = [Attribute("thread", diameter, "mm"), Attribute("weight", 100.0 + number, "g")]
    return product(f"lens-{number}", f"Acme lens {number}", category="Lenses", attributes=stated, description=says)


def ring(number: int, diameter: float, title: str = "Acme ring") -> Product:
    stated = [Attribute("thread", diameter, "mm"), Attribute("weight", 100.0 + number, "g")]
    return product(f"ring-{number}", title, category="Step-up rings", attributes=stated)


def pairs(*shop: Product) -> set[tuple[str, str, str]]:
    return {(r.kind.value, r.source_id, r.target_id) for r in shared_relations(shop)}


SAYING = [lens(n, d, f"A fine lens. Rings of {d:g} mm fit.") for n, d in enumerate([52.0, 67.0, 67.0])]
RINGS = [ring(1, 67.0), ring(2, 82.0)]


def test_a_sentence_that_says_what_fits_makes_the_rule_for_all() -> None:
    assert pairs(*SAYING, lens(9, 82.0), *RINGS) == {
        ("fits_with", "ring-1", "lens-1"),
        ("fits_with", "ring-1", "lens-2"),
        ("fits_with", "ring-2", "lens-9"),
    }


def test_the_evidence_is_what_both_state() -> None:
    relation = next(iter(shared_relations([*SAYING, *RINGS])))
    assert relation.evidence[0].model_dump() == {
        "source_attribute": "thread",
        "source_value": "67 mm",
        "target_attribute": "thread",
        "target_value": "67 mm",
    }


def test_values_that_nobody_says_to_fit_are_no_relation() -> None:
    silent = [lens(n, 67.0, f"The thread is 67 mm. It weighs {100 + n} g.") for n in range(4)]
    assert pairs(*silent, *RINGS) == set()
    assert pairs(*SAYING[:2], *RINGS) == set()


def test_a_kind_that_is_called_by_another_is_its_accessory() -> None:
    lids = [
        product(
            f"lid-{n}", f"Acme {n} cm pan lid", category="Pan lids", attributes=[Attribute("width", float(n), "cm")]
        )
        for n in (20, 24, 28)
    ]
    pan = product("pan", "Acme pan", category="Frying pans", attributes=[Attribute("width", 24.0, "cm")])
    pot = product("pot", "Acme pot", category="Stock pots", attributes=[Attribute("width", 24.0, "cm")])
    assert pairs(*lids, pan, pot) == {("accessory_of", "lid-24", "pan")}


def test_a_flag_that_names_a_kind_makes_its_products_fit() -> None:
    yes, no = Attribute("hydration_compatible", True), Attribute("hydration_compatible", False)
    shop = [
        product("pack", "Pack", category="Backpacks", attributes=[yes]),
        product("bag", "Bag", category="Backpacks", attributes=[no]),
        product("bladder", "Bladder", category="Hydration bladders"),
    ]
    assert pairs(*shop) == {("accessory_of", "bladder", "pack")}


def test_without_categories_there_are_no_such_rules() -> None:
    assert pairs(product("a", "Lens", attributes=[Attribute("thread", 67.0, "mm")])) == set()
