"""Relations that products state by name, and what is not certain enough to be one."""

from __future__ import annotations

import pytest

from retrieval.graph import mine_relations
from retrieval.product import Attribute, Product
from retrieval.relations import Evidence, RelationKind
from tests.retrieval.fakes import product

PRINTERS = [product(f"p{n}", f"Acme X{n}00 printer", brand="Acme", category="Printers") for n in range(1, 9)]


def toner(product_id: str, title: str, brand: str = "Acme", **more: object) -> Product:
    return product(product_id, title, brand=brand, category="Toner", **more)  # type: ignore[arg-type]


def pairs(*shop: Product) -> set[tuple[str, str, str]]:
    mined = mine_relations([*PRINTERS, *shop], ())
    return {(relation.kind.value, relation.source_id, relation.target_id) for relation in mined}


THREE = [toner(f"t{n}", f"Acme black toner for X{n}00") for n in (1, 2, 3)]


def test_what_is_for_a_product_is_its_accessory_and_says_where() -> None:
    relation = next(r for r in mine_relations([*PRINTERS, *THREE], ()) if r.source_id == "t2")
    assert (relation.kind, relation.target_id) == (RelationKind.ACCESSORY_OF, "p2")
    assert relation.evidence == (
        Evidence(source_attribute="title", source_value="X200", target_attribute="name", target_value="X200"),
    )


def test_an_attribute_that_names_what_fits_is_read() -> None:
    names = Attribute("compatible_printers", ("Acme X100", "Acme X200", "Acme X300"))
    assert pairs(toner("t", "Acme toner", attributes=[names])) == {("fits_with", "t", f"p{n}") for n in (1, 2, 3)}


def test_a_few_statements_are_too_few() -> None:
    assert pairs(*THREE[:2]) == set()


@pytest.mark.parametrize(
    "wrong",
    [
        toner("w", "Bolt black toner for X100", brand="Bolt"),  # another brand, and Acme is not named
        toner("w", "Acme black toner for X999"),  # nobody is called so
        toner("w", "Acme black toner X100"),  # says not that it is for it
        product("w", "Acme printer for X100", brand="Acme", category="Printers"),  # the same kind
        toner("w", "Acme black toner for X100 Turbo"),  # another model
    ],
)
def test_what_is_not_certain_is_no_relation(wrong: Product) -> None:
    assert {source for _, source, _ in pairs(*THREE, wrong)} == {"t1", "t2", "t3"}


def test_another_maker_may_name_the_brand() -> None:
    assert ("fits_with", "b", "p1") in pairs(*THREE, toner("b", "Bolt toner, compatible with Acme X100", brand="Bolt"))


def test_a_name_of_two_brands_is_nobodys() -> None:
    rival = product("r", "Bolt X100 radio", brand="Bolt", category="Radios")
    fourth = toner("t4", "Acme black toner for X400")
    assert {target for _, _, target in pairs(*THREE, fourth, rival)} == {"p2", "p3", "p4"}


def test_what_is_itself_for_something_is_not_what_others_are_for() -> None:
    tray = product("tray", "Acme X100 tray for envelopes", brand="Acme", category="Trays")
    assert all(target != "tray" for _, _, target in pairs(*THREE, tray))


def test_what_replaces_the_same_kind_is_its_successor() -> None:
    new = [
        product(f"n{n}", f"Acme N{n}50 printer", brand="Acme", category="Printers", description=f"Replaces X{n}00.")
        for n in (1, 2, 3)
    ]
    assert ("replaces", "n1", "p1") in pairs(*new)
