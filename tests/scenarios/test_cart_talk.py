"""Cart talk: several additions at once, numbers, second thoughts, and choices that wait while more are asked."""

from __future__ import annotations

import pytest

from assistant.turn import CartLineFact, ComparisonFact, ProductFact, RefusalFact
from tests.scenarios.visitor import Reply, Visitor


def _lines(visit: Visitor) -> tuple[CartLineFact, ...]:
    return visit.run(visit.assistant.view_cart(visit.session.principal)).lines


def _quantities(visit: Visitor) -> dict[str, int]:
    return {line.product.id: line.quantity for line in _lines(visit) if line.product}


def _shown(visit: Visitor, words: str) -> list[str]:
    return [fact.product.id for fact in visit.say(words).products]


def _settle(visit: Visitor, reply: Reply) -> None:
    """Answer open choices with the first answer until there is none."""
    for _ in range(8):
        question = reply.answer.question
        if question is None or not question.key.startswith("option:"):
            return
        reply = visit.say(question.answers[0])


@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        ("gimme 2 of the second and the fourth", {1: 2, 3: 1}),
        ("add the first and three of the third", {0: 1, 2: 3}),
        ("i'd like the last one twice", {}),
        ("buy numbers 1, 2 and 3", {0: 1, 1: 1, 2: 1}),
        ("put a couple of the 2nd in my basket", {1: 2}),
        ("4th in the cart please", {3: 1}),
    ],
)
def test_every_part_goes_in_with_its_own_number(visit: Visitor, words: str, wanted: dict[int, int]) -> None:
    shown = _shown(visit, "headlamps")
    _settle(visit, visit.say(words))
    assert _quantities(visit) == {shown[place]: units for place, units in (wanted or {5: 2}).items()}


@pytest.mark.parametrize("words", ["add -2 of the first", "add zero of the first", "order 7000 of the first"])
def test_a_number_that_cannot_be_had_is_refused_and_the_next_message_may_say_another(
    visit: Visitor, words: str
) -> None:
    shown = _shown(visit, "headlamps")
    assert "How many shall it be?" in visit.say(words).text
    assert _quantities(visit) == {}
    _settle(visit, visit.say("ok, 2"))
    assert _quantities(visit) == {shown[0]: 2}


def test_what_was_not_added_is_said(visit: Visitor) -> None:
    shown = _shown(visit, "headlamps")
    reply = visit.say("add the first and the eleventh")
    _settle(visit, reply)
    assert "I did not add “the eleventh”" in reply.text
    assert _quantities(visit) == {shown[0]: 1}


def test_a_name_goes_by_all_its_words(visit: Visitor) -> None:
    """A product that is not on the table is not taken for another one of its brand that is."""
    products = visit.assistant._opener._plan.shop.retrieval.catalogue.products.values()
    shown = visit.say("rain jackets").products
    brand = next(f.product.brand for f in shown)
    ids = {fact.product.id for fact in shown}
    other = next(product for product in products if product.brand == brand and product.id not in ids)
    reply = visit.say(f"add the {other.title.lower()} to my cart")
    _settle(visit, reply)
    assert set(_quantities(visit)) == {other.id}


def test_a_name_of_several_is_asked_about(visit: Visitor) -> None:
    # Asked for by name, so that two of it are shown whatever the ranking draws.
    shown = visit.say("Norrfell tents").products
    assert len([fact for fact in shown if fact.product.brand == "Norrfell"]) > 1
    assert "Which one do you mean" in visit.say("add the Norrfell to my cart").text
    assert _quantities(visit) == {}


def test_a_comparison_never_fills_in_what_is_not_found(visit: Visitor) -> None:
    first = visit.say("kettles").products[0].product
    reply = visit.say(f"compare the {first.title} with the grumbleworth teapotter")
    assert "grumbleworth teapotter" in reply.text
    assert not [fact for fact in reply.answer.evidence if isinstance(fact, ComparisonFact)]


def test_bare_numbers_are_compared_as_they_stand_in_the_list(visit: Visitor) -> None:
    shown = _shown(visit, "headphones")
    compared = visit.say("compare 2 and 5").only(ComparisonFact)
    assert [item.product.id for item in compared.items] == [shown[1], shown[4]]


@pytest.mark.parametrize(
    ("words", "place"),
    [("3", 2), ("number 2", 1), ("fourth please", 3), ("open the 5th", 4), ("the second lamp", 1), ("#1", 0),
     ("and the last one?", 5), ("the second to last", 4)],
)  # fmt: skip
def test_who_only_points_gets_the_product_described(visit: Visitor, words: str, place: int) -> None:
    shown = visit.say("desk lamps").products
    reply = visit.say(words)
    assert reply.only(ProductFact).product.id == shown[place].product.id
    assert shown[place].variant.price.format() in reply.text
    assert "does not state" not in reply.text


@pytest.mark.parametrize(
    "words", ["what is the height of the third", "how bright is the 3rd", "the third one: height?"]
)
def test_a_question_about_a_place_is_answered_for_it(visit: Visitor, words: str) -> None:
    shown = _shown(visit, "desk lamps")
    assert visit.say(words).only(ProductFact).product.id == shown[2]


def test_a_place_that_the_list_does_not_have_is_said(visit: Visitor) -> None:
    visit.say("headlamps")
    assert "only 6" in visit.say("tell me about the ninth one").text


def test_after_an_empty_result_the_list_before_is_not_counted_in(visit: Visitor) -> None:
    visit.say("headlamps")
    assert not visit.say("headlamps under 1 dollar").products
    for words in ("the first", "add the second"):
        assert "found nothing, so there is no list" in visit.say(words).text
    assert _quantities(visit) == {}


def test_an_open_choice_waits_while_something_else_is_asked(visit: Visitor) -> None:
    shown = _shown(visit, "running shoes")
    asked = visit.say("add the second")
    visit.say("hm, how heavy is it?")
    listed = visit.say("which sizes are there")
    assert listed.answer.question is not None
    assert all(answer in listed.text for answer in listed.answer.question.answers)
    reply = visit.say(f"ok size {asked.answer.question.answers[1]} then")  # type: ignore[union-attr]
    _settle(visit, reply)
    assert _quantities(visit) == {shown[1]: 1}


def test_a_new_search_ends_an_open_choice(visit: Visitor) -> None:
    visit.say("running shoes")
    visit.say("add the second")
    visit.say("show me desk lamps")
    visit.say("9")
    assert _quantities(visit) == {}


def test_a_size_that_there_is_not_is_said_with_those_there_are(visit: Visitor) -> None:
    visit.say("running shoes")
    visit.say("add the second")
    reply = visit.say("size 42")
    assert reply.only(RefusalFact).code == "not_sold_in"
    assert reply.answer.question is not None
    assert all(answer in reply.text for answer in reply.answer.question.answers)


def test_second_thoughts_about_what_is_in_the_cart(visit: Visitor) -> None:
    shown = _shown(visit, "headlamps")
    _settle(visit, visit.say("buy the second"))
    for words, units in (("make that 4", 4), ("actually just 2", 2), ("undo", 4), ("one less", 3), ("1 more", 4)):
        visit.say(words)
        assert _quantities(visit) == {shown[1]: units}, words
    visit.say("i dont need it any more")
    assert _quantities(visit) == {}
    visit.say("undo that")
    assert _quantities(visit) == {shown[1]: 4}
    visit.say("delete everything")
    assert _quantities(visit) == {}


def test_another_size_takes_the_place_of_the_one_in_the_cart(visit: Visitor) -> None:
    shown = visit.say("rain jackets").products
    number, fact = next((n, f) for n, f in enumerate(shown, 1) if f.product.in_stock)
    variants = [v for v in fact.product.variants if v.in_stock]
    colour = variants[0].options["colour"]
    sizes = [v.options["size"] for v in variants if v.options["colour"] == colour][:2]
    _settle(visit, visit.say(f"add number {number} in {colour}, size {sizes[0]}"))
    visit.say(f"change the size to {sizes[1]}")
    (line,) = _lines(visit)
    assert line.variant is not None
    assert line.variant.options == {"size": sizes[1], "colour": colour}


def test_thanks_and_yes_change_nothing(visit: Visitor) -> None:
    shown = _shown(visit, "headlamps")
    _settle(visit, visit.say("add the first"))
    for words in ("thanks", "yes", "great, thank you"):
        visit.say(words)
    assert _quantities(visit) == {shown[0]: 1}


def test_what_the_cart_holds_is_said_with_one_product_on_the_table(visit: Visitor) -> None:
    assert len(visit.say("tent for 4 people under 180").products) == 1
    reply = visit.say("add it")
    assert "Your cart now holds 1 item" in reply.text


def _stocked(visit: Visitor, words: str) -> tuple[str, int]:
    """Search: the id and the place (from 2) of one shown of which three of every variant are in stock."""
    for place, fact in enumerate(visit.say(words).products[1:], 2):
        if all((variant.stock or 0) >= 3 for variant in fact.product.variants):
            return fact.product.id, place
    raise AssertionError(f"nothing of {words} is in stock")


@pytest.mark.parametrize("asks", ["add two", "i want 2", "leg zwei in den Warenkorb", "añade dos al carrito"])
def test_a_number_alone_is_so_many_of_what_is_talked_about(visit: Visitor, asks: str) -> None:
    product_id, place = _stocked(visit, "trekking poles")
    visit.say(f"tell me more about number {place}")
    _settle(visit, visit.say(asks))
    assert _quantities(visit) == {product_id: 2}


def test_two_of_the_cheapest_and_one_more_of_it(visit: Visitor) -> None:
    visit.say("trekking poles")
    first = _shown(visit, "the cheapest")[0]
    _settle(visit, visit.say("add two"))
    visit.say("add 1")
    assert _quantities(visit) == {first: 3}


def test_a_number_beside_its_word_stays_a_place(visit: Visitor) -> None:
    product_id, place = _stocked(visit, "trekking poles")
    visit.say("the first one looks good")
    _settle(visit, visit.say(f"add number {place}"))
    assert _quantities(visit) == {product_id: 1}


@pytest.mark.parametrize("takes_out", ["remove two of them", "quita dos", "减掉两个"])
def test_some_of_many_are_taken_out(visit: Visitor, takes_out: str) -> None:
    product_id, place = _stocked(visit, "trekking poles")
    _settle(visit, visit.say(f"add three of number {place}"))
    assert _quantities(visit) == {product_id: 3}
    visit.say(takes_out)
    assert _quantities(visit) == {product_id: 1}
