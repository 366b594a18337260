"""Keeps a head up to date with the event log: one writer, exactly once, whatever is killed when.

The log numbers each event once; the learner's file says up to which number it has learned. What came after the last
save is read again after a restart, so nothing is lost and nothing counts twice.
"""

from __future__ import annotations

from pathlib import Path

from recommender.bandit.checkpoint import load, save
from recommender.bandit.drift import DriftAlarm
from recommender.bandit.head import HeadSnapshot
from recommender.bandit.left_over import LeftOver
from recommender.bandit.outcomes import Counts, Outcomes
from recommender.events import EventLog


class OnlineLearner:
    """Reads the log behind a position, teaches the head, and saves both together. One thread writes.

    Args:
        log: events in order of arrival, each once.
        outcomes: the head and what it waits for.
        path: file of the state; None keeps it in memory.
        position: sequence number of the last event learned.
        save_every: events between two saves; what is lost by a kill is only time.
    """

    def __init__(
        self, log: EventLog, outcomes: Outcomes, *, path: Path | None, position: int = 0, save_every: int = 1000
    ) -> None:
        self._log, self._outcomes, self._path = log, outcomes, path
        self._position = self._saved = position
        self._save_every = save_every

    @classmethod
    def opened(cls, log: EventLog, fresh: Outcomes, path: Path, *, save_every: int = 1000) -> OnlineLearner:
        """Go on from a file, or begin at the start of the log.

        Args:
            log, path, save_every: as in the constructor.
            fresh: settings, source of features, and the head that is used where there is no file yet.

        Raises:
            ArtifactBroken: the file is damaged; without it everything is learned again.
        """
        if not path.exists():
            return cls(log, fresh, path=path, save_every=save_every)
        found = load(path, fresh)
        return cls(log, found.outcomes, path=path, position=found.position, save_every=save_every)

    @property
    def position(self) -> int:
        """Sequence number of the last event learned."""
        return self._position

    @property
    def counts(self) -> Counts:
        """What was counted so far."""
        return self._outcomes.counts

    def snapshot(self) -> HeadSnapshot:
        """Return the head as it is; safe to read from any thread."""
        return self._outcomes.head.snapshot()

    @property
    def alarms(self) -> tuple[DriftAlarm, ...]:
        """Latest drift alarms, oldest first."""
        return self._outcomes.vigil.alarms

    @property
    def left_over(self) -> LeftOver:
        """What the head leaves over per item; for the thread that writes."""
        return self._outcomes.left_over

    @property
    def latest(self) -> float:
        """Largest time of an event learned, seconds since the epoch."""
        return self._outcomes.latest

    def catch_up(self, limit: int = 100_000) -> int:
        """Learn what came in since.

        Args:
            limit: most events read.

        Returns:
            How many were read; 0 once there are no more.
        """
        batch = self._log.events(after=self._position, limit=limit)
        for number, event in batch:
            self._outcomes.learn(event)
            self._position = number
            if self._position - self._saved >= self._save_every:
                self.save()
        return len(batch)

    def save(self) -> None:
        """Write state and position now, e.g. at shutdown."""
        if self._path is not None and self._position != self._saved:
            save(self._path, self._outcomes, self._position)
            self._saved = self._position
