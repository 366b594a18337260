"""Which sessions are no shopper's, told by how they act: too fast, too regular, without looking, or on every slot.

Knows neither addresses nor user agents; a machine that opens a new session for each act is not seen here. Sessions are
watched as events stream by, in bounded memory, and judged by limits that the log's own sessions set.
"""

from __future__ import annotations

import heapq
import math
from collections import OrderedDict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final

import numpy as np

from recommender.data.reason import Reason
from recommender.data.settings import BotSettings, Limit
from recommender.events import Event, EventType

# The lines of one order arrive at once, and a return is nobody's click.
_NO_ACTS: Final = frozenset({EventType.PURCHASE, EventType.RETURN, EventType.NOT_SHOWN, EventType.EDIT})
_MINUTE_S: Final = 60.0
_MAD_TO_SIGMA: Final = 1.4826


@dataclass(frozen=True, slots=True)
class Summary:
    """What one session did.

    Args:
        actions: slates asked for, clicks, carts, removals and dismissals.
        per_minute: most actions in any minute.
        gap_variation: standard deviation of the gaps between actions over their mean; nan with fewer than two.
        hurried_items: different items clicked and left at once.
        hurried_share: share of the clicks that were so.
        shown, taken: items shown, and those of them clicked.
    """

    actions: int
    per_minute: float
    gap_variation: float
    hurried_items: int
    hurried_share: float
    shown: int
    taken: int


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Limits as fitted; a summary above them is no shopper's."""

    per_minute: float
    hurried_items: float


def fit_thresholds(sessions: Iterable[Summary], settings: BotSettings) -> Thresholds:
    """Take limits from the sessions themselves, within the bounds of the settings.

    Args:
        sessions: a sample; those with no action are passed over.
        settings: bounds and spread.
    """
    acting = [one for one in sessions if one.actions > 0]
    return Thresholds(
        per_minute=_limit([one.per_minute for one in acting], settings.per_minute, settings.spread),
        hurried_items=_limit([one.hurried_items for one in acting], settings.hurried_items, settings.spread),
    )


def judge(one: Summary, thresholds: Thresholds, settings: BotSettings) -> Reason | None:
    """Tell by which sign a session is a machine's; None for a shopper's."""
    if one.actions < settings.min_actions:
        return None
    if one.per_minute > thresholds.per_minute:
        return Reason.BOT_RATE
    if one.gap_variation < settings.regular_gaps:
        return Reason.BOT_REGULAR
    if one.hurried_items > thresholds.hurried_items and one.hurried_share >= settings.hurried_share:
        return Reason.BOT_HURRIED
    if one.shown >= settings.min_shown and one.taken >= settings.every_slot * one.shown:
        return Reason.BOT_EVERY_SLOT
    return None


class Watch:
    """Looks at every event that is possible at all, and keeps a few numbers per session."""

    def __init__(self, settings: BotSettings) -> None:
        self._settings = settings
        self._lowest = Thresholds(settings.per_minute.floor, settings.hurried_items.floor)
        self._open: OrderedDict[str, _Session] = OrderedDict()
        self._sample: list[tuple[int, int, str, Summary]] = []
        self._n_closed = 0
        self._suspects: list[tuple[str, Summary]] = []
        self._clock = -math.inf

    def see(self, event: Event) -> None:
        """Take in one event, in order of arrival."""
        self._clock = max(self._clock, event.at)
        key = event.session_key
        session = self._open.get(key)
        if session is None:
            session = self._open[key] = _Session()
        session.see(event, self._settings)
        self._open.move_to_end(key)
        self._close_idle()

    def verdicts(self, thresholds: Thresholds | None = None) -> tuple[Mapping[str, Reason], Thresholds]:
        """Judge all sessions seen, and say by which limits.

        Limits are fitted again without the sessions found, until none is found any more: so a log that was cleaned is
        clean (exactly while no more sessions were seen than are sampled).

        Args:
            thresholds: limits of an earlier run; fitted here without.
        """
        while self._open:
            self._close(*self._open.popitem(last=False))
        found: dict[str, Reason] = {}
        while True:
            limits = thresholds or fit_thresholds(
                (one for _, _, key, one in self._sample if key not in found), self._settings
            )
            new = {
                key: reason
                for key, one in self._suspects
                if key not in found and (reason := judge(one, limits, self._settings)) is not None
            }
            found.update(new)
            if not new:
                return found, limits

    def _close_idle(self) -> None:
        settings = self._settings
        while self._open:
            key, session = next(iter(self._open.items()))
            if len(self._open) <= settings.max_open and session.last >= self._clock - settings.idle_s:
                return
            self._close(key, self._open.pop(key))

    def _close(self, key: str, session: _Session) -> None:
        one = session.summary()
        # Limits can only be higher than their floors, so whoever is below all of them need not be remembered.
        if judge(one, self._lowest, self._settings) is not None:
            self._suspects.append((key, one))
        # The sessions with the smallest hashes are a random sample that does not depend on the order of arrival.
        # A session that came back after it was closed is there twice: the counter keeps the two in order.
        self._n_closed += 1
        entry = (-int.from_bytes(blake2b(key.encode(), digest_size=8).digest()), self._n_closed, key, one)
        if len(self._sample) < self._settings.max_sample:
            heapq.heappush(self._sample, entry)
        elif entry[0] > self._sample[0][0]:
            heapq.heapreplace(self._sample, entry)


@dataclass(slots=True)
class _Session:
    last: float = -math.inf
    acted_at: float | None = None
    actions: int = 0
    peak: int = 0
    minute: deque[float] = field(default_factory=deque)
    gaps: int = 0
    gap_mean: float = 0.0
    gap_squares: float = 0.0
    decision_id: str | None = None
    clicks: int = 0
    hurried: int = 0
    hurried_items: set[str] = field(default_factory=set)
    clicked_item: str | None = None
    shown: int = 0
    taken: int = 0

    def see(self, event: Event, settings: BotSettings) -> None:
        self.last = max(self.last, event.at)
        if event.type is EventType.IMPRESSION:
            self.shown += 1
            if event.decision_id == self.decision_id:
                return
            self.decision_id = event.decision_id
        elif event.type in _NO_ACTS:
            self.shown -= event.type is EventType.NOT_SHOWN
            return
        self._act(event, settings)

    def summary(self) -> Summary:
        variation = math.nan
        if self.gaps > 1 and self.gap_mean > 0:
            variation = math.sqrt(self.gap_squares / (self.gaps - 1)) / self.gap_mean
        return Summary(
            actions=self.actions,
            per_minute=float(self.peak),
            gap_variation=variation,
            hurried_items=len(self.hurried_items),
            hurried_share=self.hurried / max(1, self.clicks),
            shown=self.shown,
            taken=self.taken,
        )

    def _act(self, event: Event, settings: BotSettings) -> None:
        self.actions += 1
        if self.acted_at is not None and event.at >= self.acted_at:
            self._wait(event.at - self.acted_at, settings)
        self.acted_at = event.at if self.acted_at is None else max(self.acted_at, event.at)
        self._count_minute(event.at, int(settings.per_minute.ceiling) + 1)
        self.clicked_item = event.item_id if event.type is EventType.CLICK else None
        if event.type is EventType.CLICK:
            self.clicks += 1
            self.taken += event.decision_id is not None

    def _wait(self, gap: float, settings: BotSettings) -> None:
        """Take in a gap between two actions (Welford's running variance), and what was looked at in it."""
        self.gaps += 1
        off = gap - self.gap_mean
        self.gap_mean += off / self.gaps
        self.gap_squares += off * (gap - self.gap_mean)
        if self.clicked_item is not None and gap < settings.dwell_s:
            self.hurried += 1
            if len(self.hurried_items) <= settings.hurried_items.ceiling:
                self.hurried_items.add(self.clicked_item)

    def _count_minute(self, at: float, enough: int) -> None:
        self.minute.append(at)
        while self.minute[0] < at - _MINUTE_S or len(self.minute) > enough:
            self.minute.popleft()
        self.peak = max(self.peak, len(self.minute))


def _limit(values: list[float] | list[int], bounds: Limit, spread: float) -> float:
    if not values:
        return bounds.floor
    logs = np.log1p(np.asarray(values, dtype=np.float64))
    middle = float(np.median(logs))
    sigma = _MAD_TO_SIGMA * float(np.median(np.abs(logs - middle)))
    return float(np.clip(np.expm1(middle + spread * sigma), bounds.floor, bounds.ceiling))
