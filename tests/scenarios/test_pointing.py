"""Pointing at what was shown: questions about a product, and comparisons."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from assistant.turn import ComparisonFact, ProductFact
from tests.scenarios.visitor import Visitor


def test_the_second_one_is_the_second_card(visit: Visitor) -> None:
    second = visit.say("desk lamps").products[1]
    reply = visit.say("tell me more about the second one")
    assert reply.only(ProductFact).product.id == second.product.id
    assert second.variant.price.format() in reply.text


def test_it_is_the_product_talked_about(visit: Visitor) -> None:
    third = visit.say("tents").products[2]
    visit.say("is the third one waterproof?")
    reply = visit.say("how heavy is it?")
    assert reply.only(ProductFact).product.id == third.product.id
    weight = third.product.attributes.get("weight")
    assert (weight.text if weight else "does not state") in reply.text


def test_it_is_the_product_on_the_page(visit: Visitor) -> None:
    product = next(p for p in visit.assistant._opener._plan.shop.retrieval.catalogue.products.values() if p.rating)
    visit.page_product_id = product.id
    reply = visit.say("how is it rated?")
    assert reply.only(ProductFact).product.id == product.id
    assert f"{product.rating:.1f}" in reply.text


def test_what_the_shop_does_not_state_is_said_to_be_unknown(visit: Visitor) -> None:
    visit.say("desk lamps")
    reply = visit.say("is the first one dishwasher safe?")
    assert "does not state" in reply.text


def test_the_colours_asked_for_are_those_of_the_product(visit: Visitor) -> None:
    first = visit.say("rain jackets").products[0]
    reply = visit.say("what colours does the first one come in?")
    for variant in first.product.variants:
        assert variant.options["colour"] in reply.text


def test_the_first_two_are_compared_side_by_side(visit: Visitor) -> None:
    shown = visit.say("headphones").products
    reply = visit.say("compare the first two")
    compared = reply.only(ComparisonFact)
    assert [item.product.id for item in compared.items] == [fact.product.id for fact in shown[:2]]
    assert compared.rows["Price"] == tuple(item.variant.price.format() for item in compared.items)
    cheaper = min(compared.items, key=lambda item: item.variant.price.amount_minor)
    assert cheaper.variant.price.format() in reply.text


def test_products_can_be_compared_by_name(visit: Visitor) -> None:
    shown = visit.say("espresso machines").products
    one, other = shown[0].product, shown[2].product
    reply = visit.say(f"compare the {one.title} with the {other.title}")
    assert {item.product.id for item in reply.only(ComparisonFact).items} == {one.id, other.id}


def test_nothing_to_point_at_is_asked_back_not_guessed(visit: Visitor) -> None:
    reply = visit.say("compare the first two")
    assert not [fact for fact in reply.answer.evidence if isinstance(fact, ComparisonFact)]
    assert "number" in reply.text


def test_which_states_the_most_is_answered_from_the_stated_numbers(visit: Visitor) -> None:
    shown = visit.say("headphones").products
    reply = visit.say("which one is the lightest?")
    weights = {f.product.title: f.product.attributes["weight"].value for f in shown if "weight" in f.product.attributes}
    lightest = min(weights, key=lambda title: float(weights[title]))  # type: ignore[arg-type]
    assert f"**{lightest}** states the lowest weight" in reply.text


def test_a_colour_that_a_product_does_not_have_is_denied_with_those_it_has(visit: Visitor) -> None:
    first = visit.say("rain jackets").products[0]
    reply = visit.say("do you have the first one in purple?")
    assert reply.text.startswith("No:")
    assert all(variant.options["colour"] in reply.text for variant in first.product.variants)


def test_a_superlative_of_another_kind_is_a_search_of_that_kind(visit: Visitor) -> None:
    visit.say("socks")
    reply = visit.say("how much is the cheapest tent?")
    prices = [fact.variant.price.amount_minor for fact in reply.products]
    assert {fact.product.category for fact in reply.products} == {"Tents"}
    assert prices == sorted(prices)


@pytest.mark.parametrize(
    ("kind", "question", "takes"),
    [
        ("trekking poles under 100", "which is the lightest?", "put it in the cart"),
        ("Trekkingstöcke unter 100 dollar", "welche ist die leichteste?", "die nehme ich"),
        ("bastones de senderismo por menos de 100 dólares", "¿cuál es el más ligero?", "me lo llevo"),
    ],
)
def test_it_is_the_winner_that_a_comparison_names(visit: Visitor, kind: str, question: str, takes: str) -> None:
    visit.say(kind)
    items = visit.say(question).only(ComparisonFact).items
    lightest = _lightest(items)
    assert lightest.product.title in visit.say(takes).text


def test_the_lighter_one_is_of_those_compared(visit: Visitor) -> None:
    visit.say("trekking poles")
    items = visit.say("compare the first two").only(ComparisonFact).items
    assert _lightest(items).product.title in visit.say("take the lighter one").text


def test_those_two_are_the_ones_asked_about(visit: Visitor) -> None:
    shown = [fact.product.id for fact in visit.say("rain jackets").products]
    visit.say("does the first one have pit zips?")
    visit.say("what about the third")
    compared = visit.say("compare those two").only(ComparisonFact)
    assert [item.product.id for item in compared.items] == [shown[0], shown[2]]


def _lightest(items: Sequence[ProductFact]) -> ProductFact:
    return min(items, key=lambda item: float(str(item.product.attributes["weight"].value)))
