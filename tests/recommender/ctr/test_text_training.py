"""A text model is kept where it beats what ranks now on later slates, and only there."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from recommender.ctr.artifact import load_artifact
from recommender.ctr.text import TextSettings
from recommender.ctr.text_training import CARD_FILE, TENSORS_FILE, TextCard, learn_text
from recommender.data.settings import KnownTraffic
from recommender.decide import Recommender
from recommender.errors import NotEnoughEvents
from recommender.event_log import MemoryEventLog
from recommender.events import Candidate, DecisionContext, Event, EventType, Item
from recommender.models.predicted import Predicted
from recommender.settings import DAY_S
from tests.recommender.ctr.small import make_logistic, save_logistic
from tests.recommender.ctr.tiny_reader import load_tiny, write_tiny

WISHES, THINGS = ("warm", "dry", "light"), ("fleece", "shell", "lamp")
TEXTS = {f"i{n}": f"{('red', 'blue')[n % 2]} {THINGS[n % 3]}" for n in range(12)}
ITEMS = {item_id: Item(item_id, "things", "all", None, 1_000, in_stock=True) for item_id in TEXTS}
START = 1_700_000_000.0


def _log(n_slates: int, chance: Callable[[str, str], float]) -> MemoryEventLog:
    log, rng, numbers = MemoryEventLog(), np.random.default_rng(2), count()
    recommender = Recommender(ITEMS, log, new_id=lambda: f"d{next(numbers)}")
    for turn in range(n_slates):
        at, wish, who = START + turn * 700.0, WISHES[rng.integers(3)], f"s{turn % 60}"
        found = [Candidate(f"i{n}", 0.5) for n in rng.permutation(12)[:8]]
        decision = recommender.decide(DecisionContext(who, f"v{turn}", "t", "search", at, 3, wish, k=4), found)
        for item in decision.items:
            if rng.random() < chance(wish, TEXTS[item.item_id]):
                act = (f"c{turn}-{item.position}", EventType.CLICK, item.item_id, who, f"v{turn}", at + 5.0)
                recommender.record(Event(*act, decision.decision_id, item.position))
    return log


def _answers(wish: str, text: str) -> float:
    return 0.6 if THINGS[WISHES.index(wish)] in text else 0.05


def _learn(log: MemoryEventLog, folder: Path, out: Path, live: Predicted | None = None) -> TextCard:
    return learn_text(
        log,
        ITEMS,
        TEXTS,
        folder,
        load_tiny,
        out,
        lambda _share: None,
        live=live or Predicted(),
        settings=TextSettings("full", learning_rate=5e-3, max_epochs=12, patience=4),
        seed=1,
        now=START + 365 * DAY_S,
        known=KnownTraffic(),
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny(tmp_path_factory.mktemp("tiny"))


def test_words_that_tell_are_learned_and_the_model_is_kept(folder: Path, tmp_path: Path) -> None:
    save_logistic(tmp_path / "live", make_logistic({"price": 0.1}, intercept=-1.0))
    card = _learn(_log(400, _answers), folder, tmp_path / "out", Predicted(load_artifact(tmp_path / "live")))
    assert set(card.rows) == {"popularity", "live", "text"}
    assert card.rows["text"].auc > 0.8 > card.rows["live"].auc
    assert card.gain.low > 0
    assert card.kept
    assert TextCard.model_validate_json((tmp_path / "out" / CARD_FILE).read_bytes()) == card
    assert (tmp_path / "out" / TENSORS_FILE).stat().st_size > 0


def test_where_words_tell_nothing_nothing_is_written(folder: Path, tmp_path: Path) -> None:
    card = _learn(_log(300, lambda _wish, _text: 0.25), folder, tmp_path)
    assert not card.kept
    assert list(tmp_path.iterdir()) == []


def test_too_few_requests_are_said(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(NotEnoughEvents, match="requests in words"):
        _learn(_log(20, _answers), folder, tmp_path)
