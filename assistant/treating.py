"""A turn in its experiments: which arms it is treated with, and what is kept of it afterwards.

Experiments never cost a shopper an answer: where their file cannot be read or written, the turn goes on as the shop has
it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import structlog

from assistant.arms import NO_ARMS, Arms
from assistant.errors import StoreError
from assistant.support.experiments import Experiments, TurnSeen
from assistant.tools.context import Ledger
from assistant.turn import HandOverFact, SlateFact

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Treated:
    """A turn's arms, and when it began.

    Args:
        arms: what it is treated with.
        at: epoch seconds.
        began_s: by the monotonic clock.
    """

    arms: Arms = NO_ARMS
    at: float = 0.0
    began_s: float = field(default_factory=time.monotonic)


class Treating:
    """Looks arms up and keeps exposures.

    Args:
        experiments: the shop's; None has none.
    """

    def __init__(self, experiments: Experiments | None = None) -> None:
        self._experiments = experiments

    def begin(self, unit: str, session: str, at: float) -> Treated:
        """Return what a turn is treated with.

        Args:
            unit: whom the visit counts for, see `Profiling.unit`.
            session: key of the visit.
            at: epoch seconds.
        """
        if self._experiments is None:
            return Treated(at=at)
        try:
            return Treated(self._experiments.arms(unit, session), at)
        except StoreError as problem:
            log.error("experiments.unread", reason=str(problem))
            return Treated(at=at)

    def end(self, treated: Treated, ledger: Ledger) -> None:
        """Keep what a turn was like."""
        if self._experiments is None or not treated.arms.units:
            return
        searches = [f for f in ledger.evidence if isinstance(f, SlateFact) and f.surface == "search"]
        seen = TurnSeen(
            at=treated.at,
            latency_ms=(time.monotonic() - treated.began_s) * 1000,
            searches=len(searches),
            empty_searches=sum(not slate.total for slate in searches),
            handed_over=any(isinstance(fact, HandOverFact) for fact in ledger.evidence),
        )
        try:
            self._experiments.expose(treated.arms, seen)
        except StoreError as problem:
            log.error("experiments.unwritten", reason=str(problem))
