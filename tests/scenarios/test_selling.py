"""What the house offers by itself: a complement once the need is met, a better one that costs more, sponsored cards."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from assistant.config import Settings
from assistant.service import Assistant
from assistant.starters import banner_pool
from assistant.store import system_clock
from assistant.store.ranking import open_ranking_store
from assistant.support.sponsored import SponsoredDesk
from assistant.turn import CartFact, ProductFact, SlateFact
from retrieval.filters import PriceRange
from tests.assistant.small_shop import english
from tests.scenarios.conftest import new_visitor
from tests.scenarios.visitor import Reply, Visitor

ORDINALS = ("first", "second", "third", "fourth")


def _offers(reply: Reply) -> list[SlateFact]:
    return [slate for slate in reply.slates if slate.surface == "complement"]


def _take(visit: Visitor, words: str) -> Reply:
    """Put one of what is found into the cart, whatever is asked on the way."""
    found = visit.say(words).products[:4]
    place = next(ORDINALS[place] for place, fact in enumerate(found) if fact.variant.in_stock)
    reply = visit.say(f"add the {place} one to my cart")
    for _ in range(3):
        if reply.answer.question is None:
            break
        reply = visit.say(reply.answer.question.answers[0])
    return reply


def test_a_complement_comes_after_the_need_is_met_and_once(visit: Visitor) -> None:
    assert not _offers(visit.say("system cameras"))
    reply = _take(visit, "system cameras")
    (offer,) = _offers(reply)
    held = {line.product.category for line in reply.only(CartFact).lines if line.product}
    assert 1 <= len(offer.items) <= 2
    assert not {item.product.category for item in offer.items} & held
    assert offer.items[0].product.title in reply.text
    assert offer.decision is not None
    assert offer.decision.seen_ids == tuple(item.product.id for item in offer.items)
    assert not _offers(_take(visit, "system cameras")), "once in a conversation"


def test_what_is_on_the_table_stays_what_the_shopper_looked_at(visit: Visitor) -> None:
    reply = _take(visit, "system cameras")
    titles = {item.product.title for slate in _offers(reply) for item in slate.items}
    assert titles
    assert not any(title in visit.say("how much is the second one?").text for title in titles)


def test_an_offer_never_breaks_the_stated_budget(visit: Visitor) -> None:
    offered = 0
    for budget in (650, 900, 1500):
        visit.new_conversation()
        cart = visit.run(visit.assistant.view_cart(visit.session.principal))
        for line in cart.lines:
            visit.run(visit.assistant.set_quantity(visit.session.principal, line.variant_id, 0))
        reply = _take(visit, f"system cameras under ${budget}")
        (limit,) = [w.max_minor for w in reply.answer.wishes.constraints if isinstance(w, PriceRange)]
        for offer in _offers(reply):
            left = (limit or 0) - reply.only(CartFact).total.amount_minor
            assert all(item.variant.price.amount_minor <= left for item in offer.items)
            offered += len(offer.items)
    assert offered, "the largest budget leaves room for something"


def test_said_to_be_the_one_it_is_met_as_well(visit: Visitor) -> None:
    shown = visit.say("system cameras").products
    visit.say("tell me more about the first one")
    (offer,) = _offers(visit.say("that's the one I was looking for"))
    assert all(item.product.category != shown[0].product.category for item in offer.items)


def _click_into_cart(visit: Visitor, place: int) -> ProductFact:
    """Use the button of a card that was shown last."""
    fact = visit.replies[-1].products[place]
    visit.run(
        visit.assistant.add_to_cart(visit.session.principal, fact.variant.id, decision_id=fact.decision_id),
    )
    return fact


def _in_stock(reply: Reply) -> int:
    return next(place for place, fact in enumerate(reply.products) if fact.variant.in_stock)


def test_thanks_after_a_cards_button_bring_one_complement(visit: Visitor) -> None:
    place = _in_stock(visit.say("system cameras"))
    taken = _click_into_cart(visit, place)
    (offer,) = _offers(visit.say("great, thanks"))
    assert all(item.product.category != taken.product.category for item in offer.items)
    assert not _offers(visit.say("thanks"))


def test_thanks_that_nothing_was_taken_for_offer_nothing(visit: Visitor) -> None:
    visit.say("system cameras")
    assert not _offers(visit.say("thanks"))


def test_thanks_offer_nothing_above_the_budget(visit: Visitor) -> None:
    place = _in_stock(visit.say("system cameras under $650"))
    taken = _click_into_cart(visit, place)
    for offer in _offers(visit.say("perfect, thanks")):
        assert all(item.variant.price.amount_minor + taken.variant.price.amount_minor <= 65_000 for item in offer.items)


def test_another_need_may_bring_another_complement_and_the_third_none(visit: Visitor) -> None:
    made = [len(_offers(_take(visit, words))) for words in ("system cameras", "smartwatches", "lenses", "cameras")]
    assert made[0] == 1
    assert sum(made) <= 2


@pytest.mark.parametrize(
    "words", ["what goes with my camera", "what else do I need?", "anything to go with it", "what else might I need"]
)
def test_what_goes_with_a_thing_in_the_cart(visit: Visitor, words: str) -> None:
    _click_into_cart(visit, _in_stock(visit.say("system cameras")))
    slate = visit.say(words).only(SlateFact)
    assert slate.items
    assert {item.product.category for item in slate.items} == {"Lenses"}
    assert slate.relations


def test_anything_to_go_with_the_second_one(visit: Visitor) -> None:
    second = visit.say("system cameras").products[1].product
    slate = visit.say("anything to go with the second one").only(SlateFact)
    mounts = {item.product.attributes["lens_mount"].text for item in slate.items}
    assert mounts == {second.attributes["lens_mount"].text}


@pytest.mark.parametrize("words", ["what goes with my tent", "what else do I need for it"])
def test_where_nothing_is_known_to_go_with_it_other_kinds_are_shown_and_that_is_said(
    visit: Visitor, words: str
) -> None:
    place = _in_stock(visit.say("tents under $200"))
    tent = _click_into_cart(visit, place).product
    visit.say(f"tell me about the {ORDINALS[place]} one")
    reply = visit.say(words)
    (slate,) = reply.slates
    assert slate.surface == "beside"
    assert "does not say" in reply.text
    kinds = [item.product.category for item in slate.items]
    assert tent.category not in kinds
    assert len(kinds) == len(set(kinds)) > 1
    assert {item.product.department for item in slate.items} == {tent.department}
    assert all(item.product.price.amount_minor <= tent.price.amount_minor for item in slate.items)
    spent = visit.run(visit.assistant.view_cart(visit.session.principal)).total.amount_minor
    assert all(item.variant.price.amount_minor + spent <= 20_000 for item in slate.items)


def test_my_tent_without_any_is_asked_about(visit: Visitor) -> None:
    reply = visit.say("what goes with my tent")
    assert not reply.slates
    assert "which product" in reply.text


@pytest.mark.parametrize("words", ["something better for a bit more", "is there a better one?", "something nicer"])
def test_a_better_one_costs_more_stays_within_the_budget_and_is_better_in_what_is_told(
    visit: Visitor, words: str
) -> None:
    visit.say("a coffee grinder under $100")
    first = visit.replies[-1].products[0].product
    (slate,) = visit.say(words).slates
    assert slate.surface == "better"
    assert slate.about is not None
    assert slate.about.product.id == first.id
    for item in slate.items:
        assert first.price.amount_minor < item.variant.price.amount_minor <= 10_000
    if slate.items:
        assert slate.items[0].product.title in visit.replies[-1].text
        assert " instead of " in visit.replies[-1].text
    else:
        assert "no step up" in visit.replies[-1].text


def test_who_finds_it_too_dear_is_told_of_nothing_that_costs_more(visit: Visitor) -> None:
    visit.say("coffee grinders")
    for _ in range(2):
        assert " more; its " not in visit.say("too expensive").text


def test_every_question_and_invitation_to_begin_with_is_understood(visit: Visitor) -> None:
    pool = (*visit.run(visit.assistant.starters(visit.session.principal, "page")), "Show me some ideas")
    for words in (*pool, *(one.text for one in banner_pool(english(), has_policies=True))):
        visit.new_conversation()
        reply = visit.say(words)
        assert reply.products or reply.answer.sources, words


def test_who_can_spend_a_bit_more_sees_a_fifth_more_and_not_all(visit: Visitor) -> None:
    visit.say("tents under $150")
    assert "under $180" in visit.say("I can spend a little more").labels


def test_a_search_without_a_budget_is_never_up_sold(visit: Visitor) -> None:
    assert " more; its " not in visit.say("tents").text


def test_a_sponsored_card_is_labelled_in_words_and_capped(
    own_shop: Callable[..., Assistant], runner: asyncio.Runner
) -> None:
    shop = own_shop()
    first = new_visitor(shop, runner, "looks")
    organic = first.say("backpack").products
    rest = first.say("show me more").products
    paid = next(fact.product for fact in rest if fact.variant.in_stock)
    folder = own_shop.folder  # type: ignore[attr-defined]
    desk = SponsoredDesk(open_ranking_store(folder), Settings(data=folder).catalogue, system_clock)
    campaign = desk.add(
        {"sponsor": "Maker", "item_ids": [one.product.id for one in rest], "ends": "2099-01-01T00:00:00Z"}, "test"
    )
    visitor = new_visitor(shop, runner, "is shown")
    shown = [fact.sponsored for reply in (visitor.say("backpack"),) for fact in reply.products]
    assert shown == [False, False, False, False, True, False]
    title = visitor.replies[0].products[4].product.title
    assert f"Sponsored: **{title}**" in visitor.replies[0].text
    assert len(organic) == 6
    assert paid.id in campaign.item_ids
    assert not any(fact.sponsored for fact in visitor.say("the cheapest backpack").products), "an order is kept"
    again = [any(fact.sponsored for fact in visitor.say("backpack").products) for _ in range(4)]
    assert sum(again) <= 2, "three showings a day"
    desk.stop(campaign.id, "test")
    other = new_visitor(shop, runner, "comes later")
    assert not any(fact.sponsored for fact in other.say("backpack").products)
