"""Experiments never cost a shopper an answer."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from assistant.arms import NO_ARMS
from assistant.store.clock import system_clock
from assistant.store.experiments import open_experiment_store
from assistant.support.experiments import Experiments, Log, log_of
from assistant.tools.context import Ledger
from assistant.treating import Treating
from assistant.turn import Focus, HandOverFact, Need, Principal, SlateFact
from recommender.events import Event, EventType
from tests.assistant.owner_house import OLA, owner_house, shown_slate
from tests.recommender.experiments.some import an_experiment

WHO = Principal("somebody")


def _experiments(tmp_path: Path) -> Experiments:
    experiments = Experiments(open_experiment_store(tmp_path), system_clock)
    experiments.start(an_experiment(window_hours=0.001), who="Nora")
    return experiments


def test_a_turn_is_kept_with_what_it_was_like(tmp_path: Path) -> None:
    experiments = _experiments(tmp_path)
    treating = Treating(experiments)
    treated = treating.begin(WHO, 1_000.0)
    ledger = Ledger(Need(), Focus())
    ledger.evidence += [SlateFact(Need(), (), 0), SlateFact(Need(), (), 3), HandOverFact(1, "")]
    treating.end(treated, ledger, "s:somebody")
    report = experiments.report("cards", Log(lambda _: (), lambda _: None))
    (arm,) = [arm for arm in report.arms if arm.units]
    assert (arm.units, arm.counted, arm.guards["hand_over"]) == (1, 1, 1.0)
    assert 0 < arm.guards["latency"] < 60_000
    experiments.close()


@pytest.mark.parametrize(("shopper_key", "unit"), [("c:7", "c:7"), ("a:s:visit", "s:visit"), ("s:visit", "s:visit")])
def test_the_unit_is_who_the_log_knows(tmp_path: Path, shopper_key: str, unit: str) -> None:
    experiments = _experiments(tmp_path)
    treating = Treating(experiments)
    treated = treating.begin(Principal("visit", "7" if unit == "c:7" else None), 1_000.0)
    treating.end(treated, Ledger(Need(), Focus()), shopper_key)
    click = Event("e", EventType.CLICK, "tent", shopper_key, "s:visit", 1_001.0, None, 0, 0)
    report = experiments.report("cards", Log(lambda _: (click,), lambda _: None))
    (arm,) = [arm for arm in report.arms if arm.units]
    assert (arm.units, arm.mean) == (1, 1.0)
    experiments.close()


def test_arms_go_by_person_also_without_consent(tmp_path: Path) -> None:
    experiments = _experiments(tmp_path)
    treating = Treating(experiments)
    arms = {treating.begin(Principal(f"visit {n}", "7"), 1_000.0).arms.slate_size for n in range(20)}
    assert len(arms) == 1
    experiments.close()


async def test_a_click_in_a_visit_without_consent_counts_for_its_arm(tmp_path: Path) -> None:
    with owner_house(tmp_path) as assistant:
        await assistant.owner.start_experiment(OLA, an_experiment())
        session, slate = await shown_slate(assistant)
        assert slate.decision is not None
        item_id = slate.items[0].product.id
        await assistant.record(session.principal, "click", item_id, slate.decision.decision_id, 0)
        rooms = assistant.owner._rooms
        later = Experiments(open_experiment_store(tmp_path), lambda: system_clock() + timedelta(days=2))
        report = later.report("cards", log_of(rooms.store, rooms.event_log))
        later.close()
    (arm,) = [arm for arm in report.arms if arm.units]
    assert (arm.counted, arm.mean) == (1, 1.0)


def test_without_the_file_the_turn_goes_on_as_the_shop_has_it(tmp_path: Path) -> None:
    experiments = _experiments(tmp_path)
    treating = Treating(experiments)
    treated = treating.begin(WHO, 1_000.0)
    assert treated.arms.units
    experiments.close()
    treating.end(treated, Ledger(Need(), Focus()), "s:somebody")
    assert treating.begin(WHO, 1_000.0).arms == NO_ARMS
    assert experiments.releases() == frozenset()


def test_a_shop_without_experiments_treats_nobody() -> None:
    treating = Treating()
    treated = treating.begin(WHO, 1_000.0)
    treating.end(treated, Ledger(Need(), Focus()), "s:somebody")
    assert treated.arms == NO_ARMS
