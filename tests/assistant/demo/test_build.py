"""The demo shop as files."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter

from assistant.demo.build import DemoShop
from assistant.demo.tastes import Tastes
from recommender.events import Decision, Event
from retrieval.product_json import product_from_json
from retrieval.relations import read_relations


def _digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_files_hold_what_was_returned(shop: DemoShop, folder: Path) -> None:
    def lines(name: str) -> list[str]:
        return (folder / name).read_text(encoding="utf-8").splitlines()

    assert tuple(map(product_from_json, lines("catalogue.jsonl"))) == shop.products
    assert [json.loads(line)["id"] for line in lines("customers.jsonl")] == [customer.id for customer in shop.customers]
    assert [json.loads(line)["id"] for line in lines("orders.jsonl")] == [order.id for _, order in shop.orders]
    assert read_relations(folder / "relations.jsonl", (product.id for product in shop.products)) == shop.relations
    assert [json.loads(line)["text"] for line in lines("reviews.jsonl")] == [review.text for review in shop.reviews]
    decision, event = TypeAdapter(Decision), TypeAdapter(Event)
    assert tuple(map(decision.validate_json, lines("decisions.jsonl")[:50])) == shop.decisions[:50]
    assert tuple(map(event.validate_json, lines("behaviour.jsonl")[:500])) == shop.events[:500]
    assert len(lines("behaviour.jsonl")) == len(shop.events)
    assert Tastes.load(folder / "truth.json").item_ids == tuple(product.id for product in shop.products)


def test_every_product_has_its_image(shop: DemoShop, folder: Path) -> None:
    for product in shop.products:
        assert product.image == f"images/{product.id}.svg"
        assert (folder / product.image).stat().st_size < 6 * 1024
    assert len(list((folder / "images").iterdir())) == len(shop.products)


def test_another_process_writes_the_same_bytes(shop: DemoShop, folder: Path, now: datetime, tmp_path: Path) -> None:
    code = (
        "import sys; from datetime import datetime; from pathlib import Path;"
        "from assistant.demo.build import build_demo;"
        "build_demo(Path(sys.argv[1]), seed=7, now=datetime.fromisoformat(sys.argv[2]));"
        "sys.exit('torch' in sys.modules or 'gradio' in sys.modules or 'chromadb' in sys.modules)"
    )
    # Another hash seed: no order of a set may reach the files.
    environment = {**os.environ, "PYTHONHASHSEED": "12345"}
    subprocess.run([sys.executable, "-c", code, str(tmp_path), now.isoformat()], check=True, env=environment)
    assert _digests(tmp_path) == _digests(folder)


def test_progress_ends_with_everything_done(shop: DemoShop, progress: dict[str, tuple[int, int | None]]) -> None:
    assert progress.keys() >= {"products", "images", "shoppers"}
    assert progress["products"] == (len(shop.products), len(shop.products))
    assert all(done == total for done, total in progress.values())
