"""What the house offers by itself: a complement once the need is met, a better one that costs more, sponsored cards."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from assistant.config import Settings
from assistant.service import Assistant
from assistant.store import system_clock
from assistant.store.ranking import open_ranking_store
from assistant.support.sponsored import SponsoredDesk
from assistant.turn import CartFact, SlateFact
from retrieval.filters import PriceRange
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
