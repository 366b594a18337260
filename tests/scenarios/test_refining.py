"""Follow-ups in few words keep the subject; words that are no wish rank, hide nothing, and are owned up to."""

from __future__ import annotations

import pytest

from assistant.turn import ComparisonFact
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


@pytest.mark.parametrize(("first", "then"), [("tents under 300", "cheaper"), ("lightest rain jacket you have", "")])
def test_a_word_that_was_used_is_not_denied(visit: Visitor, first: str, then: str) -> None:
    replies = [visit.say(words) for words in (first, then) if words]
    assert all(reply.products for reply in replies)
    assert "could not use" not in replies[-1].text


@pytest.mark.parametrize("words", ["a bit more expensive is fine", "it can cost a bit more", "slightly pricier is ok"])
def test_a_limit_that_may_be_passed_is_raised_and_gets_no_floor(visit: Visitor, words: str) -> None:
    visit.say("tents under 250")
    wishes = visit.say(words).answer.wishes.constraints
    (limit,) = [wish for wish in wishes if isinstance(wish, PriceRange)]
    assert (limit.min_minor, limit.max_minor) == (None, 30_000)
    assert "could not use" not in visit.replies[-1].text


@pytest.mark.parametrize("words", ["ok, relax the price", "drop the price"])
def test_a_price_that_found_nothing_is_given_up(visit: Visitor, words: str) -> None:
    assert visit.say("hiking boots under 40").products == ()
    reply = visit.say(words)
    assert reply.products
    assert reply.labels == {"Hiking boots"}


def test_another_thing_with_a_price_leaves_what_was_looked_for(visit: Visitor) -> None:
    visit.say("running shoes")
    reply = visit.say("mountain bike under 500")
    assert "Running shoes" not in reply.labels
    assert all(fact.product.category != "Running shoes" for fact in reply.products)


def test_talk_is_not_searched_for(visit: Visitor) -> None:
    visit.say("desk lamp plz")
    assert "under $60" in visit.say("ok how bout $60").labels
    visit.new_conversation()
    assert visit.say("gimme a xyzzyplugh already").text == "I found nothing for “xyzzyplugh” in this shop."


def test_which_is_cheaper_and_the_cheaper_one_are_of_the_two_compared(visit: Visitor) -> None:
    visit.say("desk lamps")
    compared = visit.say("compare the first two").only(ComparisonFact).items
    again = visit.say("which is cheaper").only(ComparisonFact).items
    assert [item.product.id for item in again] == [item.product.id for item in compared]
    cheaper = min(compared, key=lambda item: item.product.price.amount_minor).product
    assert cheaper.title in visit.say("take the cheaper one").text


def test_a_number_of_pairs_is_no_word_to_search_for(visit: Visitor) -> None:
    assert "“3”" not in visit.say("3 pairs of socks").text
    assert "which product you mean" in visit.say("3 pairs").text
