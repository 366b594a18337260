"""What counts and what does not, by reason; nothing more is left out the second time."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.data.cleaning import CleanLog, clean
from recommender.data.reason import Reason
from recommender.data.settings import BotSettings, CleaningSettings, KnownTraffic
from recommender.event_log import MemoryEventLog
from recommender.events import Event, EventLog, EventType
from tests.contracts.event_log import DECISION, EVENT, EventLogContract
from tests.recommender.data.traffic import ITEM_IDS, NOW, click, person, robots, show
from tests.recommender.shop import EventMaker


def _clean(events: Sequence[Event], known: KnownTraffic | None = None) -> dict[Reason, int]:
    return dict(clean(events, ITEM_IDS, now=NOW, known=known).report.rejected)


def _one_visit() -> list[Event]:
    return person("ann", NOW - 5000.0, random.Random(1))


def test_a_visit_of_a_person_counts_whole() -> None:
    visit = _one_visit()
    cleaned = clean(visit, ITEM_IDS, now=NOW)
    assert cleaned.report.rejected == {}
    assert list(cleaned.kept(visit)) == visit


def test_what_shoppers_change_about_their_profiles_counts() -> None:
    edit = Event("edit", EventType.EDIT, "forget:colour=red", "c:ann", "visit", NOW)
    assert clean([edit], ITEM_IDS, now=NOW).report.n_kept == 1


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"event_id": "shown-0"}, Reason.DUPLICATE_ID),
        ({"at": NOW + 61.0}, Reason.IMPOSSIBLE_TIME),
        ({"at": float("nan")}, Reason.IMPOSSIBLE_TIME),
        ({"value_minor": -1}, Reason.NEGATIVE_VALUE),
        ({"item_id": "gone"}, Reason.UNKNOWN_ITEM),
        ({"decision_id": "unheard of"}, Reason.NOT_SHOWN),
        ({"item_id": "item-50"}, Reason.NOT_SHOWN),
        ({"at": NOW - 1002.0}, Reason.BEFORE_DECISION),
        ({"type": EventType.IMPRESSION}, Reason.REPEATED),
        ({"type": EventType.IMPRESSION, "decision_id": None}, Reason.NO_DECISION),
        ({"shopper_key": "c:owner"}, Reason.STAFF),
        ({"session_key": "probe"}, Reason.TEST),
        ({"session_key": "curl"}, Reason.AUTOMATION),
    ],
)
def test_each_reason(wrong: dict[str, Any], reason: Reason) -> None:
    slate = show("d", ITEM_IDS[:3], "ann", NOW - 1000.0)
    slate[0] = replace(slate[0], event_id="shown-0")
    right = Event("c", EventType.CLICK, "item-0", "ann", "ann", NOW - 990.0, "d", 0)
    known = KnownTraffic(frozenset({"c:owner"}), frozenset({"probe"}), frozenset({"curl"}))
    assert _clean([*slate, right], known=known) == {}
    assert _clean([*slate, replace(right, **wrong)], known=known) == {reason: 1}


def test_the_same_act_within_two_seconds_is_one() -> None:
    make = EventMaker(NOW - 1000.0)
    first = make(EventType.CLICK, "item-0", "ann")
    again = [replace(first, event_id=f"again-{at}", at=first.at + at) for at in (1.5, 1.9, 2.5)]
    other = replace(first, event_id="other", item_id="item-1")
    cleaned = clean([first, *again, other], ITEM_IDS, now=NOW)
    # 2.5 s after the first is another click; the two before it are the first one's echo.
    assert [event.event_id for event in cleaned.kept([first, *again, other])] == [first.event_id, "again-2.5", "other"]
    assert cleaned.report.rejected == {Reason.REPEATED: 2}


def test_a_click_on_a_slate_that_only_the_log_remembers_counts() -> None:
    log, at = MemoryEventLog(), DECISION.context.now
    log.append_many((DECISION,), (EVENT, replace(EVENT, event_id="early", at=at - 5.0)))
    assert clean(log, [EVENT.item_id], now=at + 10).report.rejected == {Reason.BEFORE_DECISION: 1}


@pytest.mark.parametrize("sign", [Reason.BOT_RATE, Reason.BOT_REGULAR, Reason.BOT_HURRIED, Reason.BOT_EVERY_SLOT])
def test_each_kind_of_robot_is_told_by_its_sign_among_people(sign: Reason) -> None:
    rng = random.Random(5)
    people = [event for i in range(60) for event in person(f"p{i}", NOW - 90_000.0 + 600 * i, rng)]
    machine = robots(rng)[sign]
    cleaned = clean(people + machine, ITEM_IDS, now=NOW)
    assert cleaned.report.sessions == {sign: 1}
    assert cleaned.report.rejected[sign] == len(machine) - cleaned.report.rejected.get(Reason.REPEATED, 0)
    assert list(cleaned.kept(people + machine)) == people


def test_what_a_robot_was_shown_is_nobodys_slate() -> None:
    machine = robots(random.Random(5))[Reason.BOT_EVERY_SLOT]
    slate = machine[0]
    bought = Event("order", EventType.PURCHASE, slate.item_id, "c:1", "s:1", slate.at + 5, slate.decision_id, 0)
    assert _clean([*machine, bought]) == {Reason.BOT_EVERY_SLOT: len(machine) + 1}


def test_a_log_full_of_robots_does_not_raise_its_own_limit() -> None:
    rng = random.Random(5)
    machines = [
        replace(event, event_id=f"{i}:{event.event_id}", session_key=f"m{i}", decision_id=f"{i}:{event.decision_id}")
        for i in range(30)
        for event in robots(rng)[Reason.BOT_RATE]
    ]
    assert clean(machines, ITEM_IDS, now=NOW).report.sessions == {Reason.BOT_RATE: 30}


def _mess(seed: int) -> list[Event]:
    """People and robots, doubled, delayed and damaged events among them."""
    rng = random.Random(seed)
    events = [event for i in range(25) for event in person(f"p{i}", NOW - 50_000.0 + 900 * i, rng)]
    events += [event for machine in robots(rng).values() for event in machine]
    events += [replace(event, event_id=f"echo:{event.event_id}", at=event.at + 0.5) for event in rng.sample(events, 60)]
    events += rng.sample(events, 80)
    events += [replace(event, event_id=f"bad:{i}", item_id="gone") for i, event in enumerate(rng.sample(events, 20))]
    keys = [event.at + (rng.uniform(0, 90) if rng.random() < 0.05 else 0.0) for event in events]
    return [event for _, _, event in sorted(zip(keys, range(len(keys)), events, strict=True))]


@given(st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_cleaning_what_was_cleaned_leaves_out_nothing_more(seed: int) -> None:
    events = _mess(seed)
    cleaned = clean(events, ITEM_IDS, now=NOW)
    kept = list(cleaned.kept(events))
    assert cleaned.report.n_in == len(events) == len(kept) + sum(cleaned.report.rejected.values())
    assert len({event.event_id for event in kept}) == len(kept)
    assert clean(kept, ITEM_IDS, now=NOW).report.rejected == {}


@given(st.integers(0, 10_000))
@settings(max_examples=10, deadline=None)
def test_little_memory_gives_the_same_sessions(seed: int) -> None:
    """Sessions are closed early and judged by what they did until then; here each is at one stretch.

    The same ones are found; by which of their marks may differ, as one closed early has shown fewer of them.
    """
    events = _mess(seed)
    small = CleaningSettings(bots=BotSettings(max_open=15, idle_s=300.0))
    wide = clean(events, ITEM_IDS, now=NOW)
    narrow = clean(events, ITEM_IDS, now=NOW, settings=small, thresholds=wide.report.thresholds)
    assert sum(narrow.report.sessions.values()) == sum(wide.report.sessions.values())
    assert list(narrow.kept(events)) == list(wide.kept(events))


def test_a_session_that_comes_back_after_a_day_is_judged_by_each_of_its_stays() -> None:
    rng = random.Random(2)
    calm = [replace(event, session_key="x") for event in person("a", NOW - 90_000.0, rng)]
    later = [replace(event, session_key="x", at=event.at + 60_000.0) for event in robots(rng)[Reason.BOT_RATE]]
    stays = [*calm, *person("b", NOW - 60_000.0, rng), *later]
    cleaned = clean(stays, ITEM_IDS, now=NOW)
    assert cleaned.report.rejected == {Reason.BOT_RATE: len(calm) + len(later)}
    assert {event.session_key for event in cleaned.kept(stays)} == {"b"}


def test_a_log_and_its_events_are_cleaned_alike_and_the_log_is_unchanged() -> None:
    log = MemoryEventLog()
    log.append_many((), _mess(3))
    events = [event for _, event in log.events()]
    of_log, of_events = clean(log, ITEM_IDS, now=NOW), clean(events, ITEM_IDS, now=NOW)
    assert of_log.report == of_events.report
    assert list(of_log.kept(log)) == list(of_events.kept(events))
    assert [event for _, event in log.events()] == events


def test_what_was_taken_back_cannot_be_clicked() -> None:
    slate = show("d", ITEM_IDS[:3], "ann", NOW - 1000.0)
    gone = replace(slate[1], event_id="gone", type=EventType.NOT_SHOWN)
    wrong, right = click(slate, 1, NOW - 990.0), click(slate, 2, NOW - 980.0)
    assert _clean([*slate, gone, wrong, right]) == {Reason.NOT_SHOWN: 1}


def test_a_clean_log_goes_over_long_gaps_and_shows_what_came_later() -> None:
    log = MemoryEventLog()
    machine = robots(random.Random(5))[Reason.BOT_EVERY_SLOT]
    visit = _one_visit()
    log.append_many((), [*machine, *visit])
    cleaned = clean(log, ITEM_IDS, now=NOW)
    clean_log = CleanLog(log, lambda number, _: cleaned.counts(number))
    assert [event for _, event in clean_log.events(limit=2)] == visit[:2]
    later = EventMaker(NOW)(EventType.CLICK, "item-0", "bob")
    assert clean_log.append_event(later)
    rows = clean_log.events(after=len(machine) + len(visit))
    assert [event for _, event in rows] == [later]


class TestCleanLog(EventLogContract):
    @pytest.fixture
    def log(self) -> EventLog:
        log = MemoryEventLog()
        cleaned = clean(log, ITEM_IDS, now=NOW)
        return CleanLog(log, lambda number, _: cleaned.counts(number))
