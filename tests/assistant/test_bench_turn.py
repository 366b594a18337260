"""The bench of turns: every figure is there, the stub's time is taken off ours, catalogues grow to the size asked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from assistant import bench_turn
from assistant.config import Settings
from assistant.llm.bench_endpoint import BareAgent, answering_endpoint
from assistant.places import catalogues_folder
from assistant.terminal import Progress
from retrieval.engine import Retrieval
from retrieval.loader import import_products
from tests.assistant.small_shop import PRODUCTS


def small_shop(settings: Settings, progress: Progress) -> None:
    import_products(PRODUCTS, root=catalogues_folder(settings), name=settings.catalogue)


def test_the_bench_tells_every_figure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench_turn, "prepare_shop", small_shop)
    monkeypatch.setattr(bench_turn, "DIALOGUES", (("show me tents", "under 300"), ("hiking boots",)))
    monkeypatch.setattr(bench_turn, "LENGTHS", (1, 2))
    monkeypatch.setattr(bench_turn, "PAUSE_S", 0.01)
    settings = Settings(data=tmp_path, encoder="off")
    bench_turn.bench_turn(settings, shoppers=(2,), products=(25,), rounds=2, as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert set(found["over_shoppers"]) == {"1", "2"}
    assert set(found["over_products"]) == {str(len(PRODUCTS)), "25"}
    assert set(found["over_length"]) == {"1", "2"}
    one = found["one_shopper"]
    assert one["turns"] == 3
    assert 0 < one["whole_ms"]["p50"] <= one["whole_ms"]["p95"]
    assert 0 < one["first_card_ms"]["p50"] <= one["whole_ms"]["p95"]
    beside = found["beside_endpoint"]
    assert (beside["turns"], beside["fell_back"]) == (2 * 2, 0)
    assert 0 < beside["own_ms"]["p50"] < beside["ours_ms"]["p50"]
    grown = Retrieval.open(catalogues_folder(settings.model_copy(update={"data": tmp_path / "bench-turn"})), "bench-25")
    assert len(grown.catalogue.products) == 25


async def test_the_bare_agent_searches_and_answers(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, encoder="off")
    small_shop(settings, lambda *_: None)
    retrieval = Retrieval.open(catalogues_folder(settings), settings.catalogue)
    with answering_endpoint() as endpoint:
        asked = settings.model_copy(update={"llm_url": endpoint.url})
        answer = await BareAgent(asked, retrieval).answer("show me tents")
    assert all(product.title in answer for product in PRODUCTS if product.category == "Tents")
    assert answer.rstrip().endswith("Here is what I found for you.")
    assert endpoint.busy_s > 0
