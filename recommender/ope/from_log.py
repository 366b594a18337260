"""From the shop's event log to arrays: what was shown with which probability, what it brought, and what two releases of
the ranker say of the same requests.

Scores come from outside (promotion/rescoring.py); nothing here knows a model.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np

from recommender.data.labels import HEADS, label
from recommender.data.settings import Windows
from recommender.errors import LogUnusable, RecommenderError
from recommender.events import Decision, Event, EventLog
from recommender.item_table import FloatArray
from recommender.ope.logged import NOBODY, BoolArray, LoggedSlates, Table
from recommender.ope.plan import Plan
from recommender.ope.tables import policy_rows
from recommender.policies import make_policy
from recommender.policies.base import Policy

N_FEATURES: Final = 4
_SAME: Final = 1e-6

Rewards = Mapping[tuple[str, str], float]
"""(decision id, item id) -> value of the strongest sign inside its window."""


@dataclass(frozen=True, slots=True)
class Rescored:
    """One logged decision with the scores that two releases give its candidates.

    Args:
        decision: as logged.
        live, candidate: (m,) scores in the order of decision.candidate_ids.
    """

    decision: Decision
    live: FloatArray
    candidate: FloatArray


@dataclass(frozen=True, slots=True)
class Comparison:
    """A log and two policies on it.

    Args:
        log: n decisions.
        candidate, live: (n, k, m) tables.
    """

    log: LoggedSlates
    candidate: Table
    live: Table


def collect_rewards(log: EventLog, plan: Plan) -> Rewards:
    """Read what each shown item brought: the strongest of click, cart and purchase, as the models learn it.

    Same labels, same windows (data/labels.py): a purchase without a slate belongs to the one it was clicked on, and one
    that was returned is none.

    Args:
        log: the shop's, cleaned.
        plan: values.
    """
    # What was still open when the log ended is told by `closed` of the slate.
    labels = label(_events(log), windows=Windows(), now=np.inf)
    worth = {"click": plan.reward_click, "cart": plan.reward_cart, "buy": plan.reward_purchase}
    values = np.max([worth[head] * labels.outcome[head] for head in HEADS], axis=0)
    rows = np.flatnonzero(values)
    return {(labels.decision_ids[row], labels.item_ids[row]): float(values[row]) for row in rows}


def _events(log: EventLog) -> Iterator[Event]:
    after = 0
    while batch := log.events(after=after):
        yield from (event for _, event in batch)
        after = batch[-1][0]


def tells(decision: Decision) -> bool:
    """Whether something could have been tried out in a decision: otherwise it cannot tell two policies apart."""
    context = decision.context
    if context.treatment is not None and context.treatment.interleaving:
        return False  # Two rankers shared the slate: its probabilities are those of neither.
    return context.explore and not context.keep_order and not decision.policy.startswith("greedy/")


def build(
    rescored: Iterable[Rescored],
    rewards: Rewards,
    *,
    now: float,
    policy: str,
    classes: Mapping[str, str] = MappingProxyType({}),
) -> Comparison:
    """Put decisions into arrays.

    Args:
        rescored: decisions in order of time; those that tell nothing are passed over (see `tells`).
        rewards: of the whole log.
        now: epoch seconds; slates younger than the longest window are not closed.
        policy: name in POLICIES that serves; decisions of the even hold-out are judged as if it had drawn.
        classes: item id -> class, e.g. its department; a decision is of the class of most of its candidates.

    Raises:
        LogUnusable: there is no decision that tells anything.
    """
    rows = [_Row.of(one, rewards, now, policy) for one in rescored if tells(one.decision)]
    if not rows:
        raise LogUnusable("No slate of the log had anything tried out on it, so it cannot tell two releases apart.")
    return _stack(rows, classes)


@dataclass(frozen=True, slots=True)
class _Row:
    decision: Decision
    items: tuple[str, ...]
    features: FloatArray
    chosen: tuple[int, ...]
    rewards: tuple[float, ...]
    logging: FloatArray
    candidate: FloatArray
    live: FloatArray
    closed: bool
    as_chosen: bool

    @classmethod
    def of(cls, one: Rescored, rewards: Rewards, now: float, policy: str) -> _Row:
        decision = one.decision
        places = {item_id: place for place, item_id in enumerate(decision.candidate_ids)}
        chosen = tuple(places.get(item.item_id, NOBODY) for item in decision.items)
        known = NOBODY not in chosen
        paid = decision.sponsored_ids
        drawn = _policy(decision.policy, decision.params)
        judged = make_policy(policy) if decision.stream == "uniform" or drawn is None else drawn
        k, m = len(chosen), len(places)
        tables = [np.zeros((k, m))] * 3
        if known and drawn is not None:
            logged = np.array(decision.candidate_scores, dtype=np.float64)
            tables = [
                _rows(decision, policy_, scores, chosen)
                for policy_, scores in ((drawn, logged), (judged, one.candidate), (judged, one.live))
            ]
        probabilities = np.array([item.probability for item in decision.items])
        recomputed = np.array([tables[0][slot, column] for slot, column in enumerate(chosen)])
        explained = known and bool(np.abs(recomputed - probabilities).max() <= _SAME)
        return cls(
            decision=decision,
            items=tuple(places),
            features=_features(one),
            chosen=chosen if known else (0,) * k,
            # A paid slot is nobody's choice and nobody's merit.
            rewards=tuple(
                0.0 if item.item_id in paid else rewards.get((decision.decision_id, item.item_id), 0.0)
                for item in decision.items
            ),
            logging=tables[0],
            candidate=tables[1],
            live=tables[2],
            closed=now - decision.context.now >= Windows().longest_s,
            as_chosen=explained and decision.seen_ids == decision.chosen_ids,
        )

    def columns(self) -> list[int]:
        """Candidates that any of the policies may show; the others cannot matter."""
        possible = np.maximum(np.maximum(self.logging, self.candidate), self.live).max(axis=0) > 0
        possible[list(self.chosen)] = True
        return [int(i) for i in np.flatnonzero(possible)]


def _policy(name: str, params: Mapping[str, float]) -> Policy | None:
    try:
        return make_policy(name, params)
    except RecommenderError:
        return None


def _rows(decision: Decision, policy: Policy, scores: FloatArray, chosen: Sequence[int]) -> FloatArray:
    """A policy's rows; what an owner's rule pinned has probability 1 in its slot and is nobody's choice elsewhere."""
    pinned = {place for place, item in enumerate(decision.items) if item.item_id in decision.pinned_ids}
    rows = np.zeros((len(chosen), len(scores)))
    fixed = [chosen[place] for place in pinned]
    free = [column for column in range(len(scores)) if column not in fixed]
    slots = [place for place in range(len(chosen)) if place not in pinned]
    places = {column: i for i, column in enumerate(free)}
    if slots:
        inner = policy_rows(policy, scores[free], [places[chosen[slot]] for slot in slots])
        rows[np.ix_(slots, free)] = inner
    for place in pinned:
        rows[place, chosen[place]] = 1.0
    return rows


def _features(one: Rescored) -> FloatArray:
    """(m, N_FEATURES): both scores, and the inverse ranks that they give."""
    columns = []
    for scores in (one.live, one.candidate):
        ranks = np.empty(len(scores))
        ranks[np.argsort(-scores, kind="stable")] = np.arange(1, len(scores) + 1)
        columns += [np.clip(scores, -2.0, 2.0), 1.0 / ranks]
    result: FloatArray = np.stack(columns, axis=1)
    return result


def _stack(rows: Sequence[_Row], classes: Mapping[str, str]) -> Comparison:
    kept = [row.columns() for row in rows]
    n, k, m = len(rows), max(len(row.chosen) for row in rows), max(map(len, kept))
    numbers: dict[str, int] = {}
    candidates = np.full((n, m), NOBODY, dtype=np.int64)
    chosen = np.full((n, k), NOBODY, dtype=np.int64)
    features = np.zeros((n, m, N_FEATURES), dtype=np.float32)
    probabilities, rewards = np.ones((n, k)), np.zeros((n, k))
    tables = [np.zeros((n, k, m), dtype=np.float32) for _ in range(3)]
    for i, (row, columns) in enumerate(zip(rows, kept, strict=True)):
        width, slots = len(columns), len(row.chosen)
        candidates[i, :width] = [numbers.setdefault(row.items[c], len(numbers)) for c in columns]
        chosen[i, :slots] = [columns.index(c) for c in row.chosen]
        features[i, :width] = row.features[columns]
        probabilities[i, :slots] = [item.probability for item in row.decision.items]
        rewards[i, :slots] = row.rewards
        for table, own in zip(tables, (row.logging, row.candidate, row.live), strict=True):
            table[i, :slots, :width] = own[:, columns]
    decisions = [row.decision for row in rows]
    _, blocks = np.unique([decision.context.session_key for decision in decisions], return_inverse=True)
    log = LoggedSlates(
        candidates=candidates,
        features=features,
        chosen=chosen,
        probabilities=probabilities,
        logging=tables[0],
        rewards=rewards,
        times=np.array([decision.context.now for decision in decisions]),
        blocks=blocks.astype(np.int64),
        closed=np.array([row.closed for row in rows]),
        shown_as_chosen=np.array([row.as_chosen for row in rows]),
        segments=_segments(decisions, classes),
    )
    return Comparison(log, tables[1], tables[2])


def _segments(decisions: Sequence[Decision], classes: Mapping[str, str]) -> dict[str, BoolArray]:
    """Groups of decisions, by what was known before anything was drawn."""
    found = {}
    for name, labels in (
        ("locale", [decision.context.locale for decision in decisions]),
        ("device", [decision.context.device for decision in decisions]),
        ("class", [_class_of(decision, classes) for decision in decisions]),
        ("surface", [decision.context.surface for decision in decisions]),
        ("shoppers", [decision.segment for decision in decisions]),
        ("stream", [str(decision.stream) for decision in decisions]),
    ):
        for group in sorted(set(labels) - {""}):
            found[f"{name} {group}"] = np.array([one == group for one in labels])
    return found


def _class_of(decision: Decision, classes: Mapping[str, str]) -> str:
    counted = Counter(classes[item_id] for item_id in decision.candidate_ids if item_id in classes)
    return max(counted, key=lambda name: (counted[name], name), default="")
