"""Keeps a running server's ranker at what the registry says, and starts what is due for releases beside it.

Training, shadow, gate and counting the canary run in a process of their own, `aisle models tend`: they take seconds to
minutes of computing, and whatever happens to them, shoppers are served.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final, Protocol

import structlog

from assistant.config import Settings
from assistant.releases import click_model_device, registry_of, training_is_due
from recommender.decide import Recommender
from recommender.errors import RecommenderError
from recommender.promotion.pipeline import load_line_up
from recommender.promotion.releases import Stage

log = structlog.get_logger()
TEND_EVERY_S: Final = 600.0
_COMMAND: Final = "import os, sys; os.nice(10); from assistant.cli import main; sys.argv[0] = 'aisle'; main()"


class Process(Protocol):
    """A process that was started."""

    def poll(self) -> int | None:
        """Its exit code; None while it runs."""

    def terminate(self) -> None:
        """Ask it to end."""


def start_aisle(arguments: Sequence[str]) -> Process:
    """Run the `aisle` command in a process of its own; what it writes is nobody's."""
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", _COMMAND, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


class ModelWatch:
    """Follows the registry.

    Args:
        settings: frozen.
        recommender: gets each new line-up.
        tried: tells the releases that running experiments rank with.
        start: starts the `aisle` command with arguments.
        clock: seconds that only go forward.
    """

    def __init__(
        self,
        settings: Settings,
        recommender: Recommender,
        *,
        tried: Callable[[], frozenset[int]] = frozenset,
        start: Callable[[Sequence[str]], Process] = start_aisle,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings, self._recommender = settings, recommender
        self._registry, self._device = registry_of(settings), click_model_device(settings)
        self._tried, self._start, self._clock = tried, start, clock
        self._stamp: object = None
        self._tended_at: float | None = None
        self._running: Process | None = None

    def load(self) -> tuple[str, ...]:
        """Serve what the registry says now; return what is broken, in sentences."""
        tried = self._tried()
        self._stamp = (self._registry.stamp(), tried)
        problems: list[str] = []
        try:
            self._recommender.serve(load_line_up(self._registry, problems.append, sorted(tried), device=self._device))
        except RecommenderError as error:
            problems.append(str(error))
        return tuple(problems)

    def follow(self) -> None:
        """Serve a new line-up where a release was moved, and start what is due."""
        if (self._registry.stamp(), self._tried()) != self._stamp:
            problems = self.load()
            log.info("ranker.swapped", **dict(self._recommender.health))
            for problem in problems:
                log.error("click_model.broken", reason=problem)
        self._tend()

    def close(self) -> None:
        """End what was started."""
        if self._running is not None and self._running.poll() is None:
            self._running.terminate()

    def _tend(self) -> None:
        now = self._clock()
        if self._running is not None:
            code = self._running.poll()
            if code is None:
                return
            if code:
                log.error("releases.not_tended", code=code, reason="`aisle models tend` says why")
            self._running = None
        if self._tended_at is not None and now - self._tended_at < TEND_EVERY_S:
            return
        self._tended_at = now
        if self._something_is_due():
            self._running = self._start(("models", "tend", "--catalogue", self._settings.catalogue))

    def _something_is_due(self) -> bool:
        try:
            stages = {release.stage for release in self._registry.list_releases()}
            return bool(stages & {Stage.SHADOW, Stage.CANARY}) or training_is_due(
                self._settings, self._registry, datetime.now(UTC)
            )
        except RecommenderError as error:
            log.error("releases.broken", reason=str(error))
            return False
