"""`aisle experiments`: works beside a running server, and says in plain sentences what is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from assistant.config import Settings
from assistant.experiment_commands import (
    list_experiments,
    plan_experiment,
    report_experiment,
    start_experiment,
    stop_experiment,
)
from assistant.store import SqlEventLog, open_store
from assistant.store.clock import system_clock
from assistant.store.experiments import open_experiment_store
from assistant.support.experiments import Experiments, TurnSeen
from recommender.errors import ExperimentWrong
from recommender.events import Event, EventType
from tests.recommender.experiments.some import an_experiment


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data")


def file_of(tmp_path: Path, **more: Any) -> Path:
    path = tmp_path / "cards.json"
    path.write_text(an_experiment(**more).model_dump_json(), "utf-8")
    return path


def shown(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    return dict(json.loads(capsys.readouterr().out))


def test_start_list_and_stop(settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    list_experiments(settings, as_json=False)
    assert "There are no experiments yet" in capsys.readouterr().out
    start_experiment(settings, file_of(tmp_path), who="Nora", as_json=False)
    assert capsys.readouterr().out == "cards runs, for 100% of traffic.\n"
    stop_experiment(settings, "cards", because="a sale", who="Ola", as_json=True)
    assert shown(capsys)["stopped_because"] == "Ola: a sale"
    list_experiments(settings, as_json=True)
    (kept,) = shown(capsys)["experiments"]
    assert kept["definition"]["arms"][1]["sets"]["slate_size"] == 3


def test_a_report_is_made_while_a_server_holds_the_shop(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start_experiment(settings, file_of(tmp_path, window_hours=0.001), who="Nora", as_json=True)
    capsys.readouterr()
    store = open_store(settings.data)
    experiments = Experiments(open_experiment_store(settings.data), system_clock)
    log = SqlEventLog(store)
    for number in range(60):
        experiments.expose(experiments.arms(f"c:{number}", "s"), TurnSeen(1_000.0, 100.0, 1, 0, False))
        log.append_event(Event(f"e{number}", EventType.CLICK, "tent", f"c:{number}", "s", 1_001.0))
    report_experiment(settings, "cards", as_json=True)
    report = shown(capsys)
    assert sum(arm["counted"] for arm in report["arms"]) == 60
    assert {arm["mean"] for arm in report["arms"]} == {1.0}
    assert report["versus"][0]["interval"] == [None, None]
    assert [row["action"] for row in report["audit"]] == ["start"]
    report_experiment(settings, "cards", as_json=False)
    told = capsys.readouterr().out
    assert told.startswith("Too early for “treatment”: 60 shoppers are counted so far")
    assert "guard latency of treatment: worse by 0, limit 1000: kept" in told
    experiments.close()
    store.close()


def test_a_plan_says_how_many_and_how_long(capsys: pytest.CaptureFixture[str]) -> None:
    more: dict[str, Any] = {"alpha": 0.05, "power": 0.8, "per_day": 2_000.0}
    plan_experiment(0.05, 0.1, None, n_arms=2, as_json=False, **more)
    told = capsys.readouterr().out
    assert "31,231 per arm, looked at once" in told
    assert '"planned_units": 120108' in told
    assert "60 days at 2,000 a day" in told
    plan_experiment(30.0, 0.1, 60.0, n_arms=2, as_json=True, **more)
    two = shown(capsys)
    plan_experiment(30.0, 0.1, 60.0, n_arms=3, as_json=True, **more)
    assert shown(capsys)["per_arm"] > two["per_arm"] == 6_280


def test_what_is_wrong_is_said(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(ExperimentWrong, match="give a JSON file"):
        start_experiment(settings, tmp_path / "no.json", who="Nora", as_json=True)
    with pytest.raises(ExperimentWrong, match="There is no version 'none' of the prompts: put its files into"):
        start_experiment(settings, file_of(tmp_path, sets={"prompt": "none"}), who="Nora", as_json=True)
    guards = [{"metric": "margin", "limit": 10}]
    with pytest.raises(ExperimentWrong, match="does not say what products cost"):
        start_experiment(settings, file_of(tmp_path, guards=guards), who="Nora", as_json=True)
    with pytest.raises(ExperimentWrong, match="There is no experiment 'cards'"):
        stop_experiment(settings, "cards", because="", who="Nora", as_json=True)
