"""Lets the bandit's head learn what came into the log, in the shop's background thread; tells the operator of drift.

The mathematics are in recommender/online_head.py; whatever happens to it, shoppers are served.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

import structlog

from assistant.config import Settings
from assistant.errors import AisleError
from assistant.places import models_folder
from recommender.decide import Recommender
from recommender.errors import RecommenderError
from recommender.events import EventLog
from recommender.online_head import HeadKeeper
from recommender.settings import RecommenderSettings

log = structlog.get_logger()
_AT_ONCE: Final = 1_000
"""Events between two breaths: well under a second."""
_BREATH_S: Final = 0.1


class HeadWatch:
    """The one writer of a shop's head. Used by one thread.

    Args:
        settings: frozen.
        events: of the shop.
        recommender: gets each new state of the head.
        numbers: settings of the recommender.
        now: seconds since the epoch.
    """

    def __init__(
        self,
        settings: Settings,
        events: EventLog,
        recommender: Recommender,
        numbers: RecommenderSettings,
        now: Callable[[], float],
    ) -> None:
        self._recommender = recommender
        self._keeper = HeadKeeper(events, models_folder(settings) / settings.catalogue, numbers, now)
        self._told = 0.0

    def follow(self, closing: threading.Event) -> None:
        """Learn everything that came in since; stop early where the shop closes."""
        try:
            while self._keeper.follow(self._recommender, _AT_ONCE) == _AT_ONCE and not closing.wait(_BREATH_S):
                pass
        except (AisleError, RecommenderError, OSError) as problem:
            log.error("head.not_learned", reason=str(problem))
        self._tell()

    def close(self) -> None:
        """Keep what was learned."""
        try:
            self._keeper.close()
        except OSError as problem:
            log.error("head.not_saved", reason=str(problem))

    def _tell(self) -> None:
        for alarm in self._recommender.alarms:
            if alarm.at > self._told:
                log.warning("ranking.drift", segment=alarm.segment, rose=alarm.rose, outcomes=alarm.outcomes)
                self._told = alarm.at
