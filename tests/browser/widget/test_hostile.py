"""Pages and people that mean harm, and a server that is not there: the shop's page stays as it is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from starlette.responses import HTMLResponse

from assistant.turn import ProposalStatus
from tests.browser.widget.conftest import OPEN_SHADOWS, OpenWindow, Served, Site, Window

pytestmark = [
    pytest.mark.browser,
    # Gradio's queue keeps figures of its own with options that pandas is retiring.
    pytest.mark.filterwarnings("ignore:'future.no_silent_downcasting' is deprecated"),
    pytest.mark.filterwarnings("ignore:The copy keyword is deprecated"),
]

FRAME = '<iframe src="{0}/widget/frame.html" id="stolen" style="width:380px;height:700px"></iframe>'
HELLO = """() => {
  window.heard = [];
  addEventListener("message", (event) => window.heard.push(event.data));
  const frame = document.querySelector("iframe");
  const page = { aisle: 1, type: "page", n: 0, product: null, productUrl: null, lang: "en", dir: "ltr",
    accent: "#0b6650", theme: "light", shown: true, sheet: false };
  frame.contentWindow.postMessage(page, "*");
  return new Promise((done) => setTimeout(() => done(window.heard.length), 700));
}"""
"""What a page would have to say to be taken for the loader."""


@pytest.fixture
def stranger(site: Site) -> Iterator[Served]:
    """A site that is not listed, with the script tag in its page, and the frame as well."""

    async def page(scope, receive, send):  # type: ignore[no-untyped-def]
        if scope["type"] == "http":
            tag = f'<script src="{site.aisle.url}/widget.js" async></script>'
            body = FRAME.format(site.aisle.url) if scope["path"] == "/frame" else tag
            await HTMLResponse(f"<!doctype html><body><h1>Strange</h1>{body}")(scope, receive, send)

    served = Served(lambda _: page)
    yield served
    served.stop()


# ---------------------------------------------------------------- other sites


def test_a_site_that_is_not_listed_shows_nothing(browser: Browser, site: Site, stranger: Served) -> None:
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{stranger.url}/frame")
    assert page.evaluate(HELLO) == 0
    assert page.frames[1].evaluate("() => document.querySelector('.frame')") is None
    assert [url for url in asked if "/api/" in url or url.endswith(".js")] == []
    context.close()


def test_the_button_on_a_site_that_is_not_listed_leads_to_a_calm_sentence(
    browser: Browser, site: Site, stranger: Served
) -> None:
    context = browser.new_context()
    context.add_init_script(OPEN_SHADOWS)
    page = context.new_page()
    page.goto(stranger.url)
    page.get_by_role("button", name="shopping assistant").click()
    expect(page.get_by_text("The assistant cannot be reached just now.")).to_be_visible()
    expect(page.locator("[data-aisle-widget] iframe")).to_be_hidden()
    context.close()


def test_the_frame_alone_in_a_window_does_nothing(browser: Browser, site: Site) -> None:
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{site.aisle.url}/widget/frame.html")
    page.wait_for_timeout(300)
    assert page.locator(".frame").get_attribute("hidden") is not None
    assert [url for url in asked if "/api/" in url] == []
    context.close()


def test_the_frame_hears_only_its_parent(window: OpenWindow, site: Site) -> None:
    """A page of the listed site itself embeds another frame, which speaks to the panel in the right form."""
    opened = window().write(body='<iframe name="ad" srcdoc="<p>ad</p>"></iframe>').open()
    opened.page.frames[1].evaluate(
        """() => { for (let i = 0; i < parent.frames.length; i += 1) parent.frames[i].postMessage({ aisle: 1,
             type: "page", n: 0, product: "watch", productUrl: null, lang: "de", dir: "rtl", accent: "#ff0000",
             theme: "dark", shown: true, sheet: false }, "*"); }"""
    )
    opened.page.wait_for_timeout(300)
    assert opened.frame.locator("html").get_attribute("data-theme") == "light"
    expect(opened.frame.locator(".about")).to_be_hidden()


def test_the_page_is_told_nothing_that_is_secret(window: OpenWindow, site: Site) -> None:
    opened = window()
    opened.page.add_init_script("window.told = []; addEventListener('message', (e) => window.told.push(e.data));")
    opened.go("/products/trail-jacket").open()
    opened.say("a jacket")
    opened.frame.get_by_role("button", name="Talk to a person").click()
    opened.frame.locator(".floor").wait_for()
    told = opened.page.evaluate("window.told")
    allowed = {"ready": set(), "close": set(), "page": {"n"}, "state": {"unread", "waiting"}}
    assert {message["type"] for message in told} >= {"ready", "state"}
    assert all(set(message) - {"aisle", "type"} <= allowed[message["type"]] for message in told)
    kept = opened.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
    assert [token for token in site.assistant.sessions if token in kept] == []


def test_the_loader_hears_only_its_frame(window: OpenWindow) -> None:
    opened = window().go().open()
    opened.page.evaluate(
        "() => { for (const type of ['close', 'state']) postMessage({ aisle: 1, type, unread: 7 }, '*'); }"
    )
    opened.page.evaluate(
        "() => { for (const odd of [null, 1, 'x', { aisle: 1 }, { aisle: 1, type: '__proto__' }])"
        " postMessage(odd, '*'); }"
    )
    opened.page.wait_for_timeout(200)
    expect(opened.frame.locator("textarea")).to_be_visible()


def test_the_button_lies_in_a_closed_shadow_tree(browser: Browser, site: Site) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(site.shop.url)
    page.wait_for_selector("[data-aisle-widget]", state="attached")
    assert page.evaluate("document.querySelector('[data-aisle-widget]').shadowRoot === null")
    assert page.evaluate("document.querySelectorAll('iframe').length") == 0
    context.close()


def test_a_button_under_an_overlay_confirms_nothing(window: OpenWindow, site: Site) -> None:
    opened = window().go().open()
    opened.say("cancel it")
    yes = opened.frame.get_by_role("button", name="Yes, do it")
    expect(yes).to_be_enabled()
    opened.page.evaluate(
        """() => { const cover = document.createElement("div"); cover.textContent = "Win a prize";
             cover.style.cssText = "position:fixed;inset:0;z-index:2147483647;background:#fff;pointer-events:none";
             document.body.append(cover); }"""
    )
    opened.page.wait_for_timeout(500)
    place = yes.bounding_box()
    assert place is not None
    opened.page.mouse.click(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    expect(opened.frame.locator(".proposal")).to_contain_text("Something covers this button")
    assert site.assistant.proposals["p1"].status is ProposalStatus.OPEN


# ---------------------------------------------------------------- no server


def usable(opened: Window) -> None:
    """The page's own links work, and nothing was thrown on it."""
    thrown = [error for error in opened.errors if "Failed to load resource" not in error and "ERR_" not in error]
    assert thrown == []
    opened.page.get_by_role("link", name="Basket").click()
    opened.page.wait_for_url(f"{opened.site.shop.url}/checkout")
    opened.page.go_back()


def test_without_a_server_the_page_is_as_it_would_be_without_the_tag(window: OpenWindow, mortal: Site) -> None:
    mortal.aisle.stop()
    opened = window(at=mortal, check=False).go("/products/trail-jacket")
    expect(opened.page.get_by_role("heading", name="Trail jacket Fjell")).to_be_visible()
    expect(opened.opener).to_have_count(0)
    usable(opened)


def test_a_server_that_dies_before_the_first_click(window: OpenWindow, mortal: Site) -> None:
    opened = window(at=mortal, check=False).go("/products/trail-jacket")
    opened.opener.wait_for()
    mortal.aisle.stop()
    opened.opener.click()
    sentence = opened.page.get_by_text("The assistant cannot be reached just now.")
    expect(sentence).to_be_visible(timeout=10_000)
    expect(opened.page.get_by_role("button", name="Try again")).to_be_visible()
    opened.page.locator("[data-aisle-widget] .note .close").click()
    expect(sentence).to_be_hidden()
    usable(opened)


def test_a_server_that_dies_amid_a_conversation(window: OpenWindow, mortal: Site) -> None:
    opened = window(at=mortal, check=False).go("/products/trail-jacket").open()
    opened.say("a jacket")
    mortal.aisle.stop()
    opened.say("cheaper")
    alert = opened.frame.get_by_role("alert")
    expect(alert).to_contain_text("The connection is gone. Your message is kept.")
    expect(alert.get_by_role("button", name="Try again")).to_be_visible()
    opened.frame.get_by_role("button", name="Cart, empty").click()
    expect(opened.frame.locator(".toast")).to_contain_text("cannot be reached just now")
    opened.page.keyboard.press("Escape")
    usable(opened)


def test_a_shop_that_is_just_opening_is_waited_for(window: OpenWindow, site: Site) -> None:
    opened = window(check=False)
    opened.page.route(
        "**/api/v1/history*",
        lambda route: route.fulfill(status=503, body='{"error": {"code": "opening", "message": "x"}}'),
        times=1,
    )
    opened.go().opener.click()
    expect(opened.frame.locator(".opening")).to_contain_text("The shop is just opening.")
    expect(opened.frame.locator(".starters")).to_be_visible(timeout=10_000)
