"""One whole visit on the real assistant and the real example shop page, as `make demo` serves them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from assistant.bootstrap import build_assistant, ensure_catalogue
from assistant.config import Settings
from assistant.store.clock import system_clock
from assistant.store.staff import open_staff_store
from assistant.support.staff import Staff
from tests.browser.desk import DeskVisit
from tests.browser.widget.conftest import OPEN_SHADOWS, Served, ShopPages, Site, Window
from tests.fakes.assistant import FakeAssistant
from ui.app import create_app
from ui.beside import example_beside

pytestmark = [
    pytest.mark.browser,
    # Gradio's queue keeps figures of its own with options that pandas is retiring.
    pytest.mark.filterwarnings("ignore:'future.no_silent_downcasting' is deprecated"),
    pytest.mark.filterwarnings("ignore:The copy keyword is deprecated"),
]


PASSWORD = "a long enough one"


class _Example:
    """The example shop page, served by the house itself."""

    def __init__(self, url: str) -> None:
        self.url = url


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    settings = Settings(data=tmp_path_factory.mktemp("shop"), encoder="off", example_port=0)
    ensure_catalogue(settings, n_shoppers=150)
    staff = Staff(open_staff_store(settings.data), system_clock)
    staff.add("Nora", "agent", PASSWORD)
    staff.close()
    with ExitStack() as stack:
        said: list[str] = []

        def make(url: str) -> Any:
            open_to = stack.enter_context(example_beside(settings, url, said.append))
            assistant = build_assistant(open_to)
            stack.callback(assistant.close)
            assistant.start(wait="words")
            return create_app(assistant, open_to)

        served = Served(make)
        example: Any = _Example(said[0].split(" on ")[1].rstrip("."))
        yield Site(example, served, FakeAssistant(), ShopPages(served))  # type: ignore[arg-type]
        served.stop()


@pytest.mark.parametrize("width", [390, 1440])
def test_a_whole_visit(browser: Browser, real: Site, tmp_path: Path, width: int) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 844 if width < 500 else 900}, reduced_motion="reduce", locale="en-US"
    )
    context.add_init_script(OPEN_SHADOWS)
    context.set_default_timeout(20_000)
    seen = Window(context.new_page(), real)
    expect.set_options(timeout=20_000)

    def picture(name: str) -> None:
        seen.page.screenshot(path=tmp_path / f"{name}-{width}.png")

    seen.go()
    expect(seen.opener).to_be_visible()
    picture("1-shop")
    seen.open()
    picture("2-open")
    seen.say("a waterproof jacket under 150 dollars")
    expect(seen.frame.locator(".card").first).to_be_visible()
    expect(seen.frame.locator(".chip").filter(has_text="under $150")).to_have_count(1)
    picture("3-cards")

    seen.frame.locator(".card .card-open").first.click()
    seen.page.wait_for_url(f"{real.shop.url}/products/*")
    title = seen.page.locator("h1").inner_text()
    if width < 500:
        picture("4-product")
        seen.open()
    expect(seen.frame.locator(".about")).to_contain_text(title)
    expect(seen.frame.locator(".bubble")).to_have_text("a waterproof jacket under 150 dollars")
    seen.say("is this waterproof?")
    expect(seen.frame.locator(".turn.current .words")).to_contain_text("waterproof")
    picture("5-about")

    seen.say("compare the first two")
    expect(seen.frame.locator(".turn.current .comparison th[data-product]")).to_have_count(2)
    picture("6-compare")
    seen.frame.locator(".turn.current").get_by_role("button", name="Add to cart").first.click()
    seen.frame.get_by_role("button", name="View cart").click()
    picture("7-cart")
    seen.frame.locator(".view").get_by_role("link", name="Checkout").click()
    seen.page.wait_for_url(f"{real.shop.url}/checkout?*")
    expect(seen.page.locator(".lines li")).to_have_count(2)
    picture("8-basket")

    if width < 500:
        seen.open()
    seen.say("how long can I return things?")
    expect(seen.frame.locator(".turn.current .sources a").first).to_be_visible()
    picture("9-policy")
    seen.frame.get_by_role("button", name="Talk to a person").click()
    expect(seen.frame.locator(".floor")).to_contain_text("number 1 in the queue")
    picture("10-queue")
    seen.frame.get_by_role("button", name="Stop waiting").click()
    expect(seen.frame.locator(".floor")).to_be_hidden()
    assert seen.errors == []
    assert seen.foreign == []
    context.close()


def test_a_person_takes_over_from_the_widget_at_the_desk_and_gives_back(
    browser: Browser, real: Site, tmp_path: Path
) -> None:
    """One conversation, from a shop's page to the staff's desk and back; the assistant is silent in between."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce", locale="en-US")
    context.add_init_script(OPEN_SHADOWS)
    context.set_default_timeout(20_000)
    expect.set_options(timeout=20_000)
    shopper = Window(context.new_page(), real).go()
    shopper.open()
    shopper.say("tents under 300 dollars")
    expect(shopper.frame.locator(".card").first).to_be_visible()
    shopper.frame.get_by_role("button", name="Talk to a person").click()
    expect(shopper.frame.locator(".floor")).to_contain_text("in the queue")

    desk = DeskVisit(browser, f"{real.aisle.url}/").sign_in("Nora", PASSWORD)
    desk.open_first()
    expect(desk.page.locator(".messages")).to_contain_text("tents under 300 dollars")
    desk.page.bring_to_front()
    desk.take()
    expect(shopper.frame.locator(".who-now")).to_have_text("Nora")
    desk.reply("Hello, I am Nora. What may I tell you about tents?")
    expect(shopper.frame.locator(".msg.agent .words").last).to_have_text(
        "Hello, I am Nora. What may I tell you about tents?"
    )
    shopper.say("which one is the lightest?")
    expect(desk.page.locator(".messages")).to_contain_text("which one is the lightest?")
    expect(shopper.frame.locator(".turn.current")).to_contain_text("Nora")
    assert shopper.frame.locator(".turn.current :is(.words, .card, .chip-answer)").all_inner_texts() in ([], [""])
    shopper.page.screenshot(path=tmp_path / "widget.png")
    desk.page.screenshot(path=tmp_path / "desk.png")

    desk.give_back()
    expect(shopper.frame.locator(".who-now")).to_have_text("AI assistant")
    shopper.say("show me cheaper ones")
    expect(shopper.frame.locator(".turn.current .card").first).to_be_visible()
    assert shopper.errors == []
    assert shopper.foreign == []
    desk.close()
    context.close()
