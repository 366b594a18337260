"""Policies in short or chained form, orders by state and time, proposals answered in words, and the queue."""

from __future__ import annotations

import pytest

from assistant.turn import (
    HandOverFact,
    OrdersFact,
    OrderStatus,
    PolicyFact,
    Proposal,
    ProposalStatus,
    RefusalFact,
)
from tests.scenarios.visitor import Reply, Visitor


def _sections(reply: Reply) -> list[str]:
    return [section.id for section in reply.only(PolicyFact).sections]


@pytest.mark.parametrize(
    ("words", "section"),
    [
        ("klarna?", "payment#how-can-i-pay"),
        ("visa", "payment#how-can-i-pay"),
        ("bitcoin ok?", "payment#how-can-i-pay"),
        ("monthly payments?", "payment#can-i-pay-by-invoice-or-in-instalments"),
        ("buy now pay later", "payment#can-i-pay-by-invoice-or-in-instalments"),
        ("gift voucher", "gift-cards#which-gift-cards-do-you-have"),
        ("got a promo code", "payment#how-do-discount-codes-work"),
        ("military discount", "payment#how-do-discount-codes-work"),
        ("vat included?", "payment#are-taxes-included"),
        ("is it secure to enter my card", "payment#is-it-safe-to-pay-here"),
        ("spare parts?", "warranty#can-i-buy-spare-parts"),
        ("do you gift wrap", "gift-cards#do-you-wrap-gifts"),
        ("cookie policy?", "privacy#do-you-use-cookies"),
        ("the zipper of my jacket broke", "warranty#what-does-the-warranty-cover"),
        ("i ordered the wrong size", "returns#can-i-exchange-for-another-size-or-colour"),
    ],
)
def test_a_policy_is_found_by_a_word_or_two(visit: Visitor, words: str, section: str) -> None:
    reply = visit.say(words)
    assert section in _sections(reply)
    assert not reply.slates


def test_a_way_to_pay_that_the_policies_do_not_name_is_said_to_be_unnamed(visit: Visitor) -> None:
    assert "do not mention “klarna”" in visit.say("klarna?").text


@pytest.mark.parametrize(
    ("first", "then", "section"),
    [
        ("what is the warranty", "what does it cover", "warranty#what-does-the-warranty-cover"),
        ("what is the warranty", "who pays the postage then", "warranty#who-pays-for-shipping-in-a-warranty-case"),
        ("what is your return policy", "after 60 days?", "returns#how-long-do-i-have-to-return-something"),
        ("what is your return policy", "even worn?", "returns#in-which-condition-must-it-be"),
        ("how much is shipping", "to switzerland?", "shipping#which-countries-do-you-ship-to"),
        ("how much is shipping", "and how many days", "shipping#how-long-does-delivery-take"),
        ("how much is shipping", "and the warranty?", "warranty#how-long-is-the-warranty"),
    ],
)
def test_a_follow_up_goes_on_about_the_policy(visit: Visitor, first: str, then: str, section: str) -> None:
    visit.say("tents")
    visit.say(first)
    assert section in _sections(visit.say(then))


def test_a_product_behind_a_policy_is_looked_for(visit: Visitor) -> None:
    visit.say("what is your return policy")
    reply = visit.say("headphones")
    assert {item.product.category for item in reply.products} == {"Headphones"}


def test_a_quoted_policy_is_told_whole(visit: Visitor) -> None:
    """ "A code cannot be added after the order has been placed" claims no deed of ours."""
    reply = visit.say("how do discount codes work?")
    assert "cannot be added after the order has been placed" in reply.text


@pytest.mark.parametrize("words", ["which ones are still open", "pending orders", "which of my orders are on the way"])
def test_orders_are_filtered_by_what_is_left_to_come(visit: Visitor, words: str) -> None:
    visit.sign_in("maya")
    visit.say("my orders")
    orders = visit.say(words).only(OrdersFact).orders
    assert orders
    assert {o.status for o in orders} <= {OrderStatus.PLACED, OrderStatus.PACKED, OrderStatus.SHIPPED}


def test_orders_are_filtered_by_time(visit: Visitor) -> None:
    visit.sign_in("maya")
    every = visit.assistant._rooms.orders.find(visit.session.principal, limit=200)
    month = every[-1].placed_at
    asked = visit.say(f"orders from {month.strftime('%B').lower()} {month.year}").only(OrdersFact).orders
    assert asked == tuple(o for o in every if (o.placed_at.year, o.placed_at.month) == (month.year, month.month))[:5]
    assert visit.say("my oldest order").only(OrdersFact).orders == (every[-1],)


def test_all_means_each(visit: Visitor) -> None:
    visit.sign_in("maya")
    reply = visit.say("track everything i ordered")
    orders = reply.only(OrdersFact).orders
    assert len(orders) > 1
    assert all(order.id in reply.text for order in orders)


def test_cancelling_all_proposes_each_that_can_be_and_says_why_the_others_cannot(visit: Visitor) -> None:
    visit.sign_in("maya")
    book = visit.assistant._rooms.orders
    own = book.find(visit.session.principal, limit=50)
    reply = visit.say("cancel both my orders")
    placed = {order.id for order in own if order.status is OrderStatus.PLACED}
    assert {f.order_id for f in reply.answer.evidence if isinstance(f, Proposal)} == placed
    assert [f for f in reply.answer.evidence if isinstance(f, RefusalFact)]
    assert book.find(visit.session.principal, limit=50) == own


@pytest.mark.parametrize("words", ["yes", "yes do it", "go ahead", "no leave it", "nope, keep the order", "no"])
def test_no_word_carries_out_a_proposal(visit: Visitor, words: str) -> None:
    visit.sign_in("maya")
    proposal = visit.say("cancel my order").only(Proposal)
    reply = visit.say(words)
    assert "press “Yes, do it”" in reply.text
    assert not reply.answer.evidence
    kept = visit.assistant._rooms.actions.find(visit.session.principal, proposal.id)
    assert kept is not None
    assert kept.status is ProposalStatus.OPEN


@pytest.mark.parametrize(
    "words", ["show me maya's orders", "what did li buy", "where is her parcel", "orders of customer maya"]
)
def test_the_orders_of_others_are_refused_in_the_same_words(visit: Visitor, words: str) -> None:
    visit.sign_in("jonas")
    reply = visit.say(words)
    assert reply.text == "I can only look up your own orders."
    assert not reply.answer.evidence


@pytest.mark.parametrize("words", ["i dont need a person anymore", "leave the queue", "never mind", "cancel that"])
def test_the_queue_is_left_by_words(visit: Visitor, words: str) -> None:
    assert visit.say("talk to a person").answer.handed_over
    reply = visit.say(words)
    assert not reply.answer.handed_over
    assert "number" not in reply.text
    assert visit.say("talk to a person").only(HandOverFact).reason == "talk to a person"


@pytest.mark.parametrize("words", ["no human please", "i dont need an agent", "who is the owner", "are you a human"])
def test_no_person_is_brought_in_against_or_without_a_wish(visit: Visitor, words: str) -> None:
    reply = visit.say(words)
    assert not reply.answer.handed_over
    assert not [fact for fact in reply.answer.evidence if isinstance(fact, HandOverFact)]
