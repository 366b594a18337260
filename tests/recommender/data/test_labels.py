from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.data.labels import HEADS, Labels, label
from recommender.data.settings import Windows
from recommender.events import Event, EventType
from tests.recommender.data.traffic import show

DAY = 86_400.0
NOW = 100 * DAY
WINDOWS = Windows()


def _act(kind: EventType, item_id: str, at: float, decision_id: str | None = None, value: int = 0) -> Event:
    return Event(f"{kind}{item_id}{at}", kind, item_id, "ann", "ann", at, decision_id, None, value)


def _two_slates() -> list[Event]:
    return [*show("first", ["a", "b"], "ann", DAY), *show("second", ["a", "c"], "ann", 2 * DAY)]


def _rows(labels: Labels, head: str) -> list[tuple[str, str]]:
    return [
        (decision, item)
        for decision, item, hit in zip(labels.decision_ids, labels.item_ids, labels.outcome[head], strict=True)  # type: ignore[index]
        if hit
    ]


def test_events_within_their_windows_are_outcomes_and_the_place_is_kept() -> None:
    events = [
        *_two_slates(),
        _act(EventType.CLICK, "b", DAY + 60, "first"),
        _act(EventType.CLICK, "a", DAY + 1801, "first"),
        _act(EventType.ADD_TO_CART, "b", DAY + 7200, "first"),
        _act(EventType.PURCHASE, "b", DAY + 6.9 * DAY, "first", 500),
        _act(EventType.PURCHASE, "c", 2 * DAY + 7.1 * DAY, "second", 900),
    ]
    labels = label(events, windows=WINDOWS, now=NOW)
    assert [_rows(labels, head) for head in HEADS] == [[("first", "b")]] * 3
    assert labels.positions.tolist() == [0, 1, 0, 1]
    assert labels.value_minor.tolist() == [0, 500, 0, 0]
    assert labels.delay_s["cart"][1] == 7200
    assert np.isnan(labels.delay_s["cart"][[0, 2, 3]]).all()


def test_an_open_window_is_no_negative() -> None:
    labels = label(_two_slates(), windows=WINDOWS, now=8.5 * DAY)
    assert labels.closed["click"].all()
    assert labels.closed["cart"].all()
    assert labels.closed["buy"].tolist() == [True, True, False, False]


@pytest.mark.parametrize(
    ("rule", "named", "credited"),
    [
        ("last_touch", None, "second"),
        ("last_touch", "first", "first"),
        ("first_touch", None, "first"),
        ("first_touch", "second", "first"),
    ],
)
def test_who_gets_the_credit_of_a_purchase(rule: str, named: str | None, credited: str) -> None:
    events = [
        *_two_slates(),
        _act(EventType.CLICK, "a", DAY + 60, "first"),
        _act(EventType.CLICK, "a", 2 * DAY + 60, "second"),
        _act(EventType.PURCHASE, "a", 3 * DAY, named),
    ]
    assert _rows(label(events, windows=WINDOWS, now=NOW, rule=rule), "buy") == [(credited, "a")]  # type: ignore[arg-type]


def test_first_touch_does_not_look_back_beyond_its_window() -> None:
    events = [
        *_two_slates(),
        _act(EventType.CLICK, "a", DAY + 60, "first"),
        _act(EventType.CLICK, "a", 2 * DAY + 60, "second"),
        _act(EventType.PURCHASE, "a", 8.5 * DAY),
    ]
    assert _rows(label(events, windows=WINDOWS, now=NOW, rule="first_touch"), "buy") == [("second", "a")]


def test_seen_without_a_click_is_no_touch() -> None:
    events = [*_two_slates(), _act(EventType.PURCHASE, "a", 3 * DAY)]
    assert _rows(label(events, windows=WINDOWS, now=NOW), "buy") == []


@pytest.mark.parametrize("named", [None, "first"])
def test_a_return_takes_back_the_purchase_and_its_money(named: str | None) -> None:
    bought = [*_two_slates(), _act(EventType.PURCHASE, "b", 2 * DAY, "first", 500)]
    labels = label([*bought, _act(EventType.RETURN, "b", 20 * DAY, named)], windows=WINDOWS, now=NOW)
    assert _rows(labels, "buy") == []
    assert labels.returned.tolist() == [False, True, False, False]
    assert labels.value_minor.sum() == 0
    others = label(
        [*bought, replace(_act(EventType.RETURN, "b", 20 * DAY), shopper_key="bob")], windows=WINDOWS, now=NOW
    )
    assert _rows(others, "buy") == [("first", "b")]


def test_what_was_left_out_before_the_shopper_saw_it_is_no_example() -> None:
    gone = [_act(EventType.NOT_SHOWN, "b", DAY + 0.1, "first"), _act(EventType.CLICK, "b", DAY + 5, "first")]
    labels = label([*_two_slates(), *gone], windows=WINDOWS, now=NOW)
    assert labels.shown.tolist() == [True, False, True, True]
    assert labels.closed["click"].tolist() == labels.shown.tolist()
    assert _rows(labels, "click") == []


def _delayed(n: int, *, rate: float, mean_delay_s: float, seed: int) -> list[Event]:
    """Slates of one item over ten days up to NOW, bought at a known rate after exponential delays (within a week)."""
    rng = np.random.default_rng(seed)
    events: list[Event] = []
    for i in range(n):
        at = float(NOW - 20 * DAY * (n - i) / n)
        events += show(f"d{i}", ["a"], f"p{i}", at)
        if rng.random() < rate:
            scale = mean_delay_s
            u = rng.random() * (1 - math.exp(-WINDOWS.purchase_s / scale))
            bought = at - scale * math.log(1 - u)
            if bought <= NOW:
                events.append(Event(f"b{i}", EventType.PURCHASE, "a", f"p{i}", f"p{i}", bought, f"d{i}", 0))
    return events


@given(st.integers(0, 10_000), st.floats(1.0, 20.0))
@settings(max_examples=25, deadline=None)
def test_closed_labels_do_not_change_when_time_goes_on(seed: int, days: float) -> None:
    """No event of the future is in a settled label: labels as of a moment are those of the events up to it."""
    events = _delayed(60, rate=0.5, mean_delay_s=2 * DAY, seed=seed)
    moment = NOW - 20 * DAY + days * DAY
    events = sorted(events, key=lambda event: event.at)
    then = label([event for event in events if event.at <= moment], windows=WINDOWS, now=moment)
    today = label(events, windows=WINDOWS, now=NOW)
    n = len(then.at)
    closed = then.closed["buy"]
    assert np.array_equal(then.outcome["buy"][closed], today.outcome["buy"][:n][closed])
