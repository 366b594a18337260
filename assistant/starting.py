"""Questions to begin with, chosen per visit by a bandit, and what a visit began with.

A visit keeps its questions for a while, however often the page is loaded: one showing is counted once.
"""

from __future__ import annotations

import threading
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import structlog

from assistant.errors import StoreError
from assistant.starters import Starter
from assistant.tools.profiling import session_key
from assistant.turn import Principal
from recommender.decay import Recent
from recommender.events import Decision, DecisionContext
from recommender.profiles.edits import anonymous_key
from recommender.selling.starters import SURFACE, StarterBandit

log = structlog.get_logger()
Place = Literal["page", "widget"]
N_SHOWN: Final = 4
KEPT_S: Final = 1800.0
"""How long a visit keeps what it was shown."""
_MAX_VISITS: Final = 10_000


@dataclass
class _Visit:
    """What a visit was shown, and whether it has begun."""

    decision: Decision | None = None
    starters: tuple[Starter, ...] = ()


class Starting:
    """Chooses starters and hears what visits begin with.

    Args:
        bandit: chooses.
        now: epoch seconds.
        seed: of the choices.
        explore: asked with every choice; False shows what is worth most.
        surface: SURFACE or BANNERS.
        n_shown: how many at once.
    """

    def __init__(
        self,
        bandit: StarterBandit,
        now: Callable[[], float],
        *,
        seed: int,
        explore: Callable[[], bool],
        surface: str = SURFACE,
        n_shown: int = N_SHOWN,
    ) -> None:
        self._bandit, self._now, self._seed, self._explore = bandit, now, seed, explore
        self._surface, self._n_shown = surface, n_shown
        self._lock = threading.Lock()
        self._visits: Recent[str, _Visit] = Recent(_MAX_VISITS, _Visit)

    def show(self, principal: Principal, place: Place, pool: Sequence[Starter]) -> tuple[Starter, ...]:
        """Return the questions of a visit; the usual ones where the log cannot be written.

        Args:
            principal: whose visit.
            place: where they are shown.
            pool: what may be chosen from, the usual ones first.
        """
        if not pool:
            return ()
        key, now = session_key(principal), self._now()
        with self._lock:
            visit = self._visits.touch(key)
            fresh = visit.decision is not None and now - visit.decision.context.now < KEPT_S
            if not fresh or not set(visit.starters) <= set(pool):
                try:
                    visit.decision = self._choose(principal, place, pool, now)
                except StoreError as problem:
                    log.error("starters.not_kept", reason=str(problem))
                    return tuple(pool[: self._n_shown])
                by_id = {starter.id: starter for starter in pool}
                visit.starters = tuple(by_id[item_id] for item_id in visit.decision.chosen_ids)
            return visit.starters

    def knows(self, principal: Principal, words: str) -> bool:
        """Tell whether a message is one of the questions that its visit was shown."""
        visit = self._visits.find(session_key(principal))
        return visit is not None and any(starter.text == words for starter in visit.starters)

    def begun(self, principal: Principal, words: str) -> None:
        """Learn from a visit that began with one of its questions."""
        visit = self._visits.find(session_key(principal))
        starter = next((one for one in visit.starters if one.text == words), None) if visit else None
        if visit is None or visit.decision is None or starter is None:
            return
        try:
            self._bandit.begun(visit.decision, starter.id, self._now())
        except StoreError as problem:
            log.error("starters.not_kept", reason=str(problem))

    def put_away(self, principal: Principal) -> None:
        """Learn that a visit wants nothing of what it was shown."""
        visit = self._visits.find(session_key(principal))
        if visit is None or visit.decision is None:
            return
        try:
            for starter in visit.starters:
                self._bandit.put_away(visit.decision, starter.id, self._now())
        except StoreError as problem:
            log.error("starters.not_kept", reason=str(problem))

    def _choose(self, principal: Principal, place: Place, pool: Sequence[Starter], now: float) -> Decision:
        visit = session_key(principal)
        # Whether somebody is known matters here, who it is does not.
        context = DecisionContext(
            shopper_key=anonymous_key(visit) if principal.customer_id else visit,
            session_key=visit,
            turn_id="",
            surface=self._surface,
            now=now,
            seed=zlib.crc32(f"{self._seed}|{visit}|{now}".encode()),
            k=self._n_shown,
            explore=self._explore(),
        )
        return self._bandit.choose(context, place, [starter.id for starter in pool])
