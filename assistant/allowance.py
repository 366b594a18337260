"""How many tokens of a language model one shopper may cause in a day: counted in memory, one process.

After a restart counting begins anew. A guest's visit is one shopper; how many visits an address may begin is limited
elsewhere (`ui/limits.py`).
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

from assistant.config import Settings
from assistant.keys import identity_key
from assistant.turn import Principal

DAY_S = 86_400.0
MAX_SHOPPERS = 20_000
"""So many are remembered; the one that came least lately goes first."""


class DailyTokens:
    """Tokens by shopper over the last 24 hours. Every method may be called from any thread.

    Args:
        settings: the limits.
        clock: monotonic seconds.
    """

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings
        self._clock = clock
        self._lock = threading.Lock()
        self._used: OrderedDict[str, deque[tuple[float, int]]] = OrderedDict()

    def left_for_turn(self, principal: Principal) -> int | None:
        """Tokens that a turn of this shopper may use; None where nothing is limited, 0 where the day's are spent."""
        settings = self._settings
        daily = settings.llm_tokens_per_day_signed_in if principal.customer_id else settings.llm_tokens_per_day
        limits = [settings.llm_tokens_per_turn] if settings.llm_tokens_per_turn else []
        if daily:
            limits.append(max(0, daily - self._spent(identity_key(principal))))
        return min(limits, default=None)

    def spend(self, principal: Principal, tokens: int) -> None:
        """Count tokens (0 or more)."""
        if tokens <= 0:
            return
        with self._lock:
            key = identity_key(principal)
            self._used.setdefault(key, deque()).append((self._clock(), tokens))
            self._used.move_to_end(key)
            while len(self._used) > MAX_SHOPPERS:
                self._used.popitem(last=False)

    def _spent(self, key: str) -> int:
        with self._lock:
            rows = self._used.get(key)
            while rows and rows[0][0] <= self._clock() - DAY_S:
                rows.popleft()
            return sum(tokens for _, tokens in rows or ())
