"""Experiments never cost a shopper an answer."""

from __future__ import annotations

from pathlib import Path

from assistant.arms import NO_ARMS
from assistant.store.clock import system_clock
from assistant.store.experiments import open_experiment_store
from assistant.support.experiments import Experiments, Log
from assistant.tools.context import Ledger
from assistant.treating import Treating
from assistant.turn import Focus, HandOverFact, Need, SlateFact
from tests.recommender.experiments.some import an_experiment

WHO = ("s:somebody", "s:somebody")


def _experiments(tmp_path: Path) -> Experiments:
    experiments = Experiments(open_experiment_store(tmp_path), system_clock)
    experiments.start(an_experiment(window_hours=0.001), who="Nora")
    return experiments


def test_a_turn_is_kept_with_what_it_was_like(tmp_path: Path) -> None:
    experiments = _experiments(tmp_path)
    treating = Treating(experiments)
    treated = treating.begin(*WHO, 1_000.0)
    ledger = Ledger(Need(), Focus())
    ledger.evidence += [SlateFact(Need(), (), 0), SlateFact(Need(), (), 3), HandOverFact(1, "")]
    treating.end(treated, ledger)
    report = experiments.report("cards", Log(lambda _: (), lambda _: None))
    (arm,) = [arm for arm in report.arms if arm.units]
    assert (arm.units, arm.counted, arm.guards["hand_over"]) == (1, 1, 1.0)
    assert 0 < arm.guards["latency"] < 60_000
    experiments.close()


def test_without_the_file_the_turn_goes_on_as_the_shop_has_it(tmp_path: Path) -> None:
    experiments = _experiments(tmp_path)
    treating = Treating(experiments)
    treated = treating.begin(*WHO, 1_000.0)
    assert treated.arms.units
    experiments.close()
    treating.end(treated, Ledger(Need(), Focus()))
    assert treating.begin(*WHO, 1_000.0).arms == NO_ARMS
    assert experiments.releases() == frozenset()


def test_a_shop_without_experiments_treats_nobody() -> None:
    treating = Treating()
    treated = treating.begin(*WHO, 1_000.0)
    treating.end(treated, Ledger(Need(), Focus()))
    assert treated.arms == NO_ARMS
