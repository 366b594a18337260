"""Recompute decisions from their rows: features, parts, scores, rules, probabilities, chosen items; bit for bit.

Asks neither behaviour nor the catalogue: what is not in the row, the model's file and the seed had no say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from recommender.errors import LogBroken, RecommenderError
from recommender.events import Decision
from recommender.experiments.interleaving import TEAM_DRAFT
from recommender.fusion import total, weighed
from recommender.item_table import FloatArray
from recommender.policies import make_policy
from recommender.reasons import Code
from recommender.slate import Drawer, by_policy, by_rivals, default_order, fill, generator, order_of
from recommender.trace import Trace, unpack


class ClickModel(Protocol):
    """What is needed of the click model that a decision names."""

    @property
    def sha(self) -> str:
        """Hash of its file."""

    def values(self, served: Mapping[str, NDArray[Any]]) -> FloatArray:
        """Compute its part from features as served."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """A decision that could not be recomputed.

    Args:
        decision_id: which.
        difference: the first step that came out otherwise.
    """

    decision_id: str
    difference: str


@dataclass(frozen=True, slots=True)
class ReplayReport:
    """How a replay went.

    Args:
        tasks: decisions looked at that can be recomputed.
        matched: those that came out identical.
        with_features: those whose model part was recomputed from features, too.
        mismatches: the rest.
        erased: decisions beside these, whose shopper was erased with what they were served with.
    """

    tasks: int
    matched: int
    with_features: int
    mismatches: tuple[Mismatch, ...]
    erased: int = 0


def replay_many(
    decisions: Iterable[Decision], model: ClickModel | None, progress: Callable[[int], None]
) -> ReplayReport:
    """Recompute decisions.

    Args:
        decisions: with their traces.
        model: the click model at hand; decisions that another one served are recomputed from their parts on.
        progress: told how many are done.
    """
    tasks, with_features, erased = 0, 0, 0
    mismatches: list[Mismatch] = []
    for decision in decisions:
        if decision.erased:
            erased += 1
            continue
        tasks += 1
        found = difference(decision, model)
        if found is not None:
            mismatches.append(Mismatch(decision.decision_id, found))
        with_features += _knows(decision, model)
        progress(tasks)
    return ReplayReport(tasks, tasks - len(mismatches), with_features, tuple(mismatches), erased)


def difference(decision: Decision, model: ClickModel | None = None) -> str | None:
    """Recompute one decision; None where everything comes out identical.

    Args:
        decision: with its trace.
        model: as in `replay_many`.

    Returns:
        Otherwise the first step that does not, e.g. "scores".
    """
    if not decision.trace:
        return "it was logged without what it was served with"
    try:
        return _compare(decision, unpack(decision.trace), model)
    except LogBroken as error:
        return str(error)
    except (RecommenderError, IndexError, KeyError, ValueError) as error:
        return f"its row contradicts itself ({type(error).__name__})"


def scores_of(trace: Trace) -> tuple[FloatArray, FloatArray]:
    """Return the scores of all candidates, as served and by the default policy, each (n,) in the trace's order."""
    return _scores(trace, trace.weights, trace.rule_parts), _scores(trace, trace.default_weights, trace.default_parts)


def _compare(decision: Decision, trace: Trace, model: ClickModel | None) -> str | None:
    if model is not None and _knows(decision, model):
        part = trace.values[trace.codes.index(Code.PREDICTED)]
        if not np.array_equal(model.values(trace.served).astype(np.float32), part):
            return "the click model's part"
    scores, default_scores = scores_of(trace)
    order = order_of(decision.context, scores)
    if not np.array_equal(order, trace.order):
        return "the order of the candidates"
    if tuple(scores[order].tolist()) != decision.candidate_scores:
        return "the scores"
    places = np.argsort(order)
    pinned = {slot: int(places[i]) for slot, i in trace.pinned}
    draw = fill(_drawer(decision, scores[order], pinned), len(order), decision.context.k, pinned)
    if tuple(decision.candidate_ids[place] for place in draw.chosen) != decision.chosen_ids:
        return "the chosen items"
    if draw.probabilities != tuple(item.probability for item in decision.items):
        return "the probabilities"
    if float(np.prod(draw.probabilities)) != decision.slate_probability:
        return "the slate's probability"
    default = default_order(order_of(decision.context, default_scores), decision.context.k, dict(trace.pinned))
    if tuple(decision.candidate_ids[int(places[i])] for i in default) != decision.default_ids:
        return "the default slate"
    return _reasons_differ(decision, scores[order])


def _drawer(decision: Decision, scores: FloatArray, pinned: Mapping[int, int]) -> Drawer:
    rng = generator(decision.context)
    if decision.policy != TEAM_DRAFT:
        return by_policy(make_policy(decision.policy, decision.params), scores, rng)
    # The row names the rival's order among what was not pinned.
    free = np.setdiff1d(np.arange(len(scores)), list(pinned.values()))
    second = [int(free[int(decision.params[f"b{i}"])]) for i in range(len(decision.params))]
    return by_rivals(np.array(second, dtype=np.int64), rng)


def _reasons_differ(decision: Decision, scores: FloatArray) -> str | None:
    by_id = dict(zip(decision.candidate_ids, scores.tolist(), strict=True))
    for item in decision.items:
        if not item.score == sum(reason.weight for reason in item.reasons) == by_id[item.item_id]:
            return "the reasons"
    return None


def _scores(trace: Trace, weights: FloatArray, rules: FloatArray) -> FloatArray:
    learned = [weighed(row, float(weight)) for row, weight in zip(trace.values, weights, strict=True)]
    return total([*learned, *rules])


def _knows(decision: Decision, model: ClickModel | None) -> bool:
    return model is not None and decision.model_sha != "" and decision.model_sha == model.sha
