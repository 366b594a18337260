"""The widget's files: what is sent, to whom, how much of it, and what may show the frame."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from assistant.config import Settings
from ui.embed import LANGUAGES, LOADER, PARTS, frame_policy, read_widget_file, slim, widget_routes
from ui.front import ALLOWED_PATHS, FRAME_PATH, Front

SITES = ("https://shop.example", "http://localhost:8080")
PATHS = ("/widget.js", FRAME_PATH, *(f"/widget/{name}" for name in (*PARTS, *LANGUAGES)))
MOST_BYTES = 30_000


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    app = FastAPI()
    settings = Settings(data=tmp_path, site_origins=SITES, shop_name='<b>"Aisle" & Co.</b>')
    app.include_router(widget_routes(settings, ("cdn.example",)))

    @app.get("/images/{name}")
    async def image(name: str) -> str:
        return name

    with TestClient(Front(app), base_url="http://localhost") as client:
        yield client


def test_everything_that_a_page_loads_is_small(client: TestClient) -> None:
    sizes = {}
    for path in PATHS:
        with client.stream("GET", path, headers={"accept-encoding": "gzip"}) as answer:
            assert answer.headers["content-encoding"] == "gzip" or path == FRAME_PATH
            sizes[path] = len(b"".join(answer.iter_raw()))
    languages = [sizes.pop(f"/widget/{name}") for name in LANGUAGES]
    assert sum(sizes.values()) + max(languages) <= MOST_BYTES, sizes


def test_packed_and_plain_are_the_same(client: TestClient) -> None:
    for path in PATHS:
        plain = client.get(path, headers={"accept-encoding": "identity"})
        assert "content-encoding" not in plain.headers
        with client.stream("GET", path, headers={"accept-encoding": "gzip"}) as answer:
            packed = b"".join(answer.iter_raw())
        assert zlib.decompress(packed, 31) == plain.content
        assert plain.headers["vary"] == "accept-encoding"


def test_what_is_known_already_is_not_sent_again(client: TestClient) -> None:
    first = client.get("/widget.js")
    again = client.get("/widget.js", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""


def test_only_listed_sites_may_show_the_frame(client: TestClient) -> None:
    headers = client.get(FRAME_PATH).headers
    policy = headers["content-security-policy"]
    assert policy.endswith("frame-ancestors https://shop.example http://localhost:8080")
    assert "unsafe" not in policy
    assert "*" not in policy
    assert "img-src 'self' https://cdn.example;" in policy
    assert "x-frame-options" not in headers


def test_without_a_site_no_page_may_show_the_frame() -> None:
    assert frame_policy(()).endswith("frame-ancestors 'none'")


def test_no_html_can_be_made_of_words() -> None:
    assert "trusted-types 'none'" in frame_policy(SITES)
    assert "require-trusted-types-for 'script'" in frame_policy(SITES)
    sinks = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc|DOMParser")
    scripts = [LOADER, *(name for name in (*PARTS, *LANGUAGES) if name.endswith(".js"))]
    assert [name for name in scripts if sinks.search(read_widget_file(name))] == []


def test_other_sites_may_load_the_tag_and_pictures_only(client: TestClient) -> None:
    rule = "cross-origin-resource-policy"
    assert client.get("/widget.js").headers[rule] == "cross-origin"
    assert client.get("/images/x.svg").headers[rule] == "cross-origin"
    for path in (FRAME_PATH, "/widget/frame.js", "/widget/frame.css", "/ui/aisle.css", "/healthz"):
        assert client.get(path).headers[rule] == "same-origin"
    for path in ("/widget.js", "/images/x.svg", "/widget/frame.js", "/checkout"):
        assert client.get(path).headers["x-frame-options"] == "DENY"


def test_the_page_of_the_frame_names_the_sites_and_is_escaped(client: TestClient) -> None:
    page = client.get(FRAME_PATH).text
    assert 'content="https://shop.example http://localhost:8080"' in page
    assert "<b>" not in page
    assert "&lt;b&gt;" in page


@pytest.mark.parametrize("name", ["loader.js", "nothing.js", "..%2fembed.py", "frame.html.map", "%2e%2e"])
def test_nothing_else_of_the_folder_is_served(client: TestClient, name: str) -> None:
    assert client.get(f"/widget/{name}").status_code == 404


def test_every_path_is_on_the_list_of_the_front() -> None:
    assert [path for path in PATHS if not ALLOWED_PATHS.fullmatch(path)] == []


def test_every_module_that_is_imported_is_served() -> None:
    names = {*PARTS, *LANGUAGES}
    for name in names:
        for found in re.findall(r'from "\./([\w.]+)"', read_widget_file(name)):
            assert found in names, (name, found)


def test_every_language_has_the_same_sentences_with_the_same_gaps() -> None:
    found = {name: _sentences(read_widget_file(name)) for name in LANGUAGES}
    first = found[LANGUAGES[0]]
    assert len(first) > 80
    for name, sentences in found.items():
        assert set(sentences) == set(first), name
        for key, text in sentences.items():
            assert sorted(re.findall(r"\{\d\}", text)) == sorted(re.findall(r"\{\d\}", first[key])), (name, key)


def test_every_sentence_that_is_asked_for_exists() -> None:
    known = set(_sentences(read_widget_file(LANGUAGES[0])))
    for name in PARTS:
        asked = set(re.findall(r'\bt\("(\w+)"', read_widget_file(name)))
        assert asked <= known, (name, asked - known)


def _sentences(script: str) -> dict[str, str]:
    return dict(re.findall(r'(\w+): "((?:[^"\\]|\\.)*)"', script))


_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"')


@pytest.mark.parametrize("name", [LOADER, *(name for name in PARTS if name.endswith(".js"))])
def test_no_sentence_of_a_script_is_touched(name: str) -> None:
    plain, sent = slim(read_widget_file(name)), slim(read_widget_file(name), "js")
    assert _STRING.findall(sent) == _STRING.findall(plain)
    assert len(sent) < len(plain)


def test_a_style_sheet_loses_spaces_that_mean_nothing() -> None:
    assert slim(".a > b, .c { color: red; margin: 0 4px; }\n", "css") == ".a>b,.c{color:red;margin:0 4px}"


def test_comments_indents_and_empty_lines_are_left_out_and_nothing_else() -> None:
    text = "/* one\n   two */\n\nconst a = 1; /* kept */\n\n  const b = `/* kept */`;\n  /* three */\n"
    assert slim(text) == "const a = 1; /* kept */\nconst b = `/* kept */`;\n"
