"""`aisle train data`: the card of the log as it is, again and again, and nothing else is touched."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.config import Settings
from assistant.places import catalogues_folder
from assistant.store import SqlEventLog, open_store
from assistant.train_data import STAFF_FILE
from recommender.data.card import DataCard
from recommender.events import Event
from retrieval.loader import import_products
from tests.assistant.command_line import Command, run_command
from tests.recommender.data.traffic import NOW, person
from tests.retrieval.encoder_training.toy import toy_products


@pytest.fixture
def aisle(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], aisle_data: Path) -> Iterator[Command]:
    import_products(toy_products(), root=catalogues_folder(Settings(data=aisle_data)), name="toy")
    with run_command(monkeypatch, capsys, "train", "data", "--catalogue", "toy") as run:
        yield run


def _behaviour() -> list[Event]:
    rng, ids = random.Random(1), [product.id for product in toy_products()]
    late = time.time() - NOW - 300_000.0
    visits = [event for i in range(20) for event in person(f"c:{i}", NOW + 5_000.0 * i, rng)]
    # No slate shows a product twice.
    return [replace(event, at=event.at + late, item_id=ids[(event.position or 0) % len(ids)]) for event in visits]


def test_the_card_says_what_counts_and_what_moved(aisle: Command, aisle_data: Path) -> None:
    store = open_store(aisle_data)
    SqlEventLog(store).append_many((), _behaviour())
    store.close()
    (aisle_data / STAFF_FILE).write_text("3\n4\n")
    ran = aisle("--json")
    assert ran.code == 0, ran.err
    file = Path(ran.json["file"])
    assert file == aisle_data / "models" / "toy" / "data-card.md"
    card = DataCard.model_validate_json(file.with_suffix(".json").read_text())
    assert card.n_events == len(_behaviour())
    assert card.rejected == {"staff": sum(event.shopper_key in {"c:3", "c:4"} for event in _behaviour())}
    assert card.n_shoppers == 18

    again = aisle()
    assert "Stability index since" in again.out
    assert again.out.strip() == file.read_text().strip()


def test_without_behaviour_it_says_so(aisle: Command) -> None:
    ran = aisle()
    assert ran.code != 0
    assert "Nobody has used this shop yet" in ran.err
