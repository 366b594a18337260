from __future__ import annotations

import json

import numpy as np

from recommender.bandit.drift import DriftAlarm, DriftWatch
from recommender.bandit.head import BayesianLinearHead
from recommender.bandit.vigil import Vigil, alarmed

DAY_S = 86_400.0
BOTH = ("known shoppers", "surface search")


def _watched(vigil: Vigil, head: BayesianLinearHead, chance: float, n: int, start: float, step_s: float = 60.0) -> None:
    clicks = np.random.default_rng(int(start) + n).random(n) < chance
    for i, click in enumerate(clicks):
        vigil.close(BOTH, 0.2, bool(click), start + step_s * i, head)


def _head() -> BayesianLinearHead:
    head = BayesianLinearHead(2)
    for i in range(50):
        head.update(f"e{i}", np.ones(2), 0.5)
    return head


def test_a_change_rings_in_every_segment_and_the_head_forgets_because_of_it_once() -> None:
    vigil, head = Vigil(), _head()
    head.judge(np.array([0.1, 0.2, 0.3, 0.9]), clicked=True)
    gram = head.snapshot().posterior.gram.copy()
    _watched(vigil, head, 0.2, 2000, 0.0, 1.0)
    assert [*vigil.alarms] == []
    assert head.state.memories.evidence.any()
    _watched(vigil, head, 0.45, 400, 3000.0, 1.0)
    assert {alarm.segment for alarm in vigil.alarms} == set(BOTH)
    assert all(alarm.rose for alarm in vigil.alarms)
    assert not head.state.memories.evidence.any()
    assert np.allclose(head.snapshot().posterior.gram, 0.5 * gram)


def test_it_goes_on_where_it_was_saved() -> None:
    whole, half, head = Vigil(watch=DriftWatch(threshold=20.0)), Vigil(watch=DriftWatch(threshold=20.0)), _head()
    for vigil in (whole, half):
        _watched(vigil, head, 0.2, 300, 0.0)
    half = Vigil(watch=DriftWatch(threshold=20.0)).restored(json.loads(json.dumps(half.state())))
    for vigil in (whole, half):
        _watched(vigil, head, 0.6, 300, 30_000.0)
    assert whole.alarms
    assert half.alarms == whole.alarms


def test_an_alarm_lasts_a_week_and_is_its_segments_own() -> None:
    alarms = (DriftAlarm("surface search", True, 500, 0.0),)
    assert alarmed(alarms, BOTH, DAY_S)
    assert not alarmed(alarms, BOTH, 8 * DAY_S)
    assert not alarmed(alarms, ("new shoppers", "surface recommend"), DAY_S)
