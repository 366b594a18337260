"""The `aisle` command, as a person or a program uses it: arguments in; answers, errors and exit codes out."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from recommender.promotion.registry import Registry
from tests.assistant.command_line import run_command
from tests.recommender.promotion.drafts import add_release
from tests.retrieval.tiny_models import make_cross_encoder

ROWS = """id,title,price,brand,category,stock
a,Red tent,99.90,Norr,Tents,3
b,Blue tent,149.00,Norr,Tents,0
c,Broken tent,cheap,Norr,Tents,1
d,Camping stove,25,Hex,Stoves,8
"""
ANSWER_KEYS = {"text", "products", "handed_over", "proposals", "sources", "decision_id", "version"}
PRODUCT_KEYS = {"id", "title", "brand", "price_minor", "currency", "wishes", "why"}


@pytest.fixture
def aisle(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Any]:
    """Run the command in this process; words only, so that no encoder is loaded."""
    monkeypatch.setenv("AISLE_ENCODER", "off")
    with run_command(monkeypatch, capsys) as run:
        yield run


@pytest.fixture
def tents(aisle: Any, tmp_path: Path) -> Path:
    """A file of four rows, imported as "tents"."""
    file = tmp_path / "Tents.csv"
    file.write_text(ROWS)
    assert aisle("import", file).code == 0
    return file


@pytest.fixture(scope="module")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("demo") / "data"


@pytest.fixture
def in_demo(demo_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder in which the demo shop stands; made by the first test that needs it."""
    monkeypatch.setenv("AISLE_DATA", str(demo_folder))
    return demo_folder


# ---------------------------------------------------------------- import


def test_import_reports_rejected_rows_by_line_and_loads_the_rest(aisle: Any, tmp_path: Path) -> None:
    file = tmp_path / "Tents.csv"
    file.write_text(ROWS)
    ran = aisle("import", file, "--json")
    assert ran.code == 0
    assert {"rows", "loaded", "rejected", "seconds", "format", "version"} <= set(ran.json)
    assert (ran.json["products"], ran.json["added"], ran.json["catalogue_version"]) == (3, 3, 1)
    assert (ran.json["rows"], ran.json["loaded"]) == (4, 3)
    (rejected,) = ran.json["rejected"]
    assert rejected["line"] == 4
    assert "cheap" in rejected["reason"]


def test_import_tells_people_the_same(aisle: Any, tmp_path: Path) -> None:
    file = tmp_path / "Spring Tents.csv"
    file.write_text(ROWS)
    ran = aisle("import", file)
    assert "3 products from 4 rows" in ran.out
    assert "line 4:" in ran.out
    assert "aisle serve --catalogue spring-tents" in ran.out


def test_import_knows_an_export_of_a_shop_and_takes_its_currency(aisle: Any, tmp_path: Path) -> None:
    file = tmp_path / "products_export.csv"
    file.write_text("Handle,Title,Variant Price\ntent,Tent,99.90\nmug,Mug,\n")
    ran = aisle("import", file, "--currency", "eur", "--name", "shop")
    assert "1 products from 2 rows" in ran.out
    assert "Read as Shopify products (CSV or JSON), priced in EUR." in ran.out
    assert "1 could not be loaded:\n  line 3: no price" in ran.out
    assert aisle("search", "tent", "--catalogue", "shop", "--json").json["products"][0]["currency"] == "EUR"


def test_import_help_names_every_format(aisle: Any) -> None:
    from retrieval.importers import IMPORTERS

    words = aisle("import", "--help").out
    assert [name for name in IMPORTERS if name not in words] == []


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("missing.csv",), "there is no such file"),
        (("tents.csv", "--map", "missing.yaml"), "The column map missing.yaml cannot be read"),
        (("tents.csv", "--format", "xlsx"), "no importer 'xlsx'"),
        (("tents.csv", "--name", "../x"), "no catalogue name"),
    ],
)
def test_an_import_that_cannot_be_is_one_plain_sentence(
    aisle: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tents.csv").write_text(ROWS)
    ran = aisle("import", *arguments)
    assert ran.code == 1
    assert says in ran.err
    assert ran.err.count("\n") == 1
    assert ran.out == ""


# ---------------------------------------------------------------- search


@pytest.mark.usefixtures("tents")
def test_search_shows_products_and_how_the_words_were_understood(aisle: Any) -> None:
    ran = aisle("search", "tent under $120", "--catalogue", "tents", "--json")
    assert ran.code == 0
    assert {"products", "filters", "relaxations", "facets", "version"} <= set(ran.json)
    assert [product["id"] for product in ran.json["products"]] == ["a"]
    assert ran.json["products"][0]["price_minor"] == 9990
    assert ran.json["products"][0]["wishes"]["under $120"] == "met"
    assert [row["kind"] for row in ran.json["filters"] if row["kind"] == "price"] == ["price"]


@pytest.mark.usefixtures("tents")
def test_a_search_without_a_hit_says_what_to_give_up(aisle: Any) -> None:
    ran = aisle("search", "tent under $5", "--catalogue", "tents", "--json")
    assert ran.json["products"] == []
    assert {"drop", "count"} <= set(ran.json["relaxations"][0])
    assert ran.json["relaxations"][0]["count"] == 2


@pytest.mark.usefixtures("tents")
def test_search_as_text_says_how_the_words_were_taken(aisle: Any) -> None:
    ran = aisle("search", "tnet under $5", "--catalogue", "tents")
    assert "  up to $99.90 instead: 1\n" in ran.out
    assert "  read “tnet” as “tent”\n" in ran.out
    ran = aisle("search", "tent under 150€", "--catalogue", "tents")
    assert "  could not be used: under 150€\n" in ran.out
    assert "read “" not in ran.out


@pytest.mark.usefixtures("tents")
def test_search_keeps_to_the_limit(aisle: Any) -> None:
    ran = aisle("search", "tent", "--catalogue", "tents", "--limit", "1")
    assert "2 found" in ran.out
    assert "  1. " in ran.out
    assert "  2. " not in ran.out


@pytest.mark.usefixtures("tents")
def test_a_catalogue_that_is_not_there_is_one_plain_sentence(aisle: Any) -> None:
    ran = aisle("search", "tent", "--catalogue", "boats")
    assert ran.code == 1
    assert "boats" in ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("text", ["", " ", "\x00\x1b[2J", "🥾🥾🥾", "\u202eחיפוש", "x" * 100_000, "\udcff"])
@pytest.mark.usefixtures("tents")
def test_any_text_can_be_searched(aisle: Any, text: str) -> None:
    ran = aisle("search", text, "--catalogue", "tents", "--json")
    assert ran.code == 0
    assert isinstance(ran.json["products"], list)


@pytest.mark.usefixtures("tents")
def test_search_asks_a_cross_encoder_where_there_is_one_and_says_where_it_is_not(
    aisle: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def shown() -> list[str]:
        ran = aisle("search", "tent", "--catalogue", "tents", "--json")
        assert ran.code == 0
        assert ("AISLE_CROSS_ENCODER" in ran.err) is not (tmp_path / "tiny").exists()
        return [product["id"] for product in ran.json["products"]]

    monkeypatch.setenv("AISLE_CROSS_ENCODER", str(tmp_path / "tiny"))
    assert shown() == ["a", "b"]
    make_cross_encoder(
        tmp_path / "tiny", ["tent", "red", "blue"], [("tent", "blue tent", 1.0), ("tent", "red tent", 0.0)] * 4
    )
    assert shown() == ["b", "a"]


# ---------------------------------------------------------------- settings and wrong use


def test_a_setting_that_cannot_be_used_is_named(aisle: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AISLE_PORT", "many")
    ran = aisle("search", "tent")
    assert ran.code == 1
    assert "AISLE_PORT cannot be used" in ran.err


@pytest.mark.parametrize(
    "arguments", [("fly",), ("ask",), ("search", "x", "--limit", "0"), ("serve", "--port", "70000")]
)
def test_wrong_use_ends_with_2(aisle: Any, arguments: tuple[str, ...]) -> None:
    ran = aisle(*arguments)
    assert ran.code == 2
    assert "Usage: aisle" in ran.err


# ---------------------------------------------------------------- ask and chat


@pytest.mark.usefixtures("in_demo")
def test_ask_makes_the_demo_shop_first_and_says_so(aisle: Any) -> None:
    ran = aisle("ask", "waterproof hiking boots", "--json")
    assert ran.code == 0
    assert set(ran.json) >= ANSWER_KEYS
    assert ran.json["products"]
    assert all(set(product) >= PRODUCT_KEYS for product in ran.json["products"])
    assert "demo shop" not in aisle("ask", "tents", "--json").err


@pytest.mark.usefixtures("in_demo")
def test_ask_tells_people_the_answer_and_the_products(aisle: Any) -> None:
    ran = aisle("ask", "a tent for two")
    assert ran.code == 0
    assert "  1. " in ran.out
    assert ran.out.split("\n")[0].strip()


@pytest.mark.usefixtures("in_demo")
def test_chat_is_one_conversation_over_lines_of_json(aisle: Any) -> None:
    lines = ['{"say": "hiking boots"}', "", '{"say": "only under $150"}']
    ran = aisle("chat", "--json", stdin="\n".join(lines) + "\n")
    assert ran.code == 0
    first, second = (json.loads(line) for line in ran.out.splitlines())
    assert set(first) >= ANSWER_KEYS
    assert second["products"]
    assert all(product["price_minor"] <= 15000 for product in second["products"])


@pytest.mark.usefixtures("in_demo")
def test_a_line_that_is_no_message_is_answered_with_an_error_and_the_conversation_goes_on(aisle: Any) -> None:
    lines = ["no json", '{"tell": "x"}', '["say"]', '{"say": 5}', "[" * 5000, '{"say": ""}', '{"say": "tents"}']
    ran = aisle("chat", "--json", stdin="\n".join(lines) + "\n")
    answers = [json.loads(line) for line in ran.out.splitlines()]
    assert ran.code == 0
    assert len(answers) == len(lines)
    assert all("error" in answer and "version" in answer for answer in answers[:5])
    assert answers[-1]["products"]


@pytest.mark.usefixtures("in_demo")
def test_chat_for_people_ends_with_the_input(aisle: Any) -> None:
    ran = aisle("chat", stdin="a red mug\n\n")
    assert ran.code == 0
    assert ran.out.count("you> ") == 3


@pytest.mark.usefixtures("in_demo")
def test_a_customer_who_is_not_there_is_one_plain_sentence(aisle: Any) -> None:
    ran = aisle("ask", "where is my order?", "--as", "nobody")
    assert ran.code == 1
    assert ran.err.strip().count("\n") == 0 or "Traceback" not in ran.err


def test_ask_says_what_does_not_work(
    aisle: Any, in_demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    aisle("demo")
    shutil.copytree(in_demo, tmp_path / "data", ignore=shutil.ignore_patterns("models"))
    monkeypatch.setenv("AISLE_DATA", str(tmp_path / "data"))
    registry = Registry(tmp_path / "data" / "models" / "demo")
    registry.promote(add_release(registry).number, who="test")
    for file in (registry.root / "releases" / str(registry.live())).iterdir():
        file.write_bytes(b"junk")
    ran = aisle("ask", "tents", "--json")
    assert ran.code == 0
    assert any("click model" in line and "`aisle demo`" in line for line in ran.err.splitlines())


def test_a_data_folder_that_cannot_be_is_one_plain_sentence(
    aisle: Any, tents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AISLE_DATA", "/proc/x")
    for command in (("demo",), ("ask", "tents"), ("import", tents)):
        ran = aisle(*command)
        assert ran.code == 1
        assert "choose another with AISLE_DATA" in ran.err


# ---------------------------------------------------------------- as a process


def _environment(**more: str) -> dict[str, str]:
    return {**os.environ, "AISLE_ENCODER": "off", **more}


@pytest.mark.usefixtures("tents")
def test_a_reader_that_goes_away_is_no_error() -> None:
    command = f"{sys.executable} -m assistant.cli search tent --catalogue tents --json | head -c 1"
    ran = subprocess.run(["bash", "-c", command], env=_environment(), capture_output=True, text=True, check=False)
    assert ran.stdout == "{"
    assert ran.stderr == ""


@contextmanager
def _ended(process: subprocess.Popen[str]) -> Iterator[None]:
    """End a process with the test, whatever the test found."""
    with process:
        try:
            yield
        finally:
            process.kill()


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Tests in the background of a shell ignore SIGINT, and so would the processes that they start."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("in_demo", "interruptible")
def test_ctrl_c_ends_a_conversation_quietly(aisle: Any) -> None:
    aisle("demo")
    process = subprocess.Popen(
        [sys.executable, "-m", "assistant.cli", "chat", "--json"],
        env=_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with _ended(process):
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write('{"say": "tents"}\n')
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["products"]
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 130
        assert "Traceback" not in process.stderr.read()


@pytest.mark.usefixtures("in_demo", "interruptible")
def test_the_pages_are_served_until_ctrl_c(aisle: Any) -> None:
    aisle("demo")
    process = subprocess.Popen(
        [sys.executable, "-m", "assistant.cli", "serve", "--port", "0"],
        env=_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with _ended(process):
        assert process.stdout is not None
        assert process.stderr is not None
        # An example shop page stands on another port, or its port is taken: one line about it.
        said = next((line for line in process.stdout if line.startswith("Serving ")), "")
        found = re.search(r"on (http://127\.0\.0\.1:\d+)\.", said)
        assert found, said + process.stderr.read()
        assert re.search(r"/desk/\. Sign in as demo with the password \S{20,} ", process.stdout.readline())
        with urllib.request.urlopen(found.group(1), timeout=60) as page:
            assert page.status == 200
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 0
        assert "Traceback" not in process.stderr.read()


@pytest.mark.usefixtures("in_demo")
def test_a_port_that_is_taken_is_one_plain_sentence(aisle: Any) -> None:
    aisle("demo")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ran = aisle("serve", "--port", str(taken.getsockname()[1]))
    assert ran.code == 1
    assert "choose another with --port" in ran.err
