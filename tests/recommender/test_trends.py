"""Where a rate stands now that rises or falls."""

from __future__ import annotations

import numpy as np
import pytest

from recommender.columns import Places
from recommender.trends import Trends

DAY_S = 86_400.0
KEY = ("category", "Tents")
USUAL = 0.2
PLACES: Places[tuple[str, str]] = Places()


def _rates(daily: list[float], half_life_s: float = 3 * DAY_S) -> Trends:
    """A hundred impressions a day, of which the given share is taken; they begin at epoch 1.7e9."""
    trends = Trends(half_life_s, PLACES)
    for day, rate in enumerate(daily):
        for hour in range(100):
            at = 1.7e9 + (day + hour / 100) * DAY_S
            trends.count(KEY, 1.0, at, taken=False)
            trends.count(KEY, rate, at, taken=True)
    return trends


def _rate(trends: Trends, day: float) -> float:
    return USUAL * float(np.exp(_lift(trends, 1.7e9 + day * DAY_S)))


def _lift(trends: Trends, now: float) -> float:
    """The key's lift, read beside a key that was never heard of."""
    lifts = trends.lift_at(PLACES.of_all([KEY, None]), np.array([USUAL, 1.0]), 20.0, now)
    assert lifts[1] == 0.0
    return float(lifts[0])


def test_a_steady_rate_is_told_as_it_is() -> None:
    assert _rate(_rates([0.3] * 20), 20) == pytest.approx(0.3, abs=0.01)


@pytest.mark.parametrize("step", [0.01, -0.01])
def test_a_rate_on_its_way_is_told_as_it_is_now_not_as_it_was(step: float) -> None:
    trends, faded = _rates([USUAL + step * (day - 9) for day in range(20)]), 0.5 ** ((20 - np.arange(20)) / 3)
    before = float((USUAL + step * (np.arange(20) - 9)) @ faded / faded.sum())
    now = USUAL + 10 * step
    assert abs(before - now) > 0.03
    assert _rate(trends, 20) == pytest.approx(now, abs=0.012)


def test_nothing_known_is_usual_and_a_line_never_leaves_what_a_rate_can_be() -> None:
    assert _lift(Trends(DAY_S, PLACES), 1.7e9) == 0.0
    assert 0.0 < _rate(_rates([0.4, 0.3, 0.2, 0.1, 0.0, 0.0]), 8) < 0.1
    assert _rate(_rates([0.1, 0.4, 0.7, 1.0]), 9) <= 0.9 + 1e-9


def test_an_impression_taken_back_leaves_no_trace() -> None:
    once, twice = _rates([0.3] * 3), _rates([0.3] * 3)
    twice.count(KEY, 1.0, 1.7e9 + 2 * DAY_S, taken=False)
    twice.count(KEY, -1.0, 1.7e9 + 2 * DAY_S, taken=False)
    assert _rate(twice, 3) == pytest.approx(_rate(once, 3), rel=1e-9)
