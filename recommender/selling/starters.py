"""Which questions or invitations to begin with: a small bandit over a handful of choices, in the log of every slate.

A starter has an id with the prefix of `events.APART`, so that nothing which learns from products learns from it. What
it is worth is its share of showings that a conversation began with, for this place, kind of visitor and time of day,
shrunk towards what it is worth at large. Each surface learns for itself. Knows no words.
"""

from __future__ import annotations

import threading
import uuid
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from recommender.decay import Recent
from recommender.events import APART, Decision, DecisionContext, Event, EventLog, EventType, Reason, SlateItem
from recommender.fusion import stack_version, total, weighed
from recommender.policies import make_policy
from recommender.reasons import Code
from recommender.slate import by_policy, default_order, fill, generator, order_of
from recommender.trace import Trace, pack

SURFACE: Final = "starters"
BANNERS: Final = "banners"
"""A line of invitation; one at a time, and none after it was put away or followed in a visit."""
_MAX_QUIET: Final = 10_000
POLICY: Final = "inverse_gap"
PARAMS: Final = {"gamma": 100.0, "share": 0.5, "width": 12.0, "reach": 1.0}
"""Half of the slots explore: a question that nobody begins with costs a shopper nothing."""
_STRENGTH: Final = 30.0
"""Showings that a wider group counts for where a narrower one has few."""
_HOURS: Final = 6
_ENDINGS: Final = {EventType.CLICK: "begun", EventType.DISMISS: "put_away"}


class StarterBandit:
    """Chooses starters and learns from the one that a conversation began with. Safe for several threads.

    Args:
        log: decisions and events; what it holds is learned at once.
        new_id: makes decision ids.
    """

    def __init__(self, log: EventLog, *, new_id: Callable[[], str] = lambda: uuid.uuid4().hex) -> None:
        self._log, self._new_id = log, new_id
        self._lock = threading.Lock()
        self._shown: dict[tuple[str, ...], int] = defaultdict(int)
        self._begun: dict[tuple[str, ...], int] = defaultdict(int)
        self._segments: dict[str, tuple[str, ...]] = {}
        self._quiet: Recent[str, bool] = Recent(_MAX_QUIET, lambda: True)
        self._catch_up()

    def choose(self, context: DecisionContext, place: str, starter_ids: Sequence[str]) -> Decision:
        """Choose starters, log the decision with its impressions, and return it.

        Args:
            context: for whom, on SURFACE or BANNERS.
            place: where they are shown, e.g. "widget".
            starter_ids: in the order that they have without learning; each begins with APART.
        """
        segment = segment_of(context, place)
        where = _where(context.surface, segment)
        with self._lock:
            values = np.array([[self._rate(one, where) for one in starter_ids]], dtype=np.float32)
        decision = _decide(context, segment, starter_ids, values, self._new_id())
        shown = [_event(decision, item, EventType.IMPRESSION, context.now) for item in decision.items]
        self._log.append_many((decision,), shown)
        with self._lock:
            for event in shown:
                self._count(self._shown, event.item_id, where)
        return decision

    def begun(self, decision: Decision, starter_id: str, now: float) -> bool:
        """Learn that a conversation began with a starter; the same twice counts once.

        Args:
            decision: that showed it.
            starter_id: which.
            now: epoch seconds.

        Returns:
            Whether it was new; False, too, where the visit was erased meanwhile: nothing may lead back to it.
        """
        return self._answered(decision, starter_id, EventType.CLICK, now)

    def put_away(self, decision: Decision, starter_id: str, now: float) -> bool:
        """Keep that a shopper put something away: a showing that nothing came of; the same twice counts once.

        Args:
            decision: that showed it.
            starter_id: which.
            now: epoch seconds.

        Returns:
            Whether it was new.
        """
        return self._answered(decision, starter_id, EventType.DISMISS, now)

    def is_quiet(self, surface: str, session_key: str) -> bool:
        """Tell whether a visit has followed, or put away, what a surface showed it."""
        with self._lock:
            return self._quiet.find(f"{surface} {session_key}") is not None

    def rate(self, starter_id: str, segment: str, surface: str = SURFACE) -> float:
        """Return what a starter is worth in a segment: the shrunk share of showings that began a conversation."""
        with self._lock:
            return self._rate(starter_id, _where(surface, segment))

    def _answered(self, decision: Decision, starter_id: str, kind: EventType, now: float) -> bool:
        kept = self._log.find_decision(decision.decision_id)
        # Nothing may lead back to a visit that was erased meanwhile.
        if kept is None or kept.erased:
            return False
        item = next(item for item in decision.items if item.item_id == starter_id)
        event = _event(decision, item, kind, now)
        if not self._log.append_event(event):
            return False
        with self._lock:
            self._heed(event, _where(decision.context.surface, decision.segment))
        return True

    def _heed(self, event: Event, where: tuple[str, ...]) -> None:
        """Count what a visit did with what it was shown."""
        self._quiet.touch(f"{where[0]} {event.session_key}")
        if event.type is EventType.CLICK:
            self._count(self._begun, event.item_id, where)

    def _rate(self, starter_id: str, where: tuple[str, ...]) -> float:
        # From all of the surface to this one, then to where, who and when (shrinkage from the wide to the narrow).
        everything = (self._begun[where[:1]] + 1.0) / (self._shown[where[:1]] + 20.0)
        rate = everything
        for key in _keys(starter_id, where):
            rate = (self._begun[key] + _STRENGTH * rate) / (self._shown[key] + _STRENGTH)
        return rate

    def _count(self, counts: dict[tuple[str, ...], int], starter_id: str, where: tuple[str, ...]) -> None:
        for key in (where[:1], *_keys(starter_id, where)):
            counts[key] += 1

    def _catch_up(self) -> None:
        after = 0
        while batch := self._log.events(after=after):
            for _, event in batch:
                if event.item_id.startswith(APART) and event.decision_id is not None:
                    self._learn(event, event.decision_id)
            after = batch[-1][0]
        self._segments.clear()

    def _learn(self, event: Event, decision_id: str) -> None:
        if decision_id not in self._segments:
            decision = self._log.find_decision(decision_id)
            found = (SURFACE, "") if decision is None else (decision.context.surface, decision.segment)
            self._segments[decision_id] = _where(*found)
        if event.type is EventType.IMPRESSION:
            self._count(self._shown, event.item_id, self._segments[decision_id])
        else:
            self._heed(event, self._segments[decision_id])


def segment_of(context: DecisionContext, place: str) -> str:
    """Return place, kind of visitor and part of the day (UTC), e.g. "widget guest h2"."""
    who = "guest" if context.shopper_key == context.session_key else "known"
    return f"{place} {who} h{int(context.now % 86_400) // 3600 // _HOURS}"


def _where(surface: str, segment: str) -> tuple[str, ...]:
    """A surface and the parts of a segment, from the wide to the narrow."""
    return (surface, *segment.split())


def _keys(starter_id: str, where: tuple[str, ...]) -> list[tuple[str, ...]]:
    surface, *parts = where
    return [(surface, starter_id, *parts[:n]) for n in range(len(parts) + 1)]


def _decide(
    context: DecisionContext, segment: str, starter_ids: Sequence[str], values: np.ndarray, decision_id: str
) -> Decision:
    scores = total([weighed(values[0], 1.0)])
    order = order_of(context, scores)
    policy = make_policy(POLICY, PARAMS) if context.explore else make_policy("greedy")
    draw = fill(by_policy(policy, scores[order], generator(context)), len(order), context.k, {})
    none = np.zeros((0, len(order)))
    one = np.ones(1)
    trace = Trace(order, (str(Code.POPULAR),), values, one, one, (), none, none)
    ids = tuple(starter_ids[int(i)] for i in order)
    items = tuple(
        SlateItem(ids[place], position, float(scores[order][place]), probability, _reasons(scores[order][place]))
        for position, (place, probability) in enumerate(zip(draw.chosen, draw.probabilities, strict=True))
    )
    return Decision(
        decision_id=decision_id,
        context=context,
        items=items,
        slate_probability=float(np.prod(draw.probabilities)),
        policy=policy.name,
        model=stack_version((), {}),
        candidate_ids=ids,
        candidate_scores=tuple(scores[order].tolist()),
        params=policy.params,
        candidate_sources=(("starter",),) * len(ids),
        default_ids=tuple(starter_ids[int(i)] for i in default_order(order, context.k, {})),
        segment=segment,
        trace=pack(trace),
    )


def _reasons(score: float) -> tuple[Reason, ...]:
    return (Reason(str(Code.POPULAR), "", float(score)),)


def _event(decision: Decision, item: SlateItem, kind: EventType, at: float) -> Event:
    base = f"{decision.decision_id}:{item.position}"
    event = Event(
        event_id=base,
        type=kind,
        item_id=item.item_id,
        shopper_key=decision.context.shopper_key,
        session_key=decision.context.session_key,
        at=at,
        decision_id=decision.decision_id,
        position=item.position,
    )
    return event if kind is EventType.IMPRESSION else replace(event, event_id=f"{base}:{_ENDINGS[kind]}")
