from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from recommender.event_log import MemoryEventLog
from recommender.events import Decision, DecisionContext, Event, EventType, SlateItem
from recommender.promotion import canary
from recommender.promotion.pipeline import Shop, watch_canary
from recommender.promotion.registry import Move, Registry
from recommender.promotion.releases import Stage
from recommender.treatment import RankerChange, Treatment
from tests.recommender.promotion.drafts import add_release, let_gate_say

BEGAN = datetime(2026, 11, 1, tzinfo=UTC)


def _step(share: float, at: datetime, number: int = 2) -> Move:
    return Move(release=number, before=Stage.SHADOW, after=Stage.CANARY, share=share, at=at, who="test", why="test")


def _visits(
    log: MemoryEventLog, n: int, rates: tuple[float, float], *, share: float, since: datetime, seed: int
) -> None:
    """Visits a minute apart; the rates of the live release and of the canary."""
    rng = np.random.default_rng(seed)
    for i in range(n):
        at = (since + timedelta(minutes=i)).timestamp()
        on_trial = rng.random() < share
        key = f"{seed}-{i}"
        context = DecisionContext(key, key, "turn", "recommend", at, seed=1)
        version = "release-2" if on_trial else "release-1"
        items = (SlateItem("item", 0, 1.0, 1.0),)
        decision = Decision(key, context, items, 1.0, "greedy/1", "none", ("item",), (1.0,), policy_version=version)
        events = [Event(f"{key}:0", EventType.IMPRESSION, "item", key, key, at, key, 0)]
        if rng.random() < rates[on_trial]:
            events.append(Event(f"{key}:click", EventType.CLICK, "item", key, key, at + 60, key, 0))
        log.append_many([decision], events)


def test_finished_visits_are_counted_by_who_met_what() -> None:
    log = MemoryEventLog()
    _visits(log, 600, (0.3, 0.3), share=0.25, since=BEGAN, seed=1)
    now = BEGAN + timedelta(minutes=330)
    report = canary.count(log, [_step(0.25, BEGAN)], 2, now=now)
    assert report is not None
    # The last half hour's visits may still bring something.
    assert report.visits + report.live_visits == 301
    assert 40 <= report.visits <= 110
    assert not report.harm
    assert not report.enough


def test_slates_without_a_model_and_of_an_experiments_release_belong_to_neither_side() -> None:
    log = MemoryEventLog()
    _visits(log, 200, (0.3, 0.3), share=0.25, since=BEGAN, seed=1)
    now = BEGAN + timedelta(minutes=300)
    before = canary.count(log, [_step(0.25, BEGAN)], 2, now=now)
    tried = Treatment({"ranks": "new"}, RankerChange(release="release-3"))
    for number, (version, treatment) in enumerate((("", None), ("release-3", tried), ("release-1", tried))):
        at = (BEGAN + timedelta(minutes=number)).timestamp()
        context = DecisionContext(f"o{number}", f"o{number}", "turn", "recommend", at, seed=1, treatment=treatment)
        items = (SlateItem("item", 0, 1.0, 1.0),)
        other = Decision(
            f"o{number}", context, items, 1.0, "greedy/1", "none", ("item",), (1.0,), policy_version=version
        )
        shown = Event(f"o{number}:0", EventType.IMPRESSION, "item", f"o{number}", f"o{number}", at, f"o{number}", 0)
        log.append_many([other], [shown])
    assert canary.count(log, [_step(0.25, BEGAN)], 2, now=now) == before


def test_nothing_on_trial_is_nothing_to_count() -> None:
    assert canary.count(MemoryEventLog(), [], 2, now=BEGAN) is None
    ended = Move(release=2, before=Stage.CANARY, after=Stage.RETIRED, share=0, at=BEGAN, who="x", why="y")
    assert canary.count(MemoryEventLog(), [_step(0.01, BEGAN), ended], 2, now=BEGAN) is None


def test_visits_that_began_before_the_trial_belong_to_nobody() -> None:
    log = MemoryEventLog()
    _visits(log, 10, (1.0, 1.0), share=0.5, since=BEGAN, seed=1)
    report = canary.count(log, [_step(0.5, BEGAN + timedelta(minutes=5))], 2, now=BEGAN + timedelta(days=1))
    assert report is not None
    assert report.visits + report.live_visits == 5


def test_each_step_wants_its_own_visits() -> None:
    log = MemoryEventLog()
    _visits(log, 1200, (0.3, 0.3), share=0.5, since=BEGAN, seed=1)
    later = BEGAN + timedelta(minutes=1000)
    end = BEGAN + timedelta(days=2)
    first = canary.count(log, [_step(0.01, BEGAN)], 2, now=end)
    second = canary.count(log, [_step(0.01, BEGAN), _step(0.05, later)], 2, now=end)
    assert first is not None
    assert second is not None
    assert first.enough
    assert second.visits + second.live_visits == 200
    assert not second.enough


@pytest.mark.parametrize(("rates", "harmed"), [((0.4, 0.2), True), ((0.2, 0.4), False), ((0.3, 0.3), False)])
def test_harm_is_found_and_good_is_not_called_harm(rates: tuple[float, float], harmed: bool) -> None:
    log = MemoryEventLog()
    _visits(log, 3000, rates, share=0.25, since=BEGAN, seed=1)
    report = canary.count(log, [_step(0.25, BEGAN)], 2, now=BEGAN + timedelta(days=10))
    assert report is not None
    assert report.harm is harmed
    assert report.may_go_on is (report.enough and not harmed)


def test_what_does_harm_is_taken_back_by_itself(tmp_path: Path) -> None:
    registry = Registry(tmp_path, now=lambda: BEGAN)
    add_release(registry)
    add_release(registry)
    registry.promote(1, who="test")
    registry.start_shadow(2, who="test")
    let_gate_say(registry, 2, accepted=True, live=1)
    registry.promote(2, who="test")
    log = MemoryEventLog()
    _visits(log, 4000, (0.5, 0.05), share=0.01, since=BEGAN, seed=3)
    shop = Shop(registry=registry, log=log, items={}, now=BEGAN + timedelta(days=10), seed=1)
    report = watch_canary(shop)
    assert report is not None
    assert report.harm
    assert (registry.live(), registry.canary(), registry.stage(2)) == (1, None, Stage.RETIRED)
    last = registry.history()[-1]
    assert last.who == "watch"
    assert "it does worse" in last.why
