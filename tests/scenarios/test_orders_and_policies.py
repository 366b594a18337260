"""Orders, proposals, policies, and a person to talk to."""

from __future__ import annotations

import pytest

from assistant.turn import HandOverFact, OrdersFact, OrderStatus, PolicyFact, Proposal, ProposalStatus, RefusalFact
from tests.scenarios.visitor import Visitor


def _own(visit: Visitor, status: OrderStatus):  # type: ignore[no-untyped-def]
    book = visit.assistant._rooms.orders
    return next(order for order in book.find(visit.session.principal, limit=50) if order.status is status)


def test_a_customer_sees_where_the_order_is(visit: Visitor) -> None:
    visit.sign_in("maya")
    order = _own(visit, OrderStatus.SHIPPED)
    reply = visit.say(f"where is my order {order.id}?")
    assert reply.only(OrdersFact).orders == (order,)
    assert order.id in reply.text
    assert order.carrier
    assert order.carrier in reply.text


def test_a_strangers_order_and_a_missing_one_get_the_same_answer(visit: Visitor) -> None:
    visit.sign_in("maya")
    book = visit.assistant._rooms.orders
    mine = {order.id for order in book.find(visit.session.principal, limit=200)}
    visit.sign_in("jonas")
    theirs = next(order.id for order in book.find(visit.session.principal, limit=200) if order.id not in mine)
    visit.sign_in("maya")
    foreign = visit.say(f"where is order {theirs}?")
    missing = visit.say("where is order A-99999999?")
    assert foreign.only(RefusalFact) == missing.only(RefusalFact)
    assert foreign.text == missing.text


def test_a_guest_sees_no_orders(visit: Visitor) -> None:
    reply = visit.say("show my orders")
    assert reply.only(OrdersFact).orders == ()
    assert "sign in" in reply.text.lower()


def test_cancelling_is_a_proposal_until_it_is_confirmed_and_then_happens_once(visit: Visitor) -> None:
    visit.sign_in("li")
    order = _own(visit, OrderStatus.PLACED)
    reply = visit.say(f"please cancel order {order.id}")
    proposal = reply.only(Proposal)
    assert proposal.status is ProposalStatus.OPEN
    assert proposal.amount == order.total
    book = visit.assistant._rooms.orders
    assert book.get(visit.session.principal, order.id).status is OrderStatus.PLACED
    done = visit.run(visit.assistant.confirm(visit.session.principal, proposal.id))
    again = visit.run(visit.assistant.confirm(visit.session.principal, proposal.id))
    assert done.status is again.status is ProposalStatus.DONE
    after = book.get(visit.session.principal, order.id)
    assert after.status is OrderStatus.CANCELLED
    assert after.refunded == order.total


def test_what_is_on_its_way_cannot_be_cancelled_and_the_reason_is_said(visit: Visitor) -> None:
    visit.sign_in("maya")
    order = _own(visit, OrderStatus.SHIPPED)
    reply = visit.say(f"cancel {order.id}")
    refusal = reply.only(RefusalFact)
    assert refusal.message in reply.text
    assert visit.assistant._rooms.orders.get(visit.session.principal, order.id).status is OrderStatus.SHIPPED


@pytest.mark.parametrize(
    ("question", "section", "said"),
    [
        ("what is your return policy?", "returns#", "30 days"),
        ("how much is shipping?", "shipping#", "$4.90"),
        ("how long is the warranty?", "warranty#", "2-year"),
        ("can I pay by invoice?", "payment#", "invoice"),
        ("what does it cost to return something?", "returns#", ""),
        ("what is the warranty on headphones?", "warranty#", ""),
        ("do you match prices of other shops?", "price-match#", ""),
        ("what do you do with my personal data?", "privacy#", ""),
        ("I want to return my boots", "returns#", ""),
        ("how do I find my shoe size?", "size-guides#", ""),
    ],
)
def test_policy_questions_are_answered_from_the_stored_text_with_its_source(
    visit: Visitor, question: str, section: str, said: str
) -> None:
    reply = visit.say(question)
    found = reply.only(PolicyFact).sections
    assert found
    assert found[0].id.startswith(section)
    assert said in reply.text
    assert reply.answer.sources[0].id == found[0].id
    assert found[0].text.splitlines()[0][:60] in reply.text


def test_what_the_policies_do_not_say_is_not_made_up(visit: Visitor) -> None:
    reply = visit.say("what is your policy on time travel?")
    assert reply.only(PolicyFact).sections == ()
    assert "found nothing" in reply.text


@pytest.mark.parametrize("words", ["I want to talk to a person", "agent", "can I speak to a human please"])
def test_a_person_is_called_and_the_promise_is_kept(visit: Visitor, words: str) -> None:
    reply = visit.say(words)
    assert reply.only(HandOverFact).position >= 1
    assert reply.answer.handed_over
    again = visit.say("tents")
    assert again.products
    assert again.answer.handed_over


@pytest.mark.parametrize("words", ["I want to cancel the shipped one", "cancel my order from last month"])
def test_an_order_that_is_described_is_not_taken_for_the_one_talked_about(visit: Visitor, words: str) -> None:
    visit.sign_in("maya")
    placed = _own(visit, OrderStatus.PLACED)
    visit.say(f"where is order {placed.id}?")
    reply = visit.say(words)
    assert [p for p in reply.answer.proposals if p.order_id == placed.id] == []


def test_orders_are_listed_by_their_state(visit: Visitor) -> None:
    visit.sign_in("maya")
    orders = visit.say("show my delivered orders").only(OrdersFact).orders
    assert orders
    assert {order.status for order in orders} == {OrderStatus.DELIVERED}


def test_two_orders_at_once_are_asked_back(visit: Visitor) -> None:
    visit.sign_in("maya")
    reply = visit.say("cancel order A-10001 and order A-10002")
    assert reply.answer.proposals == ()
    assert "Which order" in reply.text
