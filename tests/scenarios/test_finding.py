"""Finding products over several turns, through the real loop on the demo shop."""

from __future__ import annotations

import pytest

from assistant.turn import EvidenceFound, ProductFact, SlateFact, TextDelta
from recommender.events import EventType
from retrieval.filters import CategoryIn, Verdict, fold
from tests.scenarios.visitor import Visitor


def _prices(facts: tuple[ProductFact, ...]) -> list[int]:
    return [fact.variant.price.amount_minor for fact in facts]


def test_every_limit_that_was_stated_holds_for_every_product_shown(visit: Visitor) -> None:
    reply = visit.say("I'm looking for waterproof hiking boots under $150 in size 9")
    assert reply.products
    for fact in reply.products:
        assert fact.product.category == "Hiking boots"
        assert fact.variant.price.amount_minor <= 15_000
        assert fact.variant.options["size"] == "9"
        assert set(fact.verdicts.values()) == {Verdict.MET}


def test_cards_come_before_the_words(visit: Visitor) -> None:
    reply = visit.say("headphones under $200")
    assert reply.first_of(EvidenceFound) < reply.first_of(TextDelta)


def test_the_reply_names_only_products_on_the_cards(visit: Visitor) -> None:
    reply = visit.say("show me tents")
    shown = {fact.product.title for fact in reply.products}
    catalogue = {p.title for p in visit.assistant._opener._plan.shop.retrieval.catalogue.products.values()}
    named = {title for title in catalogue if title in reply.text}
    assert named
    assert named <= shown


def test_wishes_add_up_over_turns(visit: Visitor) -> None:
    visit.say("rain jackets")
    first = visit.say("under $120")
    assert max(_prices(first.products)) <= 12_000
    second = visit.say("in size M")
    assert second.products
    assert {fact.product.category for fact in second.products} == {"Rain jackets"}
    assert max(_prices(second.products)) <= 12_000
    assert {fact.variant.options["size"] for fact in second.products} == {"M"}


def test_cheaper_shows_cheaper_ones(visit: Visitor) -> None:
    before = visit.say("espresso machines")
    after = visit.say("something cheaper please")
    assert after.products
    assert max(_prices(after.products)) < sorted(_prices(before.products))[len(before.products) // 2]
    assert {fact.product.category for fact in after.products} == {fact.product.category for fact in before.products}


def test_a_brand_can_be_ruled_out(visit: Visitor) -> None:
    before = visit.say("tents")
    brand = before.products[0].product.brand
    assert brand
    after = visit.say(f"not {brand}")
    assert after.products
    assert all(fact.product.brand != brand for fact in after.products)


def test_a_wish_can_be_withdrawn_in_words(visit: Visitor) -> None:
    visit.say("tents under $150")
    narrow = visit.replies[-1].slates[0].total
    wide = visit.say("any price is fine").slates[0].total
    assert wide > narrow


def test_a_wish_can_be_withdrawn_by_its_chip(visit: Visitor) -> None:
    visit.say("waterproof hiking boots under $150 in size 9")
    principal, conversation_id = visit.session.principal, visit.session.conversation_id
    need = visit.run(visit.assistant.remove_wish(principal, conversation_id, "attribute:size"))
    assert "attribute:size" not in {c.key for c in need.constraints}
    reply = visit.say("Show me again, without size 9")
    assert "size 9" not in reply.labels
    assert "under $150" in reply.labels
    assert {fact.product.category for fact in reply.products} == {"Hiking boots"}


def test_several_needs_in_one_message_bring_a_slate_each(visit: Visitor) -> None:
    reply = visit.say("I need a tent, a sleeping bag and hiking boots")
    kinds = [{fact.product.category for fact in slate.items} for slate in reply.slates]
    assert kinds == [{"Tents"}, {"Sleeping bags"}, {"Hiking boots"}]


def test_change_of_subject_and_back_keeps_the_old_wishes(visit: Visitor) -> None:
    visit.say("tents under $200")
    other = visit.say("what about desk lamps")
    assert {fact.product.category for fact in other.products} == {"Desk lamps"}
    assert "under $200" not in other.labels
    back = visit.say("back to the tents")
    assert {fact.product.category for fact in back.products} == {"Tents"}
    assert max(_prices(back.products)) <= 20_000


def test_more_shows_what_was_not_shown(visit: Visitor) -> None:
    first = {fact.product.id for fact in visit.say("backpacks").products}
    second = {fact.product.id for fact in visit.say("show me more").products}
    third = {fact.product.id for fact in visit.say("more").products}
    assert second
    assert not first & second
    assert not (first | second) & third


def test_nothing_fits_is_said_with_what_to_give_up_exactly_counted(visit: Visitor) -> None:
    reply = visit.say("tents under $5")
    slate = reply.only(SlateFact)
    assert slate.items == ()
    assert slate.relaxations
    relaxed = next(r for r in slate.relaxations if r.drop == "price")
    everything = visit.say("any price is fine").slates[0].total
    assert relaxed.count == everything
    assert str(relaxed.count) in visit.replies[-2].text


def test_nothing_fits_is_said_with_the_nearest_limit_that_does(visit: Visitor) -> None:
    slate = visit.say("tents under $5").only(SlateFact)
    (moved,) = slate.loosenings
    assert moved.label in visit.replies[-1].text
    there = visit.say(f"tents {moved.label}").only(SlateFact)
    assert there.total == moved.count
    assert there.need.constraints[0] in {moved.to, *slate.need.constraints}


@pytest.mark.parametrize("key", ["category", "price"])
def test_without_a_wish_there_are_as_many_as_was_said(visit: Visitor, key: str) -> None:
    slate = visit.say("hiking boots under $60").only(SlateFact)
    way = next(way for way in slate.relaxations if way.drop == key)
    principal, conversation_id = visit.session.principal, visit.session.conversation_id
    visit.run(visit.assistant.remove_wish(principal, conversation_id, key))
    assert visit.say(f"Show me again, without {way.label}").slates[0].total == way.count


def test_what_goes_with_a_product_says_what_makes_it_so(visit: Visitor) -> None:
    visit.say("lens filters")
    slate = visit.say("what goes with the first one").only(SlateFact)
    assert slate.items
    assert set(slate.relations) == {item.product.id for item in slate.items}
    assert slate.items[0].product.title in visit.replies[-1].text
    assert "on both" in visit.replies[-1].text


@pytest.mark.parametrize("words", ["garmin", "a flugelhorn", "iphone x"])
def test_what_the_shop_does_not_sell_is_not_pretended(visit: Visitor, words: str) -> None:
    reply = visit.say(words)
    assert reply.products == ()
    assert "nothing" in reply.text.lower() or "only help with this shop" in reply.text


def test_a_word_that_finds_nothing_is_set_aside_and_said_once(visit: Visitor) -> None:
    reply = visit.say("a xyzzyplugh tent")
    assert {fact.product.category for fact in reply.products} == {"Tents"}
    assert reply.text.count("xyzzyplugh") == 1


def test_a_misspelt_word_is_read_and_said(visit: Visitor) -> None:
    reply = visit.say("hikng boots")
    assert {fact.product.category for fact in reply.products} == {"Hiking boots"}
    assert "hikng" in reply.text


def test_one_clarifying_question_at_most_and_never_twice(visit: Visitor) -> None:
    keys = [
        reply.answer.question.key
        for text in ("tents", "show me more", "tents again please", "sleeping bags", "tents")
        if (reply := visit.say(text)).answer.question
    ]
    assert keys
    assert len(keys) == len(set(keys))
    assert all(reply.text.count("?") <= 1 for reply in visit.replies)


def test_the_answer_to_the_clarifying_question_narrows(visit: Visitor) -> None:
    first = visit.say("backpacks")
    question = first.answer.question
    assert question is not None
    second = visit.say(question.answers[0])
    assert 0 < second.slates[0].total < first.slates[0].total
    wished = next(c.values for c in first.answer.wishes.constraints if isinstance(c, CategoryIn))
    assert {fact.product.category for fact in second.products} <= set(wished)


def test_suggestions_without_a_need(visit: Visitor) -> None:
    reply = visit.say("surprise me")
    assert len(reply.products) >= 3


def test_more_like_one_shows_its_kind(visit: Visitor) -> None:
    first = visit.say("desk lamps").products[1]
    reply = visit.say("show me more like the second one")
    assert reply.products
    assert first.product.id not in {fact.product.id for fact in reply.products}
    assert {fact.product.category for fact in reply.products} == {first.product.category}


def test_more_like_its_title_never_shows_the_product_itself(visit: Visitor) -> None:
    first = visit.say("hiking boots under $180 in size 9").products[0].product
    for page_product_id in (first.id, None):
        visit.page_product_id = page_product_id
        reply = visit.say(f"More like “{first.title}”")
        assert reply.slates[0].surface == "more_like_this"
        assert reply.products
        assert first.id not in {fact.product.id for fact in reply.products}
        assert not any("Headland" in label or "size" in label.lower() for label in reply.labels)


def test_a_gift_wish_finds_by_meaning(visit: Visitor) -> None:
    reply = visit.say("a gift for a coffee lover")
    assert reply.products
    found = " ".join(f"{fact.product.category} {fact.product.description}" for fact in reply.products[:3])
    assert "coffee" in fold(found) or "espresso" in fold(found)


def test_every_slate_is_a_logged_decision_with_its_impressions(visit: Visitor) -> None:
    slate = visit.say("running shoes").only(SlateFact)
    assert slate.decision is not None
    log = visit.assistant._opener._plan.shop.recommender._log
    stored = log.find_decision(slate.decision.decision_id)
    assert stored is not None
    assert [item.item_id for item in stored.items] == [fact.product.id for fact in slate.items]
    assert all(0 < item.probability <= 1 for item in stored.items)
    shown = {
        event.item_id
        for _, event in log.events()
        if event.decision_id == slate.decision.decision_id and event.type is EventType.IMPRESSION
    }
    assert shown == {fact.product.id for fact in slate.items}


def test_a_dismissed_product_is_not_shown_again(visit: Visitor) -> None:
    slate = visit.say("headlamps").only(SlateFact)
    gone = slate.items[0]
    visit.run(
        visit.assistant.record(visit.session.principal, "dismiss", gone.product.id, gone.decision_id, gone.position)
    )
    again = visit.say("show me headlamps")
    assert again.products
    assert gone.product.id not in {fact.product.id for fact in again.products}


def _surprised_after_clicks(visit: Visitor) -> tuple[ProductFact, SlateFact]:
    """Look three times at the last of what is suggested, and ask again."""
    liked = visit.say("surprise me").only(SlateFact).items[-1]
    for _ in range(3):
        seen = (liked.product.id, liked.decision_id, liked.position)
        visit.run(visit.assistant.record(visit.session.principal, "click", *seen))
    return liked, visit.say("surprise me again").only(SlateFact)


def _for_you(slate: SlateFact) -> list[ProductFact]:
    return [fact for fact in slate.items if any(reason.code == "for_you" for reason in fact.reasons)]


def test_a_click_lifts_its_like_for_the_same_shopper(visit: Visitor) -> None:
    visit.run(visit.assistant.profiles.keep(visit.session.principal, True))
    liked, second = _surprised_after_clicks(visit)
    assert second.decision is not None
    assert any(
        fact.product.category == liked.product.category or fact.product.brand == liked.product.brand
        for fact in _for_you(second)
    )


def test_without_consent_no_suggestion_rests_on_a_taste(visit: Visitor) -> None:
    _, second = _surprised_after_clicks(visit)
    assert second.items
    assert not _for_you(second)


@pytest.mark.parametrize("words", ["laptop", "do you have sunscreen", "something for a weekend trip"])
def test_another_thing_asked_for_in_other_words_is_a_need_of_its_own(visit: Visitor, words: str) -> None:
    visit.say("tents under $200")
    reply = visit.say(words)
    assert "Tents" not in reply.labels
    assert "under $200" not in reply.labels
    assert {fact.product.category for fact in reply.products} != {"Tents"}


def test_ruling_out_what_was_wanted_turns_the_wish_round(visit: Visitor) -> None:
    visit.say("desk lamps in red")
    reply = visit.say("not red")
    assert "not Red" in reply.labels
    assert "Red" not in reply.labels
    assert all(fact.variant.options["colour"] != "Red" for fact in reply.products)


def test_a_number_beside_max_is_a_limit_and_no_superlative(visit: Visitor) -> None:
    need = visit.say("hiking boots size 8 max 120").only(SlateFact).need
    assert {"size 8", "under $120"} <= {wish.label() for wish in need.constraints}
    assert need.extreme is None


def test_what_goes_with_a_product_is_what_shoppers_took_with_it_or_nothing(visit: Visitor) -> None:
    visit.say("tents")
    slate = visit.say("what goes with the first one?").only(SlateFact)
    assert all(fact.product.category != "Tents" for fact in slate.items)
    for fact in slate.items if slate.surface == "goes_with" else ():
        assert {reason.code for reason in fact.reasons} & {"bought_with", "seen_with"}


def test_a_price_in_another_currency_is_not_silently_dropped(visit: Visitor) -> None:
    reply = visit.say("running shoes under 80 euros")
    assert reply.products
    assert "because this shop counts in USD" in reply.text
    assert "80 euros" in reply.text


@pytest.mark.parametrize("words", ["dont show me {brand} tents", "tents, hide {brand}"])
def test_a_brand_is_ruled_out_in_other_words_too(visit: Visitor, words: str) -> None:
    brand = str(visit.say("tents").products[0].product.brand)
    visit.new_conversation()
    reply = visit.say(words.format(brand=brand.lower()))
    assert reply.products
    assert all(fact.product.brand != brand for fact in reply.products)


def test_saying_an_exclusion_again_keeps_it(visit: Visitor) -> None:
    brand = str(visit.say("tents").products[0].product.brand)
    visit.say(f"not {brand}")
    reply = visit.say(f"tents without {brand}")
    assert reply.products
    assert all(fact.product.brand != brand for fact in reply.products)


def test_a_need_that_found_nothing_does_not_spoil_the_next(visit: Visitor) -> None:
    visit.say("xyzzyplugh")
    reply = visit.say("headphones under $150")
    assert "xyzzyplugh" not in reply.answer.wishes.text
    assert reply.products
