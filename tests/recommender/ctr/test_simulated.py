from __future__ import annotations

import numpy as np
import pytest

from recommender.ctr.simulated import WORLDS, simulate
from recommender.events import EventType
from recommender.examples import collect_examples
from recommender.settings import RecommenderSettings


@pytest.mark.parametrize("world", WORLDS)
def test_what_happens_follows_the_true_chances(world: str) -> None:
    log = simulate(world, 1_500, seed=2)
    examples = collect_examples(log.events, log.items, RecommenderSettings()).as_of(np.inf)
    assert log.truth.shape == examples.labels.shape == (12_000, 3)
    assert (np.diff(log.truth, axis=1) <= 0).all()
    expected, spread = log.truth.sum(axis=0), np.sqrt((log.truth * (1 - log.truth)).sum(axis=0))
    # A purchase later than its window is no purchase of this slate: about one in a hundred of the delayed world.
    lost = np.array([0.0, 0.0, 0.02]) * expected if world == "delayed" else 0.0
    assert (np.abs(examples.labels.sum(axis=0) - expected) < 4 * spread + lost).all()


def test_a_seed_gives_one_log_and_events_are_in_order_of_time() -> None:
    first, second = simulate("drifting", 50, seed=3), simulate("drifting", 50, seed=3)
    assert first.events == second.events
    assert [event.at for event in first.events] == sorted(event.at for event in first.events)
    assert simulate("drifting", 50, seed=4).events != first.events


def test_late_purchases_are_late_in_one_world_only() -> None:
    def delays(world: str) -> list[float]:
        events = simulate(world, 400, seed=1).events
        shown = {e.decision_id: e.at for e in events if e.type is EventType.IMPRESSION}
        return [e.at - shown[e.decision_id] for e in events if e.type is EventType.PURCHASE]

    assert max(delays("linear")) < 60
    assert np.mean(delays("delayed")) > 86_400
