"""The owner's door: what harms is stopped without anybody looking."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant.config import Settings
from assistant.lab import Lab
from assistant.prompts import load_prompts
from assistant.store.clock import system_clock
from assistant.store.experiments import open_experiment_store
from assistant.support.experiments import Experiments, Log, TurnSeen
from recommender.errors import RecommenderError
from recommender.experiments.definitions import Guard, RankerSets, Sets
from tests.recommender.experiments.some import an_experiment

Labs = Callable[[Log], Lab]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data")


@pytest.fixture
def experiments(settings: Settings) -> Experiments:
    return Experiments(open_experiment_store(settings.data), system_clock)


@pytest.fixture
def labs(settings: Settings, experiments: Experiments) -> Iterator[Labs]:
    opened: list[Lab] = []

    def make(log: Log) -> Lab:
        opened.append(Lab(experiments, log, load_prompts(), settings, watch_every_s=0.01))
        return opened[-1]

    yield make
    for lab in opened:
        lab.close()


def test_the_watch_stops_an_experiment_whose_arms_lose_shoppers(labs: Labs, experiments: Experiments) -> None:
    lab = labs(Log(lambda _: (), lambda _: None))
    lab.start(an_experiment(), who="Nora")
    for number in range(400):
        arms = experiments.arms(f"c:{number}", "s")
        if arms.slate_size == 3 or number % 2:
            experiments.expose(arms, TurnSeen(1.0, 100.0, 1, 0, False))
    lab.keep_watching()
    lab.keep_watching()
    deadline = time.monotonic() + 60
    while lab.all()[0].stopped_at is None and time.monotonic() < deadline:
        time.sleep(0.01)
    assert lab.all()[0].stopped_because.startswith("guard: Do not believe this experiment")
    assert [row.who for row in lab.audited("cards")] == ["Nora", "guard"]


def test_an_experiment_that_needs_what_is_not_there_is_refused(labs: Labs) -> None:
    lab = labs(Log(lambda _: (), lambda _: None))
    with pytest.raises(RecommenderError, match="There is no version 'none' of the prompts"):
        lab.start(an_experiment(sets=Sets(prompt="none")), who="Nora")
    with pytest.raises(RecommenderError, match="7"):
        lab.start(an_experiment(sets=Sets(ranker=RankerSets(release=7))), who="Nora")
    assert lab.all() == ()


def test_a_margin_is_guarded_where_the_catalogue_states_costs(labs: Labs) -> None:
    guarded = an_experiment().model_copy(update={"guards": (Guard(metric="margin", limit=5.0),)})
    with pytest.raises(RecommenderError, match="does not say what products cost"):
        labs(Log(lambda _: (), lambda _: None)).start(guarded, who="Nora")
    lab = labs(Log(lambda _: (), lambda _: None, margins=lambda: {"item-0": 0.4}))
    assert lab.start(guarded, who="Nora").experiment.guards == guarded.guards


def test_a_version_in_the_shops_own_folder_can_be_tried(labs: Labs, settings: Settings) -> None:
    own = settings.data / "prompts" / "warm" / "replies" / "en"
    own.mkdir(parents=True)
    (own / "greeting.md").write_text("Good to see you!", "utf-8")
    labs(Log(lambda _: (), lambda _: None)).start(an_experiment(sets=Sets(prompt="warm")), who="Nora")
