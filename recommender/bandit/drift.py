"""Alarms when a segment's clicks no longer come as predicted.

Page 1954 and Hinkley 1971: the sum of deviations from the running mean, less an allowance, against its own minimum.
Watches the standardised residual of a calibrated prediction. Knows names of segments, no shoppers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from recommender.decay import Recent

_LEAST_VARIANCE: Final = 0.01


class PageHinkley:
    """Detects a change of the mean of numbers of about unit variance, upwards or downwards.

    With the defaults a stream without a change alarms about once in a million numbers, and a shift of 0.3 standard
    deviations is found after about threshold / (0.3 - allowance) = 400.

    Args:
        allowance: shift that is not worth an alarm, in standard deviations.
        threshold: summed deviation that is.
    """

    def __init__(self, allowance: float = 0.05, threshold: float = 100.0) -> None:
        self._allowance, self._threshold = allowance, threshold
        self.n, self.mean, self._up, self._down = 0, 0.0, 0.0, 0.0

    def update(self, value: float) -> int:
        """Take one number.

        Returns:
            1 where the mean has risen, -1 where it has fallen (and the count starts anew), else 0.
        """
        self.n += 1
        self.mean += (value - self.mean) / self.n
        self._up = max(0.0, self._up + value - self.mean - self._allowance)
        self._down = max(0.0, self._down + self.mean - value - self._allowance)
        direction = int(self._up > self._threshold) - int(self._down > self._threshold)
        if direction:
            self._reset()
        return direction

    def state(self) -> list[float]:
        """Return its four numbers."""
        return [self.n, self.mean, self._up, self._down]

    def restore(self, state: Sequence[float]) -> None:
        """Go on from saved numbers."""
        self.n, self.mean, self._up, self._down = int(state[0]), state[1], state[2], state[3]

    def _reset(self) -> None:
        self.n, self.mean, self._up, self._down = 0, 0.0, 0.0, 0.0


@dataclass(frozen=True, slots=True)
class DriftAlarm:
    """What the owner is told.

    Args:
        segment: whose clicks changed, e.g. "tents" or "new shoppers".
        rose: whether they come more often than predicted; else less.
        outcomes: of the segment since the watch began or the last alarm.
        at: seconds since the epoch.
    """

    segment: str
    rose: bool
    outcomes: int
    at: float


class DriftWatch:
    """One detector per segment. One thread.

    Args:
        allowance, threshold: as in PageHinkley.
        max_segments: remembered at most; those without outcomes for longest are let go.
    """

    def __init__(self, allowance: float = 0.05, threshold: float = 100.0, max_segments: int = 1000) -> None:
        self._numbers = (allowance, threshold, max_segments)
        self._detectors: Recent[str, PageHinkley] = Recent(max_segments, lambda: PageHinkley(allowance, threshold))

    def observe(self, segment: str, predicted: float, reward: float, at: float) -> DriftAlarm | None:
        """Take one closed outcome.

        Args:
            segment: of the decision.
            predicted: calibrated chance when shown.
            reward: 0 or 1.
            at: seconds since the epoch.
        """
        detector = self._detectors.touch(segment)
        outcomes = detector.n + 1
        variance = max(_LEAST_VARIANCE, predicted * (1.0 - predicted))
        direction = detector.update((reward - predicted) / variance**0.5)
        return DriftAlarm(segment, direction > 0, outcomes, at) if direction else None

    def state(self) -> dict[str, list[float]]:
        """Return segment -> numbers of its detector."""
        return {segment: detector.state() for segment, detector in self._detectors.items()}

    def restored(self, state: Mapping[str, Sequence[float]]) -> DriftWatch:
        """Return a watch with the same thresholds that goes on from a saved state."""
        watch = DriftWatch(*self._numbers)
        for segment, numbers in state.items():
            watch._detectors.touch(segment).restore(numbers)
        return watch
