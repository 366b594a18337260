import pytest
from playwright.sync_api import expect
from tests.browser.widget.conftest import OpenWindow
pytestmark=[pytest.mark.browser, pytest.mark.filterwarnings("ignore:'future.no_silent_downcasting' is deprecated")]
OUT="/tmp/w/widget-shots"
@pytest.mark.parametrize(("width","scheme"),[(390,"light"),(1440,"light"),(390,"dark"),(1440,"dark")])
def test_shots(window: OpenWindow, width, scheme):
    w=window(width,scheme).go("/products/trail-jacket")
    w.page.screenshot(path=f"{OUT}/0-{width}-{scheme}.png")
    w.open()
    w.page.screenshot(path=f"{OUT}/1-{width}-{scheme}.png")
    w.say("a jacket")
    w.page.wait_for_timeout(300)
    w.page.screenshot(path=f"{OUT}/2-{width}-{scheme}.png")
    for i,word in enumerate(["compare","order","cancel","person","break","gift","ball gown","add","refuse", "details", "return"]):
        w.say(word)
        w.page.wait_for_timeout(150)
        w.page.screenshot(path=f"{OUT}/3-{i}-{word}-{width}-{scheme}.png")
    w.frame.get_by_role("button",name="Cart,").click()
    w.page.wait_for_timeout(200)
    w.page.screenshot(path=f"{OUT}/4-cart-{width}-{scheme}.png")
