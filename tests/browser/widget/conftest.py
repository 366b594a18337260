"""The example shop page on one port, Aisle on another, and a browser that visits the first: real origins, storage."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, FrameLocator, Page, Request
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from assistant.config import Settings
from tests.browser.conftest import SVG
from tests.fakes import shop
from tests.fakes.assistant import SCRIPTS, FakeAssistant
from ui.app import create_app
from ui.beside import site_origins
from ui.example_shop import ExampleShop
from ui.sockets import address, listen

OPEN_SHADOWS = """const attach = Element.prototype.attachShadow;
Element.prototype.attachShadow = function (given) { return attach.call(this, { ...given, mode: "open" }); };"""
"""The widget's shadow root is closed; the browser's driver sees into open ones only."""


class Served:
    """A web application on a free port, in a thread, that can be stopped at any moment."""

    def __init__(self, make: Callable[[str], Any]) -> None:
        self._sock = listen("127.0.0.1", 0)
        self.url = address(self._sock)
        config = uvicorn.Config(make(self.url), log_level="critical", ws="none", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [self._sock]}, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Close every connection and the port."""
        self._server.should_exit = self._server.force_exit = True
        self._thread.join(20)
        self._sock.close()


class ShopPages:
    """The example shop, with one page more, "/written", that a test writes itself."""

    def __init__(self, shop_app: ASGIApp) -> None:
        self._shop_app = shop_app
        self.written = ""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] in ("/written", "/other"):
            await HTMLResponse(self.written)(scope, receive, send)
        else:
            await self._shop_app(scope, receive, send)


@dataclass(frozen=True)
class Site:
    """A shop's site that embeds Aisle."""

    shop: Served
    aisle: Served
    assistant: FakeAssistant
    pages: ShopPages


@contextmanager
def open_site(data: Path, make: type[FakeAssistant] = FakeAssistant, **more: Any) -> Iterator[Site]:
    """Serve both; the shop's site is listed by its exact origin.

    Args:
        data: an empty folder.
        make: the assistant.
        more: settings in place of the usual ones.
    """
    images = data / "images"
    images.mkdir()
    for name, colour in (("jacket", "#cfe0d8"), ("tent", "#e9dcc7")):
        (images / f"{name}.svg").write_text(SVG.format(colour))
    assistant = make(image_dir=images)
    holder: dict[str, Served] = {}
    pages: list[ShopPages] = []
    products = {item.id: item for item in shop.PRODUCTS}

    def aisle(url: str) -> Any:
        settings = Settings(data=data, messages_per_minute=0, sessions_per_hour=0)
        pages.append(ShopPages(ExampleShop(products, settings, url).app()))
        holder["shop"] = Served(lambda _: pages[0])
        settings = settings.model_copy(update={"site_origins": site_origins(holder["shop"].url)} | more)
        return create_app(assistant, settings)  # type: ignore[arg-type]

    served = Served(aisle)
    try:
        yield Site(holder["shop"], served, assistant, pages[0])
    finally:
        assistant.hold.set()
        holder["shop"].stop()
        served.stop()


@pytest.fixture(scope="session")
def _site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with open_site(tmp_path_factory.mktemp("widget")) as site:
        yield site


@pytest.fixture
def site(_site: Site) -> Iterator[Site]:
    yield _site
    _site.assistant.hold.set()
    _site.assistant.pause_s = 0.0
    _site.assistant.forget_queue()
    _site.assistant.invitation = None
    _site.assistant.scripts = dict(SCRIPTS)
    _site.assistant.proposals = {shop.PROPOSAL.id: shop.PROPOSAL}


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[Site]:
    """A site whose Aisle the test may stop."""
    data = tmp_path / "mortal"
    data.mkdir()
    with open_site(data) as site:
        yield site


class Window:
    """One shopper's window on a shop page."""

    def __init__(self, page: Page, site: Site) -> None:
        self.page = page
        self.site = site
        self.errors: list[str] = []
        self.foreign: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", self._note)
        page.on("request", self._note_request)

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.location["url"].endswith("/images/missing.svg"):
            self.errors.append(message.text)

    def _note_request(self, request: Request) -> None:
        if not request.url.startswith((self.site.shop.url + "/", self.site.aisle.url + "/", "data:")):
            self.foreign.append(request.url)

    @property
    def frame(self) -> FrameLocator:
        """The panel's own page."""
        return self.page.frame_locator("[data-aisle-widget] iframe")

    @property
    def opener(self) -> Any:
        """The round button."""
        return self.page.get_by_role("button", name="shopping assistant")

    def go(self, path: str = "/") -> Window:
        """Load a page of the shop."""
        self.page.goto(self.site.shop.url + path)
        return self

    def write(self, body: str = "", head: str = "", *, html: str = '<html lang="en">', tag: str = "") -> Window:
        """Load a page on the shop's own origin that the test writes; `tag` are attributes of the script tag."""
        script = f'<script src="{self.site.aisle.url}/widget.js" {tag} async></script>'
        title = "<meta charset=utf-8><title>x</title>"
        self.site.pages.written = f"<!doctype html>{html}<head>{title}{head}</head><body>{body}{script}</body></html>"
        return self.go("/written")

    def open(self) -> Window:
        """Open the panel, and wait until one can write."""
        self.opener.click()
        self.frame.locator(".opening").wait_for(state="hidden")
        return self

    def say(self, words: str, *, wait: bool = True) -> None:
        """Type a message and send it."""
        box = self.frame.locator("textarea")
        box.fill(words)
        box.press("Enter")
        self.frame.locator(".turn.current .bubble").get_by_text(words, exact=True).wait_for()
        if wait:
            self.frame.locator('.frame[data-busy="false"]').wait_for()


OpenWindow = Callable[..., Window]


@pytest.fixture
def window(browser: Browser, site: Site) -> Iterator[OpenWindow]:
    """Open a window: `window(width=390, scheme="dark", site=…, tidy=False)`; a tidy one has no error at its end."""
    contexts: list[BrowserContext] = []
    tidy: list[Window] = []
    windows: list[Window] = []

    def open_(width: int = 1440, scheme: str = "light", at: Site = site, *, check: bool = True, **more: Any) -> Window:
        context = browser.new_context(
            **{
                "viewport": {"width": width, "height": 844 if width < 500 else 900},
                "color_scheme": "dark" if scheme == "dark" else "light",
                "has_touch": width < 500,
                "reduced_motion": "reduce",
                "locale": "en-US",
                "timezone_id": "UTC",
            }
            | more
        )
        context.add_init_script(OPEN_SHADOWS)
        context.set_default_timeout(15_000)
        contexts.append(context)
        opened = Window(context.new_page(), at)
        windows.append(opened)
        if check:
            tidy.append(opened)
        return opened

    yield open_
    errors = [error for each in tidy for error in each.errors]
    foreign = [url for each in windows for url in each.foreign]
    for context in contexts:
        context.close()
    assert errors == []
    assert foreign == []
