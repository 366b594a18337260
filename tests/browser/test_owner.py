"""The owner's page in a browser, on the real assistant: every section at both widths, what is done and asked."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, expect

from tests.assistant.owner_house import PASSWORD, house_settings, owner_house, shown_slate
from tests.browser.desk import DeskVisit
from ui.app import create_app
from ui.serve import listen

pytestmark = [
    pytest.mark.browser,
    # Gradio's queue keeps figures of its own with options that pandas is retiring.
    pytest.mark.filterwarnings("ignore:'future.no_silent_downcasting' is deprecated"),
    pytest.mark.filterwarnings("ignore:The copy keyword is deprecated"),
]

UNNAMED = """() => [...document.querySelectorAll('.aisle :is(button, a, select, textarea, input:not([type=hidden]))')]
  .filter(e => e.checkVisibility() && !(e.getAttribute('aria-label') || e.innerText || e.textContent || '').trim()
    && !(e.labels && e.labels.length)).map(e => e.outerHTML.slice(0, 120))"""
WIDE = """() => ['html', '.sheet-of'].map(s => document.querySelector(s)).some(e => e.scrollWidth > e.clientWidth)"""


class OwnerVisit(DeskVisit):
    """The owner's page in a window."""

    def enter(self, name: str, place: str = "") -> OwnerVisit:
        """Sign in from the owner's address."""
        self.page.goto(f"{self.url}owner/")
        self.page.fill("[name=name]", name)
        self.page.fill("[name=password]", PASSWORD)
        self.page.press("[name=password]", "Enter")
        if place:
            self.go(place)
        return self

    def go(self, place: str) -> None:
        """Go to a place on the page by its address."""
        self.page.goto(f"{self.url}owner/#{place}")
        expect(self.page.locator("[data-slot=page] h1")).to_be_visible()
        expect(self.page.locator("[data-slot=page]:not([aria-busy])")).to_have_count(1)

    def confirm(self, yes: str, reason: str = "") -> None:
        """Say why, and do it."""
        if reason:
            self.page.get_by_label("Why?").fill(reason)
        self.page.locator("dialog.asking").get_by_role("button", name=yes).click()
        expect(self.page.locator("dialog.asking")).to_be_hidden()


@pytest.fixture(scope="module")
def shop_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Ten products on the real web server, with a slate, and two of the staff."""
    folder = tmp_path_factory.mktemp("owner") / "data"
    with owner_house(folder) as assistant:
        # The browser's own loop runs in this thread.
        with ThreadPoolExecutor(1) as other:
            other.submit(lambda: asyncio.run(shown_slate(assistant))).result()
        app = create_app(assistant, house_settings(folder))
        with listen("127.0.0.1", 0) as sock:
            server = uvicorn.Server(uvicorn.Config(app, log_level="error", ws="none", timeout_graceful_shutdown=1))
            thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]})
            thread.start()
            yield f"http://127.0.0.1:{sock.getsockname()[1]}/"
            server.should_exit = True
            thread.join(20)


@pytest.fixture
def owner(browser: Browser, shop_url: str) -> Iterator[Callable[..., OwnerVisit]]:
    """Open a window: `owner(width=390)`."""
    windows: list[OwnerVisit] = []

    def open_(*, width: int = 1440, scheme: str = "light") -> OwnerVisit:
        windows.append(OwnerVisit(browser, shop_url, width=width, scheme=scheme))
        return windows[-1]

    yield open_
    for window in windows:
        window.close()


def test_an_agent_is_refused_in_a_sentence(owner: Callable[..., OwnerVisit]) -> None:
    page = owner().enter("Nora").page
    expect(page.get_by_role("alert")).to_contain_text("for the shop’s admins")
    page.get_by_role("link", name="To the desk").click()
    expect(page.locator("[data-me]")).to_have_text("Nora")
    expect(page.get_by_role("link", name="Owner")).to_be_hidden()


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1440, "dark")])
def test_every_section_fits_and_is_named(
    owner: Callable[..., OwnerVisit], tmp_path: Path, width: int, scheme: str
) -> None:
    ola = owner(width=width, scheme=scheme).enter("Ola", "slates")
    ola.page.locator(".slate-row").first.click()
    expect(ola.page.locator(".replay")).to_contain_text("identical")
    one_slate = ola.page.evaluate("location.hash.slice(1)")
    for place in ("funnel?days=90", "experiments", "models", "rules", "sponsored", "slates", one_slate, "health"):
        ola.go(place)
        ola.page.screenshot(path=tmp_path / f"{place.split('?')[0].replace('/', '-')}.png")
        assert not ola.page.evaluate(WIDE), place
        assert ola.page.evaluate(UNNAMED) == [], place
        name = place.split("?")[0].split("/")[0]
        expect(ola.page.locator('.tabs [aria-current="page"]')).to_have_accessible_name(name.capitalize())
    assert not ola.page.evaluate("document.querySelector('.skip').matches(':focus')")


def test_a_place_on_the_page_is_kept_through_the_sign_in_and_its_end(owner: Callable[..., OwnerVisit]) -> None:
    window = owner()
    page = window.page
    page.goto(f"{window.url}owner/#funnel?days=90")
    page.fill("[name=name]", "Ola")
    page.fill("[name=password]", "wrong")
    page.press("[name=password]", "Enter")
    expect(page.get_by_role("alert")).to_be_visible()
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    expect(page.locator("[name=days]")).to_have_value("90")
    page.context.clear_cookies()
    page.get_by_role("link", name="Rules").click()
    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    page.get_by_role("link", name="Sign in again").click()
    expect(page.get_by_role("heading", name="Sign in to the owner’s page")).to_be_visible()
    page.fill("[name=name]", "Ola")
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    expect(page.locator("h1")).to_have_text("Rules over the ranking")


def test_a_campaign_is_added_from_the_form_and_stopped(owner: Callable[..., OwnerVisit]) -> None:
    ola = owner(width=390).enter("Ola", "sponsored")
    page = ola.page
    page.get_by_label("Who pays").fill("Fjell AS")
    page.get_by_label("Product ids").fill("nothing")
    page.get_by_label("Last day").fill("2999-01-31")
    page.get_by_role("button", name="Add the campaign").click()
    expect(page.locator("[data-wrong]")).to_contain_text("no product 'nothing'")
    page.get_by_label("Product ids").fill("fjell-2")
    page.get_by_role("button", name="Add the campaign").click()
    expect(page.locator(".item h2")).to_have_text("Fjell AS")
    page.get_by_role("button", name="Stop").click()
    ola.confirm("Stop it")
    expect(page.locator(".item")).to_have_count(0)


def test_a_rule_is_previewed_kept_and_taken_away(owner: Callable[..., OwnerVisit]) -> None:
    ola = owner().enter("Ola", "rules")
    page = ola.page
    page.get_by_label("What it does").select_option("exclude")
    page.get_by_label("Brands").fill("Acme")
    page.get_by_label("A shopper asks for").fill("tents")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("[data-preview]").last).to_contain_text("1 of 3 products would leave the slate.")
    page.get_by_role("button", name="Add the rule").click()
    expect(page.locator(".item h2")).to_have_text("Never show products of Acme")
    page.get_by_role("button", name="Remove").click()
    ola.confirm("Remove it")
    expect(page.locator(".item")).to_have_count(0)


def test_the_kill_switch_is_thrown_by_keyboard_and_stands_on_every_section(owner: Callable[..., OwnerVisit]) -> None:
    ola = owner().enter("Ola", "health")
    page = ola.page
    page.get_by_role("button", name="Throw the kill switch").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Why?")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("dialog.asking")).to_be_hidden()
    page.keyboard.press("Enter")
    ola.confirm("Throw it", "odd slates")
    expect(page.locator(".is-off")).to_contain_text("odd slates")
    ola.go("funnel")
    expect(page.locator("[data-off]")).to_contain_text("The kill switch is on.")
    ola.go("health")
    page.get_by_role("button", name="Rank by what was learned again").click()
    ola.confirm("Switch back", "all well")
    expect(page.locator(".is-on")).to_be_visible()


def test_an_experiment_is_started_from_the_form_and_stopped(owner: Callable[..., OwnerVisit]) -> None:
    ola = owner().enter("Ola", "experiments")
    page = ola.page
    page.locator("[name=name]").fill("three-cards")
    page.get_by_label("What do you expect, and why?").fill("Three cards are easier to choose from.")
    page.get_by_role("button", name="Start").click()
    expect(page.locator("h1")).to_have_text("three-cards")
    page.get_by_role("button", name="Stop").click()
    ola.confirm("Stop it", "decided")
    expect(page.locator(".record")).to_contain_text("Ola stopped it: decided")
    expect(page.get_by_role("button", name="Stop")).to_have_count(0)
