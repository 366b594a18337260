"""What a shopper sees and does in the panel, on a shop page of another origin."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from assistant.starters import Starter
from assistant.turn import Agent, ProposalStatus
from tests.browser.widget.conftest import OpenWindow, Site, Window
from tests.fakes import shop
from tests.fakes.assistant import Script

pytestmark = [
    pytest.mark.browser,
    # Gradio's queue keeps figures of its own with options that pandas is retiring.
    pytest.mark.filterwarnings("ignore:'future.no_silent_downcasting' is deprecated"),
    pytest.mark.filterwarnings("ignore:The copy keyword is deprecated"),
]

IDA = Agent("a1", "Ida Lund")
BOTH = pytest.mark.parametrize("width", [390, 1440])


def test_nothing_is_asked_of_the_server_before_the_first_click(window: OpenWindow, site: Site) -> None:
    asked: list[str] = []
    opened = window()
    opened.page.on("request", lambda request: asked.append(request.url.removeprefix(site.aisle.url)))
    opened.go("/products/trail-jacket")
    expect(opened.opener).to_be_visible()
    assert [path for path in asked if path.startswith(("/widget/", "/api/"))] == []
    assert "/widget.js" in asked


@BOTH
def test_the_panel_begins_with_the_notice_starters_and_a_way_to_a_person(window: OpenWindow, width: int) -> None:
    opened = window(width).go().open()
    frame = opened.frame
    expect(frame.locator(".notice-ai")).to_contain_text("AI assistant")
    expect(frame.locator(".starters .answer")).to_have_count(4)
    expect(frame.get_by_role("button", name="Talk to a person")).to_be_visible()
    box = opened.page.locator("[data-aisle-widget] iframe").bounding_box()
    assert box is not None
    assert box["width"] == (390 if width == 390 else pytest.approx(378, abs=2))
    assert (box["height"] == 844) is (width == 390)


INVITATION = Starter(
    "starter:banner:gift", "a jacket", "Looking for a present? Say who it is for and what it may cost."
)


@BOTH
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_invitation_stands_below_the_notice_and_covers_nothing(
    window: OpenWindow, site: Site, width: int, scheme: str
) -> None:
    site.assistant.invitation = INVITATION
    opened = window(width, scheme).go().open()
    banner = opened.frame.locator(".banner")
    expect(banner).to_contain_text(INVITATION.line)
    boxes = {name: opened.frame.locator(name).bounding_box() for name in (".notice-ai", ".banner", ".starters")}
    notice, line, starters = (box for box in boxes.values() if box)
    assert notice["y"] + notice["height"] <= line["y"] + 0.5
    assert line["y"] + line["height"] <= starters["y"] + 0.5
    assert line["height"] < 72
    away = banner.get_by_role("button", name="Not for me").bounding_box()
    assert away is not None
    assert min(away["width"], away["height"]) >= 40
    assert opened.frame.locator("body").evaluate("node => node.scrollWidth <= node.clientWidth")


@BOTH
def test_an_invitation_is_followed_by_a_click(window: OpenWindow, site: Site, width: int) -> None:
    site.assistant.invitation = INVITATION
    opened = window(width).go().open()
    opened.frame.locator(".banner .link").click()
    expect(opened.frame.locator(".turn.current .bubble")).to_have_text(INVITATION.text)
    expect(opened.frame.locator(".banner")).to_be_hidden()


@BOTH
def test_an_invitation_put_away_stays_away(window: OpenWindow, site: Site, width: int) -> None:
    site.assistant.invitation = INVITATION
    opened = window(width).go().open()
    opened.frame.get_by_role("button", name="Not for me").click()
    expect(opened.frame.locator(".banner")).to_be_hidden()
    expect(opened.frame.locator("textarea")).to_be_focused()
    opened.go().opener.wait_for()
    if width == 390:
        opened.open()
    expect(opened.frame.locator(".starters")).to_be_visible()
    expect(opened.frame.locator(".banner")).to_be_hidden()


def test_no_invitation_while_a_person_is_waited_for(window: OpenWindow, site: Site) -> None:
    site.assistant.invitation = INVITATION
    opened = window().go().open()
    expect(opened.frame.locator(".banner")).to_be_visible()
    opened.frame.get_by_role("button", name="Talk to a person").click()
    expect(opened.frame.locator(".floor")).to_be_visible()
    expect(opened.frame.locator(".banner")).to_be_hidden()


@BOTH
def test_a_sponsored_card_is_labelled_in_sight_and_no_other_is(window: OpenWindow, width: int) -> None:
    opened = window(width).go().open()
    opened.say("sponsored")
    labels = opened.frame.locator(".card .sponsored")
    expect(labels).to_have_count(1)
    labels.scroll_into_view_if_needed()
    expect(opened.frame.locator(".card").nth(4).locator(".sponsored")).to_have_text("Sponsored")


def test_cards_stand_before_the_words_end_and_stay_where_they_are(window: OpenWindow, site: Site) -> None:
    opened = window().go().open()
    site.assistant.hold.clear()
    opened.say("a jacket", wait=False)
    first = opened.frame.locator(".card:not(.skeleton)").first
    expect(first).to_be_visible()
    expect(opened.frame.locator(".turn.current .words")).to_have_text("")
    before = first.bounding_box()
    site.assistant.hold.set()
    opened.frame.locator('.frame[data-busy="false"]').wait_for()
    expect(opened.frame.locator(".words strong")).to_have_text("Trail jacket Fjell")
    after = first.bounding_box()
    assert before is not None
    assert after is not None
    assert after["y"] - before["y"] < 30


def test_a_card_says_how_it_stands_to_each_wish(window: OpenWindow) -> None:
    opened = window().go().open()
    opened.say("a jacket")
    card = opened.frame.locator(".card").nth(2)
    expect(card.locator(".verdicts .not_met")).to_contain_text("under $90: not met")
    expect(card.locator(".verdicts .not_stated")).to_contain_text("not stated by the shop")
    expect(opened.frame.locator(".card .picture img").first).to_have_attribute("width", "400")


@BOTH
def test_what_is_added_stands_in_the_cart_and_leads_to_the_shops_checkout(window: OpenWindow, width: int) -> None:
    opened = window(width).go().open()
    opened.say("a jacket")
    card = opened.frame.locator(".card").first
    card.get_by_role("combobox").select_option("trail-jacket-l")
    card.get_by_role("button", name="Add to cart").click()
    opened.frame.get_by_role("button", name="View cart").click()
    line = opened.frame.locator(".cart-line")
    expect(line).to_have_attribute("data-variant", "trail-jacket-l")
    line.get_by_role("button", name="One more").click()
    expect(line.locator(".cart-row > .num")).to_have_text("$158.00")
    checkout = opened.frame.locator(".view").get_by_role("link", name="Checkout")
    expect(checkout).to_have_attribute("target", "_top")
    checkout.click()
    opened.page.wait_for_url(f"{opened.site.shop.url}/checkout*")
    expect(opened.page.get_by_role("heading", name="Basket")).to_be_visible()


def test_a_title_leads_to_the_shops_own_page_and_the_panel_stays_open(window: OpenWindow, site: Site) -> None:
    opened = window().go().open()
    opened.say("a jacket")
    opened.frame.locator(".card .card-open").first.click()
    opened.page.wait_for_url(f"{site.shop.url}/products/trail-jacket")
    expect(opened.frame.locator(".turn .bubble")).to_have_text("a jacket")
    expect(opened.frame.locator(".about")).to_contain_text("Trail jacket Fjell")
    assert ("click", "trail-jacket", "d1", 0) in site.assistant.recorded


def test_the_conversation_is_there_after_a_reload(window: OpenWindow) -> None:
    opened = window().go().open()
    opened.say("a jacket")
    opened.page.reload()
    expect(opened.frame.locator(".turn .bubble")).to_have_text("a jacket")
    expect(opened.frame.locator(".card")).to_have_count(6)
    expect(opened.frame.locator(".starters")).to_be_hidden()


def test_the_product_of_the_page_goes_with_the_message(window: OpenWindow, site: Site) -> None:
    opened = window().go("/products/trail-jacket").open()
    expect(opened.frame.locator(".about")).to_contain_text("Trail jacket Fjell")
    opened.say("is this waterproof?")
    assert site.assistant.turns[-1].page_product_id == "trail-jacket"
    opened.frame.get_by_role("button", name="Ask in general instead").click()
    opened.say("and now?")
    assert site.assistant.turns[-1].page_product_id is None


def test_a_wish_can_be_taken_away(window: OpenWindow, site: Site) -> None:
    opened = window().go().open()
    opened.say("a jacket")
    opened.frame.get_by_role("button", name="size M: remove this wish").click()
    expect(opened.frame.locator(".bubble").last).to_have_text("Show me again, without size M")
    expect(opened.frame.get_by_role("button", name="size M: remove this wish")).to_have_count(0)


def test_a_card_that_is_not_wanted_goes(window: OpenWindow, site: Site) -> None:
    opened = window().go().open()
    opened.say("a jacket")
    opened.frame.get_by_role("button", name="Not for me: Trail jacket Fjell").click()
    expect(opened.frame.locator(".card.dismissed")).to_be_focused()
    opened.frame.locator(".card.dismissed").wait_for()
    opened.page.wait_for_timeout(200)
    assert ("dismiss", "trail-jacket", "d1", 0) in site.assistant.recorded


def test_a_turn_can_be_stopped(window: OpenWindow, site: Site) -> None:
    opened = window().go().open()
    site.assistant.hold.clear()
    opened.say("a jacket", wait=False)
    # Chromium drops clicks on a frame of another site that has only just come or moved.
    opened.page.wait_for_timeout(1_000)
    opened.frame.get_by_role("button", name="Stop the answer").click()
    expect(opened.frame.locator(".turn.current")).to_contain_text("Stopped")
    opened.frame.locator('.frame[data-busy="false"]').wait_for()


def test_a_proposal_is_carried_out_by_a_click_only(window: OpenWindow, site: Site) -> None:
    opened = window().go().open()
    opened.say("cancel it")
    assert site.assistant.proposals["p1"].status is ProposalStatus.OPEN
    # Chromium drops clicks on a frame of another site that has only just come or moved.
    opened.page.wait_for_timeout(1_000)
    opened.frame.get_by_role("button", name="Yes, do it").click()
    expect(opened.frame.locator(".outcome")).to_contain_text("Done.")
    assert site.assistant.proposals["p1"].status is ProposalStatus.DONE


def test_a_turn_that_broke_can_be_tried_again(window: OpenWindow, site: Site) -> None:
    opened = window().go().open()
    opened.say("break it")
    expect(opened.frame.get_by_role("alert")).to_contain_text("Your message is kept")
    site.assistant.scripts = {"break": Script((), "Mended.")}
    opened.frame.get_by_role("button", name="Try again").click()
    expect(opened.frame.locator(".turn.current .words")).to_have_text("Mended.")
    assert len({turn.message_id for turn in site.assistant.turns[-2:]}) == 1


def test_a_visit_that_has_ended_begins_anew(window: OpenWindow, site: Site) -> None:
    opened = window(check=False).go().open()
    opened.say("hello")
    site.assistant.sessions.clear()
    opened.say("a jacket")
    expect(opened.frame.locator(".card")).to_have_count(6)
    expect(opened.frame.locator(".toast")).to_contain_text("A new one begins")


# ---------------------------------------------------------------- people


def conversation(opened: Window) -> str:
    session = [*opened.site.assistant.sessions.values()][-1]
    return session.conversation_id


def test_a_hand_over_and_back(window: OpenWindow, site: Site) -> None:
    opened = window().go().open()
    frame = opened.frame
    frame.get_by_role("button", name="Talk to a person").click()
    expect(frame.locator(".floor")).to_contain_text("number 1 in the queue")
    site.assistant.move(conversation(opened), "take", IDA)
    expect(frame.locator(".who-now")).to_have_text("Ida Lund")
    opened.say("my parcel is damaged")
    expect(frame.locator(".turn.current")).to_contain_text("Ida Lund reads your message.")
    site.assistant.agent_says(conversation(opened), IDA, "I am sorry. I will send a new one.")
    said = frame.locator(".msg.agent").last
    expect(said.locator(".who")).to_have_text("Ida Lund")
    expect(said.locator(".words")).to_have_text("I am sorry. I will send a new one.")
    opened.page.reload()
    expect(frame.locator(".msg.agent .words")).to_have_text("I am sorry. I will send a new one.")
    expect(frame.locator(".who-now")).to_have_text("Ida Lund")
    site.assistant.move(conversation(opened), "hand_back", IDA)
    expect(frame.locator(".who-now")).to_have_text("AI assistant")
    expect(frame.locator(".floor")).to_be_hidden()
    opened.say("a jacket")
    expect(frame.locator(".card")).to_have_count(6)


def test_waiting_can_be_ended(window: OpenWindow, site: Site) -> None:
    opened = window().go().open()
    opened.frame.get_by_role("button", name="Talk to a person").click()
    opened.frame.get_by_role("button", name="Stop waiting").click()
    expect(opened.frame.locator(".floor")).to_be_hidden()
    expect(opened.frame.get_by_role("button", name="Talk to a person")).to_be_visible()


def test_what_a_person_says_while_the_panel_is_shut_stands_on_the_button(window: OpenWindow, site: Site) -> None:
    opened = window().go().open()
    opened.frame.get_by_role("button", name="Talk to a person").click()
    opened.frame.locator(".floor").wait_for()
    opened.frame.get_by_role("button", name="Close").click()
    expect(opened.page.locator("[data-aisle-widget] iframe")).to_be_hidden()
    opened.go("/products/trail-jacket")
    site.assistant.move(conversation(opened), "take", IDA)
    site.assistant.agent_says(conversation(opened), IDA, "Good morning.")
    expect(opened.page.locator(".badge")).to_have_text("1")
    opened.opener.click()
    expect(opened.frame.locator(".msg.agent .words")).to_have_text("Good morning.")
    expect(opened.page.locator(".badge")).to_be_hidden()


# ---------------------------------------------------------------- keys, languages, sizes


def test_escape_shuts_the_panel_and_the_focus_goes_back(window: OpenWindow) -> None:
    opened = window().go().open()
    expect(opened.frame.locator("textarea")).to_be_focused()
    opened.page.keyboard.press("Escape")
    expect(opened.page.locator("[data-aisle-widget] iframe")).to_be_hidden()
    assert opened.page.evaluate("document.activeElement.hasAttribute('data-aisle-widget')")
    opened.page.keyboard.press("Enter")
    expect(opened.frame.locator("textarea")).to_be_focused()


def test_on_a_phone_the_focus_goes_round_inside(window: OpenWindow) -> None:
    opened = window(390).go().open()
    opened.frame.get_by_role("button", name="New conversation").focus()
    opened.page.keyboard.press("Shift+Tab")
    expect(opened.frame.get_by_role("button", name="What we know about you")).to_be_focused()
    opened.page.keyboard.press("Tab")
    expect(opened.frame.get_by_role("button", name="New conversation")).to_be_focused()


@BOTH
def test_nothing_scrolls_sideways_but_rows(window: OpenWindow, width: int) -> None:
    opened = window(width).go().open()
    for words in ("a jacket", "compare", "add", "order", "cancel", "twelve"):
        opened.say(words)
        sizes = opened.frame.locator(".frame").evaluate(
            "() => [document.documentElement, document.querySelector('.talk')].map(n => [n.scrollWidth, n.clientWidth])"
        )
        assert all(inner <= outer for inner, outer in sizes), (words, sizes)
    assert opened.frame.locator(".frame").evaluate("() => document.scrollingElement.scrollTop") == 0
    assert opened.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_panel_speaks_the_language_of_the_page(window: OpenWindow) -> None:
    opened = window().write(html='<html lang="de-AT">')
    opened.page.get_by_role("button", name="Einkaufsassistent öffnen").click()
    expect(opened.frame.get_by_role("button", name="Mit einem Menschen sprechen")).to_be_visible()
    assert opened.frame.locator("html").get_attribute("lang") == "de-AT"


def test_on_a_page_from_right_to_left_everything_is_mirrored(window: OpenWindow) -> None:
    opened = window().write(html='<html lang="he" dir="rtl">')
    place = opened.opener.bounding_box()
    assert place is not None
    assert place["x"] < 100
    opened.open()
    expect(opened.frame.locator("html")).to_have_attribute("dir", "rtl")


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ('<meta name="aisle:product" content="tent-zh">', ""),
        ('<script type="application/ld+json">{"@type": "Product", "sku": "tent-zh"}</script>', ""),
        (
            '<script type="application/ld+json">{"@graph": [{"@type": ["Thing", "Product"],'
            ' "sku": "tent-zh"}]}</script>',
            "",
        ),
        ('<script type="application/ld+json">no json</script><meta name="aisle:product" content="tent-zh">', ""),
    ],
)
def test_the_page_names_its_product_in_several_ways(window: OpenWindow, site: Site, head: str, body: str) -> None:
    opened = window().write(body, head).open()
    opened.say("is this light?")
    assert site.assistant.turns[-1].page_product_id == "tent-zh"


def test_a_page_that_changes_itself_is_followed(window: OpenWindow, site: Site) -> None:
    opened = window().write(head='<meta name="aisle:product" content="tent-zh">').open()
    opened.page.evaluate(
        "() => { history.pushState({}, '', '/other');"
        "document.querySelector('meta[name=\"aisle:product\"]').content = 'watch'; }"
    )
    expect(opened.frame.locator(".about")).to_contain_text("Field watch")
    opened.say("is this light?")
    assert site.assistant.turns[-1].page_product_id == "watch"


def test_the_button_rises_above_what_the_page_has_fixed_there(window: OpenWindow) -> None:
    bar = '<div style="position:fixed;inset:auto 0 0;height:72px;background:#ddd">basket</div>'
    opened = window(390).write(bar)
    expect(opened.opener).to_be_visible()
    opened.page.wait_for_timeout(400)
    place = opened.opener.bounding_box()
    assert place is not None
    assert place["y"] + place["height"] <= 844 - 72


@pytest.mark.parametrize("accent", ["#ffe600", "#000000", "#0b6650"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_accent_of_the_page_can_be_read(window: OpenWindow, accent: str, scheme: str) -> None:
    opened = window(1440, scheme).write(tag=f'data-accent="{accent}" data-theme="{scheme}"').open()
    colours = opened.frame.locator(".link.person").evaluate(
        "node => [getComputedStyle(node).color, getComputedStyle(document.querySelector('.send')).color,"
        " getComputedStyle(document.querySelector('.send')).backgroundColor,"
        " getComputedStyle(document.body).backgroundColor]"
    )
    text, on_accent, ground, page = ([int(part) for part in colour[4:-1].split(",")] for colour in colours)
    assert contrast(text, page) >= 4.5
    assert contrast(on_accent, ground) >= 4.5


def contrast(one: list[int], other: list[int]) -> float:
    low, high = sorted(_luminance(colour) for colour in (one, other))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: list[int]) -> float:
    parts = [part / 255 for part in colour]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_every_control_has_a_name(window: OpenWindow) -> None:
    opened = window().go().open()
    for words in ("a jacket", "compare", "cancel", "gift"):
        opened.say(words)
    unnamed = opened.frame.locator(":is(button, a, select, textarea, summary)").evaluate_all(
        "all => all.filter(e => e.checkVisibility() && !(e.getAttribute('aria-label') || e.textContent || '').trim()"
        " && !(e.labels && e.labels.length)).map(e => e.outerHTML)"
    )
    assert unnamed == []


def test_a_product_without_a_page_in_the_shop_shows_its_details(window: OpenWindow, site: Site) -> None:
    opened = window().write().open()
    opened.say("a jacket")
    opened.frame.locator(".card .card-open").first.click()
    expect(opened.frame.locator(".view h2").last).to_have_text("Trail jacket Fjell")
    expect(opened.frame.locator(".view .facts")).to_contain_text("340 g")
    opened.page.keyboard.press("Escape")
    expect(opened.frame.locator(".view")).to_be_hidden()
    expect(opened.frame.locator(".card .card-open").first).to_be_focused()


def test_the_shops_own_link_of_a_product_is_used_if_it_is_on_a_listed_site(window: OpenWindow, site: Site) -> None:
    items = tuple(
        replace(item, url=url)
        for item, url in zip(
            shop.PRODUCTS[:3],
            (f"{site.shop.url}/products/bag", "/products/watch", "https://evil.example/"),
            strict=True,
        )
    )
    site.assistant.scripts = {"jacket": Script((shop.slate(items),), "Here.")}
    opened = window().write().open()
    opened.say("a jacket")
    found = opened.frame.locator(".card .card-open").evaluate_all("all => all.map(node => node.href || null)")
    assert found == [f"{site.shop.url}/products/bag", f"{site.shop.url}/products/watch", None]
    assert "evil" not in json.dumps(opened.frame.locator(".talk").inner_html())
