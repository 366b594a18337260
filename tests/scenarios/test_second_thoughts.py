"""Limits that move, words that correct themselves, and questions that the shop's data does not answer."""

from __future__ import annotations

import pytest

from assistant.turn import ComparisonFact, HandOverFact, PolicyFact
from retrieval.filters import BrandIn, CategoryIn, PriceRange
from tests.scenarios.visitor import Reply, Visitor


def _ceiling(reply: Reply) -> int | None:
    return next((c.max_minor for c in reply.answer.wishes.constraints if isinstance(c, PriceRange)), None)


def _kinds(reply: Reply) -> set[str]:
    return {v for c in reply.answer.wishes.constraints if isinstance(c, CategoryIn) for v in c.values}


@pytest.mark.parametrize("words", ["actually make it 120", "120", "up to $120 is fine", "no, let's say 120 dollars"])
def test_a_bare_amount_moves_the_limit_that_holds(visit: Visitor, words: str) -> None:
    kinds = _kinds(visit.say("black backpack under 80"))
    reply = visit.say(words)
    assert _ceiling(reply) == 12_000
    assert _kinds(reply) == kinds
    assert reply.products
    assert all(item.variant.price.amount_minor <= 12_000 for item in reply.products)


def test_a_message_that_corrects_itself_means_the_second_thing(visit: Visitor) -> None:
    brands = list(dict.fromkeys(item.product.brand for item in visit.say("headphones").products))[:2]
    visit.new_conversation()
    reply = visit.say(f"headphones, only {brands[0]}, no wait, {brands[1]}")
    assert {v for c in reply.answer.wishes.constraints if isinstance(c, BrandIn) for v in c.values} == {brands[1]}
    assert reply.products
    assert {item.product.brand for item in reply.products} == {brands[1]}


def test_a_corrected_limit_and_a_corrected_kind(visit: Visitor) -> None:
    assert _ceiling(visit.say("a tent under 50, no wait, 150")) == 15_000
    visit.new_conversation()
    assert _kinds(visit.say("a tent, I mean a sleeping bag")) == {"Sleeping bags"}


def test_a_thing_that_is_not_sold_is_not_said_to_be_found(visit: Visitor) -> None:
    """Cups are dishwasher safe; that makes no dishwasher of them."""
    reply = visit.say("dishwasher")
    assert "sold as “dishwasher”" in reply.text
    assert "found" not in reply.text


@pytest.mark.parametrize("words", ["camping", "bluetooth", "waterproof"])
def test_a_word_that_names_what_is_found_is_no_unknown_thing(visit: Visitor, words: str) -> None:
    reply = visit.say(words)
    assert reply.products
    assert "sold as" not in reply.text


def test_a_gift_without_a_kind_is_asked_about_and_the_limit_stays(visit: Visitor) -> None:
    reply = visit.say("gift for my mum, 50 bucks")
    question = reply.answer.question
    assert question is not None
    answer = visit.say(question.answers[0])
    assert _ceiling(answer) == 5_000
    assert {item.product.department for item in answer.products} == {question.answers[0]}
    assert all(item.variant.price.amount_minor <= 5_000 for item in answer.products)
    again = visit.say("anything under 20").answer.question
    assert again is None or again.key != question.key


def test_which_is_better_is_about_what_was_compared(visit: Visitor) -> None:
    visit.say("tents")
    compared = [item.product.id for item in visit.say("compare the first two").only(ComparisonFact).items]
    assert [item.product.id for item in visit.say("which is better?").only(ComparisonFact).items] == compared


def test_a_refusal_that_the_catalogue_cannot_follow_is_said_and_the_next_one_holds(visit: Visitor) -> None:
    reply = visit.say("backpack not zqvxo or stadtlund")
    assert "“not zqvxo”" in reply.text
    assert reply.products
    assert all(fact.product.brand != "Stadtlund" for fact in reply.products)


def test_a_way_to_pay_that_no_policy_names_is_said_to_be_unnamed(visit: Visitor) -> None:
    reply = visit.say("can I pay with PayPal?")
    assert "do not mention “PayPal”" in reply.text
    assert "PayPal" not in reply.only(PolicyFact).sections[0].text
    assert "do not mention" not in visit.say("can I pay by invoice?").text
    assert "do not mention “Japan”" in visit.say("do you ship to Japan?").text
    assert "do not mention" not in visit.say("do you deliver to Canada?").text


@pytest.mark.parametrize("words", ["you are useless!!!", "stupid bot"])
def test_anger_gets_an_apology_and_the_offer_of_a_person(visit: Visitor, words: str) -> None:
    reply = visit.say(words)
    assert "sorry" in reply.text
    assert "polic" not in reply.text
    assert "bring in a person" in reply.text
    visit.say("yes please").only(HandOverFact)


def test_no_question_is_put_in_measures_that_nobody_knows_offhand(visit: Visitor) -> None:
    question = visit.say("running shoes").answer.question
    assert question is None or not any(answer.endswith(("mm", " g")) for answer in question.answers)
