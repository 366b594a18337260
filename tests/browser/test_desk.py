"""The desk and the shopper page in two browser windows, on the real assistant: a person takes over and gives back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, expect

from assistant.bootstrap import build_assistant, ensure_catalogue
from assistant.config import Settings
from assistant.store.clock import system_clock
from assistant.store.staff import open_staff_store
from assistant.support.staff import Staff
from tests.browser.conftest import Visit
from tests.browser.desk import DeskVisit
from ui.app import create_app
from ui.serve import listen

pytestmark = [
    pytest.mark.browser,
    # Gradio's queue keeps figures of its own with options that pandas is retiring.
    pytest.mark.filterwarnings("ignore:'future.no_silent_downcasting' is deprecated"),
    pytest.mark.filterwarnings("ignore:The copy keyword is deprecated"),
]

PASSWORD = "a long enough one"
ATTACK = "<img src=x onerror=\"document.title='run'\"><script>document.title='run'</script> {{ 7 * 7 }} ${alert(1)}"
UNNAMED = """() => [...document.querySelectorAll('.aisle :is(button, a, select, textarea)')]
  .filter(e => e.checkVisibility() && !(e.getAttribute('aria-label') || e.innerText || e.textContent || '').trim()
    && !(e.labels && e.labels.length)).map(e => e.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def shop_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The demo shop on the real web server, with two of the staff."""
    settings = Settings(data=tmp_path_factory.mktemp("desk") / "data", encoder="off")
    ensure_catalogue(settings, n_shoppers=10)
    staff = Staff(open_staff_store(settings.data), system_clock)
    staff.add("Nora", "agent", PASSWORD)
    staff.add("Ola", "admin", PASSWORD)
    staff.close()
    assistant = build_assistant(settings)
    assistant.start(wait="words")
    app = create_app(assistant, settings)
    with listen("127.0.0.1", 0) as sock:
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", ws="none", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [sock]})
        thread.start()
        yield f"http://127.0.0.1:{sock.getsockname()[1]}/"
        server.should_exit = True
        thread.join(20)
    assistant.close()


@pytest.fixture
def desk(browser: Browser, shop_url: str) -> Iterator[Callable[..., DeskVisit]]:
    """Sign in at the desk: `desk("Nora", width=390)`."""
    windows: list[DeskVisit] = []

    def sign_in(name: str = "Nora", *, width: int = 1440, scheme: str = "light") -> DeskVisit:
        windows.append(DeskVisit(browser, shop_url, width=width, scheme=scheme))
        return windows[-1].sign_in(name, PASSWORD)

    yield sign_in
    for window in windows:
        window.close()


def _waiting(shopper: Visit, words: str = "show me tents") -> None:
    shopper.say(words)
    shopper.page.get_by_role("button", name="Talk to a person").click()
    expect(shopper.page.locator(".floor-bar")).to_contain_text("in the queue for a person")


def test_a_person_takes_over_answers_live_and_gives_back(
    visit: Callable[..., Visit], desk: Callable[..., DeskVisit]
) -> None:
    nora = desk()
    shopper = visit()
    _waiting(shopper)
    expect(nora.page.locator(".rows.waiting .inbox-row")).to_have_count(1)  # without a reload
    nora.open_first()
    expect(nora.page.locator(".messages .card").first).to_be_visible()
    nora.take()
    expect(shopper.page.locator(".event")).to_have_text("Nora has joined.")
    nora.reply("Hello, Nora here.")
    expect(shopper.page.locator(".msg.agent .who")).to_have_text("Nora")
    expect(shopper.page.locator(".msg.agent .words")).to_have_text("Hello, Nora here.")
    shopper.say("is it waterproof?")
    expect(shopper.page.locator(".turn.current .passed")).to_contain_text("Nora has this message")
    expect(shopper.page.locator(".turn.current .words:not(:empty)")).to_have_count(0)
    expect(nora.page.locator(".messages .msg.shopper").last).to_contain_text("is it waterproof?")
    nora.reply("Yes.")
    expect(shopper.page.locator(".turn.current .msg.agent .words")).to_have_text("Yes.")
    expect(shopper.page.locator(".passed")).to_have_count(0)
    nora.give_back()
    expect(shopper.page.locator(".event").last).to_have_text("The assistant is back.")
    shopper.say("show me mugs")
    expect(shopper.page.locator(".turn.current .msg.assistant .card").first).to_be_visible()
    expect(nora.page.locator(".messages .msg.assistant .card").last).to_be_visible()
    shopper.page.reload()
    shopper.page.wait_for_selector(".opening[hidden]", state="attached")
    expect(shopper.page.locator(".msg.agent .who")).to_have_text(["Nora", "Nora"])


def test_leaving_the_queue_empties_the_inbox(visit: Callable[..., Visit], desk: Callable[..., DeskVisit]) -> None:
    nora, shopper = desk(), visit()
    _waiting(shopper)
    expect(nora.page.locator(".rows.waiting .inbox-row")).to_have_count(1)
    shopper.page.get_by_role("button", name="Leave the queue").click()
    expect(shopper.page.get_by_role("button", name="Talk to a person")).to_be_visible()
    expect(nora.page.locator(".rows.waiting")).to_have_count(0)


def test_words_of_either_side_are_words_and_never_markup(
    visit: Callable[..., Visit], desk: Callable[..., DeskVisit]
) -> None:
    nora, shopper = desk(), visit()
    _waiting(shopper, ATTACK)
    expect(nora.page.locator(".rows.waiting .row-line")).to_have_count(1)
    nora.open_first()
    expect(nora.page.locator(".messages .bubble")).to_have_text(ATTACK)
    nora.take()
    nora.page.fill("#desk-say", ATTACK)
    nora.page.press("#desk-say", "Control+Enter")
    expect(shopper.page.locator(".msg.agent .words")).to_have_text(ATTACK)
    for page in (nora.page, shopper.page):
        assert page.title() != "run"
        assert page.locator(".aisle :is(script, img[onerror])").count() == 0
    nora.give_back()


def test_nothing_needs_the_mouse(visit: Callable[..., Visit], desk: Callable[..., DeskVisit]) -> None:
    nora, shopper = desk(), visit()
    _waiting(shopper)
    page = nora.page
    expect(page.locator(".rows.waiting .inbox-row")).to_have_count(1)
    page.keyboard.press("?")
    expect(page.locator("dialog.keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator(".case-head h1")).to_be_visible()
    page.keyboard.press("t")
    expect(page.locator("#desk-say")).to_be_focused()
    page.keyboard.type("By keyboard. t g j")
    page.keyboard.press("Control+Enter")
    expect(shopper.page.locator(".msg.agent .words")).to_have_text("By keyboard. t g j")
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    expect(shopper.page.locator(".event").last).to_have_text("The assistant is back.")
    page.keyboard.press("Escape")
    expect(page.locator('.desk[data-step="inbox"]')).to_have_count(1)


def test_two_tabs_of_one_agent_are_one_and_a_colleague_is_told_who(
    visit: Callable[..., Visit], desk: Callable[..., DeskVisit]
) -> None:
    one, other, ola, shopper = desk(), desk(), desk("Ola"), visit()
    _waiting(shopper)
    for window in (one, other, ola):
        expect(window.page.locator(".rows.waiting .inbox-row")).to_have_count(1)
        window.open_first()
    one.take()
    expect(other.page.get_by_role("button", name="Give back to the assistant")).to_be_visible()
    other.reply("From the second tab.")
    expect(one.page.locator(".msg.agent .words")).to_have_text("From the second tab.")
    expect(ola.page.locator(".case-head .floor")).to_have_text("Nora is talking with this shopper.")
    ola.page.get_by_role("button", name="Take over from Nora").click()
    expect(one.page.locator(".case-head .floor")).to_have_text("Ola is talking with this shopper.")
    expect(shopper.page.locator(".event").last).to_have_text("Ola has joined.")
    ola.give_back()


def test_signing_out_ends_every_tab(desk: Callable[..., DeskVisit]) -> None:
    window = desk()
    tab = window.context.new_page()
    tab.goto(f"{window.url}desk/")
    expect(tab.locator("[data-me]")).to_have_text("Nora")
    window.page.get_by_role("button", name="Sign out").click()
    expect(window.page.get_by_role("heading", name="Sign in to the desk")).to_be_visible()
    expect(tab.get_by_role("link", name="Sign in again")).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (390, "dark"), (1440, "light"), (1440, "dark")])
def test_the_desk_in_every_look(
    visit: Callable[..., Visit], desk: Callable[..., DeskVisit], tmp_path: Path, width: int, scheme: str
) -> None:
    shopper = visit()
    _waiting(shopper, "tents for the Donaudampfschifffahrtsgesellschaft with 帐篷 und Rucksäcken")
    nora = desk(width=width, scheme=scheme)
    expect(nora.page.locator(".rows.waiting .inbox-row")).to_have_count(1)
    nora.page.screenshot(path=tmp_path / "inbox.png")
    nora.open_first()
    expect(nora.page.locator(".messages .msg").last).to_be_visible()
    nora.page.screenshot(path=tmp_path / "case.png")
    assert nora.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert nora.page.evaluate(UNNAMED) == []
    if width < 500:
        nora.page.get_by_role("button", name="Customer and orders").click()
        expect(nora.page.locator(".pane.person")).to_be_visible()
        nora.page.screenshot(path=tmp_path / "person.png")
    shopper.page.get_by_role("button", name="Leave the queue").click()
    expect(shopper.page.get_by_role("button", name="Talk to a person")).to_be_visible()
