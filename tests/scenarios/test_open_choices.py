"""What goes into the cart while a size or colour is still open, and what is changed there in few words."""

from __future__ import annotations

from assistant.turn import CartLineFact
from retrieval.filters import fold
from tests.scenarios.visitor import Reply, Visitor


def _lines(visit: Visitor) -> tuple[CartLineFact, ...]:
    return visit.run(visit.assistant.view_cart(visit.session.principal)).lines


def _quantities(visit: Visitor) -> dict[str, int]:
    return {line.product.id: line.quantity for line in _lines(visit) if line.product}


def _answers(reply: Reply) -> tuple[str, ...]:
    question = reply.answer.question
    assert question is not None
    assert question.key.startswith("option:")
    return question.answers


def _with_options(visit: Visitor, words: str, n: int) -> list[int]:
    """Numbers (from 1) of shown products that come in several buyable colours."""
    shown = visit.say(words).products
    rows = []
    for number, fact in enumerate(shown, 1):
        colours = {v.options.get("colour") for v in fact.product.variants if v.in_stock is not False}
        rows += [number] if len(colours) > 1 else []
    assert len(rows) >= n
    return rows[:n]


_ORDINAL = ("first", "second", "third", "fourth", "fifth", "sixth")


def test_several_additions_are_asked_about_one_after_the_other(visit: Visitor) -> None:
    one, two = _with_options(visit, "show me backpacks", 2)
    shown = [fact.product.id for fact in visit.replies[-1].products]
    asked = visit.say(f"add the {_ORDINAL[one - 1]} and the {_ORDINAL[two - 1]}")
    asked = visit.say(_answers(asked)[0])
    assert set(_quantities(visit)) == {shown[one - 1]}
    visit.say(_answers(asked)[0])
    assert set(_quantities(visit)) == {shown[one - 1], shown[two - 1]}


def test_the_quantity_waits_with_the_choice(visit: Visitor) -> None:
    (number,) = _with_options(visit, "show me backpacks", 1)
    asked = visit.say(f"add 3 of the {_ORDINAL[number - 1]}")
    colour = _answers(asked)[0]
    visit.say(colour)
    (line,) = _lines(visit)
    assert line.quantity == 3
    assert line.variant is not None
    assert line.variant.options["colour"] == colour


def test_an_option_that_was_not_answered_is_asked_and_never_guessed(visit: Visitor) -> None:
    """Asked for the size, the shopper names the colour: the size is still the shopper's to say."""
    shown = visit.say("show me running shoes").products
    number, colour = next(
        (n, c)
        for n, fact in enumerate(shown, 1)
        for c in dict.fromkeys(v.options["colour"] for v in fact.product.variants)
        if len({v.options["size"] for v in fact.product.variants if v.in_stock and v.options["colour"] == c}) > 1
    )
    visit.say(f"add the {_ORDINAL[number - 1]}")
    asked = visit.say(colour)
    assert _lines(visit) == ()
    size = _answers(asked)[0]
    visit.say(size)
    (line,) = _lines(visit)
    assert line.variant is not None
    assert line.variant.options == {"size": size, "colour": colour}


def test_a_shopper_may_leave_the_choice_to_us(visit: Visitor) -> None:
    (number,) = _with_options(visit, "show me backpacks", 1)
    visit.say(f"add the {_ORDINAL[number - 1]}")
    visit.say("any colour is fine")
    assert list(_quantities(visit).values()) == [1]


def test_how_many_can_be_changed_in_few_words(visit: Visitor) -> None:
    fact = visit.say("headlamps").products[0]
    visit.run(visit.assistant.add_to_cart(visit.session.principal, fact.variant.id, 1, fact.decision_id))
    visit.say("make it two")
    assert _quantities(visit) == {fact.product.id: 2}
    visit.say("actually, make it 4 please")
    assert _quantities(visit) == {fact.product.id: 4}
    visit.say("take one out")
    assert _quantities(visit) == {fact.product.id: 3}


def test_a_full_cart_is_emptied_at_once_and_an_empty_one_is_said_to_be_empty(visit: Visitor) -> None:
    for fact in visit.say("headlamps").products[:5]:
        visit.run(visit.assistant.add_to_cart(visit.session.principal, fact.variant.id, 1, fact.decision_id))
    assert len(_lines(visit)) > 3  # more than the changes that one turn may make
    assert "empty" in visit.say("empty my cart").text
    assert _lines(visit) == ()
    assert "empty" in visit.say("empty my cart").text


def test_an_option_in_the_words_chooses_among_the_lines_of_one_product(visit: Visitor) -> None:
    fact = next(
        fact
        for fact in visit.say("show me backpacks").products
        if len([v for v in fact.product.variants if v.in_stock]) > 1
    )
    first, second = [v for v in fact.product.variants if v.in_stock][:2]
    for variant in (first, second):
        visit.run(visit.assistant.add_to_cart(visit.session.principal, variant.id, 1))
    colour = first.options["colour"]
    visit.say(f"remove the {colour} backpack from my cart")
    (line,) = _lines(visit)
    assert line.variant is not None
    assert fold(line.variant.options["colour"]) == fold(second.options["colour"])
