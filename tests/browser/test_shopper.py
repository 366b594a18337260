"""The shopper page in a browser, on a fake assistant: what a person sees, does and hears."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenVisit, Visit
from tests.fakes import shop
from tests.fakes.assistant import FakeAssistant

pytestmark = [
    pytest.mark.browser,
    # Gradio's queue keeps figures of its own with an option that pandas is retiring.
    pytest.mark.filterwarnings("ignore:'future.no_silent_downcasting' is deprecated"),
]

BOTH = pytest.mark.parametrize("width", [390, 1440])
EVERY_LOOK = pytest.mark.parametrize(
    ("width", "scheme"), [(390, "light"), (390, "dark"), (1440, "light"), (1440, "dark")]
)
UNNAMED = """() => [...document.querySelectorAll('.aisle :is(button, a, select, textarea, summary)')]
  .filter(e => e.checkVisibility() && !(e.getAttribute('aria-label') || e.innerText || e.textContent || '').trim()
    && !(e.labels && e.labels.length)).map(e => e.outerHTML.slice(0, 120))"""
WIDTHS = "[document.documentElement.scrollWidth, window.innerWidth]"


@BOTH
def test_the_empty_page_greets_with_notice_starters_and_a_way_to_a_person(visit: OpenVisit, width: int) -> None:
    page = visit(width).page
    expect(page.locator(".notice-ai")).to_contain_text("AI assistant")
    expect(page.locator(".starters-list .answer")).to_have_count(4)
    expect(page.get_by_role("button", name="Talk to a person")).to_be_visible()
    expect(page.locator("#say")).to_be_focused()
    assert page.locator("footer:visible").count() == 1


def test_cards_stand_before_the_words_end(visit: OpenVisit, assistant: FakeAssistant) -> None:
    seen = visit()
    assistant.hold.clear()
    seen.say("a jacket", wait=False)
    expect(seen.page.locator(".card")).to_have_count(6)
    expect(seen.page.locator(".words")).to_have_text("")
    assistant.hold.set()
    seen.wait_until_answered()
    expect(seen.page.locator(".words strong")).to_have_text("Trail jacket Fjell")


@BOTH
def test_a_sponsored_card_is_labelled_in_sight_and_no_other_is(visit: OpenVisit, width: int) -> None:
    seen = visit(width)
    seen.say("sponsored")
    labels = seen.page.locator(".card .sponsored")
    expect(labels).to_have_count(1)
    labels.scroll_into_view_if_needed()
    expect(labels).to_be_visible()
    expect(seen.page.locator(".card").nth(4).locator(".sponsored")).to_have_text("Sponsored")


@BOTH
def test_cards_stay_where_they_are_while_words_come(visit: OpenVisit, assistant: FakeAssistant, width: int) -> None:
    seen = visit(width)
    assistant.hold.clear()
    seen.say("a jacket", wait=False)
    first = seen.page.locator(".card").first
    expect(first).to_be_visible()
    seen.page.wait_for_timeout(300)
    before = first.bounding_box()
    assistant.hold.set()
    seen.wait_until_answered()
    assert first.bounding_box() == before


def test_stop_ends_the_turn_and_keeps_what_was_shown(visit: OpenVisit, assistant: FakeAssistant) -> None:
    seen = visit()
    assistant.hold.clear()
    seen.say("a jacket", wait=False)
    expect(seen.page.locator(".card")).to_have_count(6)
    seen.page.get_by_role("button", name="Stop the answer").click()
    seen.wait_until_answered()
    expect(seen.page.locator(".after")).to_contain_text("Stopped")
    expect(seen.page.locator(".card")).to_have_count(6)
    assert assistant.stopped[-1] == assistant.turns[-1].message_id


def test_enter_sends_shift_enter_breaks_the_line_and_focus_stays(visit: OpenVisit, assistant: FakeAssistant) -> None:
    seen = visit()
    seen.page.fill("#say", "one")
    seen.page.press("#say", "Shift+Enter")
    seen.page.keyboard.type("two")
    seen.page.press("#say", "Enter")
    seen.wait_until_answered()
    assert assistant.turns[-1].text == "one\ntwo"
    expect(seen.page.locator("#say")).to_be_focused()
    expect(seen.page.locator("#say")).to_have_value("")


def test_a_wish_is_taken_back_by_its_chip(visit: OpenVisit, assistant: FakeAssistant) -> None:
    seen = visit()
    seen.say("a jacket")
    assistant.scripts = {"show me again": assistant.scripts["single"], **assistant.scripts}
    seen.page.get_by_role("button", name="size M: remove this wish").click()
    seen.page.wait_for_selector(".turn:nth-child(2)")
    seen.wait_until_answered()
    assert assistant.turns[-1].text == "Show me again, without size M"
    expect(seen.page.locator(".chip")).to_have_count(2)


def test_what_could_be_given_up_is_one_tap_away(visit: OpenVisit, assistant: FakeAssistant) -> None:
    seen = visit(390)
    seen.say("a ball gown")
    seen.page.get_by_role("button", name="Without ‘size M’: 4 products").click()
    seen.page.wait_for_selector(".turn:nth-child(2)")
    seen.wait_until_answered()
    assert assistant.turns[-1].text == "Show me again, without size M"


def test_a_question_is_answered_by_a_tap(visit: OpenVisit, assistant: FakeAssistant) -> None:
    seen = visit(390)
    seen.say("a gift")
    seen.page.get_by_role("button", name="A dog").click()
    seen.page.wait_for_selector(".turn:nth-child(2)")
    seen.wait_until_answered()
    assert assistant.turns[-1].text == "A dog"


def test_two_chosen_cards_are_compared(visit: OpenVisit, assistant: FakeAssistant) -> None:
    seen = visit()
    seen.say("a jacket")
    page = seen.page
    page.get_by_role("button", name="Compare: Trail jacket Fjell").click()
    expect(page.locator('[data-act="compare-go"]')).to_be_disabled()
    page.locator(".card").nth(2).get_by_role("button", name="Compare").click()
    page.locator('[data-act="compare-go"]').click()
    page.wait_for_selector(".comparison")
    seen.wait_until_answered()
    assert assistant.turns[-1].text == "Compare the first and the third"
    expect(page.locator(".compare-bar")).to_be_hidden()


def test_more_like_this_names_the_product_to_the_assistant(visit: OpenVisit, assistant: FakeAssistant) -> None:
    seen = visit()
    seen.say("a jacket")
    seen.page.get_by_role("button", name="More like this: Trail jacket Fjell").click()
    seen.page.wait_for_selector(".turn:nth-child(2)")
    seen.wait_until_answered()
    assert assistant.turns[-1].page_product_id == "trail-jacket"


def test_not_for_me_is_recorded_and_leaves_the_place(visit: OpenVisit, assistant: FakeAssistant) -> None:
    seen = visit()
    seen.say("a jacket")
    seen.page.get_by_role("button", name="Not for me: Trail jacket Fjell").click()
    expect(seen.page.locator(".card.dismissed")).to_contain_text("not be shown this again")
    expect(seen.page.locator(".cards > li")).to_have_count(6)
    for _ in range(100):  # The card leaves at once; that it was recorded is learned by the server a moment later.
        if assistant.recorded:
            break
        seen.page.wait_for_timeout(50)
    assert assistant.recorded[-1] == ("dismiss", "trail-jacket", "d1", 0)


@BOTH
def test_a_card_goes_to_the_cart_and_the_cart_to_the_checkout(visit: OpenVisit, width: int) -> None:
    seen = visit(width)
    page = seen.page
    seen.say("a jacket")
    card = page.locator(".card").first
    card.locator("select").select_option("trail-jacket-l")
    card.get_by_role("button", name="Add to cart").click()
    expect(page.locator("[data-count]")).to_have_text("1")
    expect(page.locator(".toast")).to_contain_text("Added: Trail jacket Fjell")
    page.locator(".toast").get_by_role("button", name="View cart").click()
    drawer = page.locator(".drawer")
    expect(drawer.locator(".cart-line")).to_contain_text("L")
    drawer.get_by_role("button", name="One more").click()
    expect(drawer.locator(".total")).to_contain_text("$158.00")
    expect(page.locator("[data-count]")).to_have_text("2")
    drawer.get_by_role("link", name="Checkout").click()
    page.get_by_label("Name").fill("Ida Berg")
    page.get_by_label("E-mail").fill("ida@example.org")
    page.get_by_label("Address").fill("Fjellveien 1")
    page.get_by_role("button", name="Place the order").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    page.get_by_role("link", name="Back to the chat").click()
    page.wait_for_selector(".turn")
    expect(page.locator("[data-count]")).to_be_hidden()


def test_the_last_one_less_takes_the_line_out(visit: OpenVisit) -> None:
    seen = visit()
    seen.say("a jacket")
    seen.page.locator(".card").first.get_by_role("button", name="Add to cart").click()
    seen.page.locator(".toast button").click()
    seen.page.locator(".drawer").get_by_role("button", name="Remove").click()
    expect(seen.page.locator(".drawer")).to_contain_text("Your cart is empty.")


def test_details_open_by_keyboard_and_close_by_escape(visit: OpenVisit, assistant: FakeAssistant) -> None:
    seen = visit()
    seen.say("a jacket")
    opener = seen.page.locator(".card-open").first
    opener.focus()
    seen.page.keyboard.press("Enter")
    expect(seen.page.locator(".details")).to_contain_text("recycled nylon")
    assert ("click", "trail-jacket", "d1", 0) in assistant.recorded
    seen.page.keyboard.press("Escape")
    expect(opener).to_be_focused()


def test_asking_about_a_product_sends_its_id(visit: OpenVisit, assistant: FakeAssistant) -> None:
    seen = visit()
    seen.say("a jacket")
    seen.page.locator(".card-open").first.click()
    seen.page.get_by_role("button", name="Ask about this").click()
    expect(seen.page.locator(".about")).to_contain_text("Trail jacket Fjell")
    seen.say("Is it warm?")
    assert assistant.turns[-1].page_product_id == "trail-jacket"
    expect(seen.page.locator(".about")).to_be_hidden()


def test_a_proposal_is_decided_by_a_button(visit: OpenVisit) -> None:
    seen = visit()
    seen.say("cancel it")
    seen.page.get_by_role("button", name="Yes, do it").click()
    expect(seen.page.locator(".proposal")).to_contain_text("Done.")
    expect(seen.page.locator(".proposal button")).to_have_count(0)


def test_a_failed_turn_can_be_tried_again_with_the_same_message(visit: OpenVisit, assistant: FakeAssistant) -> None:
    seen = visit()
    seen.say("break it")
    expect(seen.page.locator(".broken")).to_contain_text("Your message is kept")
    first = assistant.turns[-1].message_id
    assistant.scripts = {"break": assistant.scripts["single"]} | {
        word: script for word, script in assistant.scripts.items() if word != "break"
    }
    seen.page.get_by_role("button", name="Try again").click()
    expect(seen.page.locator(".card")).to_have_count(1)
    assert assistant.turns[-1].message_id == first


def test_history_survives_a_reload_and_a_new_conversation_clears_it(visit: OpenVisit) -> None:
    seen = visit()
    seen.say("a jacket")
    seen.open()
    expect(seen.page.locator(".turn")).to_have_count(1)
    expect(seen.page.locator(".card")).to_have_count(6)
    expect(seen.page.locator(".chip")).to_have_count(3)
    seen.page.get_by_role("button", name="New conversation").click()
    expect(seen.page.locator(".turn")).to_have_count(0)
    expect(seen.page.locator(".starters-list .answer")).to_have_count(4)


def test_a_demo_customer_signs_in_and_out(visit: OpenVisit) -> None:
    seen = visit()
    seen.page.locator(".menu summary").click()
    seen.page.get_by_role("button", name="Ida Berg").click()
    expect(seen.page.locator(".menu summary")).to_contain_text("Ida Berg")
    seen.page.locator(".menu summary").click()
    seen.page.get_by_role("button", name="Guest").click()
    expect(seen.page.locator(".menu summary")).to_contain_text("guest")


def test_a_reply_is_announced_once_and_not_word_by_word(visit: OpenVisit) -> None:
    seen = visit()
    seen.page.evaluate(
        "() => { const live = document.querySelector('[data-live]'); window.heard = [];"
        "new MutationObserver(() => heard.push(live.innerText)).observe(live, {childList: true}); }"
    )
    seen.say("a jacket")
    seen.page.wait_for_timeout(200)
    heard = seen.page.evaluate("() => window.heard")
    assert len(heard) == 1
    assert "Trail jacket Fjell" in heard[0]
    assert "6 products shown" in heard[0]


def test_a_missing_picture_leaves_the_drawing(visit: OpenVisit) -> None:
    seen = visit()
    seen.say("twelve please")
    card = seen.page.locator('[data-product="sold-out"]')
    card.scroll_into_view_if_needed()
    expect(card.locator("img")).to_have_count(0)
    expect(card.locator(".drawing")).to_be_visible()


@EVERY_LOOK
def test_nothing_is_wider_than_the_window_and_every_control_has_a_name(
    visit: OpenVisit, picture: Callable[[Visit, str], Path], width: int, scheme: str
) -> None:
    seen = visit(width, scheme)
    for words in ("twelve please", "single", "a ball gown", "compare", "my order", "cancel", "return", "add", "gift"):
        seen.say(words)
        total, window = seen.page.evaluate(WIDTHS)
        assert total <= window, words
        assert seen.page.evaluate(UNNAMED) == []
        assert picture(seen, f"{words.replace(' ', '-')}-{width}-{scheme}").stat().st_size > 0


@BOTH
def test_titles_of_every_script_and_length_keep_two_lines(visit: OpenVisit, width: int) -> None:
    seen = visit(width)
    seen.say("twelve please")
    heights = seen.page.eval_on_selector_all(".card-open", "nodes => nodes.map(node => node.clientHeight)")
    assert len(heights) == len(shop.PRODUCTS)
    assert max(heights) <= 44


def test_the_tab_key_goes_through_a_card_in_order(visit: OpenVisit) -> None:
    seen = visit()
    seen.say("single")
    seen.page.locator(".card-open").focus()
    order = []
    for _ in range(7):
        order.append(seen.page.evaluate("document.activeElement.dataset.act || document.activeElement.tagName"))
        seen.page.keyboard.press("Tab")
    assert order == ["open", "SUMMARY", "SELECT", "add", "compare", "like", "dismiss"]


def test_a_message_that_did_not_arrive_is_still_there_after_a_reload(visit: OpenVisit) -> None:
    seen = visit()
    # What a lost connection leaves behind: Gradio reloads the page as soon as the shop can be reached again.
    seen.page.evaluate(
        "sessionStorage.setItem('aisle-unsent', JSON.stringify({id: 'lost-1', words: 'blue backpack', about: ''}))"
    )
    seen.page.reload()
    seen.page.wait_for_selector(".turn [data-act=again]")
    assert seen.page.locator(".turn .bubble").last.inner_text() == "blue backpack"
    seen.page.get_by_role("button", name="Try again").click()
    seen.wait_until_answered()
    assert seen.page.evaluate("sessionStorage.getItem('aisle-unsent')") is None


def test_a_message_is_kept_while_it_is_on_its_way(visit: OpenVisit, assistant: FakeAssistant) -> None:
    seen = visit()
    seen.page.context.set_offline(True)
    seen.say("blue backpack", wait=False)
    kept = seen.page.evaluate("JSON.parse(sessionStorage.getItem('aisle-unsent')).words")
    seen.page.context.set_offline(False)
    assert kept == "blue backpack"
