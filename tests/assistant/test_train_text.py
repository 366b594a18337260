"""`aisle train text`, as whoever runs a shop uses it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from assistant.config import Settings
from assistant.opening import items_of
from assistant.places import catalogues_folder
from assistant.store import SqlEventLog, open_store
from assistant.train_text import _reader
from recommender.ctr.text import TextClickModel, TextSettings
from recommender.decide import Recommender
from recommender.events import Candidate, DecisionContext
from retrieval.encoder import PACKAGED
from retrieval.loader import import_products
from tests.assistant.command_line import run_command
from tests.retrieval.encoder_training.toy import toy_products


def test_too_few_requests_and_a_missing_encoder_are_told_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], aisle_data: Path
) -> None:
    products = toy_products()[:8]
    monkeypatch.setenv("AISLE_ENCODER", "off")
    monkeypatch.setenv("AISLE_CATALOGUE", "toy")
    import_products(products, root=catalogues_folder(Settings(data=aisle_data)), name="toy")
    with closing(open_store(aisle_data)) as store:
        recommender = Recommender(items_of(products), SqlEventLog(store))
        context = DecisionContext("ann", "visit", "turn", "search", 1e9, seed=7, query="a jacket", k=3)
        recommender.decide(context, [Candidate(product.id) for product in products])
    with run_command(monkeypatch, capsys) as run:
        off = run("train", "text")
        monkeypatch.delenv("AISLE_ENCODER")
        few = run("train", "text", "--trunk", "lora")
    assert off.code == few.code == 1
    assert "AISLE_ENCODER is off" in off.err
    assert "impressions for requests in words with a click, and without" in few.err


def test_the_packaged_encoder_reads_requests_and_products() -> None:
    model = TextClickModel(_reader(Path(PACKAGED)), TextSettings())
    found = model.probabilities(["warm jacket", "warm jacket"], ["Down parka", "Camping stove"])
    assert found.shape == (2,)
    assert found[0] != found[1]
