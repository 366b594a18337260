"""Follow-ups in few words keep the subject; words that are no wish rank, hide nothing, and are owned up to."""

from __future__ import annotations

import pytest

from retrieval.filters import AttributeIn, AttributeRange, CategoryIn, PriceRange, Verdict
from tests.scenarios.visitor import Reply, Visitor


def _kinds(reply: Reply) -> set[str]:
    return {v for c in reply.answer.wishes.constraints if isinstance(c, CategoryIn) for v in c.values}


def _total(reply: Reply) -> int:
    (slate,) = reply.slates
    return slate.total


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("tents", "light ones"), ("sleeping bags", "for women"), ("monitor", "curved"), ("plant pot", "ceramic"),
        ("phone case", "for my iphone"), ("speaker", "a loud one"), ("sleeping mat", "wide"),
        ("travel mug", "for the car"),
    ],
)  # fmt: skip
def test_words_that_no_product_states_keep_the_subject_and_are_owned_up_to(
    visit: Visitor, first: str, then: str
) -> None:
    before = visit.say(first)
    reply = visit.say(then)
    assert _kinds(reply) == _kinds(before)
    assert _total(reply) == _total(before)
    assert "mention" in reply.text or "found nothing for" in reply.text
    # The dead word is gone: what comes next refines the kind.
    cheap = visit.say("cheapest")
    assert _kinds(cheap) == _kinds(before)
    prices = [item.variant.price.amount_minor for item in cheap.products]
    assert prices == sorted(prices)


@pytest.mark.parametrize(
    ("words", "same_as"),
    [
        ("suitcase for hand luggage max 40 litres", "suitcases up to 40 l"),
        ("backpacks over 20 litres", "backpacks over 20l"),
        ("blender for smoothies under 80", "blenders under $80"),
        ("a rain jacket for walking the dog under $100", "rain jackets under $100"),
    ],
)
def test_what_it_is_for_hides_nothing(visit: Visitor, words: str, same_as: str) -> None:
    found = visit.say(words)
    visit.new_conversation()
    assert _total(found) == _total(visit.say(same_as)) > 0
    assert all(verdict is Verdict.MET for item in found.products for verdict in item.verdicts.values())


def test_how_many_mention_a_word_is_counted_over_all_that_fit(visit: Visitor) -> None:
    (slate,) = visit.say("rain jackets with a hood").slates
    number = slate.mentions.get("hood")
    assert number is not None
    assert 0 < number <= slate.total
    if number < slate.total:
        assert f"{number} of them mention" in visit.replies[-1].text


@pytest.mark.parametrize(
    ("words", "highest"),
    [
        ("dont show me anything over 50. headphones", 5_000),
        ("nothing over 60 please, backpacks", 6_000),
        ("backpacks, not above 60", 6_000),
        ("phones under 400 128gb", 40_000),
    ],
)
def test_limits_are_the_right_way_round(visit: Visitor, words: str, highest: int) -> None:
    (limit,) = [c for c in visit.say(words).answer.wishes.constraints if isinstance(c, PriceRange)]
    assert (limit.min_minor, limit.max_minor) == (None, highest)


@pytest.mark.parametrize(("words", "highest"), [("cheaper than 60", 6_000), ("what about 75", 7_500)])
def test_a_step_with_a_number_is_that_number(visit: Visitor, words: str, highest: int) -> None:
    visit.say("backpacks under 100")
    (limit,) = [c for c in visit.say(words).answer.wishes.constraints if isinstance(c, PriceRange)]
    assert limit.max_minor == highest


@pytest.mark.parametrize("words", ["sleeping mats with r value above 4", "tents for at least 3 people"])
def test_numbers_of_other_things_are_no_prices(visit: Visitor, words: str) -> None:
    reply = visit.say(words)
    assert not [c for c in reply.answer.wishes.constraints if isinstance(c, PriceRange)]
    assert [c for c in reply.answer.wishes.constraints if isinstance(c, AttributeRange)]
    assert reply.products


@pytest.mark.parametrize("words", ["M", "m please", "medium", "in size M"])
def test_a_bare_size_is_a_size(visit: Visitor, words: str) -> None:
    visit.say("show me rain jackets")
    assert AttributeIn("size", ("M",)) in visit.say(words).answer.wishes.constraints


def test_a_bare_number_answers_the_question_that_was_put(visit: Visitor) -> None:
    question = visit.say("tents").answer.question
    assert question is not None
    number = question.answers[-1].split()[0]
    reply = visit.say(number)
    wish = next(c for c in reply.answer.wishes.constraints if isinstance(c, AttributeRange))
    assert wish.name == question.key.partition("@")[0]
    assert wish.min == wish.max == float(number)


@pytest.mark.parametrize("words", ["no limit", "money is no object", "any price"])
def test_a_limit_can_be_lifted(visit: Visitor, words: str) -> None:
    narrow = _total(visit.say("backpacks under 60"))
    reply = visit.say(words)
    assert not [c for c in reply.answer.wishes.constraints if isinstance(c, PriceRange)]
    assert _total(reply) > narrow


@pytest.mark.parametrize("words", ["too much money", "these are expensive", "hm these r expensive"])
def test_complaints_about_the_price_ask_for_cheaper_ones(visit: Visitor, words: str) -> None:
    dearest = max(item.variant.price.amount_minor for item in visit.say("headphones").products)
    assert all(item.variant.price.amount_minor < dearest for item in visit.say(words).products)


def test_another_kind_of_thing_leaves_the_subject(visit: Visitor) -> None:
    visit.say("tents")
    assert "Tents" not in _kinds(visit.say("do you have sunscreen?"))
    assert _kinds(visit.say("back to the tents")) == {"Tents"}
    assert "Tents" not in _kinds(visit.say("laptop"))
