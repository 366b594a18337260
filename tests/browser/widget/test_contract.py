"""The widget is a channel: every event of a turn and every kind of evidence is shown, and no attack becomes markup.

The events go the whole way: through the HTTP API, over the network, into the frame on a page of another site.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

import pytest
from playwright.sync_api import Browser

from assistant.turn import Done, Failed, Stopped, Turn, TurnEvent
from tests.browser.widget.conftest import OPEN_SHADOWS, Site, Window, open_site
from tests.contracts.channel import PAYLOADS, ChannelContract, attacks, events_with, live_markup
from tests.fakes.assistant import FakeAssistant

pytestmark = [
    pytest.mark.browser,
    # Gradio's queue keeps figures of its own with an option that pandas is retiring.
    pytest.mark.filterwarnings("ignore:'future.no_silent_downcasting' is deprecated"),
]


class Playing(FakeAssistant):
    """Answers each message with the events that were laid down for it; a turn without an end waits to be looked at."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self.events: Sequence[TurnEvent] = ()
        self.sent = threading.Event()

    @property
    def ends(self) -> bool:
        return any(isinstance(event, Done | Stopped | Failed) for event in self.events)

    async def stream(self, turn: Turn) -> AsyncIterator[TurnEvent]:
        for event in self.events:
            yield event
        self.sent.set()
        while not self.ends and not self.hold.is_set():
            await asyncio.sleep(0.01)


@pytest.fixture(scope="module")
def playing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with open_site(tmp_path_factory.mktemp("contract"), Playing) as site:
        yield site


@pytest.fixture(scope="module")
def opened(browser: Browser, playing: Site) -> Iterator[Window]:
    context = browser.new_context(reduced_motion="reduce", locale="en-US", timezone_id="UTC")
    context.add_init_script(OPEN_SHADOWS)
    window = Window(context.new_page(), playing).go().open()
    yield window
    context.close()
    assert window.foreign == []
    assert [error for error in window.errors if "404" not in error] == []


class TestWidgetChannel(ChannelContract):
    @pytest.fixture(autouse=True)
    def _window(self, opened: Window, playing: Site) -> None:
        self.window = opened
        self.assistant = playing.assistant
        self.said = 0

    def show(self, events: Sequence[TurnEvent]) -> str:
        assert isinstance(self.assistant, Playing)
        self.assistant.events = events
        self.said += 1
        # Thousands of cards of earlier turns would make each look slower than the one before.
        self.window.frame.locator(".turns").evaluate("list => list.replaceChildren()")
        self.assistant.hold.clear()
        self.assistant.sent.clear()
        self.window.say(f"message {self.said} of {id(self)}", wait=self.assistant.ends)
        if not self.assistant.ends:
            # A busy machine needs longer until the server has them; from then on they are as good as here.
            assert self.assistant.sent.wait(20)
            self.window.page.wait_for_timeout(400)
        parts = self.window.frame.locator(":is(.wishes, .floor, .turn.current .msg:not(.you))")
        html = "".join(parts.evaluate_all("all => all.map(node => node.outerHTML)"))
        self.assistant.hold.set()
        self.window.frame.locator('.frame[data-busy="false"]').wait_for()
        # The shop's own site is as good as ours: the page that shows the frame is one of its pages.
        return html.replace(self.window.site.shop.url, "")

    @pytest.mark.datasets
    @pytest.mark.skipif(not PAYLOADS.is_dir(), reason="../shared/datasets/safety is absent")
    @pytest.mark.parametrize("step", [10, pytest.param(1, marks=[pytest.mark.long, pytest.mark.timeout(1800)])])
    def test_known_attacks_never_become_markup(self, step: int) -> None:
        """Every tenth here, all of them in `make long`: a browser needs seconds for fifty."""
        payloads = attacks()[::step]
        for start in range(0, len(payloads), 50):
            some = payloads[start : start + 50]
            live = live_markup(self.show(events_with(*some)))
            assert not live, (live, some)
