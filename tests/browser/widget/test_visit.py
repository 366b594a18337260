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
from tests.browser.widget.conftest import OPEN_SHADOWS, Served, ShopPages, Site, Window
from tests.fakes.assistant import FakeAssistant
from ui.app import create_app
from ui.beside import example_beside

pytestmark = [
    pytest.mark.browser,
    # Gradio's queue keeps figures of its own with an option that pandas is retiring.
    pytest.mark.filterwarnings("ignore:'future.no_silent_downcasting' is deprecated"),
]


class _Example:
    """The example shop page, served by the house itself."""

    def __init__(self, url: str) -> None:
        self.url = url


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    settings = Settings(data=tmp_path_factory.mktemp("shop"), encoder="off", example_port=0)
    ensure_catalogue(settings, n_shoppers=150)
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
