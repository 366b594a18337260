from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import structlog
import torch

from assistant.config import Settings
from assistant.model_watch import TEND_EVERY_S, ModelWatch
from assistant.releases import click_model_device, registry_of
from recommender.promotion.registry import Registry
from tests.recommender.promotion.drafts import add_release
from tests.recommender.promotion.shop import SmallShop


class _Process:
    def __init__(self) -> None:
        self.code: int | None = None

    def poll(self) -> int | None:
        return self.code

    def terminate(self) -> None:
        self.code = -15


class _House:
    """A recommender, its registry, and what was started beside it."""

    def __init__(self, folder: Path, **settings: object) -> None:
        self.settings = Settings(data=folder, catalogue="shop", **settings)  # type: ignore[arg-type]
        self.registry: Registry = registry_of(self.settings)
        self.recommender = SmallShop(folder / "unused").recommender
        self.started: list[tuple[str, ...]] = []
        self.processes: list[_Process] = []
        self.time = 0.0
        self.watch = ModelWatch(self.settings, self.recommender, start=self._start, clock=lambda: self.time)

    def _start(self, arguments: Sequence[str]) -> _Process:
        self.started.append(tuple(arguments))
        self.processes.append(_Process())
        return self.processes[-1]

    @property
    def serves(self) -> str:
        return self.recommender.health["click_model"]


@pytest.fixture
def house(tmp_path: Path) -> _House:
    return _House(tmp_path)


def test_a_running_server_follows_every_move(house: _House) -> None:
    assert house.watch.load() == ()
    assert house.serves == "none"
    add_release(house.registry, seed=1)
    house.watch.follow()
    assert house.serves == "none"
    house.registry.promote(1, who="test")
    house.watch.follow()
    assert house.serves.startswith("in use: release 1")
    house.registry.roll_back(who="test", why="test")
    house.watch.follow()
    assert house.serves == "none"


def test_a_broken_release_is_told_and_ranking_goes_on(house: _House) -> None:
    add_release(house.registry)
    house.registry.promote(1, who="test")
    (house.registry.root / "releases" / "1" / "ctr.json").write_bytes(b"{")
    (problem,) = house.watch.load()
    assert "missing or damaged" in problem
    assert house.serves.startswith("broken")


def test_damaged_moves_leave_what_serves_in_place(house: _House) -> None:
    add_release(house.registry)
    house.registry.promote(1, who="test")
    assert house.watch.load() == ()
    (house.registry.root / "moves.json").write_text("{ torn")
    house.watch.follow()
    assert house.serves.startswith("in use: release 1")


def test_without_a_gpu_the_cpu_computes_what_one_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    house = _House(tmp_path, click_model_device="cuda")
    add_release(house.registry)
    house.registry.promote(1, who="test")
    assert house.watch.load() == ()
    assert house.serves.startswith("in use: release 1")
    assert click_model_device(house.settings) == "cpu"
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert click_model_device(house.settings) == "cuda"


def test_nothing_is_started_while_nothing_is_due(house: _House) -> None:
    add_release(house.registry)
    house.registry.promote(1, who="test")
    for _ in range(3):
        house.watch.follow()
        house.time += TEND_EVERY_S
    assert house.started == []


def test_what_is_in_shadow_is_tended_every_ten_minutes_one_at_a_time(house: _House) -> None:
    add_release(house.registry)
    add_release(house.registry)
    house.registry.promote(1, who="test")
    house.registry.start_shadow(2, who="test")
    house.watch.follow()
    house.watch.follow()
    assert house.started == [("models", "tend", "--catalogue", "shop")]
    house.time += TEND_EVERY_S
    house.watch.follow()
    assert len(house.started) == 1
    house.processes[0].code = 0
    house.watch.follow()
    assert len(house.started) == 2
    house.watch.close()
    assert house.processes[1].code == -15


def test_a_tending_that_failed_or_was_killed_is_told_once_and_tried_again(tmp_path: Path) -> None:
    house = _House(tmp_path, retrain_hours=24.0)
    house.watch.follow()
    house.processes[0].code = -9
    with structlog.testing.capture_logs() as logs:
        house.watch.follow()
        house.watch.follow()
    assert [(line["event"], line["code"]) for line in logs] == [("releases.not_tended", -9)]
    assert len(house.started) == 1
    house.time += TEND_EVERY_S
    house.watch.follow()
    assert len(house.started) == 2


def test_the_schedule_starts_a_training(tmp_path: Path) -> None:
    house = _House(tmp_path, retrain_hours=24.0)
    house.watch.follow()
    assert house.started == [("models", "tend", "--catalogue", "shop")]
    fresh = _House(tmp_path / "fresh", retrain_hours=24.0)
    add_release(fresh.registry)
    fresh.watch.follow()
    assert fresh.started == []
