"""From the log to units: what happened in a unit's window counts, once, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest

from recommender.events import Decision, DecisionContext, Event, EventType, SlateItem
from recommender.experiments.definitions import Arm, RankerSets, Sets
from recommender.experiments.outcomes import Exposure, Outcome, outcomes
from tests.recommender.experiments.some import an_experiment

START, HOUR = 1_000_000.0, 3600.0
SHOWN = Decision(
    "d1",
    DecisionContext("ann", "s1", "t", "search", START, 1),
    tuple(SlateItem(f"item-{i}", i, 0.0, 1.0) for i in range(4)),
    1.0, "team_draft/1", "m", (), (), experiments={"cards": "ABBA"},
)  # fmt: skip


def event(kind: EventType, item: str = "item-0", *, after_s: float = 60.0, who: str = "ann", value: int = 0) -> Event:
    return Event(f"{kind}{item}{after_s}{who}", kind, item, who, f"s:{who}", START + after_s, "d1", None, value)


def of(events: list[Event], *, now: float = START + 25 * HOUR, **more: Any) -> Outcome:
    exposure = Exposure("ann", "control", START, turns=4, latency_ms=800.0, searches=3, empty_searches=1, hand_overs=2)
    (found,) = outcomes(
        more.pop("experiment", an_experiment()), [exposure], events, now=now, find_decision={"d1": SHOWN}.get, **more
    )
    return found


def test_what_was_done_in_the_window_counts_once() -> None:
    events = [
        event(EventType.CLICK),
        event(EventType.CLICK, "item-1"),
        event(EventType.PURCHASE, value=1_500),
        event(EventType.PURCHASE, "item-1", value=500),
        event(EventType.DISMISS, after_s=-1.0),
        event(EventType.ADD_TO_CART, after_s=24 * HOUR),
        event(EventType.ADD_TO_CART, who="bob"),
    ]
    assert of(events).values == {
        "click": 1.0, "cart": 0.0, "order": 1.0, "dismiss": 0.0, "revenue": 2_000.0,
        "hand_over": 1.0, "zero_results": 1.0, "latency": 200.0,
    }  # fmt: skip


def test_a_unit_counts_once_its_window_is_over() -> None:
    assert not of([], now=START + 23 * HOUR).closed
    assert of([], now=START + 24 * HOUR).closed
    assert of([], now=START + 2 * HOUR, experiment=an_experiment(window_hours=2)).closed


def test_sessions_are_found_by_their_own_key() -> None:
    exposure = Exposure("s:ann", "control", START)
    experiment = an_experiment(unit="session")
    (found,) = outcomes(experiment, [exposure], [event(EventType.CLICK)], now=START, find_decision=lambda _: None)
    assert found.values["click"] == 1.0


def test_margin_is_told_only_where_every_cost_is_stated() -> None:
    events = [event(EventType.PURCHASE, value=1_000), event(EventType.PURCHASE, "item-1", value=500)]
    assert of(events, margin_share={"item-0": 0.25, "item-1": 0.5}.get).values["margin"] == 500.0
    assert "margin" not in of(events, margin_share={"item-0": 0.25}.get).values
    assert of([], margin_share={}.get).values["margin"] == 0.0


@pytest.mark.parametrize(
    ("clicked", "preference"), [((), 0.0), ((0,), -1.0), ((1, 2, 3), 1.0), ((0, 1), 0.0), ((0, 0, 1, 2), 1.0)]
)
def test_clicks_in_a_shared_slate_are_credited_to_whose_slot_it_was(
    clicked: tuple[int, ...], preference: float
) -> None:
    mixing = an_experiment(kind="interleaving", sets=Sets(ranker=RankerSets(policy="greedy")))
    assert mixing.arms[0] == Arm(name="control", share=0.5)
    clicks = [event(EventType.CLICK, f"item-{slot}", after_s=10.0 + n) for n, slot in enumerate(clicked)]
    assert of(clicks, experiment=mixing).values["preference"] == preference
