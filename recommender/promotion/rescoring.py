"""What two releases say of requests that were answered long ago.

The log is replayed, and each logged candidate is scored with the behaviour that was known then.

A score is a sum of parts, and releases differ in one of them, the click model's; so the other parts are taken from the
log as they were, and only that one is computed anew. No shopper sees any of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from recommender.attribution import ShownItems
from recommender.events import APART, Candidate, Decision, Event, EventLog, EventType, Item
from recommender.fusion import weighed, weights_of
from recommender.item_table import FloatArray, build_table
from recommender.models.base import Ranker, RankRequest
from recommender.ope.from_log import Rescored
from recommender.reasons import Code
from recommender.settings import RecommenderSettings
from recommender.state import BehaviourState


@dataclass(frozen=True, slots=True)
class Shadowed:
    """One request in shadow.

    Args:
        scored: scores of both releases.
        same: whether the candidate gave the same scores when asked again.
        seconds: processor time of the candidate's part, once.
    """

    scored: Rescored
    same: bool
    seconds: float


class Rescorer:
    """Replays a log and scores its decisions.

    Args:
        log: decisions and events.
        items: product id -> facts.
        settings: those of serving, so that the counts are the same.
        ranker_of: version of a release -> its click model; "" and unknown ones predict nothing.
        clock: of processor time, seconds.
    """

    def __init__(
        self,
        log: EventLog,
        items: Mapping[str, Item],
        settings: RecommenderSettings,
        ranker_of: Callable[[str], Ranker],
        *,
        clock: Callable[[], float] = time.thread_time,
    ) -> None:
        self._log, self._settings, self._ranker_of, self._clock = log, settings, ranker_of, clock
        self._table = build_table(items)

    def replay(self, *, live: Ranker, candidate: Ranker, since: float, until: float) -> Iterator[Shadowed]:
        """Score the decisions of a time; events before it are only counted.

        Args:
            live, candidate: click models.
            since, until: epoch seconds, decisions from the first up to the second.
        """
        state = BehaviourState(self._settings)
        shown = ShownItems(self._log, max_decisions=self._settings.max_decisions)
        seen: set[str] = set()
        for event in _events(self._log):
            decision = self._new_decision(event, seen, since, until)
            if decision is not None:
                yield self._score(decision, state, live, candidate)
            if shown.counts(event):
                state.apply(event, self._table.find(event.item_id))

    def _new_decision(self, event: Event, seen: set[str], since: float, until: float) -> Decision | None:
        """The decision whose first impression this is, if it is one to score."""
        if event.type is not EventType.IMPRESSION or event.decision_id is None or event.decision_id in seen:
            return None
        if event.item_id.startswith(APART):
            return None
        seen.add(event.decision_id)
        return self._log.find_decision(event.decision_id) if since <= event.at < until else None

    def _score(self, decision: Decision, state: BehaviourState, live: Ranker, candidate: Ranker) -> Shadowed:
        candidates = tuple(Candidate(item_id) for item_id in decision.candidate_ids)
        rows = self._table.rows(decision.candidate_ids)
        treatment = decision.context.treatment
        settings = treatment.settings(self._settings) if treatment else self._settings
        request = RankRequest(decision.context, candidates, rows, self._table, state, None, settings)
        started = self._clock()
        first = self._part(candidate, request)
        seconds = self._clock() - started
        without = np.array(decision.candidate_scores, dtype=np.float64) - self._part(
            self._ranker_of(decision.policy_version), request
        )
        scored = Rescored(decision, without + self._part(live, request), without + first)
        return Shadowed(scored, bool(np.array_equal(first, self._part(candidate, request))), seconds)

    def _part(self, ranker: Ranker, request: RankRequest) -> FloatArray:
        # Rounded like fusion.py does, so that taking one part out and putting it back changes no bit.
        return weighed(ranker.rank(request).values.astype(np.float32), weights_of(request).get(Code.PREDICTED, 0.0))


def _events(log: EventLog) -> Iterator[Event]:
    after = 0
    while batch := log.events(after=after):
        for number, event in batch:
            yield event
            after = number
