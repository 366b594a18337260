"""Cards, carts, orders and states as HTML."""

from __future__ import annotations

from dataclasses import replace

import pytest

from assistant.turn import Need, ProposalStatus, Source
from recommender.events import SPONSORED, Reason
from recommender.reasons import Code, tellable
from retrieval.filters import Verdict
from retrieval.product import Money, Variant
from retrieval.results import Sort
from tests.contracts.channel import live_markup, read
from tests.fakes import shop
from ui.reasons import SENTENCES, reason_lines
from ui.render import Renderer, words_beside
from ui.views import Look, item_view

RENDERER = Renderer(Look())
JACKET = shop.PRODUCTS[0]


def test_a_card_shows_price_saving_rating_and_stock() -> None:
    words = read(RENDERER.fact(shop.slate((JACKET,))))
    for part in ("$79.00", "$99.00", "Save $20.00", "Rated 4.6 of 5 by 128 buyers", "In stock"):
        assert part in words


@pytest.mark.parametrize(("available", "says"), [(True, "In stock"), (False, "Sold out")])
def test_a_card_shows_stock_that_is_stated_without_a_number(available: bool, says: str) -> None:
    variant = replace(JACKET.variants[0], stock=None, available=available)
    assert says in read(RENDERER.fact(shop.slate((replace(JACKET, variants=(variant,)),))))


def test_each_wish_on_a_card_is_said_in_words_too() -> None:
    fact = replace(
        shop.fact(JACKET), verdicts={"size M": Verdict.MET, "blue": Verdict.NOT_MET, "light": Verdict.NOT_STATED}
    )
    words = read(RENDERER.fact(fact)).replace(" :", ":")
    assert "size M: met" in words
    assert "blue: not met" in words
    assert "light: not stated" in words


def test_a_card_carries_its_decision_and_place() -> None:
    html = RENDERER.fact(shop.slate(shop.PRODUCTS[:3]))
    assert 'data-product="tent-zh" data-decision="d1" data-position="2"' in html


def test_a_sponsored_card_says_so_before_its_title_and_others_do_not() -> None:
    slate = shop.slate((JACKET, shop.PRODUCTS[1]))
    paid = replace(slate.items[1], reasons=(*slate.items[1].reasons, Reason(SPONSORED, "", 0.0)))
    html = RENDERER.fact(replace(slate, items=(slate.items[0], paid)))
    assert html.count(">Sponsored<") == 1
    assert html.index(">Sponsored<") < html.index(
        "Hüttenwanderlederstiefel", html.index('data-product="hut-boot"') + 200
    )
    assert "its maker or seller pays for this place" in read(html)
    assert ">Sponsored<" not in RENDERER.fact(slate)


def test_cards_stand_in_the_order_of_the_ranking() -> None:
    html = RENDERER.fact(shop.slate(tuple(reversed(shop.PRODUCTS))))
    places = [html.index(f'data-product="{item.id}"') for item in reversed(shop.PRODUCTS)]
    assert places == sorted(places)


def test_the_variant_that_fits_is_chosen_in_the_list() -> None:
    html = RENDERER.fact(shop.slate((JACKET,)))
    assert '<option value="trail-jacket-m" selected>M</option>' in html


def test_sold_out_variants_cannot_be_chosen() -> None:
    small, *others = JACKET.variants
    product = replace(JACKET, variants=(replace(small, stock=0), *others))
    assert '<option value="trail-jacket-s" disabled>S · sold out</option>' in RENDERER.fact(shop.slate((product,)))


def test_a_sold_out_product_cannot_be_added() -> None:
    html = RENDERER.fact(shop.slate((shop.PRODUCTS[5],)))
    assert 'data-act="add" disabled' in html
    assert "Sold out" in read(html)


def test_variants_with_prices_of_their_own_say_them() -> None:
    product = replace(
        JACKET,
        variants=(
            Variant("a", Money(1000, "USD"), {"size": "S"}),
            Variant("b", Money(1500, "USD"), {"size": "M"}),
        ),
    )
    assert "S · $10.00" in RENDERER.fact(shop.fact(product))


@pytest.mark.parametrize(
    ("money", "locale", "text"),
    [
        (Money(1999, "JPY"), "en_US", "¥1,999"),
        (Money(1999, "KWD"), "en_US", "1.999"),
        (Money(1999, "EUR"), "de_DE", "19,99 €"),
    ],
)
def test_prices_follow_currency_and_locale(money: Money, locale: str, text: str) -> None:
    product = replace(JACKET, variants=(Variant("v", money),))
    words = read(Renderer(Look(locale)).fact(shop.fact(product)))
    assert text in words.replace("\xa0", " ")


def test_without_an_image_a_drawing_stands_in() -> None:
    html = RENDERER.fact(shop.slate((shop.PRODUCTS[1],)))
    assert "<img" not in html
    assert 'class="drawing"' in html


def test_an_image_of_another_host_needs_permission() -> None:
    speaker = shop.PRODUCTS[8]
    assert "elsewhere.example" not in RENDERER.fact(shop.slate((speaker,)))
    allowing = Renderer(Look(image_hosts=("elsewhere.example",)))
    assert 'src="https://elsewhere.example/x.png"' in allowing.fact(shop.slate((speaker,)))


def test_images_have_their_size_before_they_load() -> None:
    assert 'width="400" height="300"' in RENDERER.fact(shop.slate((JACKET,)))


def test_an_empty_result_offers_what_could_be_given_up() -> None:
    html = RENDERER.fact(shop.EMPTY_SLATE)
    words = read(html)
    assert "What you could give up" in words
    assert "Without ‘ size M ’: 4 products" in words
    assert "Without ‘ under $20 ’: 1 product" in words
    assert 'data-act="relax" data-key="attribute:size" data-label="size M"' in html


def test_a_comparison_marks_rows_that_differ() -> None:
    html = RENDERER.fact(shop.comparison(JACKET, shop.PRODUCTS[9]))
    assert html.count('class="differs"') == 1


def test_a_free_shipping_is_said_and_not_shown_as_nothing() -> None:
    words = read(RENDERER.cart(shop.cart((JACKET, 1))))
    assert "Shipping Free" in words
    assert "You save, already taken off $20.00" in words


def test_an_empty_cart_says_what_to_do() -> None:
    html = RENDERER.cart(shop.cart())
    assert "Your cart is empty." in html
    assert "Checkout" not in html


def test_changes_since_adding_are_said_in_the_cart() -> None:
    assert "Price went from $20.00 to $19.99." in read(RENDERER.cart(shop.cart((shop.PRODUCTS[1], 1))))


def test_a_changed_cart_in_the_chat_can_be_undone() -> None:
    html = RENDERER.fact(shop.cart((JACKET, 1), changed="added"))
    assert 'data-act="undo" data-variant-id="trail-jacket-s" data-quantity="0"' in html


def test_a_proposal_has_two_buttons_until_it_is_decided() -> None:
    html = RENDERER.proposal(shop.PROPOSAL)
    assert html.count('data-act="') == 2
    for status, word in (
        (ProposalStatus.DONE, "Done"),
        (ProposalStatus.DECLINED, "Left as it was"),
        (ProposalStatus.EXPIRED, "run out"),
    ):
        decided = RENDERER.proposal(replace(shop.PROPOSAL, status=status))
        assert "data-act" not in decided
        assert word in decided


def test_links_to_elsewhere_are_not_sources() -> None:
    assert RENDERER.sources((Source("x", "Away", "https://evil.example/"),)) == ""


def test_chips_can_be_removed_one_by_one() -> None:
    html = RENDERER.wishes(Need("jacket", shop.WISHES, Sort.PRICE_LOW))
    assert html.count('data-act="unwish"') == 3
    assert 'data-key="not_attribute:material"' in html
    assert "cheapest first" in read(html)


def test_no_wishes_leave_nothing_behind() -> None:
    assert RENDERER.wishes(Need()).strip() == ""


def test_a_number_without_words_is_not_shown_beside_the_wishes() -> None:
    assert '"need"' not in RENDERER.wishes(Need("2", shop.WISHES))
    assert "<bdi>pixel 9</bdi>" in RENDERER.wishes(Need("pixel 9", shop.WISHES))


def test_a_word_that_a_wish_says_in_another_form_is_not_shown_beside_it() -> None:
    assert words_beside("tent 2 people knives", [{"label": "Tents"}, {"label": "sleeps 2 person"}]) == "knives"


def test_details_show_all_attributes_and_variants() -> None:
    words = read(RENDERER.details(shop.fact(JACKET)))
    for part in ("Weight 340 g", "Waterproof yes", "Material recycled nylon", "S $79.00", "L $79.00", "folds into"):
        assert part in words


def test_reasons_are_sentences_with_bars_heaviest_first() -> None:
    lines = reason_lines(shop.REASONS, {"hut-boot": "Boot laces"})
    assert lines[0].text == "It fits your wish: under $90"
    assert lines[0].share == 100
    assert "Often bought together with Boot laces" in [line.text for line in lines]
    assert [line.share for line in lines] == sorted((line.share for line in lines), reverse=True)


def test_every_reason_that_may_be_told_has_a_sentence() -> None:
    told = {reason.code for code in Code for reason in tellable((Reason(code, "", 1.0),))}
    assert told == set(SENTENCES)


def test_reasons_that_are_not_for_shoppers_are_not_told() -> None:
    assert reason_lines((Reason("predicted", "", 1.0), Reason("sold_out", "", -1.0)), {}) == ()


def test_hidden_characters_do_not_reach_the_page() -> None:
    product = replace(JACKET, title="Safe\u202egnp.exe\u200b \U000e0041name")
    assert item_view(shop.fact(product), Look()).title == "Safegnp.exe name"


def test_nothing_in_the_samples_is_live() -> None:
    for product in shop.PRODUCTS:
        assert not live_markup(RENDERER.details(shop.fact(product)))
