from __future__ import annotations

import threading
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from assistant.config import Settings
from assistant.head_watch import HeadWatch
from recommender.bandit.drift import DriftAlarm
from recommender.ctr.artifact import load_artifact
from recommender.decide import Recommender
from recommender.event_log import MemoryEventLog
from recommender.events import Candidate
from recommender.models.predicted import Predicted
from recommender.online_head import HeadKeeper, LiveHead
from recommender.promotion.line_up import LineUp, Served
from recommender.settings import RecommenderSettings
from tests.recommender.ctr.small import make_logistic, save_logistic
from tests.recommender.shop import ITEMS, NOW, make_context


def _open(tmp_path: Path) -> tuple[HeadWatch, Recommender]:
    save_logistic(tmp_path / "model", make_logistic({"discount": 1.0}))
    model, log, numbers = Predicted(load_artifact(tmp_path / "model")), MemoryEventLog(), RecommenderSettings()
    recommender = Recommender(ITEMS, log, settings=numbers)
    recommender.serve(LineUp(Served(ranker=model, model_sha=model.sha)))
    return HeadWatch(Settings(data=tmp_path), log, recommender, numbers, lambda: NOW), recommender


def test_what_came_into_the_log_is_learned_and_kept(tmp_path: Path) -> None:
    watch, recommender = _open(tmp_path)
    for visit in range(200):
        recommender.decide(make_context(session=f"v{visit}"), [Candidate(item_id) for item_id in ITEMS])
    watch.follow(threading.Event())
    assert recommender.health["head"] == "1200 outcomes"
    watch.close()
    assert list((tmp_path / "models").rglob("head-*.npz"))


def test_an_alarm_is_told_once(tmp_path: Path) -> None:
    watch, recommender = _open(tmp_path)
    recommender.use_head(LiveHead(alarms=(DriftAlarm("surface search", False, 900, NOW),)))
    with capture_logs() as said:
        for _ in range(2):
            watch._tell()
    assert [row["event"] for row in said] == ["ranking.drift"]
    assert recommender.health["drift"] == "surface search"


def test_a_log_that_cannot_be_read_stops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    watch, _ = _open(tmp_path)

    def broken(*_: object) -> int:
        raise OSError("disk")

    monkeypatch.setattr(HeadKeeper, "follow", broken)
    monkeypatch.setattr(HeadKeeper, "close", broken)
    with capture_logs() as said:
        watch.follow(threading.Event())
        watch.close()
    assert [row["event"] for row in said] == ["head.not_learned", "head.not_saved"]
