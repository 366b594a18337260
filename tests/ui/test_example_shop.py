"""The example shop page: its pages, its policy, its basket; served beside, or left out with a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

from assistant.config import Settings
from tests.fakes import shop
from ui.beside import example_beside, site_origins
from ui.example_shop import ExampleShop, page_policy
from ui.sockets import listen

AISLE = "http://127.0.0.1:7860"


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    products = {item.id: item for item in shop.PRODUCTS}
    with TestClient(ExampleShop(products, Settings(data=tmp_path), AISLE).app()) as client:
        yield client


def test_each_page_has_the_one_script_tag(client: TestClient) -> None:
    for path in ("/", "/products/trail-jacket", "/checkout", "/nothing"):
        page = client.get(path).text
        assert page.count("<script") == 1
        assert f'<script src="{AISLE}/widget.js" data-product-url="/products/{{id}}" async></script>' in page


def test_the_policy_lets_in_what_the_widget_needs_and_nothing_more(client: TestClient) -> None:
    policy = client.get("/").headers["content-security-policy"]
    assert policy == page_policy(AISLE)
    assert f"script-src {AISLE}; frame-src {AISLE};" in policy
    assert "unsafe" not in policy


def test_a_product_page_says_which_product_it_shows(client: TestClient) -> None:
    page = client.get("/products/trail-jacket").text
    assert '<meta name="aisle:product" content="trail-jacket">' in page
    assert f'src="{AISLE}/images/jacket.svg"' in page
    assert "$79.00" in page
    assert client.get("/products/none").status_code == 404


def test_a_department_that_is_not_there_is_not_found(client: TestClient) -> None:
    assert "Trail jacket" in client.get("/", params={"department": "Outdoor"}).text
    assert client.get("/", params={"department": "<script>"}).status_code == 404


def test_the_basket_prices_what_was_handed_over_itself(client: TestClient) -> None:
    page = client.get("/checkout?lines=trail-jacket-m:2,hut-boot-s:1").text
    assert "2 ×" in page
    assert "$158.00" in page
    assert "$177.99" in page


@pytest.mark.parametrize(
    "lines",
    ["", "none:1", "trail-jacket-m:0", "trail-jacket-m:-1", "trail-jacket-m:x", "trail-jacket-m:²", ":", ",,", "%ff:1"],
)
def test_a_basket_that_cannot_be_read_is_empty(client: TestClient, lines: str) -> None:
    assert "Your basket is empty" in client.get(f"/checkout?lines={lines}").text


def test_a_browser_may_call_this_machine_by_either_name() -> None:
    assert site_origins("http://127.0.0.1:7861") == ("http://127.0.0.1:7861", "http://localhost:7861")
    assert site_origins("http://[::1]:80") == ("http://[::1]:80", "http://localhost:80")
    assert site_origins("http://192.0.2.7:7861") == ("http://192.0.2.7:7861",)


def test_the_example_is_served_beside_and_may_embed_the_widget(tmp_path: Path) -> None:
    said: list[str] = []
    given = Settings(data=tmp_path, example_port=0, site_origins=("https://shop.example",))
    with example_beside(given, AISLE, said.append) as settings:
        (sentence,) = said
        url = sentence.split(" on ")[1].rstrip(".")
        assert settings.site_origins == ("https://shop.example", *site_origins(url))
        assert settings.checkout_url == "/checkout?cart={cart}&lines={lines}"
        assert httpx.get(f"{url}/checkout", timeout=30).status_code == 200


def test_a_taken_port_is_said_and_everything_goes_on(tmp_path: Path) -> None:
    said: list[str] = []
    with listen("127.0.0.1", 0) as sock:
        port = sock.getsockname()[1]
        with example_beside(Settings(data=tmp_path, example_port=port), AISLE, said.append) as settings:
            assert settings.site_origins == ()
    assert said == [f"The example shop page is left out: port {port} is taken. Choose another with AISLE_EXAMPLE_PORT."]


@pytest.mark.parametrize("more", [{"example_port": None}, {"example_port": "off"}, {"catalogue": "mine"}])
def test_there_is_an_example_only_of_the_demo_and_where_it_is_wanted(tmp_path: Path, more: dict[str, object]) -> None:
    said: list[str] = []
    with example_beside(Settings(data=tmp_path, **more), AISLE, said.append) as settings:  # type: ignore[arg-type]
        assert settings.site_origins == ()
    assert said == []
