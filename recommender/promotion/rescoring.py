"""What two releases say of requests that were answered long ago.

Each logged decision keeps what its click model was given and what every ranker said. A score is a sum of parts, and
releases differ in one of them; so the other parts, and the weights, are taken from the row as they were, and only the
click model's is computed anew, from what was known then. No shopper sees any of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from recommender.events import Decision, EventLog
from recommender.features import FEATURE_SCHEMA
from recommender.fusion import total, weighed
from recommender.item_table import FloatArray
from recommender.models.predicted import Predicted
from recommender.ope.from_log import Rescored
from recommender.reasons import Code
from recommender.replay import difference
from recommender.trace import Trace, unpack

_PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class Shadowed:
    """One request in shadow.

    Args:
        scored: scores of both releases.
        same: whether the logged decision came out again, bit for bit, of its row and the release that it names.
        seconds: processor time of the candidate's part, once.
    """

    scored: Rescored
    same: bool
    seconds: float


class Rescorer:
    """Reads a log and scores its decisions.

    Args:
        log: decisions and events.
        ranker_of: version of a release -> its click model; "" and unknown ones predict nothing.
        clock: of processor time, seconds.
    """

    def __init__(
        self, log: EventLog, ranker_of: Callable[[str], Predicted], *, clock: Callable[[], float] = time.thread_time
    ) -> None:
        self._log, self._ranker_of, self._clock = log, ranker_of, clock

    def replay(self, *, live: Predicted, candidate: Predicted, since: float, until: float) -> Iterator[Shadowed]:
        """Score the decisions of a time; erased ones and those without the present features are passed over.

        Args:
            live, candidate: click models.
            since, until: epoch seconds, decisions from the first up to the second.
        """
        after = 0
        while page := self._log.decisions(after=after, limit=_PAGE, traces=True):
            for number, decision in page:
                after = number
                if not decision.trace or decision.feature_schema != FEATURE_SCHEMA:
                    continue
                if since <= decision.context.now < until:
                    yield self._score(decision, live, candidate)

    def _score(self, decision: Decision, live: Predicted, candidate: Predicted) -> Shadowed:
        trace = unpack(decision.trace)
        started = self._clock()
        said = candidate.values(trace.served)
        seconds = self._clock() - started
        scored = Rescored(
            decision,
            _scores(decision, trace, live.sha, live.values(trace.served)),
            _scores(decision, trace, candidate.sha, said),
        )
        same = difference(decision, self._ranker_of(decision.policy_version)) is None
        return Shadowed(scored, same, seconds)


def _scores(decision: Decision, trace: Trace, sha: str, predicted: FloatArray) -> FloatArray:
    """Scores had a release served, in the order of decision.candidate_ids.

    What was learned per event is learned beside one click model, and is silent beside another.
    """
    parts = []
    for code, row, weight in zip(trace.codes, trace.values, trace.weights.tolist(), strict=True):
        if code == Code.LATELY and sha != decision.model_sha:
            continue
        parts.append(weighed(predicted.astype(np.float32) if code == Code.PREDICTED else row, weight))
    result: FloatArray = total([*parts, *trace.rule_parts])[trace.order]
    return result
