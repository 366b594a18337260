"""Who of the log is a shopper: the one view that the shop counts from while it is open.

Robots are told by how they act, so the whole log is looked at; the shop's own people are known by name and count for
nothing from the moment they sign in. The offline readers look at the log with the same function (`clean_log`).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

from recommender.data.cleaning import Cleaned, clean
from recommender.data.settings import KnownTraffic
from recommender.events import EventLog

_EVERY_S: Final = 600.0
_SHARE: Final = 0.01
"""Most of a processor that looking at the log may take."""


class Counted:
    """Looks at the log now and then, and says whom to leave out. Safe for several threads.

    Args:
        log: the shop's.
        known: reads who is known to be no customer.
        now: epoch seconds.
        clock: seconds that only go forward.
    """

    def __init__(
        self,
        log: EventLog,
        known: Callable[[], KnownTraffic],
        now: Callable[[], float],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._log, self._known, self._now, self._clock = log, known, now, clock
        self._lock = threading.Lock()
        self._cleaned: Cleaned | None = None
        self._again_at = 0.0
        self._outsiders: frozenset[str] = frozenset()

    def outsiders(self) -> frozenset[str]:
        """Keys of shoppers and visits that are no customer's, as they were known last; costs nothing."""
        return self._outsiders

    def fresh(self) -> frozenset[str]:
        """The same, looked at lately."""
        self.look()
        return self._outsiders

    def notice_staff(self) -> None:
        """Learn at once that one of the shop's own people has signed in."""
        with self._lock:
            self._gather()

    def look(self) -> Cleaned:
        """Look at the log; what was found a moment ago still stands."""
        with self._lock:
            began = self._clock()
            if self._cleaned is None or began >= self._again_at:
                self._cleaned = clean(self._log, None, now=self._now(), known=self._known())
                took = self._clock() - began
                self._again_at = began + max(_EVERY_S, took / _SHARE)
                self._gather()
            return self._cleaned

    def _gather(self) -> None:
        robots = frozenset() if self._cleaned is None else frozenset(self._cleaned.robots)
        self._outsiders = robots | self._known().keys
