"""What shoppers and the shop remember of impressions: counted, taken back, forgotten, joined, bounded."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from recommender.events import Event, EventType, Item
from recommender.field_rates import ALL, DEARNESS, Rates
from recommender.profiles.edits import YES, Edit, EditKind, anonymous_key
from recommender.profiles.profile import HISTORY_LENGTH, MAX_RATES, Profile
from recommender.settings import RecommenderSettings
from recommender.state import BehaviourState
from tests.recommender.shop import ITEMS, NOW, EventMaker, make_state

TENTS, MATS = ("category", "tents"), ("category", "mats")


def _shown(make: EventMaker, item_id: str, shopper: str = "ann") -> Event:
    return replace(make(EventType.IMPRESSION, item_id, "today", shopper), decision_id="d", position=0)


def _edit(make: EventMaker, kind: EditKind, field: str = "", value: str = "", shopper: str = "ann") -> Event:
    return make(EventType.EDIT, Edit(kind, field, value).to_text(), "today", shopper)


def _profile(state: BehaviourState, shopper: str = "ann") -> Profile:
    found = state.shoppers.find(shopper)
    assert found is not None
    return found


def test_a_lift_is_the_log_of_a_shrunk_ratio() -> None:
    rates = Rates(half_life_s=1e12)
    for taken in (False, False, False, True):
        rates.count(ITEMS["tent-1"], 0.5, NOW, taken=taken)
    assert rates.lift(TENTS, 0.2, 5.0, NOW) == pytest.approx(np.log((1 + 5 * 0.2) / ((3 + 5) * 0.2)))
    assert rates.lift(MATS, 0.2, 5.0, NOW) == 0.0
    assert rates.shown.read(DEARNESS, NOW) == pytest.approx(1.5)


def test_an_impression_that_nobody_saw_leaves_no_trace_in_any_rate() -> None:
    make = EventMaker()
    seen = [_shown(make, "tent-1"), _shown(make, "mat-1")]
    unseen = _shown(make, "tent-2")
    before = make_state(seen)
    after = make_state([*seen, unseen, replace(unseen, event_id="gone", type=EventType.NOT_SHOWN)])
    for mine, theirs in (
        (before.rates, after.rates),
        (_profile(before).rates, _profile(after).rates),
    ):
        for key in (ALL, TENTS, MATS, ("brand", "Bor"), ("item", "tent-2"), ("price", "tents")):
            assert theirs.shown.read(key, NOW) == pytest.approx(mine.shown.read(key, NOW), abs=1e-6), key
    for key in (TENTS, MATS):
        lifts = [state.trends.lift(key, 0.2, 5.0, NOW) for state in (before, after)]
        assert lifts[0] == pytest.approx(lifts[1], abs=1e-6)
        assert lifts[0] < 0.0


def test_taking_back_what_was_let_go_before_counts_nobody_below_zero() -> None:
    make = EventMaker()
    unseen = _shown(make, "tent-2")
    gone = replace(unseen, event_id="gone", type=EventType.NOT_SHOWN)
    state = make_state([unseen, _edit(make, EditKind.RESET), gone, _shown(make, "mat-1"), gone])
    assert _profile(state).rates.shown.read(TENTS, NOW) == 0.0
    assert _profile(state).rates.shown.read(MATS, NOW + 3) >= 0.0


def test_what_is_forgotten_is_in_no_rate_and_no_history() -> None:
    make = EventMaker()
    events = [
        _shown(make, "tent-1"),
        _shown(make, "mat-1"),
        make(EventType.CLICK, "tent-1", "today", "ann"),
        _edit(make, EditKind.FORGET, "category", "tents"),
    ]
    old = replace(make(EventType.CLICK, "tent-2", "today", "ann"), at=NOW)
    profile = _profile(make_state([*events, old]))
    assert not profile.acts
    assert profile.rates.shown.read(TENTS, NOW) == profile.rates.taken.read(TENTS, NOW) == 0.0
    assert profile.rates.shown.read(MATS, NOW) > 0
    again = _profile(make_state([*events, make(EventType.CLICK, "tent-3", "later", "ann")]))
    assert [act.item_id for act in again.acts] == ["tent-3"]


def test_a_reset_leaves_nothing_of_one_shopper_and_everything_of_the_crowd() -> None:
    make = EventMaker()
    events = [_shown(make, "tent-1"), make(EventType.CLICK, "tent-1", "today", "ann")]
    state = make_state([*events, _edit(make, EditKind.RESET)])
    assert state.shoppers.find("ann") is None
    assert state.rates.taken.read(TENTS, NOW) == pytest.approx(make_state(events).rates.taken.read(TENTS, NOW))


def test_paused_profiles_and_visits_without_consent_count_for_the_crowd_only() -> None:
    make, nobody = EventMaker(), anonymous_key("today")
    events = [
        _edit(make, EditKind.PAUSE),
        *(_shown(make, "tent-1", who) for who in ("ann", nobody)),
        *(make(EventType.CLICK, "tent-1", f"visit-{who}", who) for who in ("ann", nobody)),
    ]
    state = make_state(events)
    assert not _profile(state).acts
    assert len(_profile(state).rates.shown) == 0
    assert state.shoppers.find(nobody) is None
    assert state.rates.shown.read(ALL, NOW + 2) == pytest.approx(2.0, abs=1e-3)


def test_a_visit_for_somebody_else_is_in_nobodys_rates_but_theirs() -> None:
    make = EventMaker()
    own = [_shown(make, "mat-1")]
    gift = [
        _edit(make, EditKind.GIFT, value=YES),
        _shown(make, "tent-1"),
        make(EventType.CLICK, "tent-1", "today", "ann"),
    ]
    state = make_state([*own, *gift])
    assert _profile(state).rates.shown.read(TENTS, NOW) == 0.0
    assert not _profile(state).acts
    theirs = state.taste("ann", "today", NOW + 9)
    assert theirs is not None
    assert theirs.rates.taken.read(TENTS, NOW) > 0
    assert [act.item_id for act in theirs.acts] == ["tent-1"]


def test_a_guest_brings_rates_and_history_along_but_not_what_was_forgotten() -> None:
    make = EventMaker()
    mine = [_shown(make, "mat-1"), _edit(make, EditKind.FORGET, "brand", "Alp")]
    guest = [_shown(make, item_id, "guest") for item_id in ("mat-1", "tent-1")]
    guest.append(make(EventType.CLICK, "tent-1", "visit", "guest"))
    profile = _profile(make_state([*mine, *guest, _edit(make, EditKind.JOIN, value="guest")]))
    assert profile.rates.shown.read(MATS, NOW) == pytest.approx(2.0, abs=1e-3)
    assert profile.rates.shown.read(("brand", "Alp"), NOW) == 0.0
    assert [act.item_id for act in profile.acts] == ["tent-1"]


def test_a_profile_stays_small_whatever_is_shown() -> None:
    profile = Profile(RecommenderSettings())
    for i in range(400):
        item = Item(f"item-{i}", f"category-{i}", "all", f"brand-{i % 7}", 1_000)
        profile.count(item, 0.0, NOW + i, taken=i % 5 == 0)
    assert len(profile.rates.shown) <= 2 * MAX_RATES
    assert len(profile.rates.taken) <= 2 * MAX_RATES
    assert profile.rates.shown.read(ALL, NOW) > 300
    assert profile.rates.shown.read(("brand", "brand-3"), NOW) > 40
    assert profile.acts.maxlen == HISTORY_LENGTH
