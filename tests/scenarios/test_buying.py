"""From words to the cart, and to the checkout."""

from __future__ import annotations

import pytest

from assistant.errors import Refused
from assistant.turn import CartFact, OrdersFact, OrderStatus
from tests.scenarios.visitor import Visitor


def _lines(visit: Visitor) -> dict[str, int]:
    cart = visit.run(visit.assistant.view_cart(visit.session.principal))
    return {line.variant_id: line.quantity for line in cart.lines}


def _place(visit: Visitor, key: str = "once"):  # type: ignore[no-untyped-def]
    return visit.run(
        visit.assistant.place_order(
            visit.session.principal,
            name="Ada Vale",
            email="ada@example.com",
            address="1 Quay, Port Mere",
            idempotency_key=key,
        )
    )


def test_words_put_the_pointed_at_variant_into_the_cart(visit: Visitor) -> None:
    shown = visit.say("rain jackets in size M").products
    place, first = next((place, fact) for place, fact in enumerate(shown) if fact.variant.in_stock)
    colour = first.variant.options["colour"]
    reply = visit.say(f"add the {('first', 'second', 'third', 'fourth')[place]} one in {colour} to my cart")
    (line,) = reply.only(CartFact).lines
    assert line.product is not None
    assert line.product.id == first.product.id
    assert line.variant is not None
    assert line.variant.options == {"size": "M", "colour": colour}


def test_a_wished_size_that_is_sold_out_is_said_and_no_other_is_taken(visit: Visitor) -> None:
    kinds = ("rain jackets", "fleece jackets", "down jackets", "t-shirts", "base layers")
    sold_out = (
        (place, fact)
        for kind in kinds
        for place, fact in enumerate(visit.say(f"{kind} in size M").products[:4])
        if fact.variant.options.get("size") == "M" and not fact.variant.in_stock
    )
    place, fact = next(sold_out)
    colour = fact.variant.options["colour"]
    reply = visit.say(f"add the {('first', 'second', 'third', 'fourth')[place]} one in {colour} to my cart")
    assert "sold out in M" in reply.text
    assert _lines(visit) == {}


def test_an_open_choice_is_asked_once_and_the_answer_is_enough(visit: Visitor) -> None:
    first = visit.say("running shoes").products[0]
    asked = visit.say("add the first one to my cart")
    question = asked.answer.question
    assert question is not None
    assert _lines(visit) == {}
    for _ in range(3):
        reply = visit.say(question.answers[0])
        if _lines(visit):
            break
        question = reply.answer.question
        assert question is not None
    (line,) = visit.run(visit.assistant.view_cart(visit.session.principal)).lines
    assert line.product is not None
    assert line.product.id == first.product.id


def test_a_quantity_in_words_counts(visit: Visitor) -> None:
    visit.say("frying pans")
    visit.say("add two of the first one to my cart")
    question = visit.replies[-1].answer.question
    if question:
        visit.say(question.answers[0])
    else:
        assert list(_lines(visit).values()) == [2]


def test_what_is_in_the_cart_can_be_taken_out_by_words(visit: Visitor) -> None:
    fact = visit.say("headlamps").products[0]
    visit.run(visit.assistant.add_to_cart(visit.session.principal, fact.variant.id, 1, fact.decision_id))
    reply = visit.say("remove the headlamp from my cart")
    assert reply.only(CartFact).lines == ()
    assert "$0" not in reply.text or "empty" in reply.text


def test_totals_follow_the_settings(visit: Visitor) -> None:
    fact = next(f for f in visit.say("headlamps").products if f.variant.price.amount_minor < 5_000)
    cart = visit.run(visit.assistant.add_to_cart(visit.session.principal, fact.variant.id, 1, fact.decision_id))
    assert cart.shipping.amount_minor == 490
    assert cart.total.amount_minor == fact.variant.price.amount_minor + 490
    cart = visit.run(visit.assistant.set_quantity(visit.session.principal, fact.variant.id, 2))
    expected = 0 if 2 * fact.variant.price.amount_minor >= 5_000 else 490
    assert cart.shipping.amount_minor == expected


def test_checkout_places_one_order_however_often_it_is_sent(visit: Visitor) -> None:
    fact = visit.say("tents").products[0]
    visit.run(visit.assistant.add_to_cart(visit.session.principal, fact.variant.id, 1, fact.decision_id))
    first, second = _place(visit), _place(visit)
    assert first.id == second.id
    assert first.status is OrderStatus.PLACED
    assert _lines(visit) == {}
    with pytest.raises(Refused):
        _place(visit, "another")


def test_a_guest_can_ask_about_the_order_of_this_visit(visit: Visitor) -> None:
    fact = visit.say("tents").products[0]
    visit.run(visit.assistant.add_to_cart(visit.session.principal, fact.variant.id, 1, fact.decision_id))
    order = _place(visit)
    reply = visit.say("where is my order?")
    assert [o.id for o in reply.only(OrdersFact).orders] == [order.id]
    assert order.id in reply.text


def test_a_purchase_is_logged_against_the_decision_that_showed_it(visit: Visitor) -> None:
    fact = visit.say("backpacks").products[0]
    visit.run(visit.assistant.add_to_cart(visit.session.principal, fact.variant.id, 1, fact.decision_id))
    _place(visit)
    log = visit.assistant._opener._plan.shop.recommender._log
    kinds = [
        e.type.value for _, e in log.events() if e.decision_id == fact.decision_id and e.item_id == fact.product.id
    ]
    assert kinds == ["impression", "add_to_cart", "purchase"]


def test_the_cart_can_be_emptied_by_words(visit: Visitor) -> None:
    for fact in visit.say("headlamps").products[:2]:
        visit.run(visit.assistant.add_to_cart(visit.session.principal, fact.variant.id, 1, fact.decision_id))
    assert len(_lines(visit)) == 2
    visit.say("empty my cart")
    assert _lines(visit) == {}
