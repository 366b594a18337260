"""Experiments as they are kept: audited, stopped at once from any process, and judged from the shop's own log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from assistant.arms import NO_ARMS
from assistant.store.experiments import open_experiment_store
from assistant.support.experiments import Experiments, Log, TurnSeen
from recommender.errors import ExperimentWrong
from recommender.events import Event, EventType
from recommender.experiments.definitions import Guard, RankerSets, Sets
from tests.fakes.clock import ManualClock
from tests.recommender.experiments.some import an_experiment

NOTHING = Log(lambda _: (), lambda _: None)
EVERYBODY = [(f"c:{number}", f"s:{number}") for number in range(40)]


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def kept(tmp_path: Path, clock: ManualClock) -> Iterator[Experiments]:
    experiments = Experiments(open_experiment_store(tmp_path, clock), clock)
    yield experiments
    experiments.close()


def sizes(kept: Experiments) -> set[int | None]:
    return {kept.arms(*keys).slate_size for keys in EVERYBODY}


def test_a_stop_from_another_process_holds_from_the_next_turn_on(
    kept: Experiments, tmp_path: Path, clock: ManualClock
) -> None:
    kept.start(an_experiment(), who="Nora")
    assert sizes(kept) == {None, 3}
    other = Experiments(open_experiment_store(tmp_path, clock), clock)
    other.stop("cards", who="Ola", because="a sale begins")
    other.close()
    assert {kept.arms(*keys) for keys in EVERYBODY} == {NO_ARMS}
    assert kept.get("cards").stopped_because == "Ola: a sale begins"


def test_everything_done_is_audited(kept: Experiments) -> None:
    kept.start(an_experiment(traffic=0.1), who="Nora")
    kept.start(an_experiment(traffic=0.5), who="Ola")
    kept.stop("cards", who="Nora", because="enough")
    kept.stop("cards", who="Ola", because="again")
    assert [(row.action, row.who, row.words) for row in kept.audited("cards")] == [
        ("start", "Nora", "Fewer cards are easier to choose from."),
        ("widen", "Ola", "traffic 0.1 to 0.5"),
        ("stop", "Nora", "enough"),
    ]


def test_what_runs_can_only_be_widened(kept: Experiments) -> None:
    kept.start(an_experiment(traffic=0.5), who="Nora")
    for changed in (an_experiment(traffic=0.4), an_experiment(traffic=0.5, metric="order")):
        with pytest.raises(ExperimentWrong, match="only its traffic can be changed, and only raised"):
            kept.start(changed, who="Nora")
    kept.stop("cards", who="Nora", because="enough")
    with pytest.raises(ExperimentWrong, match="was stopped"):
        kept.start(an_experiment(traffic=0.6), who="Nora")
    with pytest.raises(ExperimentWrong, match="no experiment 'card'"):
        kept.stop("card", who="Nora", because="enough")


def test_two_that_set_the_same_do_not_run_together(kept: Experiments) -> None:
    kept.start(an_experiment("one"), who="Nora")
    with pytest.raises(ExperimentWrong, match="both set slate_size"):
        kept.start(an_experiment("two"), who="Nora")
    kept.stop("one", who="Nora", because="enough")
    kept.start(an_experiment("two"), who="Nora")
    assert [(row.experiment.name, row.stopped_at is None) for row in kept.all()] == [("one", False), ("two", True)]


def test_nobody_is_in_it_outside_of_its_time(kept: Experiments, clock: ManualClock) -> None:
    begins = clock() + timedelta(days=1)
    kept.start(an_experiment(starts_at=begins, ends_at=begins + timedelta(days=1)), who="Nora")
    assert sizes(kept) == {None}
    clock.move(days=1)
    assert sizes(kept) == {None, 3}
    clock.move(days=1)
    assert sizes(kept) == {None}


def test_arms_of_several_experiments_are_put_together(kept: Experiments) -> None:
    kept.start(an_experiment("cards"), who="Nora")
    kept.start(an_experiment("asking", sets=Sets(first="question"), unit="session"), who="Nora")
    kept.start(an_experiment("words", sets=Sets(prompt="brief")), who="Nora")
    kept.start(an_experiment("rank", sets=Sets(ranker=RankerSets(policy="greedy"))), who="Nora")
    arms = [kept.arms(*keys) for keys in EVERYBODY]
    assert len({(a.slate_size, a.question_first, a.prompt, bool(a.treatment.ranker)) for a in arms if a.treatment}) > 8
    one = arms[0]
    assert one.treatment is not None
    assert dict(one.treatment.experiments) == {name: arm for name, _, arm in one.units}
    assert {name: key for name, key, _ in one.units} == {
        "cards": "c:0", "asking": "s:0", "words": "c:0", "rank": "c:0",
    }  # fmt: skip


def test_an_interleaving_gives_everybody_both_rankers(kept: Experiments) -> None:
    kept.start(an_experiment("mix", kind="interleaving", sets=Sets(ranker=RankerSets(policy="greedy"))), who="Nora")
    treatments = {kept.arms(*keys).treatment is not None for keys in EVERYBODY}
    assert treatments == {True}
    treatment = kept.arms("c:1", "s:1").treatment
    assert treatment is not None
    assert (treatment.interleaving, treatment.rival and treatment.rival.policy) == ("mix", "greedy")


def test_turns_add_up_and_the_first_one_begins_the_window(kept: Experiments, clock: ManualClock) -> None:
    kept.start(an_experiment(window_hours=1), who="Nora")
    began = clock().timestamp()
    for keys in EVERYBODY:
        arms = kept.arms(*keys)
        kept.expose(arms, TurnSeen(began, 100.0, 1, 1, False))
        kept.expose(arms, TurnSeen(began + 600, 300.0, 1, 0, True))
    clicks = [
        Event(f"e{n}", EventType.CLICK, "tent", f"c:{n}", "s", began + at, None)
        for n, at in enumerate([-1, 0, 3_599, 3_600])
    ]
    log = Log(lambda since: [e for e in clicks if e.at >= since], lambda _: None)
    assert sum(arm.counted for arm in kept.report("cards", log).arms) == 0
    clock.move(hours=1)
    report = kept.report("cards", log)
    assert sum(arm.units for arm in report.arms) == sum(arm.counted for arm in report.arms) == 40
    assert sum(arm.mean * arm.counted for arm in report.arms) == pytest.approx(2.0)
    assert {(arm.guards["latency"], arm.guards["hand_over"]) for arm in report.arms} == {(200.0, 1.0)}


def test_the_watch_stops_what_does_harm_and_says_why(kept: Experiments) -> None:
    kept.start(an_experiment(guards=(Guard(metric="latency", limit=100.0),)), who="Nora")
    kept.start(an_experiment("calm", sets=Sets(prompt="brief")), who="Nora")
    for number in range(400):
        arms = kept.arms(f"c:{number}", f"s:{number}")
        slow = 2_000.0 if arms.slate_size == 3 else 200.0 + number % 7
        kept.expose(arms, TurnSeen(1.0, slow + number % 5, 0, 0, False))
    (stopped,) = kept.watch(NOTHING)
    assert (stopped.name, stopped.state) == ("cards", "guard")
    assert kept.get("cards").stopped_because.startswith(
        "guard: It has to be stopped: in “treatment”, the time of a turn"
    )
    assert [experiment.name for experiment in kept.running()] == ["calm"]
    assert kept.watch(NOTHING) == ()
