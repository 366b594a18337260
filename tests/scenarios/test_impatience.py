"""Short, sloppy follow-ups of an impatient shopper: an age, "lighter", a size of another scale, "make it 2"."""

from __future__ import annotations

import pytest

from assistant.turn import CartFact, PolicyFact, RefusalFact, SlateFact
from retrieval.filters import PriceRange
from retrieval.product import Product
from tests.scenarios.visitor import Reply, Visitor


def _number(product: Product, name: str) -> float:
    value = product.attributes[name].value
    assert isinstance(value, int | float)
    return float(value)


def _shown(reply: Reply) -> list[Product]:
    return [fact.product for fact in reply.products]


@pytest.mark.parametrize(
    ("words", "age"),
    [("a gift for a 6 year old", 6), ("present for a 10-year-old girl", 10), ("something for my 8 year old son", 8),
     ("I need a present for my niece, she is turning 7", 7), ("gift for a kid aged 5", 5)],
)  # fmt: skip
def test_a_present_for_an_age_is_made_for_it(visit: Visitor, words: str, age: int) -> None:
    products = _shown(visit.say(words))
    assert products
    assert all(age // 2 <= _number(product, "age_from") <= age for product in products)


def test_an_age_narrows_what_is_looked_for(visit: Visitor) -> None:
    visit.say("toys under $30")
    reply = visit.say("for a 6 year old")
    assert {"Toys & games", "under $30", "age from 3 to 6 years"} <= reply.labels
    assert all(_number(product, "age_from") <= 6 for product in _shown(reply))


def test_an_age_of_things_that_state_none_hides_nothing(visit: Visitor) -> None:
    reply = visit.say("a backpack for a 10 year old")
    assert reply.products
    assert not any("age" in label for label in reply.labels)


@pytest.mark.parametrize(
    ("words", "name", "sign"),
    [("lighter", "weight", 1), ("something lighter please", "weight", 1), ("a bigger one", "capacity", -1),
     ("smaller", "capacity", 1), ("do you have a lighter one?", "weight", 1)],
)  # fmt: skip
def test_lighter_and_bigger_order_what_is_looked_for(visit: Visitor, words: str, name: str, sign: int) -> None:
    before = visit.say("backpacks under $100").labels
    reply = visit.say(words)
    assert reply.labels == before
    stated = [sign * _number(product, name) for product in _shown(reply) if name in product.attributes]
    assert stated == sorted(stated)
    assert len(stated) > 1


def test_longer_battery_life_names_what_is_compared(visit: Visitor) -> None:
    visit.say("headphones")
    stated = [_number(product, "battery_life") for product in _shown(visit.say("with longer battery life"))]
    assert stated == sorted(stated, reverse=True)


def test_lighter_then_cheaper_keeps_both(visit: Visitor) -> None:
    visit.say("backpacks")
    visit.say("lighter")
    reply = visit.say("cheaper")
    (limit,) = [wish.max_minor for wish in reply.answer.wishes.constraints if isinstance(wish, PriceRange)]
    weights = [_number(product, "weight") for product in _shown(reply) if "weight" in product.attributes]
    assert weights == sorted(weights)
    assert all(fact.variant.price.amount_minor <= (limit or 0) for fact in reply.products)


def test_a_size_of_another_scale_brings_the_size_guide_and_no_far_off_size(visit: Visitor) -> None:
    reply = visit.say("shoes size 42")
    assert reply.only(SlateFact).loosenings == ()
    assert any("size" in section.title.casefold() for section in reply.only(PolicyFact).sections)
    assert "size 12" not in reply.text.casefold().partition("size guide")[0]


def test_make_it_two_of_the_one_product_that_is_talked_about(visit: Visitor) -> None:
    found = visit.say("kettles").products
    place = next(place for place, fact in enumerate(found) if fact.variant.in_stock)
    visit.say(f"tell me about the {('first', 'second', 'third', 'fourth')[place]} one")
    reply = visit.say("make it 2")
    for _ in range(3):
        if reply.answer.question is None:
            break
        reply = visit.say(reply.answer.question.answers[0])
    (line,) = reply.only(CartFact).lines
    assert line.product is not None
    assert (line.product.id, line.quantity) == (found[place].product.id, 2)


def test_tents_for_two_are_for_two_persons(visit: Visitor) -> None:
    visit.say("kettles")
    reply = visit.say("tents for 2")
    assert not any(isinstance(fact, RefusalFact) for fact in reply.answer.evidence)
    assert {product.category for product in _shown(reply)} == {"Tents"}


def test_iphones_are_no_phones(visit: Visitor) -> None:
    assert "I read" not in visit.say("iphones").text
    assert {product.category for product in _shown(visit.say("ttents"))} == {"Tents"}


def test_a_limit_that_is_not_used_is_said(visit: Visitor) -> None:
    assert "“under 1”" in visit.say("backpack under 1").text
    assert "under $1" in visit.say("backpack under 1 dollar").labels


def test_who_refuses_wool_is_shown_no_merino(visit: Visitor) -> None:
    products = _shown(visit.say("socks, not wool"))
    assert products
    stated = [product.attributes["material"].text for product in products if "material" in product.attributes]
    assert not any(word in text for text in stated for word in ("wool", "Merino", "Cashmere"))
