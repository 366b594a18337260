"""Watches outcomes for drift as their windows close, and lets the head forget where there is an alarm.

Its state goes into the learner's file with everything else, so a restart neither loses nor repeats an alarm. Knows
names of segments and times, no shoppers.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Final

from recommender.bandit.drift import DriftAlarm, DriftWatch
from recommender.bandit.head import BayesianLinearHead

_DAY_S: Final = 86_400.0
_KEPT_ALARMS: Final = 20


@dataclass(slots=True)
class Vigil:
    """One watch over all segments. One thread.

    Args:
        watch: detectors per segment.
        kept: part of what the head learned that an alarm leaves.
        alarms: the latest, oldest first.
    """

    watch: DriftWatch = field(default_factory=DriftWatch)
    kept: float = 0.5
    alarms: tuple[DriftAlarm, ...] = ()

    def close(
        self, segments: Sequence[str], predicted: float, clicked: bool, at: float, head: BayesianLinearHead
    ) -> None:
        """Take one outcome whose window is closed.

        Args:
            segments: whose it is.
            predicted: chance of a click when it was shown.
            clicked: what became of it.
            at: when it was shown, seconds since the epoch.
            head: startled by an alarm, at most once a day.
        """
        for segment in segments:
            alarm = self.watch.observe(segment, predicted, float(clicked), at)
            if alarm is not None:
                # One change of the shop rings in several segments; the head shall forget because of it once.
                if not self.alarms or at - self.alarms[-1].at >= _DAY_S:
                    head.startle(self.kept)
                self.alarms = (*self.alarms, alarm)[-_KEPT_ALARMS:]

    def state(self) -> dict[str, Any]:
        """Return everything that must survive a restart, as plain values."""
        return {"alarms": [asdict(alarm) for alarm in self.alarms], "watch": self.watch.state()}

    def restored(self, state: dict[str, Any]) -> Vigil:
        """Return a vigil that goes on from a saved state."""
        alarms = tuple(DriftAlarm(**alarm) for alarm in state["alarms"])
        return replace(self, alarms=alarms, watch=self.watch.restored(state["watch"]))


def alarmed(alarms: Sequence[DriftAlarm], segments: Sequence[str], now: float, days: float = 7.0) -> bool:
    """Tell whether one of the segments had an alarm within the last days.

    Args:
        alarms: as a vigil holds them.
        segments: of a decision.
        now: seconds since the epoch.
        days: how long an alarm lasts.
    """
    return any(alarm.segment in segments and 0.0 <= now - alarm.at < days * _DAY_S for alarm in alarms)
