"""Where a rate stands now that is on its way up or down: a straight line through what was shown and taken lately.

A faded mean lags behind by about its half-life: it says where a rate was. A line fitted with the same fading weights
(discounted least squares; Brown 1963, "Smoothing, Forecasting and Prediction", chapter 9) ends where it is.
Knows neither the log nor what the keys mean.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from recommender.columns import DecayedColumn, Places
from recommender.field_rates import Key
from recommender.item_table import FloatArray, IntArray

_LEAST, _MOST = 0.125, 0.9  # of the usual rate, and of all; a line can point below 0 or above 1
_SLOPE_STRENGTH: Final = 4.0  # squared half-lives per impression that is added: a level is believed before a slope


class Trends:
    """Impressions and what was taken of them, with their times.

    Args:
        half_life_s: seconds after which an impression counts half.
        places: of all keys of the shop.
    """

    def __init__(self, half_life_s: float, places: Places[Key]) -> None:
        self._half_life_s = half_life_s
        self._origin: float | None = None
        # Sums of 1, t and t² over impressions, and of 1 and t over what was taken; t in half-lives from the origin.
        self._shown = tuple(DecayedColumn(half_life_s, places) for _ in range(3))
        self._taken = tuple(DecayedColumn(half_life_s, places) for _ in range(2))

    def count(self, key: Key, amount: float, at: float, *, taken: bool) -> None:
        """Count an impression, or that something was taken.

        Args:
            key: (field, value), e.g. ("category", "Tents").
            amount: 1; -1 takes an impression of the same moment back.
            at: epoch seconds.
            taken: False for an impression.
        """
        t = self._time(at)
        for power, sums in enumerate(self._taken if taken else self._shown):
            sums.add(key, amount * t**power, at)

    def lift_at(self, places: IntArray, usual: FloatArray, strength: float, now: float) -> FloatArray:
        """Return the log of how much more often values are taken by now than `usual`, shrunk towards 0, (n,).

        Args:
            places: (n,) of the keys.
            usual: (n,) shares, above 0; at most 1.
            strength: impressions of now at the usual share that are added.
            now: epoch seconds.
        """
        s0, s1, s2 = self._from_now(self._shown, places, now)
        t0, t1 = self._from_now(self._taken, places, now)
        above, turning = t0 - usual * s0, t1 - usual * s1
        s0, s2 = s0 + strength, s2 + _SLOPE_STRENGTH * strength
        level = usual + (s2 * above - s1 * turning) / (s0 * s2 - s1 * s1)
        lift: FloatArray = np.log(np.clip(level, _LEAST * usual, np.maximum(_MOST, usual)) / usual)
        return lift

    def _from_now(self, sums: tuple[DecayedColumn[Key], ...], places: IntArray, now: float) -> tuple[FloatArray, ...]:
        """Return the sums with times counted from now, so that all times are negative."""
        t = self._time(now)
        first, second, *third = (one.at(places, now) for one in sums)
        moved = (first, second - t * first)
        return moved if not third else (*moved, third[0] - 2.0 * t * second + t * t * first)

    def _time(self, at: float) -> float:
        if self._origin is None:
            self._origin = at
        return (at - self._origin) / self._half_life_s
