"""A member of staff at the desk, in a browser window of their own."""

from __future__ import annotations

from playwright.sync_api import Browser, Page, expect


class DeskVisit:
    """The desk in a window; `troubles` collects errors of its script and requests to other hosts."""

    def __init__(self, browser: Browser, url: str, *, width: int = 1440, scheme: str = "light") -> None:
        """Args:
        browser: a context of its own is opened in it.
        url: of the server, e.g. "http://127.0.0.1:7861/".
        width: of the window, in pixels.
        scheme: "light" or "dark".
        """
        self.url = url
        self.context = browser.new_context(
            viewport={"width": width, "height": 844 if width < 500 else 900},
            color_scheme="dark" if scheme == "dark" else "light",
            reduced_motion="reduce",
            locale="en-US",
            timezone_id="UTC",
        )
        self.page: Page = self.context.new_page()
        self.troubles: list[str] = []
        self.page.on("pageerror", lambda error: self.troubles.append(str(error)))
        self.page.on("request", lambda request: self._note(request.url))

    def _note(self, address: str) -> None:
        if not address.startswith((self.url, "data:", "blob:")):
            self.troubles.append(f"asked another host: {address}")

    def sign_in(self, name: str, password: str) -> DeskVisit:
        """Sign in and wait for the inbox."""
        self.page.goto(f"{self.url}desk/")
        self.page.fill("[name=name]", name)
        self.page.fill("[name=password]", password)
        self.page.press("[name=password]", "Enter")
        expect(self.page.locator("[data-me]")).to_have_text(name)
        return self

    def open_first(self) -> None:
        """Open the first conversation of the inbox."""
        self.page.locator(".inbox-row").first.click()
        expect(self.page.locator(".case-head h1")).to_be_visible()

    def take(self) -> None:
        """Take the open conversation over."""
        self.page.get_by_role("button", name="Take over").click()
        expect(self.page.locator("#desk-say")).to_be_focused()

    def reply(self, words: str) -> None:
        """Say something to the shopper, and wait until it stands in the conversation."""
        self.page.fill("#desk-say", words)
        self.page.press("#desk-say", "Control+Enter")
        expect(self.page.locator(".messages .msg.agent").last).to_contain_text(words)

    def give_back(self) -> None:
        """Let the assistant go on."""
        self.page.get_by_role("button", name="Give back to the assistant").click()
        expect(self.page.get_by_role("button", name="Give back to the assistant")).to_have_count(0)

    def close(self) -> None:
        """Close the window; nothing may have gone wrong in it."""
        self.context.close()
        assert not self.troubles
