"""Twenty needs of a shopper in a shop of 19,406 real products without categories, through the whole assistant.

Imported for search by words alone: the embedded import takes minutes and is measured in a test of its own.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.answer_json import answer_json
from assistant.bootstrap import build_assistant
from assistant.config import Settings
from assistant.places import catalogues_folder
from assistant.service import Assistant
from retrieval.encoder import Encoder
from retrieval.engine import Retrieval
from retrieval.filters import PriceRange
from retrieval.importers.column_map import MAPS
from retrieval.loader import import_file
from tests.scenarios.conftest import new_visitor
from tests.scenarios.visitor import Reply, Visitor

REPOSITORY = Path(__file__).resolve().parents[2]
FOLDER = REPOSITORY.parent / "shared" / "datasets" / "icecat"
FILE = FOLDER / "products.jsonl.gz"
pytestmark = [
    pytest.mark.datasets,
    pytest.mark.skipif(not FOLDER.is_dir(), reason="the Icecat data set is not beside the repository"),
]
_numbers = itertools.count(1)

NEEDS: list[tuple[str, dict[str, Any]]] = [
    ("a black toner for HP under $100", {"below": 100, "says": "toner"}),
    ("a 2 m HDMI cable", {"says": "hdmi", "kind": "cable"}),
    ("laptop with at least 8 GB memory", {"memory": 8}),
    ("wireless mouse, not Logitech", {"not_brand": "Logitech", "says": "mouse", "kind": "mouse"}),
    ("UPS from APC", {"brand": "APC"}),
    ("24 inch monitor", {"says": "monitor", "kind": "monitor"}),
    ("ink for Epson", {"brand": "Epson", "says": "ink"}),
    ("DDR4 memory module 16 GB", {"says": "ddr4", "kind": "memory", "exactly": 16}),
    ("projector lamp", {"says": "lamp", "kind": "lamp"}),
    ("usb c adapter", {"says": "usb", "kind": "adapter"}),
    ("noise cancelling headset", {"says": "head"}),
    ("laptop bag under $50", {"below": 50, "says": "bag", "kind": "bag"}),
    ("keyboard under $40", {"below": 40, "says": "keyboard", "kind": "keyboard"}),
    ("patch cable, cat6, blue", {"says": "blue", "kind": "cable"}),
    ("surge protector", {"says": "surge", "kind": "protector"}),
    ("external hard drive", {"says": "drive"}),
    ("gaming laptop", {"says": "notebook", "kind": "notebook"}),
    ("laptop", {"says": "notebook", "kind": "notebook"}),
]


@pytest.fixture(scope="module")
def icecat_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("icecat") / "data"
    root = catalogues_folder(Settings(data=data))
    import_file(FILE, root=root, name="icecat", column_map=MAPS / "icecat.yaml")
    return data


@pytest.fixture(scope="module")
def icecat(icecat_data: Path) -> Iterator[Assistant]:
    assistant = build_assistant(Settings(data=icecat_data, catalogue="icecat", encoder="off"))
    assistant.start(wait="words")
    yield assistant
    assistant.close()


@pytest.fixture
def guest(icecat: Assistant, runner: asyncio.Runner) -> Visitor:
    return new_visitor(icecat, runner, f"icecat-{next(_numbers)}")


def _ask(guest: Visitor, text: str) -> tuple[Reply, dict[str, Any]]:
    reply = guest.say(text)
    assert reply.failed is None
    return reply, answer_json(reply.answer)


@pytest.mark.parametrize(("text", "wanted"), NEEDS, ids=[text for text, _ in NEEDS])
def test_a_need_is_met_within_its_limits(guest: Visitor, text: str, wanted: dict[str, Any]) -> None:
    reply, answer = _ask(guest, text)
    products = answer["products"]
    assert products
    assert answer["slates"][0]["total"] >= len(products)
    if "below" in wanted:
        assert all(item["price_minor"] <= 100 * wanted["below"] and item["currency"] == "USD" for item in products)
    if "brand" in wanted:
        assert {item["brand"] for item in products} == {wanted["brand"]}
    if "not_brand" in wanted:
        assert wanted["not_brand"] not in {item["brand"] for item in products}
    if "says" in wanted:
        assert wanted["says"] in products[0]["title"].casefold()
    if "kind" in wanted:
        of_kind = [item for item in products if wanted["kind"] in item["title"].casefold()]
        assert len(of_kind) >= len(products) - 1
    stated = [fact.product.attributes.get("internal_memory") for fact in reply.products]
    if "memory" in wanted:
        assert all(
            value and value.unit == "GB" and float(value.text.split()[0]) >= wanted["memory"] for value in stated
        )
    if "exactly" in wanted:
        assert [value.text for value in stated if value] == [f"{wanted['exactly']} GB"] * len(products)
    assert all(f"${item['price_minor'] / 100:,.2f}" in answer["text"] for item in products[:1])


def test_of_a_thing_with_another_use_it_is_said_that_none_is_for_this_one(guest: Visitor) -> None:
    _, answer = _ask(guest, "office chair")
    assert all("chair" in item["title"].lower() for item in answer["products"])
    assert "None of them mentions “office”" in answer["text"]


@pytest.mark.parametrize("text", ["fitbit", "lawn mower"])
def test_what_the_shop_does_not_sell_is_said(guest: Visitor, text: str) -> None:
    _, answer = _ask(guest, text)
    assert answer["products"] == []
    assert text in answer["text"]


@pytest.mark.parametrize(("text", "brand"), [("garmin", "Garmin"), ("iphone 7", "Apple")])
def test_an_accessory_does_not_pretend_to_be_the_thing(guest: Visitor, text: str, brand: str) -> None:
    reply, answer = _ask(guest, text)
    assert brand not in {item["brand"] for item in answer["products"]}
    for fact in reply.products:
        assert not fact.product.title.casefold().startswith(text)
    assert f"**{text}" not in answer["text"].casefold()


@pytest.mark.parametrize("text", ["cheapest keyboard", "most expensive keyboard"])
def test_an_order_by_price_shows_the_thing_and_no_accessory(guest: Visitor, text: str) -> None:
    _, answer = _ask(guest, text)
    assert len(answer["products"]) >= 3
    assert all("keyboard" in item["title"].casefold() for item in answer["products"])


def test_a_wish_holds_over_several_turns(guest: Visitor) -> None:
    _, first = _ask(guest, "monitor under $300")
    asked, cheaper = _ask(guest, "cheaper")
    limit = next(c.max_minor for c in asked.answer.wishes.constraints if isinstance(c, PriceRange))
    assert limit is not None
    assert limit < min(30_000, max(item["price_minor"] for item in first["products"]))
    assert all(item["price_minor"] <= limit for item in cheaper["products"])
    reply, third = _ask(guest, "not HP")
    assert third["products"]
    assert "HP" not in {item["brand"] for item in third["products"]}
    assert all(item["price_minor"] <= limit for item in third["products"])
    assert "not HP" in reply.labels
    _, told = _ask(guest, "tell me more about the second one")
    assert third["products"][1]["title"].split()[0] in told["text"]
    assert f"${third['products'][1]['price_minor'] / 100:,.2f}" in told["text"]


COMMANDS = ["projector lamp", "UPS from APC", "keyboard under $40", "laptop bag under $50", "lawn mower"]


def test_the_command_answers_in_json(icecat_data: Path, tmp_path: Path) -> None:
    """A folder of its own: the assistant of the other tests holds the lock of theirs."""
    data = tmp_path / "data"
    data.mkdir()
    (data / "catalogues").symlink_to(catalogues_folder(Settings(data=icecat_data)))
    environment = {**os.environ, "AISLE_DATA": str(data), "AISLE_ENCODER": "off", "OMP_NUM_THREADS": "1"}
    for text in COMMANDS:
        ran = subprocess.run(
            [sys.executable, "-m", "assistant.cli", "ask", text, "--catalogue", "icecat", "--json"],
            cwd=REPOSITORY,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=240,
        )
        answer = json.loads(ran.stdout)
        assert answer["text"]
        assert bool(answer["products"]) is (text != "lawn mower")
        if "under" in text:
            limit = int(text.split("$")[1]) * 100
            assert all(item["price_minor"] <= limit for item in answer["products"])


@pytest.mark.long
@pytest.mark.timeout(900)
def test_the_whole_catalogue_is_imported_with_meaning(
    tmp_path: Path, encoder: Encoder, capsys: pytest.CaptureFixture[str]
) -> None:
    began, seconds, last = time.monotonic(), dict[str, float](), 0.0

    def progress(step: str, done: int, total: int | None) -> None:
        nonlocal last
        now = time.monotonic() - began
        seconds[step] = seconds.get(step, 0.0) + now - last
        last = now

    report = import_file(
        FILE, root=tmp_path, name="icecat", column_map=MAPS / "icecat.yaml", encoder=encoder, progress=progress
    )
    with capsys.disabled():
        told = ", ".join(f"{step} {spent:.1f} s" for step, spent in seconds.items())
        print(f"\nIcecat: {report.loaded} products in {report.seconds:.1f} s ({told})")  # noqa: T201
    assert (report.loaded, report.rejected) == (19_406, ())
    retrieval = Retrieval.open(tmp_path, "icecat")
    retrieval.warm(encoder)
    assert retrieval.mode == "words+meaning"
