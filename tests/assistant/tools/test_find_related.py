"""What goes with a product, from the shop's own relations; by what was bought where it knows none."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from langchain_core.tools import ToolException

from assistant.llm.embedded.needs import relation_asked
from assistant.service import Assistant
from assistant.tools.find_related import find_related
from assistant.tools.langchain_adapter import run_tool
from assistant.turn import RefusalFact, SlateFact
from retrieval.graph import Graph
from retrieval.relations import Evidence, Relation, RelationKind
from tests.assistant.tools.conftest import Turns

PEGS = Evidence(source_attribute="title", source_value="Dome", target_attribute="name", target_value="Dome")


def relation(kind: RelationKind, source: str, target: str) -> Relation:
    return Relation(kind=kind, source_id=source, target_id=target, evidence=(PEGS,))


@pytest.fixture
def _graph(assistant: Assistant, turns: Turns, monkeypatch: pytest.MonkeyPatch) -> None:
    graph = Graph(
        [
            relation(RelationKind.ACCESSORY_OF, "camp-mug", "dome"),
            relation(RelationKind.FITS_WITH, "dome", "oak-mug"),
            relation(RelationKind.REPLACES, "fjell-2", "dome"),
            relation(RelationKind.REPLACES, "dome", "fjell-4"),
        ]
    )
    monkeypatch.setattr(turns().shop.retrieval, "related", graph.related)


@pytest.mark.usefixtures("_graph")
def test_what_goes_with_a_product_comes_with_what_makes_it_so(turns: Turns) -> None:
    context = turns("what goes with it", shown=("dome",))
    result = run_tool(find_related, context, {"which": "it"})
    (slate,) = result.evidence
    assert isinstance(slate, SlateFact)
    assert {item.product.id for item in slate.items} == set(slate.relations) == {"camp-mug", "oak-mug"}
    assert slate.decision is not None
    told = json.loads(result.summary)["untrusted_relations"]
    assert {row["is"] for row in told} == {"accessory_of", "fits_with"}
    assert told[0]["evidence"][0]["source_value"] == "Dome"


@pytest.mark.usefixtures("_graph")
def test_a_newer_model_is_what_came_after_and_not_before(turns: Turns) -> None:
    context = turns("is there a newer one", shown=("dome",))
    (slate,) = run_tool(find_related, context, {"which": "it", "what": "newer"}).evidence
    assert isinstance(slate, SlateFact)
    assert [item.product.id for item in slate.items] == ["fjell-2"]


@pytest.mark.usefixtures("_graph")
def test_what_is_not_known_is_said_to_be_unknown(turns: Turns) -> None:
    context = turns("other versions", shown=("dome",))
    (fact,) = run_tool(find_related, context, {"which": "it", "what": "variants"}).evidence
    assert fact == RefusalFact("none_known", "The shop states no other version of Acme Meadow Dome.")


def test_without_relations_it_is_what_was_bought_together(turns: Turns) -> None:
    (slate,) = run_tool(find_related, turns("what goes with it", shown=("dome",)), {"which": "it"}).evidence
    assert isinstance(slate, SlateFact)
    assert slate.relations == {}


@pytest.mark.parametrize(
    ("words", "what"),
    [("is there a newer one", "newer"), ("what goes with it", "goes_with"), ("what replaced it", "newer")],
)
def test_what_the_words_ask_for(words: str, what: str) -> None:
    assert relation_asked(words) == what


@pytest.fixture
def _dome_in_cart(turns: Turns) -> Iterator[None]:
    context = turns("")
    context.shop.carts.set_quantity(context.principal, "dome-0", 1)
    yield
    context.shop.carts.set_quantity(context.principal, "dome-0", 0)


@pytest.mark.usefixtures("_graph", "_dome_in_cart")
@pytest.mark.parametrize("words", ["what goes with my dome", "what else do I need?", "what goes with my new tent"])
def test_what_lies_in_the_cart_is_meant_where_words_point_at_nothing(turns: Turns, words: str) -> None:
    (slate,) = run_tool(find_related, turns(words), {"which": words}).evidence
    assert isinstance(slate, SlateFact)
    assert {item.product.id for item in slate.items} == {"camp-mug", "oak-mug"}


@pytest.mark.usefixtures("_graph", "_dome_in_cart")
@pytest.mark.parametrize("words", ["what goes with my boots", "what goes with my piano"])
def test_own_things_that_are_not_held_are_not_guessed(turns: Turns, words: str) -> None:
    with pytest.raises(ToolException):
        run_tool(find_related, turns(words), {"which": words})
