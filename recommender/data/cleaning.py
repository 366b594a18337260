"""Which events of a log count: possible, not repeated, and a shopper's own. The log itself is never changed.

Streams twice over the source in bounded memory: what it remembers are the numbers of the events left out (8 bytes
each), the latest ids and slates, and the sessions at hand.
"""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b

from recommender.attribution import ANSWERS, Slate
from recommender.data.bots import Thresholds, Watch
from recommender.data.reason import Reason
from recommender.data.settings import CleaningSettings, KnownTraffic
from recommender.decay import Recent
from recommender.events import APART, Decision, Event, EventLog, EventType

_BATCH = 100_000

Source = EventLog | Sequence[Event]


@dataclass(frozen=True, slots=True)
class CleaningReport:
    """What went in and what came out.

    Args:
        n_in, n_kept: events.
        rejected: reason -> events; only reasons that occurred.
        sessions: reason -> sessions, for those told by how they act.
        thresholds: limits that they were told by.
    """

    n_in: int
    n_kept: int
    rejected: Mapping[Reason, int]
    sessions: Mapping[Reason, int]
    thresholds: Thresholds


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Which events of a source count.

    Args:
        rejected: sequence numbers left out, growing (a sequence's first event has number 1).
        last: number of the last event judged; what came later has not been judged and counts for now.
        report: counts.
        robots: session -> by which sign it is no shopper's.
    """

    rejected: Sequence[int]
    last: int
    report: CleaningReport
    robots: Mapping[str, Reason] = field(default_factory=dict)

    def counts(self, number: int) -> bool:
        """Tell whether the event with a sequence number counts."""
        place = bisect_left(self.rejected, number)
        return place == len(self.rejected) or self.rejected[place] != number

    def kept(self, source: Source) -> Iterator[Event]:
        """Stream the judged events that count, in order of arrival.

        Args:
            source: the one that was cleaned.
        """
        for number, event in numbered(source):
            if number > self.last:
                return
            if self.counts(number):
                yield event


class CleanLog:
    """A log of which only the events that count are seen; decisions and new events pass through (EventLog).

    Args:
        log: the whole one.
        counts: tells it of a sequence number and its event.
    """

    def __init__(self, log: EventLog, counts: Callable[[int, Event], bool]) -> None:
        self._log, self._counts = log, counts

    def append_decision(self, decision: Decision) -> None:
        """Keep a decision."""
        self._log.append_decision(decision)

    def append_event(self, event: Event) -> bool:
        """Keep an event."""
        return self._log.append_event(event)

    def append_many(self, new_decisions: Iterable[Decision], new_events: Iterable[Event]) -> int:
        """Keep many at once, all or none."""
        return self._log.append_many(new_decisions, new_events)

    def append_shown(self, decision_id: str, shown_ids: Sequence[str], taken_back: Iterable[Event] = ()) -> None:
        """Keep what of a decision was shown in the end."""
        self._log.append_shown(decision_id, shown_ids, taken_back)

    def find_decision(self, decision_id: str) -> Decision | None:
        """Return a decision or None."""
        return self._log.find_decision(decision_id)

    def decisions(self, *, after: int = 0, limit: int = 1_000, traces: bool = False) -> Sequence[tuple[int, Decision]]:
        """Return all decisions, those of robots too, as (sequence number, decision)."""
        return self._log.decisions(after=after, limit=limit, traces=traces)

    def last_decision(self) -> int:
        """Return the highest sequence number of a decision; 0 without one."""
        return self._log.last_decision()

    def events(self, *, after: int = 0, limit: int = _BATCH) -> Sequence[tuple[int, Event]]:
        """Return events that count as (sequence number, event), with numbers above `after`."""
        while rows := self._log.events(after=after, limit=limit):
            # What people say about their own profiles holds, whoever they are.
            kept = [row for row in rows if row[1].type is EventType.EDIT or self._counts(*row)]
            if kept:
                return kept
            # An empty answer would mean the end of the log.
            after = rows[-1][0]
        return ()


def numbered(source: Source) -> Iterator[tuple[int, Event]]:
    """Stream events in order of arrival with their sequence numbers."""
    if isinstance(source, Sequence):
        yield from enumerate(source, start=1)
        return
    after = 0
    while rows := source.events(after=after, limit=_BATCH):
        yield from rows
        after = rows[-1][0]


def clean(
    source: Source,
    items: Iterable[str] | None,
    *,
    now: float,
    settings: CleaningSettings | None = None,
    known: KnownTraffic | None = None,
    thresholds: Thresholds | None = None,
) -> Cleaned:
    """Judge every event of a source; cleaning what was cleaned leaves out nothing more.

    Args:
        source: a log, or events in order of arrival, impressions included.
        items: ids that the catalogue holds, or a mapping of them; None takes any: what is no longer sold was clicked
            all the same.
        now: epoch seconds; what lies beyond is impossible.
        settings: numbers.
        known: keys of those who are no customers.
        thresholds: limits of an earlier run, for counts that compare; fitted on this log without.
    """
    settings = settings or CleaningSettings()
    log = None if isinstance(source, Sequence) else source
    checks = _Checks(None if items is None else frozenset(items), log, now, settings, known or KnownTraffic())
    watch = Watch(settings.bots)
    tally = _Tally()
    n_in = last = 0
    for last, event in numbered(source):
        n_in += 1
        reason = checks.reason(event)
        if reason is None:
            # A question to begin with is no card: who clicks one has not gone through a slate.
            if not event.item_id.startswith(APART):
                watch.see(event)
        else:
            tally.reject(last, reason)
    found, limits = watch.verdicts(thresholds)
    if found:
        tally = _without_sessions(source, last, found, tally)
    report = CleaningReport(
        n_in=n_in,
        n_kept=n_in - len(tally.numbers),
        rejected={reason: tally.counts[reason] for reason in Reason if reason in tally.counts},
        sessions={reason: n for reason in Reason if (n := sum(1 for other in found.values() if other is reason))},
        thresholds=limits,
    )
    return Cleaned(tally.numbers, last, report, found)


def clean_log(log: EventLog, *, now: float, known: KnownTraffic) -> CleanLog:
    """Return the view of a log that everything but the data card counts from.

    Args:
        log: the shop's.
        now: epoch seconds.
        known: keys of those who are no customers.
    """
    cleaned = clean(log, None, now=now, known=known)
    return CleanLog(log, lambda number, _: cleaned.counts(number))


def _without_sessions(source: Source, last: int, found: Mapping[str, Reason], before: _Tally) -> _Tally:
    """Leave out what is left of the sessions found, and what refers to slates that were shown to them."""
    tally = _Tally(counts=dict(before.counts))
    slates: dict[str, Reason] = {}
    place = 0
    for number, event in numbered(source):
        if number > last:
            break
        if place < len(before.numbers) and before.numbers[place] == number:
            tally.numbers.append(number)
            place += 1
            continue
        reason = found.get(event.session_key) or slates.get(event.decision_id or "")
        if reason is None:
            continue
        if event.type is EventType.IMPRESSION and event.decision_id is not None:
            slates[event.decision_id] = reason
        tally.reject(number, reason)
    return tally


@dataclass(slots=True)
class _Tally:
    numbers: array[int] = field(default_factory=lambda: array("q"))
    counts: dict[Reason, int] = field(default_factory=dict)

    def reject(self, number: int, reason: Reason) -> None:
        self.numbers.append(number)
        self.counts[reason] = self.counts.get(reason, 0) + 1


@dataclass(slots=True)
class _Slate(Slate):
    """Also when it was shown, and of which items the impression was met."""

    at: float = 0.0
    counted: set[str] = field(default_factory=set)


class _Checks:
    """What can be said of an event by itself and by what came before it."""

    def __init__(
        self,
        items: frozenset[str] | None,
        log: EventLog | None,
        now: float,
        settings: CleaningSettings,
        known: KnownTraffic,
    ) -> None:
        self._items, self._log, self._now, self._settings = items, log, now, settings
        self._known = (
            (known.staff, Reason.STAFF),
            (known.tests, Reason.TEST),
            (known.automation, Reason.AUTOMATION),
        )
        self._ids = _RecentIds(settings.id_memory)
        self._slates: Recent[str, _Slate] = Recent(settings.max_decisions, _Slate)
        self._acts: OrderedDict[tuple[str, EventType, str, str | None], float] = OrderedDict()
        self._clock = -math.inf

    def reason(self, event: Event) -> Reason | None:
        """Tell why an event is left out; None where it counts, and then it is remembered."""
        return self._by_itself(event) or self._by_its_slate(event) or self._by_repetition(event)

    def _by_itself(self, event: Event) -> Reason | None:
        for keys, reason in self._known:
            if event.shopper_key in keys or event.session_key in keys:
                return reason
        if self._ids.known(event.event_id):
            return Reason.DUPLICATE_ID
        if not 0 < event.at <= self._now + self._settings.future_s:
            return Reason.IMPOSSIBLE_TIME
        if event.value_minor < 0 or (event.position or 0) < 0:
            return Reason.NEGATIVE_VALUE
        # What shoppers change about their own profiles names no item.
        known = self._items is None or event.type is EventType.EDIT or event.item_id in self._items
        return None if known else Reason.UNKNOWN_ITEM

    def _by_its_slate(self, event: Event) -> Reason | None:
        if event.decision_id is None:
            return Reason.NO_DECISION if event.type is EventType.IMPRESSION else None
        slate = self._find_slate(event, event.decision_id)
        if event.type is EventType.IMPRESSION and slate is not None:
            if event.item_id in slate.counted:
                return Reason.REPEATED
            slate.items.add(event.item_id)
            slate.counted.add(event.item_id)
            return None
        if slate is None or event.item_id not in slate.items:
            return Reason.NOT_SHOWN
        if event.at < slate.at - self._settings.early_s:
            return Reason.BEFORE_DECISION
        if event.type in ANSWERS and not slate.is_for(event):
            return Reason.OTHER_VISIT
        if not slate.takes(event):
            return Reason.REPEATED
        if event.type is EventType.NOT_SHOWN:
            slate.items.discard(event.item_id)
        return None

    def _find_slate(self, event: Event, decision_id: str) -> _Slate | None:
        slate = self._slates.find(decision_id)
        if slate is not None:
            return slate
        if event.type is EventType.IMPRESSION:
            slate = self._slates.touch(decision_id)
            slate.at, slate.session_key, slate.shopper_key = event.at, event.session_key, event.shopper_key
        elif self._log is not None and (decision := self._log.find_decision(decision_id)) is not None:
            slate = self._slates.touch(decision_id)
            about = decision.context
            slate.at, slate.session_key, slate.shopper_key = about.now, about.session_key, about.shopper_key
            slate.items.update(decision.organic_ids)
        return slate

    def _by_repetition(self, event: Event) -> Reason | None:
        if event.type is EventType.IMPRESSION:
            return None
        within = self._settings.repeat_s
        act = (event.session_key, event.type, event.item_id, event.decision_id)
        before = self._acts.get(act)
        if before is not None and abs(event.at - before) <= within:
            return Reason.REPEATED
        self._clock = max(self._clock, event.at)
        self._acts[act] = event.at
        self._acts.move_to_end(act)
        # Kept for longer than the window, because events do not arrive in order of their times.
        while len(self._acts) > 1 and next(iter(self._acts.values())) < self._clock - within - self._settings.future_s:
            self._acts.popitem(last=False)
        return None


class _RecentIds:
    """Remembers at least the latest `limit` ids, as hashes in two generations."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._new: set[int] = set()
        self._old: set[int] = set()

    def known(self, event_id: str) -> bool:
        """Tell whether an id was met before; it is remembered from now on."""
        key = int.from_bytes(blake2b(event_id.encode(), digest_size=8).digest())
        if key in self._new or key in self._old:
            return True
        self._new.add(key)
        if len(self._new) >= self._limit:
            self._old, self._new = self._new, set()
        return False
