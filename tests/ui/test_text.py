"""The Markdown subset and which links are shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.contracts.channel import live_markup
from ui.images import image_address, shape_of
from ui.text import allowed_link, markdown


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("One.\n\nTwo.", "<p>One.</p><p>Two.</p>"),
        ("a\nb", "<p>a<br>b</p>"),
        ("**bold** and *soft*", "<p><strong>bold</strong> and <em>soft</em></p>"),
        ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
        ("So:\n1. a\n2. b", "<p>So:</p><ol><li>a</li><li>b</li></ol>"),
        ("2 * 3 * 4 = 24", "<p>2 * 3 * 4 = 24</p>"),
        ("a < b & c", "<p>a &lt; b &amp; c</p>"),
        ("# Title", "<p># Title</p>"),
        ("[rules](/policies/returns#x)", '<p><a href="/policies/returns#x" rel="noopener noreferrer">rules</a></p>'),
        ("", ""),
    ],
)
def test_markdown(text: str, html: str) -> None:
    assert markdown(text) == html


def test_a_link_to_another_host_keeps_its_words_only() -> None:
    assert "href" not in markdown("[here](https://evil.example/)")
    assert "href" in markdown("[here](https://shop.example/)", ("shop.example",))


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("/policies/returns", True),
        ("#here", True),
        ("https://shop.example/a", True),
        ("http://shop.example:8080/a", True),
        ("https://shop.example.evil.example/", False),
        ("https://shop.example@evil.example/", False),
        ("//evil.example", False),
        ("/\\evil.example", False),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("https://[", False),
        ("", False),
    ],
)
def test_allowed_links(url: str, allowed: bool) -> None:
    assert allowed_link(url, ("shop.example",)) is allowed


@given(st.text(alphabet=st.sampled_from("<>\"'&*[]()`!/\\ahref=javscript:onlx \n-1."), max_size=200))
def test_no_text_becomes_live_markup(text: str) -> None:
    assert not live_markup(markdown(text))


@pytest.mark.parametrize(
    ("image", "address"),
    [
        ("images/tent-2.svg", "/images/tent-2.svg"),
        ("images/../secret.svg", None),
        ("images/a/b.svg", None),
        ("images/x.html", None),
        ("/etc/passwd", None),
        ("https://cdn.example/x.jpg", "https://cdn.example/x.jpg"),
        ("https://other.example/x.jpg", None),
        ('https://cdn.example/x.jpg" onerror="x', None),
        ("data:image/svg+xml,x", None),
        (None, None),
    ],
)
def test_image_addresses(image: str | None, address: str | None) -> None:
    assert image_address(image, ("cdn.example",)) == address


def test_the_drawing_follows_the_category_then_the_title() -> None:
    assert shape_of("Hiking boots", "x") == "shoe"
    assert shape_of(None, "Zelt für zwei") == "tent"
    assert shape_of(None, "Thing") == "box"
