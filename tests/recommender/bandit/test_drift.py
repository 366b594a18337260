"""Streams whose change is known."""

from __future__ import annotations

import numpy as np
import pytest

from recommender.bandit.drift import DriftWatch, PageHinkley


def _watched(watch: DriftWatch, segment: str, predicted: float, true: float, n: int, seed: int) -> list[int]:
    clicks = np.random.default_rng(seed).random(n) < true
    return [i for i, click in enumerate(clicks) if watch.observe(segment, predicted, float(click), float(i))]


@pytest.mark.parametrize("seed", range(5))
def test_a_calibrated_segment_gives_no_alarm(seed: int) -> None:
    assert _watched(DriftWatch(), "tents", 0.2, 0.2, 20_000, seed) == []


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(("true", "rose"), [(0.35, True), (0.08, False)])
def test_a_change_is_found_soon_and_named(seed: int, true: float, rose: bool) -> None:
    watch = DriftWatch()
    assert _watched(watch, "tents", 0.2, 0.2, 3000, seed) == []
    assert _watched(watch, "stoves", 0.2, 0.2, 3000, seed + 100) == []
    clicks = np.random.default_rng(seed + 50).random(1500) < true
    alarms = [watch.observe("tents", 0.2, float(click), float(i)) for i, click in enumerate(clicks)]
    (first, *_) = [alarm for alarm in alarms if alarm is not None]
    assert (first.segment, first.rose) == ("tents", rose)
    assert first.at < 800
    assert first.outcomes == 3000 + first.at + 1


def test_the_sum_is_hand_worked() -> None:
    detector = PageHinkley(allowance=0.0, threshold=1.2)
    assert [detector.update(value) for value in (0.0, 0.0, 1.0, 1.0)] == [0, 0, 0, 0]
    # Means 0, 0, 1/3, 1/2, 3/5: 2/3 + 1/2 + 2/5 = 1.57 is above 1.2.
    assert detector.update(1.0) == 1
    assert detector.n == 0


def test_segments_are_bounded() -> None:
    watch = DriftWatch(threshold=1.0, max_segments=1)
    for i in range(20):
        watch.observe(f"segment{i}", 0.5, 1.0, float(i))
        assert watch.observe("other", 0.5, 1.0, float(i)) is None
