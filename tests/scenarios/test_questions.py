"""Questions about what is on the table: in plural, without a pronoun, several in one; and the most of something."""

from __future__ import annotations

import pytest

from assistant.turn import HandOverFact, OrdersFact, ProductFact, SlateFact
from tests.scenarios.visitor import Reply, Visitor


def _facts(reply: Reply) -> list[ProductFact]:
    return [fact for fact in reply.answer.evidence if isinstance(fact, ProductFact)]


def _stated(fact: ProductFact, name: str) -> str:
    attribute = fact.product.attributes[name]
    return f"“{attribute.label.lower()}: {attribute.text}”"


@pytest.mark.parametrize(
    "words", ["are they all waterproof?", "which ones are waterproof", "do any of these keep the rain out, waterproof?"]
)
def test_a_question_in_plural_is_answered_for_each_that_is_shown(visit: Visitor, words: str) -> None:
    shown = [item.product.id for item in visit.say("hiking boots").products]
    reply = visit.say(words)
    assert [fact.product.id for fact in _facts(reply)] == shown
    for fact in _facts(reply):
        assert fact.product.title in reply.text
        assert _stated(fact, "waterproof") in reply.text


@pytest.mark.parametrize(
    ("thing", "words", "name"),
    [
        ("headphones", "mic?", "microphone"),
        ("headphones", "can i fold them", "foldable"),
        ("headphones", "weight", "weight"),
        ("headlamps", "does it have red light", "red_light"),
        ("headlamps", "and how bright is it", "brightness"),
        ("kitchen knives", "how long is the blade", "blade_length"),
        ("kitchen knives", "what steel", "steel"),
        ("kitchen knives", "may it go in the dishwasher?", "dishwasher_safe"),
        ("desk lamps", "can it charge by usb", "usb_charging"),
        ("board games", "from what age", "age_from"),
    ],
)
def test_a_short_question_is_about_the_product_talked_about(visit: Visitor, thing: str, words: str, name: str) -> None:
    shown = visit.say(thing).products
    number = next(n for n, fact in enumerate(shown, 1) if name in fact.product.attributes)
    visit.say(f"tell me more about number {number}")
    reply = visit.say(words)
    assert _stated(_facts(reply)[0], name) in reply.text
    assert not reply.slates


def test_it_without_a_product_talked_about_is_the_first_and_a_part_is_no_kind(visit: Visitor) -> None:
    first = visit.say("monitors").products[0].product
    reply = visit.say("does it have speakers")
    assert [fact.product.id for fact in _facts(reply)] == [first.id]
    assert not reply.slates
    assert first.price.format("en_US") in visit.say("price?").text


def test_what_is_stated_to_be_missing_is_a_no(visit: Visitor) -> None:
    shown = visit.say("monitors").products
    without = next(i for i, item in enumerate(shown) if item.product.attributes["usb_c"].value is False)
    reply = visit.say(f"does number {without + 1} have usb c")
    assert "No. The shop states “usb c: no”" in reply.text


def test_each_of_several_questions_in_one_is_answered(visit: Visitor) -> None:
    visit.say("tents")
    reply = visit.say("is the first one waterproof and how much does it weigh?")
    (fact,) = _facts(reply)
    assert _stated(fact, "waterproof") in reply.text
    assert _stated(fact, "weight") in reply.text


def test_a_product_is_asked_about_by_its_name_without_being_shown(visit: Visitor) -> None:
    title = visit.say("kettles").products[0].product.title
    visit.new_conversation()
    reply = visit.say(f"is the {title} dishwasher safe or made of steel?")
    assert [fact.product.title for fact in _facts(reply)] == [title]
    assert not reply.slates


@pytest.mark.parametrize(
    ("words", "name", "highest"),
    [
        ("lightest sleeping bag", "weight", False),
        ("the brightest headlamp you have", "brightness", True),
        ("which kettle with the biggest capacity is there", "capacity", True),
        ("quietest blender", "noise_level", False),
        ("power bank with the most capacity", "battery_capacity", True),
        ("speaker with the longest battery life", "battery_life", True),
        ("espresso machine that heats up fastest", "heat_up_time", False),
        ("the fastest camping stove", "boil_time", False),
    ],
)
def test_a_superlative_orders_by_what_is_stated(visit: Visitor, words: str, name: str, highest: bool) -> None:
    reply = visit.say(words)
    numbers = [float(str(i.product.attributes[name].value)) for i in reply.products if name in i.product.attributes]
    assert len(numbers) > 2
    assert numbers == sorted(numbers, reverse=highest)
    assert f"states the {'highest' if highest else 'lowest'}" in reply.text


def test_a_superlative_alone_is_about_what_was_looked_for_and_keeps_its_wishes(visit: Visitor) -> None:
    visit.say("tents under 300")
    reply = visit.say("the lightest")
    weights = [float(str(item.product.attributes["weight"].value)) for item in reply.products]
    assert weights == sorted(weights)
    assert all(item.product.category == "Tents" for item in reply.products)
    assert all(item.variant.price.amount_minor < 30_000 for item in reply.products)


@pytest.mark.parametrize(
    "words", ["bigger", "later maybe", "the customs", "email me", "contact", "that sucks", "on friday", "sharper"]
)
def test_an_ordinary_word_is_not_corrected(visit: Visitor, words: str) -> None:
    visit.say("tents")
    assert "I read" not in visit.say(words).text


@pytest.mark.parametrize(("words", "right"), [("slepping bag", "sleeping"), ("hedphones", "headphones")])
def test_a_slip_is_still_corrected(visit: Visitor, words: str, right: str) -> None:
    assert f"“{right}”" in visit.say(words).text


def test_a_question_brings_in_no_person_and_finds_no_orders(visit: Visitor) -> None:
    visit.say("tents")
    for words in ("who runs this site", "are you a human?", "weight?", "are they waterproof"):
        kinds = {type(fact) for fact in visit.say(words).answer.evidence}
        assert not kinds & {HandOverFact, OrdersFact, SlateFact}, words


@pytest.mark.parametrize(
    "words", ["how much drop on the 2nd", "what is the drop of the 2nd", "the drop for the second?"]
)
def test_a_place_at_the_end_is_that_of_a_card(visit: Visitor, words: str) -> None:
    second = visit.say("trail running shoes").products[1]
    (fact,) = _facts(visit.say(words))
    assert fact.product.id == second.product.id
    assert _stated(fact, "drop") in visit.replies[-1].text


@pytest.mark.parametrize("words", ["do I have to assemble it?", "does it need assembly"])
def test_assembly_is_asked_in_two_ways(visit: Visitor, words: str) -> None:
    first = visit.say("office chair with headrest").products[0]
    visit.say("tell me more about the first one")
    (fact,) = _facts(visit.say(words))
    assert fact.product.id == first.product.id
    assert _stated(fact, "assembly_required") in visit.replies[-1].text


def test_for_a_child_means_for_kids_where_the_kind_is_made_for_them(visit: Visitor) -> None:
    shown = visit.say("bike helmet for my son").products
    assert shown
    assert {fact.product.attributes["age_group"].text for fact in shown} == {"Kids"}
    assert all("age_group" not in fact.product.attributes for fact in visit.say("a soft toy for my son").products)


def test_an_order_of_prices_leaves_no_word_behind(visit: Visitor) -> None:
    visit.say("monitor 27 inch")
    slate = visit.say("most expensive first").slates[-1]
    prices = [fact.variant.price.amount_minor for fact in slate.items]
    assert prices == sorted(prices, reverse=True)
    assert "first" not in slate.need.text
