"""One whole visit on the real assistant: ask, refine, compare, add, check out, ask about the order."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, expect

from assistant.bootstrap import build_assistant, ensure_catalogue
from assistant.config import Settings
from tests.browser.conftest import Visit
from ui.app import create_app
from ui.serve import listen

pytestmark = [
    pytest.mark.browser,
    # Gradio's queue keeps figures of its own with options that pandas is retiring.
    pytest.mark.filterwarnings("ignore:'future.no_silent_downcasting' is deprecated"),
    pytest.mark.filterwarnings("ignore:The copy keyword is deprecated"),
]


@pytest.fixture(scope="module")
def real_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    settings = Settings(data=tmp_path_factory.mktemp("shop"), encoder="off")
    ensure_catalogue(settings)
    assistant = build_assistant(settings)
    assistant.start(wait="words")
    with listen("127.0.0.1", 0) as sock:
        config = uvicorn.Config(
            create_app(assistant, settings), log_level="error", ws="none", timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]})
        thread.start()
        yield f"http://127.0.0.1:{sock.getsockname()[1]}/"
        server.should_exit = True
        thread.join(20)
    assistant.close()


@pytest.mark.parametrize("width", [390, 1440])
def test_a_whole_visit(browser: Browser, real_url: str, picture: Callable[[Visit, str], Path], width: int) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 844 if width < 500 else 900}, reduced_motion="reduce", locale="en-US"
    )
    seen = Visit(context.new_page(), real_url).open()
    page = seen.page
    last = page.locator(".turn.current")

    seen.say("a waterproof jacket under 150 dollars")
    expect(last.locator(".card").first).to_be_visible()
    expect(page.locator(".chip").filter(has_text="under $150")).to_have_count(1)
    picture(seen, f"1-ask-{width}")

    seen.say("cheaper")
    expect(last.locator(".card").first).to_be_visible()
    picture(seen, f"2-refine-{width}")

    seen.say("compare the first two")
    expect(last.locator(".comparison th[data-product]")).to_have_count(2)
    picture(seen, f"3-compare-{width}")

    last.get_by_role("button", name="Add to cart").first.click()
    expect(page.locator("[data-count]")).to_have_text("1")
    page.locator(".toast").get_by_role("button", name="View cart").click()
    picture(seen, f"4-cart-{width}")
    page.locator(".drawer").get_by_role("link", name="Checkout").click()
    page.get_by_label("Name").fill("Ida Berg")
    page.get_by_label("E-mail").fill("ida@example.org")
    page.get_by_label("Address").fill("Fjellveien 1")
    picture(seen, f"5-checkout-{width}")
    page.get_by_role("button", name="Place the order").click()
    number = page.locator("[data-order]").inner_text()
    picture(seen, f"6-thanks-{width}")

    page.get_by_role("link", name="Back to the chat").click()
    page.wait_for_selector(".opening[hidden]", state="attached")
    expect(page.locator(".turn")).to_have_count(3)
    seen.say("where is my order?")
    expect(last.locator(".order")).to_contain_text(number)
    picture(seen, f"7-order-{width}")
    assert seen.troubles == []
    context.close()
