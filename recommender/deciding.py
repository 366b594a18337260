"""How one slate comes about: what may be shown, scores, pins, the draw, and the row that tells it all.

One function over what the recommender holds at the moment; it changes nothing but the count of trials.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from recommender.errors import NothingToDecide
from recommender.events import Candidate, Decision, DecisionContext, Reason, SlateItem, Stream
from recommender.experiments.interleaving import TEAM_DRAFT, Mixed, logged_order
from recommender.exploring import Controls, ExploredSlots, Exploring, how_to_draw
from recommender.features import FEATURE_SCHEMA
from recommender.fusion import (
    SPREAD,
    Scored,
    reasons_of,
    score,
    spread_rules,
    stack_version,
    total,
    weighed,
    weights_of,
)
from recommender.item_table import FloatArray, IntArray, ItemTable
from recommender.mixing import logged_arms, rival_order
from recommender.models.base import Ranker, RankRequest
from recommender.online_head import LiveHead, explored_less
from recommender.owner_rules import CompiledRules, Ruled
from recommender.policies.base import Draw
from recommender.promotion.line_up import Served
from recommender.reasons import LEARNED, Code
from recommender.rules import allowed
from recommender.selling.sponsored import place_paid
from recommender.settings import RecommenderSettings
from recommender.slate import by_policy, by_rivals, default_order, fill, generator, order_of
from recommender.state import BehaviourState
from recommender.trace import Trace, pack


@dataclass(frozen=True, slots=True)
class Deciding:
    """Everything that a decision is made from, as it is at one moment.

    Args:
        table, vectors, state, settings: see RankRequest.
        rankers: in the order of their parts.
        served: the release whose click model is among them.
        fitted: the settings with the weights that were fitted from the log; what an experiment changes goes over them.
        stream: "live", or "canary" where that release is on trial.
        rules: of the owner, on this table.
        controls: the kill switch.
        explored: counts trials per shopper.
        head: what the latest outcomes taught; says how much is still to be explored.
        new_id: makes decision ids.
        timer_ns: measures how long it takes.
    """

    table: ItemTable
    vectors: NDArray[np.float32] | None
    state: BehaviourState
    settings: RecommenderSettings
    rankers: tuple[Ranker, ...]
    served: Served
    fitted: RecommenderSettings
    stream: Stream
    rules: CompiledRules
    controls: Controls
    explored: ExploredSlots
    head: LiveHead
    new_id: Callable[[], str]
    timer_ns: Callable[[], int]


@dataclass(frozen=True, slots=True)
class _Field:
    """The candidates of one request as they are scored."""

    request: RankRequest
    ruled: Ruled
    pins: dict[int, int]
    removed: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A slate as drawn, and what drew it; `teams` says whose each free slot is where two rankers share it."""

    draw: Draw
    policy: str
    params: Mapping[str, float]
    exploring: Exploring
    teams: str


@dataclass(frozen=True, slots=True)
class _Default:
    """What the default policy would have done."""

    weights: Mapping[str, float]
    parts: FloatArray
    scores: FloatArray


def decide_slate(deciding: Deciding, context: DecisionContext, candidates: Sequence[Candidate]) -> Decision:
    """Make a slate.

    Args:
        deciding: see there.
        context: for whom, where, how.
        candidates: repeats count once.

    Raises:
        NothingToDecide: no candidate is left after rules.
    """
    began = deciding.timer_ns()
    field = _field(deciding, context, candidates)
    learned = deciding.controls.learned
    default_weights = _without_learned(deciding.settings.weights_for(context.surface, context.query))
    weights = weights_of(field.request) if learned else default_weights
    scored = score(field.request, deciding.rankers, weights, field.ruled.buried)
    default = _default(field, scored, weights, default_weights)
    scores = scored.scores
    order = order_of(context, scores)
    paid = place_paid(context, field.request.candidates, scores, order, field.pins, field.request.settings)
    field = replace(field, pins=dict(sorted({**field.pins, **paid.slots}.items())))
    drawn = _draw(deciding, field, scored, order)
    items = _items(scored, order, drawn.draw, set(field.pins.values()), set(paid.slots.values()))
    deciding.explored.note(_unit(deciding, context), context.now, items)
    ordered = [field.request.candidates[i] for i in order.tolist()]
    kept = field.request.candidates
    default_slate = default_order(order_of(context, default.scores), context.k, field.pins)
    return Decision(
        decision_id=deciding.new_id(),
        context=context,
        items=items,
        slate_probability=float(np.prod(drawn.draw.probabilities)),
        policy=drawn.policy,
        model=stack_version(deciding.rankers, weights),
        candidate_ids=tuple(candidate.item_id for candidate in ordered),
        candidate_scores=tuple(scores[order].tolist()),
        params=drawn.params,
        model_sha=deciding.served.model_sha if learned else "",
        feature_schema=FEATURE_SCHEMA if scored.served else "",
        candidate_sources=tuple(candidate.sources for candidate in ordered),
        default_ids=tuple(kept[i].item_id for i in default_slate),
        stream=deciding.stream if learned and drawn.exploring.stream == "live" else drawn.exploring.stream,
        policy_version=deciding.served.version if learned else "",
        experiments=logged_arms(context, drawn.teams),
        guards=(*field.ruled.guards, *paid.guards, *drawn.exploring.guards),
        pinned_ids=tuple(kept[i].item_id for i in field.pins.values()),
        segment=_segment(deciding.state, context),
        trace=pack(_trace(field, scored, order, drawn.draw, weights, default)),
        latency_us=(deciding.timer_ns() - began) // 1000,
    )


def _field(deciding: Deciding, context: DecisionContext, candidates: Sequence[Candidate]) -> _Field:
    """Take out what may not be shown, and place what is pinned."""
    found = allowed(candidates, context, deciding.state)
    item_ids = [candidate.item_id for candidate in found.candidates]
    rows = deciding.table.rows(item_ids)
    ruled = deciding.rules.judge(context, item_ids, rows)
    kept = np.flatnonzero(ruled.keep)
    treated = deciding.controls.learned and context.treatment is not None
    if len(kept) == 0:
        raise NothingToDecide("There is nothing to choose from.")
    request = RankRequest(
        context,
        found.candidates if len(kept) == len(rows) else tuple(found.candidates[i] for i in kept.tolist()),
        rows[kept],
        deciding.table,
        deciding.state,
        deciding.vectors,
        context.treatment.settings(deciding.fitted) if treated and context.treatment else deciding.fitted,
    )
    narrowed = Ruled(ruled.keep, ruled.buried[kept], ruled.pins, ruled.removed, ruled.guards, ruled.restricted)
    pins = {slot: int(np.searchsorted(kept, i)) for slot, i, _ in ruled.pins}
    return _Field(request, narrowed, pins, (*found.removed, *ruled.removed))


def _default(
    field: _Field, scored: Scored, weights: Mapping[str, float], default_weights: Mapping[str, float]
) -> _Default:
    """Score with the settings' weights and without what was trained; the same values need not be asked for again."""
    codes = [code for code, _ in scored.parts[: len(scored.values)]]
    n = len(codes)
    if all(
        weights.get(code) == default_weights.get(code) or not scored.values[i].any() for i, code in enumerate(codes)
    ):
        return _Default(default_weights, _rows(scored, n), scored.scores)
    learned = [weighed(row, default_weights.get(code, 0.0)) for code, row in zip(codes, scored.values, strict=True)]
    rules = [part.values for code, part in scored.parts[n:] if code not in SPREAD]
    rules += [part.values for _, part in spread_rules(field.request, total([*learned, *rules]))]
    return _Default(default_weights, np.array(rules), total([*learned, *rules]))


def _draw(deciding: Deciding, field: _Field, scored: Scored, order: IntArray) -> _Drawn:
    """Fill the slots by a policy, or by two rankers where an experiment lets them share the slate."""
    request, context = field.request, field.request.context
    capped = deciding.explored.full(_unit(deciding, context), context.now)
    settings = explored_less(request.settings, deciding.head, _segment(deciding.state, context), context)
    exploring = how_to_draw(context, settings, deciding.controls, restricted=field.ruled.restricted, capped=capped)
    places = np.argsort(order)
    pinned = {slot: int(places[i]) for slot, i in field.pins.items()}
    rng = generator(context)
    if exploring.stream != "uniform" and not exploring.guards:
        # Both rankers may show the same new items, so that the two together stay within the quota.
        last = field.ruled.buried | scored.lowered(Code.BEYOND_QUOTA)
        rival = rival_order(request, deciding.rankers, deciding.fitted, last)
        if rival is not None:
            return _mixed(exploring, places[rival], len(order), context.k, pinned, rng)
    policy = exploring.policy
    draw = fill(by_policy(policy, scored.scores[order], rng), len(order), context.k, pinned)
    return _Drawn(draw, policy.name, policy.params, exploring, "")


def _mixed(
    exploring: Exploring, rival: IntArray, n: int, k: int, pinned: Mapping[int, int], rng: np.random.Generator
) -> _Drawn:
    teams: list[str] = []
    params: dict[str, float] = {}
    draw_free = by_rivals(rival, rng)

    def draw(free: IntArray, slots: int) -> Mixed:
        mixed = draw_free(free, slots)
        where = {int(place): i for i, place in enumerate(free)}
        params.update(logged_order([where[int(place)] for place in rival if int(place) in where], slots))
        teams.append(mixed.teams)
        return mixed

    found = fill(draw, n, k, pinned)
    return _Drawn(found, TEAM_DRAFT, params, exploring, teams[0])


def _items(scored: Scored, order: IntArray, draw: Draw, pinned: set[int], paid: set[int]) -> tuple[SlateItem, ...]:
    items = []
    scores = scored.scores
    matches = [candidate.matches for candidate in scored.candidates]
    chosen = order[list(draw.chosen)].tolist()
    told = reasons_of(scored.parts, matches, chosen)
    pinned_places = np.flatnonzero(np.isin(order, list(pinned))) if pinned else np.zeros(0, dtype=np.int64)
    free = 0
    for position, (i, probability) in enumerate(zip(chosen, draw.probabilities, strict=True)):
        reasons = told[position]
        if i in pinned:
            reasons = (*reasons, Reason(str(Code.SPONSORED if i in paid else Code.PINNED), "", 0.0))
        else:
            place = draw.chosen[position]
            if place - np.searchsorted(pinned_places, place) > free:
                reasons = (*reasons, Reason(str(Code.TRYING_NEW), "", 0.0))
            free += 1
        items.append(SlateItem(scored.candidates[i].item_id, position, float(scores[i]), probability, reasons))
    return tuple(items)


def _trace(
    field: _Field, scored: Scored, order: IntArray, draw: Draw, weights: Mapping[str, float], default: _Default
) -> Trace:
    n = len(scored.values)
    shown = order[list(draw.chosen)]
    codes = tuple(str(code) for code, _ in scored.parts[:n])
    rules = _rows(scored, n)
    same = np.array_equal(rules, default.parts)
    return Trace(
        order=order,
        codes=codes,
        values=scored.values,
        weights=np.array([weights[code] for code in codes], dtype=np.float64),
        default_weights=np.array([default.weights.get(code, 0.0) for code in codes], dtype=np.float64),
        rule_codes=tuple(str(code) for code, _ in scored.parts[n:]),
        rule_parts=rules,
        default_parts=rules if same else default.parts,
        pinned=tuple(field.pins.items()),
        removed=field.removed,
        matches=tuple(candidate.matches for candidate in scored.candidates),
        served=scored.served,
        shown={name: array[shown] for name, array in scored.shown.items()},
    )


def _rows(scored: Scored, n: int) -> FloatArray:
    return np.array([part.values for _, part in scored.parts[n:]], dtype=np.float64)


def _without_learned(weights: Mapping[str, float]) -> Mapping[str, float]:
    return {code: weight for code, weight in weights.items() if code not in LEARNED}


def _unit(deciding: Deciding, context: DecisionContext) -> str:
    return deciding.state.unit(context.shopper_key, context.session_key)


def _segment(state: BehaviourState, context: DecisionContext) -> str:
    profile = state.shoppers.find(context.shopper_key)
    return "new" if profile is None or not profile.signs else "known"
