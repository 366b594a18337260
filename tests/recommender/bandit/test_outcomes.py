"""Impressions and clicks in any order: the sums are those of outcomes known at once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.bandit.checkpoint import load, save
from recommender.bandit.head import BayesianLinearHead
from recommender.bandit.learner import OnlineLearner
from recommender.bandit.outcomes import Counts, Outcomes, ShownFeatures
from recommender.errors import ArtifactBroken
from recommender.event_log import MemoryEventLog
from recommender.events import Event, EventType

START = 1_760_000_000.0
N = 12


def _features(decision_id: str, item_id: str) -> ShownFeatures | None:
    if item_id == "unknown":
        return None
    rng = np.random.default_rng(int(decision_id))
    return ShownFeatures(rng.normal(size=3), offset=0.25, weight=0.5)


def _event(kind: EventType, number: int, after_s: float, item: str = "tent") -> Event:
    return Event(f"{kind.value}{number}{after_s}", kind, item, "s", "s", START + 60 * number + after_s, str(number), 0)


def _fresh() -> Outcomes:
    return Outcomes(BayesianLinearHead(3, kept=(0.98,)), _features)


EVENTS = [_event(EventType.IMPRESSION, i, 0.0) for i in range(N)]
EVENTS += [_event(EventType.CLICK, i, 100.0) for i in range(0, N, 3)]
EVENTS += [_event(EventType.CLICK, i, 200.0) for i in range(0, N, 6)]
EVENTS += [_event(EventType.CLICK, i, 5000.0) for i in range(1, N, 3)]


@settings(deadline=None, max_examples=30, database=None)
@given(st.permutations(EVENTS))
def test_any_order_gives_ridge_regression_on_what_became_of_each_impression(events: list[Event]) -> None:
    outcomes = _fresh()
    for event in events:
        outcomes.learn(event)
    phi = np.array([_features(str(i), "tent").phi for i in range(N)])  # type: ignore[union-attr]
    rewards = np.array([float(i % 3 == 0) for i in range(N)]) - 0.25
    covariance = np.linalg.inv(np.eye(3) + 0.5 * phi.T @ phi / 0.1)
    assert outcomes.head.snapshot().posterior.mean == pytest.approx(covariance @ phi.T @ rewards * 0.5 / 0.1)
    assert (outcomes.counts.impressions, outcomes.counts.clicks) == (N, 4)
    assert outcomes.counts.repeated + outcomes.counts.late == len(EVENTS) - N - 4


def test_other_events_and_unknown_features_teach_nothing() -> None:
    outcomes = _fresh()
    outcomes.learn(_event(EventType.PURCHASE, 1, 5.0))
    outcomes.learn(replace(_event(EventType.CLICK, 1, 5.0), decision_id=None))
    outcomes.learn(_event(EventType.IMPRESSION, 2, 0.0, item="unknown"))
    assert outcomes.head.snapshot().outcomes == 0
    assert outcomes.counts == Counts(unknown=1)


def test_an_impression_that_was_not_shown_after_all_leaves_nothing_behind() -> None:
    with_it, without = _fresh(), _fresh()
    for number in (0, 1, 2):
        with_it.learn(_event(EventType.IMPRESSION, number, 0.0))
        if number != 1:
            without.learn(_event(EventType.IMPRESSION, number, 0.0))
    for _ in range(2):
        with_it.learn(_event(EventType.NOT_SHOWN, 1, 1.0))
    first, second = with_it.head.snapshot(), without.head.snapshot()
    assert first.posterior.mean == pytest.approx(second.posterior.mean)
    assert first.posterior.covariance == pytest.approx(second.posterior.covariance)
    assert first.outcomes == second.outcomes == 2
    assert with_it.counts.taken_back == 1


def test_what_is_left_over_is_counted_per_item_corrected_and_taken_back() -> None:
    outcomes = _fresh()
    outcomes.learn(_event(EventType.IMPRESSION, 1, 0.0))
    # Nothing is known yet: a quarter is expected, half a look is certain.
    assert outcomes.left_over.sums["", "tent"] == pytest.approx((0.5, 0.5 * -0.25))
    outcomes.learn(_event(EventType.CLICK, 1, 9.0))
    assert outcomes.left_over.sums["", "tent"] == pytest.approx((0.5, 0.5 * 0.75))
    outcomes.learn(_event(EventType.IMPRESSION, 2, 0.0))
    outcomes.learn(_event(EventType.NOT_SHOWN, 2, 1.0))
    assert outcomes.left_over.sums["", "tent"] == pytest.approx((0.5, 0.5 * 0.75))


def test_memories_are_judged_once_the_window_is_closed() -> None:
    outcomes = replace(_fresh(), head=BayesianLinearHead(3, kept=(1.0, 0.9)))
    outcomes.learn(_event(EventType.IMPRESSION, 1, 0.0))
    outcomes.learn(_event(EventType.CLICK, 1, 9.0))
    assert not outcomes.head.state.memories.evidence.any()
    outcomes.learn(_event(EventType.IMPRESSION, 1000, 0.0))
    # Both foresaw the click model's quarter, and a click came; it counts half.
    assert outcomes.head.state.memories.evidence == pytest.approx(np.full(2, 0.5 * np.log(0.25)))


def test_events_before_the_beginning_teach_nothing() -> None:
    outcomes = replace(_fresh(), since=START + 60.0)
    outcomes.learn(_event(EventType.IMPRESSION, 0, 0.0))
    outcomes.learn(_event(EventType.IMPRESSION, 1, 0.0))
    assert outcomes.counts.impressions == 1


def test_memory_is_let_go_once_no_event_can_come_any_more() -> None:
    outcomes = _fresh()
    outcomes.learn(_event(EventType.IMPRESSION, 0, 0.0))
    outcomes.learn(_event(EventType.CLICK, 1, 0.0))
    outcomes.learn(_event(EventType.IMPRESSION, 1000, 0.0))
    assert list(outcomes.open) == [("1000", "tent")]
    assert outcomes.early == {}
    assert outcomes.counts.unknown == 1


def test_a_state_comes_back_to_the_last_bit(tmp_path: Path) -> None:
    outcomes = _fresh()
    # The last click comes before its impression.
    for event in [*EVENTS[1:], EVENTS[0]][:-1]:
        outcomes.learn(event)
    save(tmp_path / "head.npz", outcomes, 41)
    found = load(tmp_path / "head.npz", _fresh())
    assert found.position == 41
    for state in (found.outcomes, outcomes):
        state.learn(EVENTS[0])
    mine, theirs = (state.head.snapshot() for state in (found.outcomes, outcomes))
    assert (mine.posterior.mean == theirs.posterior.mean).all()
    assert (mine.posterior.covariance == theirs.posterior.covariance).all()
    first, second = (state.head.state for state in (found.outcomes, outcomes))
    assert (first.day, first.outcomes) == (second.day, second.outcomes)
    assert (first.memories.evidence == second.memories.evidence).all()
    assert found.outcomes.left_over == outcomes.left_over
    assert found.outcomes.counts == outcomes.counts
    assert found.outcomes.head.seen == outcomes.head.seen


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 half a file"])
def test_a_damaged_file_is_refused_with_what_to_do(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "head.npz").write_bytes(content)
    with pytest.raises(ArtifactBroken, match="delete it to learn it again"):
        load(tmp_path / "head.npz", _fresh())


def test_a_learner_goes_on_from_its_last_save(tmp_path: Path) -> None:
    log = MemoryEventLog()
    log.append_many((), EVENTS)
    path = tmp_path / "head.npz"
    whole = OnlineLearner(log, _fresh(), path=None)
    assert whole.catch_up() == len(EVENTS)
    # The first saves after 10 events, learns 5 more, and is gone.
    OnlineLearner.opened(log, _fresh(), path, save_every=10).catch_up(limit=15)
    second = OnlineLearner.opened(log, _fresh(), path)
    assert second.position == 10
    while second.catch_up(limit=4):
        pass
    second.save()
    third = OnlineLearner.opened(log, _fresh(), path)
    for learner in (second, third):
        assert learner.position == whole.position
        assert learner.counts == whole.counts
        assert (learner.snapshot().posterior.moment == whole.snapshot().posterior.moment).all()
        assert (learner.snapshot().posterior.covariance == whole.snapshot().posterior.covariance).all()
