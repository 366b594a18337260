"""Remarks of an impatient shopper about what is on the table: not this one, the same for less, no more questions."""

from __future__ import annotations

import pytest

from assistant.turn import CartFact, Need, PolicyFact, ProductFact, WishesChanged
from retrieval.filters import PriceRange
from tests.scenarios.visitor import Reply, Visitor


def _ids(reply: Reply) -> list[str]:
    return [item.product.id for item in reply.products]


@pytest.mark.parametrize(
    "words", ["I don't like the second one", "nah, I really hate number 2", "not the second one", "hide the second one"]
)
def test_a_card_that_is_not_liked_is_put_away_and_others_are_shown(visit: Visitor, words: str) -> None:
    second = _ids(visit.say("headphones"))[1]
    reply = visit.say(words)
    assert "put that away" in reply.text
    assert reply.products
    assert second not in _ids(reply)
    assert second not in _ids(visit.say("show me headphones again"))


def test_the_product_talked_about_is_put_away(visit: Visitor) -> None:
    visit.say("headphones")
    third = visit.say("tell me more about the third one").only(ProductFact).product.id
    assert third not in _ids(visit.say("I don't like it"))


def test_all_of_them_are_not_put_away(visit: Visitor) -> None:
    shown = _ids(visit.say("tents"))
    reply = visit.say("I don't like these")
    assert "put that away" not in reply.text
    assert not set(shown) & set(_ids(reply))


@pytest.mark.parametrize("words", ["the second one but cheaper", "like the second one, but cheaper"])
def test_the_same_for_less_costs_less_than_it(visit: Visitor, words: str) -> None:
    second = visit.say("tents").products[1].product
    reply = visit.say(words)
    assert reply.products
    assert all(item.product.price.amount_minor < second.price.amount_minor for item in reply.products)
    assert any(isinstance(wish, PriceRange) for wish in reply.answer.wishes.constraints)


def test_who_asks_which_is_best_goes_on_with_that_one(visit: Visitor) -> None:
    visit.say("headphones under 100")
    best = max(
        (item.product for item in visit.say("which is best").answer.evidence[0].items),  # type: ignore[union-attr]
        key=lambda product: (product.rating or 0.0, product.rating_count),
    )
    good = visit.say("is it any good")
    assert good.only(ProductFact).product.id == best.id
    assert "rated" in good.text
    assert best.title in visit.say("add the best one").text


def test_in_nine_is_a_size_where_what_is_shown_comes_in_it(visit: Visitor) -> None:
    visit.say("running shoes")
    reply = visit.say("in 9")
    assert "size 9" in reply.labels
    assert reply.products


@pytest.mark.parametrize(
    "words", ["stop asking questions", "no more questions please", "don't ask me so many questions"]
)
def test_who_wants_no_questions_is_asked_none(visit: Visitor, words: str) -> None:
    assert visit.say("backpack").answer.question
    reply = visit.say(words)
    assert reply.answer.evidence == ()
    assert reply.answer.wishes.text == "backpack"
    for need in ("tents", "rain jackets", "a present under 50"):
        assert visit.say(need).answer.question is None


def test_a_question_of_the_shopper_is_no_wish_for_silence(visit: Visitor) -> None:
    visit.say("I have a question about returns")
    assert visit.say("tents").answer.question


def test_what_was_looked_for_is_taken_up_without_any_click(visit: Visitor) -> None:
    before = visit.say("a coffee grinder under $100")
    visit.new_conversation()
    reply = visit.say("continue where you stopped")
    assert reply.labels == before.labels
    assert reply.products


def test_nothing_is_taken_up_in_a_first_conversation(visit: Visitor) -> None:
    assert not visit.say("continue where I stopped").products


def test_a_kind_that_is_not_sold_is_not_answered_with_all_that_is_not_of_wool(visit: Visitor) -> None:
    reply = visit.say("sweater, not wool")
    assert not reply.products
    assert "sweater" in reply.text
    assert "left that out" not in reply.text


def test_a_dress_in_a_size_is_a_thing_and_no_question_about_sizes(visit: Visitor) -> None:
    reply = visit.say("red dress size m")
    assert not any(isinstance(fact, PolicyFact) for fact in reply.answer.evidence)


def test_a_need_said_twice_keeps_its_words(visit: Visitor) -> None:
    first = visit.say("rain jacket").answer.wishes.text
    assert visit.say("rain jackets").answer.wishes.text == first


@pytest.mark.parametrize("words", ["start over", "forget all that", "ok let's start again from scratch"])
def test_who_starts_over_is_asked_what_to_look_for(visit: Visitor, words: str) -> None:
    visit.say("red tents under 200")
    reply = visit.say(words)
    assert "start over" in reply.text
    assert reply.answer.wishes == Need()
    assert WishesChanged(Need()) in reply.events
    limited = visit.say("under 100")
    assert limited.labels == {"under $100"}
    assert limited.answer.question


def test_who_starts_over_keeps_the_cart_and_may_say_at_once_what_for(visit: Visitor) -> None:
    game = next(item.product for item in visit.say("board games").products if len(item.product.variants) == 1)
    visit.say(f"add the {game.title}")
    reply = visit.say("forget all that, show me tents")
    assert reply.labels == {"Tents"}
    assert visit.say("what's in my cart?").only(CartFact).lines


@pytest.mark.parametrize("kind", ["socks", "bike helmets", "printers"])
def test_the_cart_is_no_question_about_what_is_shown(visit: Visitor, kind: str) -> None:
    visit.say(kind)
    visit.say("tell me more about the first")
    visit.say("what's in my cart?").only(CartFact)
