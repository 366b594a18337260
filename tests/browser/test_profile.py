"""What the shop knows about the shopper, in a browser: seen, changed by keyboard, erased by a second click only."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from recommender.profiles.edits import Edit, EditKind
from tests.browser.conftest import OpenVisit
from tests.browser.test_shopper import BOTH, UNNAMED, WIDTHS
from tests.fakes import shop
from tests.fakes.assistant import FakeAssistant, FakeProfiles

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("ignore:'future.no_silent_downcasting' is deprecated"),
]


@pytest.fixture
def profiles(assistant: FakeAssistant) -> Iterator[FakeProfiles]:
    yield assistant.profiles
    assistant.profiles.fact = shop.PROFILE
    assistant.profiles.edits.clear()
    assistant.profiles.erased = 0


def opened(visit: OpenVisit, width: int) -> Page:
    page = visit(width).page
    page.locator('.foot [data-act="profile"]').click()
    expect(page.locator(".profile-drawer .profile-group")).to_have_count(3)
    return page


@BOTH
def test_the_panel_shows_what_is_known_and_fits(visit: OpenVisit, width: int, profiles: FakeProfiles) -> None:
    page = opened(visit, width)
    expect(page.get_by_role("dialog", name="What we know about you")).to_be_visible()
    expect(page.locator("#profile-title")).to_be_focused()
    expect(page.locator(".profile-drawer")).to_contain_text("Jackets: $60 – $120")
    expect(page.get_by_role("switch", name="Remember what I like")).to_be_checked()
    assert page.evaluate(UNNAMED) == []
    wide, window = page.evaluate(WIDTHS)
    assert wide <= window
    page.keyboard.press("Escape")
    expect(page.locator('.foot [data-act="profile"]')).to_be_focused()


def test_a_cross_forgets_one_thing_and_the_focus_goes_on(visit: OpenVisit, profiles: FakeProfiles) -> None:
    page = opened(visit, 1440)
    cross = page.get_by_role("button", name="red (Colour): forget it")
    cross.focus()
    page.keyboard.press("Enter")
    expect(cross).to_have_count(0)
    assert profiles.edits == [Edit(EditKind.FORGET, "colour", "red")]
    expect(page.locator(".profile-drawer .chip:focus")).to_have_count(1)
    page.get_by_role("button", name="leather (Material): suggest it again").click()
    expect(page.locator(".profile-drawer")).not_to_contain_text("leather")
    assert profiles.edits[1:] == [Edit(EditKind.WELCOME, "material", "leather")]


def test_switching_off_and_pausing(visit: OpenVisit, profiles: FakeProfiles) -> None:
    page = opened(visit, 390)
    page.get_by_role("button", name="Pause learning").click()
    expect(page.locator(".profile-drawer .profile-state")).to_contain_text("Paused")
    page.get_by_role("switch", name="Remember what I like").press("Space")
    expect(page.locator(".profile-drawer .profile-state")).to_contain_text("Off")
    expect(page.locator(".profile-drawer .chip")).to_have_count(0)
    assert not profiles.fact.kept


def test_everything_is_forgotten_by_the_second_click(visit: OpenVisit, profiles: FakeProfiles) -> None:
    page = opened(visit, 1440)
    drawer = page.locator(".profile-drawer")
    drawer.locator('[data-act="profile-erase-ask"]').click()
    expect(drawer.get_by_role("button", name="Keep it")).to_be_focused()
    assert profiles.erased == 0
    drawer.get_by_role("button", name="Keep it").click()
    drawer.locator('[data-act="profile-erase-ask"]').click()
    drawer.locator('[data-act="profile-erase"]').click()
    expect(drawer.locator(".chip")).to_have_count(0)
    assert profiles.erased == 1


def test_a_card_of_the_conversation_does_not_go_on_showing_what_is_forgotten(
    visit: OpenVisit, profiles: FakeProfiles
) -> None:
    seen = visit(390)
    seen.say("what do you know about me")
    card = seen.page.locator('.turns [data-profile="talk"]')
    expect(card).to_contain_text("Fjell & Söhne")
    card.get_by_role("button", name="Fjell & Söhne (Brand): forget it").click()
    expect(card).not_to_contain_text("Fjell & Söhne")
    expect(card).to_contain_text("Jackets")
