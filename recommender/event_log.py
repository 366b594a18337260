"""An event log in memory, for tests, simulations and one-off training runs.

Knows nothing of databases; the log that survives a restart is the shop's store, held to the same contract.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice

from recommender.events import Decision, Event


class MemoryEventLog:
    """Keep decisions and events in order of arrival; safe for several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._decisions: dict[str, Decision] = {}
        self._shown: dict[str, tuple[str, ...]] = {}
        self._events: list[Event] = []
        self._known: set[str] = set()

    def append_decision(self, decision: Decision) -> None:
        """Keep a decision; the same id twice is kept once."""
        self.append_many((decision,), ())

    def append_event(self, event: Event) -> bool:
        """Keep an event. Returns False where its id was already known."""
        return self.append_many((), (event,)) == 1

    def append_many(self, new_decisions: Iterable[Decision], new_events: Iterable[Event]) -> int:
        """Keep many at once. Returns how many of the events were new."""
        with self._lock:
            for decision in new_decisions:
                self._decisions.setdefault(decision.decision_id, replace(decision, shown_ids=None))
            return self._keep(new_events)

    def append_shown(self, decision_id: str, shown_ids: Sequence[str], taken_back: Iterable[Event] = ()) -> None:
        """Keep what of a decision was shown in the end, and the events that take impressions back."""
        with self._lock:
            self._shown[decision_id] = tuple(shown_ids)
            self._keep(taken_back)

    def find_decision(self, decision_id: str) -> Decision | None:
        """Return a decision or None."""
        with self._lock:
            decision = self._decisions.get(decision_id)
            return None if decision is None else self._as_shown(decision)

    def decisions(self, *, after: int = 0, limit: int = 1_000, traces: bool = False) -> Sequence[tuple[int, Decision]]:
        """Return decisions as (sequence number from 1, decision), with numbers above `after`, at most `limit`."""
        with self._lock:
            some = [self._as_shown(d) for d in islice(self._decisions.values(), after, after + limit)]
        return tuple(enumerate(some if traces else (replace(d, trace=b"") for d in some), start=after + 1))

    def last_decision(self) -> int:
        """Return the highest sequence number of a decision; 0 without any."""
        with self._lock:
            return len(self._decisions)

    def events(self, *, after: int = 0, limit: int = 100_000) -> Sequence[tuple[int, Event]]:
        """Return events as (sequence number from 1, event), with numbers above `after`, at most `limit`."""
        with self._lock:
            return tuple(enumerate(self._events[after : after + limit], start=after + 1))

    def _keep(self, new_events: Iterable[Event]) -> int:
        before = len(self._events)
        for event in new_events:
            if event.event_id not in self._known:
                self._known.add(event.event_id)
                self._events.append(event)
        return len(self._events) - before

    def _as_shown(self, decision: Decision) -> Decision:
        shown = self._shown.get(decision.decision_id)
        return decision if shown is None else replace(decision, shown_ids=shown)
