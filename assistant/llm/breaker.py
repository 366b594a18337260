"""A circuit breaker: whether an endpoint is asked at all. Knows neither HTTP nor the shop.

closed ──(failures in a row)──► open ──(rest is over, a probe is sent)──► half_open ──► closed, or open again

The probe is not a shopper's turn: nobody waits to find out whether a dead server is alive again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Literal

State = Literal["closed", "open", "half_open"]
FAILURES = 5
REST_S = 15.0
_LONGEST_REST_S = 600.0


class Breaker:
    """Counts failures; every method may be called from any thread.

    Args:
        failures: so many in a row open it (1 or more).
        rest_s: seconds from then until a probe is due.
        clock: monotonic seconds.
    """

    def __init__(
        self, *, failures: int = FAILURES, rest_s: float = REST_S, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._failures = failures
        self._rest_s = rest_s
        self._clock = clock
        self._lock = threading.Lock()
        self._in_a_row = 0
        self._rests_until = 0.0
        self._state: State = "closed"

    @property
    def state(self) -> State:
        """Whether the endpoint is asked ("closed"), rests ("open"), or is being tried ("half_open")."""
        return self._state

    def succeeded(self) -> None:
        """Note an answer."""
        with self._lock:
            self._in_a_row = 0
            self._state = "closed"

    def failed(self, retry_after_s: float = 0.0) -> None:
        """Note a failure.

        Args:
            retry_after_s: seconds for which the server wants to be left alone; ten minutes at most, or one line of a
                broken server would keep it unused for good.
        """
        with self._lock:
            self._in_a_row += 1
            if self._state == "half_open" or self._in_a_row >= self._failures:
                self._state = "open"
                self._rests_until = self._clock() + max(self._rest_s, min(retry_after_s, _LONGEST_REST_S))

    def take_probe(self) -> bool:
        """Whether the caller is to send the one probe that is due now; it then notes how that went."""
        with self._lock:
            if self._state != "open" or self._clock() < self._rests_until:
                return False
            self._state = "half_open"
            return True
