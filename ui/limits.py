"""How often something may happen: moving windows and open slots, counted in memory, one process.

Knows neither people nor routes: a key is any text. After a restart counting begins anew.
"""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from math import ceil

from assistant.config import Settings
from assistant.errors import TurnRefused

MINUTE_S = 60.0
HOUR_S = 3600.0
DAY_S = 86400.0
MAX_KEYS = 20_000
"""Keys remembered per limit; the one unused for longest goes first."""


@dataclass(frozen=True, slots=True)
class Window:
    """At most `limit` times in any `seconds`; a limit of 0 is none."""

    limit: int
    seconds: float


class MovingWindows:
    """Counts what happens, by key.

    Args:
        windows: all of them must have room.
        clock: monotonic seconds.
        max_keys: see MAX_KEYS.
    """

    def __init__(
        self, windows: Sequence[Window], clock: Callable[[], float] = time.monotonic, *, max_keys: int = MAX_KEYS
    ) -> None:
        self._windows = tuple(window for window in windows if window.limit > 0)
        self._clock = clock
        self._max_keys = max_keys
        self._seen: OrderedDict[str, deque[float]] = OrderedDict()

    def take(self, key: str) -> int:
        """Count one more, where there is room for it.

        Returns:
            0 where it was counted, else the whole seconds (1 or more) until there is room; nothing is counted then.
        """
        if not self._windows:
            return 0
        now = self._clock()
        times = self._seen.setdefault(key, deque())
        self._seen.move_to_end(key)
        longest = max(window.seconds for window in self._windows)
        while times and times[0] <= now - longest:
            times.popleft()
        wait = max(_wait_s(times, window, now) for window in self._windows)
        if wait > 0:
            return max(1, ceil(wait))
        times.append(now)
        while len(self._seen) > self._max_keys:
            self._seen.popitem(last=False)
        return 0


def _wait_s(times: deque[float], window: Window, now: float) -> float:
    """Seconds until the window has room; not above 0 where it has."""
    return 0.0 if len(times) < window.limit else times[-window.limit] + window.seconds - now


class Slots:
    """At most `limit` of something open at once, by key."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._open: dict[str, int] = {}

    def take(self, key: str) -> bool:
        """Open one more. Returns False where all are taken."""
        taken = self._open.get(key, 0)
        if taken >= self._limit:
            return False
        self._open[key] = taken + 1
        return True

    def give_back(self, key: str) -> None:
        """Close one that was opened."""
        left = self._open.get(key, 0) - 1
        if left > 0:
            self._open[key] = left
        else:
            self._open.pop(key, None)


def message_limit(settings: Settings, clock: Callable[[], float] = time.monotonic) -> MovingWindows:
    """Return the limit of messages in one visit."""
    return MovingWindows(
        (Window(settings.messages_per_minute, MINUTE_S), Window(settings.messages_per_day, DAY_S)), clock
    )


def refuse_flood(limit: MovingWindows, session_id: str) -> None:
    """Count a message of a visit.

    Raises:
        TurnRefused: there were too many; the sentence says when to go on.
    """
    if wait_s := limit.take(session_id):
        raise TurnRefused(too_many(wait_s))


def too_many(wait_s: int) -> str:
    """Say when to go on."""
    if wait_s <= 90:
        return f"That was a lot at once. Please go on in {wait_s} second{'s' if wait_s > 1 else ''}."
    minutes = ceil(wait_s / 60)
    return f"That was a lot for now. Please go on in {minutes} minutes." if minutes < 90 else _LATER


_LATER = "That was a lot for one day. Please go on tomorrow."


def network_of(address: str) -> str:
    """Return what counts as one network address: an IPv4 address itself, the /64 network of an IPv6 address."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped:
            return str(found.ipv4_mapped)
        return found.exploded[:19]
    return str(found)
