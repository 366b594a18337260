"""The graph of a catalogue: served, joined with what the shop states, made again where it is damaged."""

from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.engine import Retrieval
from retrieval.errors import IndexBroken, ProductMissing
from retrieval.graph import Graph, join_relations, keep_stated, load_relations, write_relations
from retrieval.loader import import_products
from retrieval.mining.baskets import bought_relations
from retrieval.relations import Bought, Evidence, Relation, RelationKind, read_relations, relation_to_json
from retrieval.storage import RELATIONS, catalogue_folder, current_version
from tests.retrieval.fakes import product
from tests.retrieval.mining.test_stated import PRINTERS, THREE

SAME = Evidence(source_attribute="x", source_value="1", target_attribute="x", target_value="1")


def relation(kind: str, source: str, target: str) -> Relation:
    return Relation(kind=RelationKind(kind), source_id=source, target_id=target, evidence=(SAME,))


def shop(root: Path) -> Retrieval:
    import_products([*PRINTERS, *THREE], root=root, name="shop")
    return Retrieval.open(root, "shop")


def test_a_product_is_asked_about_from_both_sides() -> None:
    graph = Graph([relation("accessory_of", "strap", "watch"), relation("replaces", "watch-2", "watch")])
    assert [(r.product_id, r.relation.kind.value, r.is_source) for r in graph.related("watch")] == [
        ("strap", "accessory_of", True),
        ("watch-2", "replaces", True),
    ]
    assert [(r.product_id, r.is_source) for r in graph.related("strap")] == [("watch", False)]
    assert graph.related("nobody") == ()


def test_the_most_of_each_kind_and_direction() -> None:
    graph = Graph(
        [relation("accessory_of", f"strap-{n}", "watch") for n in range(5)] + [relation("replaces", "n", "watch")]
    )
    assert [r.product_id for r in graph.related("watch", k=2)] == ["strap-0", "strap-1", "n"]
    assert [r.product_id for r in graph.related("watch", [RelationKind.REPLACES])] == ["n"]


def test_what_the_shop_states_wins_over_what_is_mined() -> None:
    own, mined = relation("accessory_of", "a", "b"), relation("fits_with", "b", "a")
    other = relation("variant_of", "b", "a")
    assert list(join_relations([own], [mined, other])) == [own, other]


def test_an_import_mines_and_the_engine_serves(tmp_path: Path) -> None:
    retrieval = shop(tmp_path)
    (toner,) = retrieval.related("p1")
    assert (toner.product_id, toner.is_source, toner.relation.kind) == ("t1", True, RelationKind.ACCESSORY_OF)
    with pytest.raises(ProductMissing):
        retrieval.related("nobody")


def test_a_damaged_file_is_mined_again(tmp_path: Path) -> None:
    shop(tmp_path)
    path, _ = current_version(tmp_path, "shop")
    before = (path / RELATIONS).read_bytes()
    (path / RELATIONS).write_bytes(b"broken")
    assert [r.product_id for r in Retrieval.open(tmp_path, "shop").related("p1")] == ["t1"]
    shop(tmp_path)
    path, _ = current_version(tmp_path, "shop")
    assert (path / RELATIONS).read_bytes() == before


def test_the_shops_own_relations_outlive_an_import_and_pass_over_what_is_gone(tmp_path: Path) -> None:
    shop(tmp_path)
    own = relation("fits_with", "p1", "p2")
    keep_stated([own, relation("fits_with", "p1", "gone")], catalogue_folder(tmp_path, "shop"))
    assert [r.product_id for r in shop(tmp_path).related("p1")] == ["p2", "t1"]


def test_a_damaged_file_of_the_shop_is_named(tmp_path: Path) -> None:
    shop(tmp_path)
    (catalogue_folder(tmp_path, "shop") / "relations.jsonl").write_text("{}\n", encoding="utf-8")
    with pytest.raises(IndexBroken, match=r"Line 1 of relations\.jsonl"):
        Retrieval.open(tmp_path, "shop").related("p1")


def test_baskets_are_relations_with_their_numbers(tmp_path: Path) -> None:
    baskets = [["a", "b"]] * 5 + [["c"]] * 40
    (bought,) = bought_relations(baskets)
    (evidence,) = bought.evidence
    assert isinstance(evidence, Bought)
    assert (evidence.together, evidence.baskets, evidence.lift) == (5, 45, 9.0)
    path = tmp_path / "relations.jsonl"
    path.write_text(relation_to_json(bought), encoding="utf-8")
    assert read_relations(path) == (bought,)
    write_relations(tmp_path / "packed.gz", [bought])
    assert tuple(load_relations(tmp_path / "packed.gz")) == (bought,)


def test_a_single_product_has_no_relations(tmp_path: Path) -> None:
    import_products([product("a", "Acme X200")], root=tmp_path, name="one")
    assert Retrieval.open(tmp_path, "one").related("a") == ()
