"""The widget's banner: one line of invitation, seldom, and never again in a visit that followed it or put it away."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from assistant.starters import Starter
from assistant.starting import KEPT_S, Starting
from assistant.tools.profiling import session_key
from assistant.turn import Principal
from recommender.decay import Recent
from recommender.selling.starters import BANNERS, StarterBandit

MOST_A_DAY: Final = 2
"""Showings of one visit; the same line for half an hour is one."""
_DAY_S: Final = 86_400.0
_MAX_VISITS: Final = 10_000


class Inviting:
    """Chooses banners and hears what comes of them.

    Args:
        bandit: chooses, the same as for starter questions.
        now: epoch seconds.
        seed: of the choices.
        explore: asked with every choice; False shows what is worth most.
    """

    def __init__(
        self, bandit: StarterBandit, now: Callable[[], float], *, seed: int, explore: Callable[[], bool]
    ) -> None:
        self._bandit, self._now = bandit, now
        self._starting = Starting(bandit, now, seed=seed, explore=explore, surface=BANNERS, n_shown=1)
        self._lock = threading.Lock()
        self._shown: Recent[str, deque[float]] = Recent(_MAX_VISITS, lambda: deque(maxlen=MOST_A_DAY))

    def banner(self, principal: Principal, pool: Sequence[Starter]) -> Starter | None:
        """Return the banner of a visit; None where it has had its share, followed one or put one away.

        Args:
            principal: whose visit.
            pool: what may be chosen from, the usual one first.
        """
        visit, now = session_key(principal), self._now()
        if self._bandit.is_quiet(BANNERS, visit):
            return None
        with self._lock:
            shown = self._shown.touch(visit)
            if not shown or now - shown[-1] >= KEPT_S:
                if len(shown) == MOST_A_DAY and now - shown[0] < _DAY_S:
                    return None
                shown.append(now)
        return next(iter(self._starting.show(principal, "widget", pool)), None)

    def knows(self, principal: Principal, words: str) -> bool:
        """Tell whether a message is what the banner of its visit sends."""
        return self._starting.knows(principal, words)

    def begun(self, principal: Principal, words: str) -> None:
        """Learn that a visit followed its banner."""
        self._starting.begun(principal, words)

    def put_away(self, principal: Principal) -> None:
        """Keep that a visit wants no banner."""
        self._starting.put_away(principal)
