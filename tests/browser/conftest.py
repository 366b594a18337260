"""A real browser, and the shopper page on the fake assistant, served by the real web server."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from assistant.config import Settings
from tests.fakes.assistant import SCRIPTS, FakeAssistant
from ui.app import create_app
from ui.serve import listen

ARGUMENTS = (
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 300"><rect width="400" height="300" fill="{}"/>'
    '<path d="M120 240 200 60l80 180z" fill="#2d6b58"/></svg>'
)


def chromium() -> str | None:
    """Path of the browser: CHROMIUM in the environment, or where systems have it."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        pytest.skip("Chromium is not installed")
    # What is waited for comes at once on an idle machine; a busy one shall not fail for being busy.
    expect.set_options(timeout=20_000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def fake(tmp_path_factory: pytest.TempPathFactory) -> FakeAssistant:
    images = tmp_path_factory.mktemp("images")
    for name, colour in (("jacket", "#cfe0d8"), ("tent", "#e9dcc7")):
        (images / f"{name}.svg").write_text(SVG.format(colour))
    return FakeAssistant(image_dir=images)


@pytest.fixture(scope="session")
def shop_url(fake: FakeAssistant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    settings = Settings(data=tmp_path_factory.mktemp("data"))
    app = create_app(fake, settings)  # type: ignore[arg-type]
    with listen("127.0.0.1", 0) as sock:
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", ws="none", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]})
        thread.start()
        yield f"http://127.0.0.1:{sock.getsockname()[1]}/"
        server.should_exit = True
        thread.join(20)


@pytest.fixture
def assistant(fake: FakeAssistant) -> Iterator[FakeAssistant]:
    yield fake
    fake.hold.set()
    fake.pause_s = 0.0
    fake.scripts = dict(SCRIPTS)


class Visit:
    """One shopper's browser window on the page."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.troubles: list[str] = []
        page.on("pageerror", lambda error: self.troubles.append(str(error)))
        page.on("request", self._note_request)

    def _note_request(self, request: object) -> None:
        address = getattr(request, "url", "")
        if not address.startswith((self.url, "data:", "blob:")):
            self.troubles.append(f"asked another host: {address}")

    def open(self) -> Visit:
        """Load the page and wait until one can write."""
        self.page.goto(self.url)
        self.page.wait_for_selector(".opening[hidden]", state="attached")
        return self

    def say(self, words: str, *, wait: bool = True) -> None:
        """Type a message and send it with Enter."""
        self.page.fill("#say", words)
        self.page.press("#say", "Enter")
        self.page.wait_for_function(
            "words => document.querySelector('.turn.current .bubble')?.innerText === words", arg=words
        )
        if wait:
            self.wait_until_answered()

    def wait_until_answered(self) -> None:
        """Wait for the end of the turn."""
        self.page.wait_for_selector('.aisle[data-busy="false"]')


OpenVisit = Callable[..., Visit]


@pytest.fixture
def visit(browser: Browser, shop_url: str) -> Iterator[OpenVisit]:
    """Open a window: `visit(width=390, scheme="dark")`."""
    contexts: list[BrowserContext] = []
    visits: list[Visit] = []

    def open_(width: int = 1440, scheme: str = "light") -> Visit:
        height = 844 if width < 500 else 900
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if scheme == "dark" else "light",
            has_touch=width < 500,
            reduced_motion="reduce",
            locale="en-US",
            timezone_id="UTC",
        )
        contexts.append(context)
        visits.append(Visit(context.new_page(), shop_url))
        return visits[-1].open()

    yield open_
    troubles = [trouble for each in visits for trouble in each.troubles]
    for context in contexts:
        context.close()
    assert not troubles


@pytest.fixture
def picture(tmp_path: Path) -> Callable[[Visit, str], Path]:
    """Keep a screenshot below pytest's folder, to be looked at."""

    def take(visit: Visit, name: str) -> Path:
        path = tmp_path / f"{name}.png"
        visit.page.screenshot(path=path)
        return path

    return take
