"""From the log to one row per unit: what each shopper or session did after it first met the experiment.

The value of a unit is fixed once its window is over, so looking at the experiment early cannot choose among values.
Knows events, decisions and exposures; draws no conclusion.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from recommender.events import Decision, Event, EventType
from recommender.experiments.definitions import Experiment
from recommender.experiments.interleaving import credit

_TYPES: Final[Mapping[str, EventType]] = {
    "click": EventType.CLICK,
    "cart": EventType.ADD_TO_CART,
    "order": EventType.PURCHASE,
    "dismiss": EventType.DISMISS,
}


@dataclass(frozen=True, slots=True)
class Exposure:
    """One unit that an experiment has treated, and what its turns were like.

    Args:
        unit_key: of the shopper or session, as in `BehaviourState.unit`.
        arm: as it was treated; of an interleaving the first arm's name.
        first_at: epoch seconds of the first turn in it.
        turns, searches, empty_searches, hand_overs: counted over its turns.
        latency_ms: sum over its turns.
    """

    unit_key: str
    arm: str
    first_at: float
    turns: int = 0
    latency_ms: float = 0.0
    searches: int = 0
    empty_searches: int = 0
    hand_overs: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one unit.

    Args:
        unit_key, arm: as exposed.
        closed: whether its window is over.
        values: metric -> value; a metric without evidence (latency of a unit without a finished turn) is left out.
    """

    unit_key: str
    arm: str
    closed: bool
    values: Mapping[str, float] = field(default_factory=dict)


def outcomes(
    experiment: Experiment,
    exposures: Iterable[Exposure],
    events: Iterable[Event],
    *,
    now: float,
    find_decision: Callable[[str], Decision | None],
    margin_share: Callable[[str], float | None] = lambda _: None,
) -> tuple[Outcome, ...]:
    """Return one outcome per exposed unit.

    Args:
        experiment: whose.
        exposures: its units; one on shoppers has visits among them: those that nobody agreed to be known in.
        events: of the log; in any order.
        now: epoch seconds.
        find_decision: for the credit of interleaved slates.
        margin_share: item id -> share of its price that the shop keeps; None where its cost is not stated.
    """
    exposures = tuple(exposures)
    visits = {exposure.unit_key for exposure in exposures}
    by_unit: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        # A visit without a known person is a unit by itself, also in an experiment on shoppers.
        alone = experiment.unit == "session" or event.session_key in visits
        by_unit[event.session_key if alone else event.shopper_key].append(event)
    window_s = experiment.window_hours * 3600
    rows = []
    for exposure in exposures:
        end = exposure.first_at + window_s
        own = [e for e in by_unit.get(exposure.unit_key, ()) if exposure.first_at <= e.at < end]
        values = {**_done(own), **_said(exposure), **_margin(own, margin_share)}
        if experiment.kind == "interleaving":
            values["preference"] = _preference(experiment, own, find_decision)
        rows.append(Outcome(exposure.unit_key, exposure.arm, now >= end, values))
    return tuple(rows)


def _done(events: Sequence[Event]) -> dict[str, float]:
    kinds = {event.type for event in events}
    values = {name: float(kind in kinds) for name, kind in _TYPES.items()}
    values["revenue"] = float(sum(e.value_minor for e in events if e.type is EventType.PURCHASE))
    return values


def _said(exposure: Exposure) -> dict[str, float]:
    values = {"hand_over": float(exposure.hand_overs > 0), "zero_results": float(exposure.empty_searches)}
    if exposure.turns:
        values["latency"] = exposure.latency_ms / exposure.turns
    return values


def _margin(events: Sequence[Event], share: Callable[[str], float | None]) -> dict[str, float]:
    """The margin of what was bought; left out where the cost of any of it is not stated."""
    bought = [(e.value_minor, share(e.item_id)) for e in events if e.type is EventType.PURCHASE]
    known = [value * part for value, part in bought if part is not None]
    return {"margin": sum(known)} if len(known) == len(bought) else {}


def _preference(
    experiment: Experiment, events: Sequence[Event], find_decision: Callable[[str], Decision | None]
) -> float:
    """Whose items of interleaved slates got more of what counts: 1 the second arm's, -1 the first's, 0 as many."""
    wanted = _TYPES[experiment.metric]
    teams, slots = "", []
    for decision_id in dict.fromkeys(e.decision_id for e in events if e.type is wanted and e.decision_id):
        decision = find_decision(decision_id)
        slate = decision.experiments.get(experiment.name, "") if decision else ""
        # Pinned items are nobody's; whose the others are is logged in their order.
        free = [item_id for item_id in decision.chosen_ids if item_id not in decision.pinned_ids] if decision else []
        if len(slate) != len(free):
            continue
        places = {item_id: place for place, item_id in enumerate(free)}
        mine = {e.item_id for e in events if e.decision_id == decision_id and e.type is wanted}
        slots += [len(teams) + places[item_id] for item_id in mine if item_id in places]
        teams += slate
    return -credit(teams, slots)
