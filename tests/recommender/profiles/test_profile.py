"""Taste over visits: gifts, edits, joining, what was left; and that a log says it all."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.events import Event, EventType, Item
from recommender.profiles.edits import NO, YES, Edit, EditKind, anonymous_key
from recommender.profiles.profile import MAX_RECENT, Profile
from recommender.profiles.view import entries_of, view_of
from recommender.settings import DAY_S, RecommenderSettings
from recommender.state import BehaviourState
from tests.recommender.shop import NOW

LATER = NOW + 3600.0
SHOP = {
    item.item_id: item
    for item in (
        Item("tent", "tents", "outdoor", "Alp", 10_000, attributes=(("colour", "red"), ("material", "nylon"))),
        Item("boot", "boots", "outdoor", "Bor", 12_000, attributes=(("colour", "brown"), ("material", "leather"))),
        Item("doll", "dolls", "toys", "Cam", 2_000, attributes=(("colour", "red"),)),
        Item("pan", "pans", "kitchen", "Dux", 4_000),
        Item("lamp", "lamps", "home", "Eos", 3_000),
        Item("ball", "balls", "sport", "Fox", 1_000),
    )
}


class Log:
    """Events of one shopper, a minute apart, and the state that they give."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def add(
        self, kind: EventType, item_id: str, *, visit: str = "v1", who: str = "c:ann", at: float | None = None
    ) -> Log:
        moment = NOW + 60.0 * len(self.events) if at is None else at
        self.events.append(Event(f"e{len(self.events)}", kind, item_id, who, visit, moment))
        return self

    def edit(self, kind: EditKind, field: str = "", value: str = "", *, visit: str = "v1", who: str = "c:ann") -> Log:
        return self.add(EventType.EDIT, Edit(kind, field, value).to_text(), visit=visit, who=who)

    def state(self) -> BehaviourState:
        state = BehaviourState(RecommenderSettings())
        for event in self.events:
            state.apply(event, SHOP.get(event.item_id))
        return state

    def profile(self, who: str = "c:ann") -> Profile:
        found = self.state().shoppers.find(who)
        assert found is not None
        return found


def camper() -> Log:
    log = Log()
    for visit in ("v1", "v2"):
        log.add(EventType.CLICK, "tent", visit=visit).add(EventType.ADD_TO_CART, "tent", visit=visit)
    return log


def test_a_marked_gift_leaves_the_taste_exactly_as_it_was() -> None:
    before = camper().profile()
    log = camper().edit(EditKind.GIFT, value=YES, visit="v3")
    log.add(EventType.CLICK, "doll", visit="v3").add(EventType.PURCHASE, "doll", visit="v3")
    after = log.profile()
    assert entries_of(after, LATER) == entries_of(before, LATER)
    assert after.affinity("category", "dolls", LATER) == 0.0
    # In that visit, what it has shown counts, and the shopper's own taste does not.
    taste = log.state().taste("c:ann", "v3", LATER)
    assert taste is not None
    assert taste.affinity("category", "dolls", LATER) > 0.5
    assert taste.affinity("category", "tents", LATER) == 0.0


def test_after_the_gift_the_visit_is_the_shoppers_own_again() -> None:
    log = camper().edit(EditKind.GIFT, value=YES, visit="v3").edit(EditKind.GIFT, value=NO, visit="v3")
    log.add(EventType.CLICK, "doll", visit="v3")
    assert log.profile().affinity("category", "dolls", LATER) > 0.0


def test_a_gift_ends_by_itself() -> None:
    state = camper().edit(EditKind.GIFT, value=YES, visit="v3").state()
    assert state.gift_of("v3", LATER) is not None
    assert state.gift_of("v3", LATER + DAY_S) is None


def test_an_unmarked_gift_waters_nothing_down_and_fades() -> None:
    log = camper()
    for _ in range(30):
        log.add(EventType.CLICK, "doll", visit="v3", at=NOW + 300.0)
    before, after = camper().profile(), log.profile()
    assert after.affinity("category", "tents", LATER) == before.affinity("category", "tents", LATER)
    assert after.affinity("category", "dolls", LATER) > 0.0
    month = LATER + 30 * DAY_S
    assert after.affinity("category", "dolls", month) < 0.02 < 0.5 < after.affinity("category", "tents", month)


def test_what_a_second_visit_shows_is_no_gift() -> None:
    log = camper().add(EventType.CLICK, "doll", visit="v3").add(EventType.CLICK, "doll", visit="v4")
    assert [interest.lasting for interest in log.profile().interests] == [True, True]


def test_forgotten_red_is_not_learned_again_from_old_events_and_may_be_taught_anew() -> None:
    log = camper().edit(EditKind.FORGET, "colour", "red")
    assert log.profile().affinity("colour", "red", LATER) == 0.0
    assert log.profile().affinity("material", "nylon", LATER) > 0.5
    late = log.add(EventType.CLICK, "tent", visit="v3", at=NOW)
    assert late.profile().affinity("colour", "red", LATER) == 0.0
    anew = log.add(EventType.CLICK, "tent", visit="v4", at=LATER)
    assert anew.profile().affinity("colour", "red", LATER) > 0.0


def test_a_stated_dislike_lasts_until_it_is_taken_back() -> None:
    log = Log().add(EventType.PURCHASE, "boot").edit(EditKind.AVOID, "material", "leather")
    log.add(EventType.PURCHASE, "boot", visit="v2")
    assert log.profile().avoids(SHOP["boot"]) == ("material", "leather")
    assert log.profile().avoids(SHOP["tent"]) is None
    assert log.edit(EditKind.WELCOME, "material", "leather").profile().avoids(SHOP["boot"]) is None


def test_while_paused_nothing_is_learned() -> None:
    log = camper().edit(EditKind.PAUSE).add(EventType.PURCHASE, "pan", visit="v3")
    assert log.profile().affinity("category", "pans", LATER) == 0.0
    assert [thing.item_id for thing in log.profile().unfinished("v9")] == ["tent"]
    taught = log.edit(EditKind.RESUME).add(EventType.CLICK, "lamp", visit="v3")
    assert taught.profile().affinity("category", "lamps", LATER) > 0.0


@pytest.mark.parametrize("edit", [Edit(EditKind.RESET), Edit(EditKind.CONSENT, value=NO)])
def test_forgetting_everything_keeps_what_the_crowd_learned(edit: Edit) -> None:
    log = camper()
    popular = log.state().popularity.read("tent", LATER)
    log.edit(edit.kind, value=edit.value)
    assert log.state().shoppers.find("c:ann") is None
    assert log.state().popularity.read("tent", LATER) == popular > 0


def test_without_consent_behaviour_counts_for_the_crowd_only() -> None:
    key = anonymous_key("v1")
    log = Log().add(EventType.CLICK, "tent", who=key).edit(EditKind.AVOID, "material", "leather", who=key)
    state = log.state()
    assert state.popularity.read("tent", NOW) > 0
    assert len(state.shoppers) == 0
    assert state.taste(key, "v1", NOW) is None


def test_a_guest_becomes_the_customer_and_leaves_nothing_behind() -> None:
    log = Log().add(EventType.PURCHASE, "tent", visit="v0")
    log.add(EventType.ADD_TO_CART, "doll", visit="v1", who="s:1").edit(EditKind.AVOID, "colour", "brown", who="s:1")
    log.edit(EditKind.JOIN, value="s:1")
    state = log.state()
    assert state.shoppers.find("s:1") is None
    joined = log.profile()
    assert joined.affinity("category", "tents", LATER) > 0.45
    assert joined.affinity("category", "dolls", LATER) > 0.3
    assert joined.avoids(SHOP["boot"]) == ("colour", "brown")
    assert [thing.item_id for thing in joined.unfinished("v9")] == ["doll"]


def test_what_the_customer_forgot_does_not_come_back_with_a_guest() -> None:
    log = camper().edit(EditKind.FORGET, "colour", "red")
    log.add(EventType.CLICK, "tent", visit="v8", who="s:1").edit(EditKind.JOIN, value="s:1")
    assert log.profile().affinity("colour", "red", LATER) == 0.0


def test_joining_is_like_having_been_the_customer_all_along() -> None:
    apart = Log().add(EventType.CLICK, "tent", visit="v1").add(EventType.CLICK, "boot", visit="v2", who="s:2")
    apart.edit(EditKind.JOIN, value="s:2")
    whole = Log().add(EventType.CLICK, "tent", visit="v1").add(EventType.CLICK, "boot", visit="v2")
    one, other = apart.profile(), whole.profile()
    for field, value in (("category", "tents"), ("category", "boots"), ("brand", "Bor"), ("colour", "red")):
        assert one.affinity(field, value, LATER) == pytest.approx(other.affinity(field, value, LATER))


def test_unfinished_is_the_latest_visit_the_cart_first_and_nothing_bought() -> None:
    log = Log().add(EventType.CLICK, "pan", visit="v1")
    log.add(EventType.ADD_TO_CART, "tent", visit="v2").add(EventType.CLICK, "boot", visit="v2")
    log.add(EventType.CLICK, "lamp", visit="v2").add(EventType.DISMISS, "lamp", visit="v2")
    log.add(EventType.ADD_TO_CART, "ball", visit="v2").add(EventType.PURCHASE, "ball", visit="v2")
    left = [(thing.item_id, thing.in_cart) for thing in log.profile().unfinished("v3")]
    assert left == [("tent", True), ("boot", False)]
    assert [thing.item_id for thing in log.profile().unfinished("v1")] == ["pan"]
    log.add(EventType.REMOVE_FROM_CART, "tent", visit="v2")
    assert not any(thing.in_cart for thing in log.profile().unfinished("v3"))


def test_memory_is_bounded() -> None:
    profile, settings = Profile(RecommenderSettings()), RecommenderSettings()
    for i in range(500):
        item = Item(f"i{i}", f"kind-{i % 90}", f"department-{i % 30}", f"brand-{i}", 100 + i)
        profile.learn(item, 1.0, NOW + i, f"v{i}")
        profile.note(EventType.CLICK, item.item_id, f"v{i}", NOW + i)
        profile.edit(Edit(EditKind.AVOID, "colour", f"colour-{i}"), NOW + i)
    assert len(profile.interests) <= settings.max_interests
    assert len(profile.recent) == MAX_RECENT
    assert len(profile.avoided) == len(profile.forgotten) == 60


def test_the_view_shows_what_acts_and_the_edits_ids_name_it() -> None:
    log = camper().edit(EditKind.AVOID, "material", "leather").edit(EditKind.CONSENT, value=YES)
    view = view_of(log.state(), "c:ann", "v2", LATER)
    ids = [entry.entry_id for entry in view.entries]
    assert ids[:2] == ["avoids:material=leather", "likes:category=tents"]
    assert {"likes:brand=Alp", "likes:colour=red", "price:price=tents"} <= set(ids)
    assert (view.consent, view.paused) == (True, False)
    band = next(entry for entry in view.entries if entry.kind == "price")
    assert band.low_minor == band.high_minor == 10_000
    assert view.short_term.viewed == ("tent",)


def test_a_dislike_that_was_only_learned_is_shown_too() -> None:
    log = Log().add(EventType.DISMISS, "boot")
    view = view_of(log.state(), "c:ann", "v1", NOW)
    assert {entry.kind for entry in view.entries} == {"less_of"}
    assert view.short_term.dismissed == {"boot"}


KINDS = st.sampled_from([kind for kind in EventType if kind not in (EventType.IMPRESSION, EventType.EDIT)])
EDITS = st.sampled_from(
    [
        Edit(EditKind.FORGET, "colour", "red"),
        Edit(EditKind.AVOID, "material", "leather"),
        Edit(EditKind.PAUSE),
        Edit(EditKind.RESUME),
        Edit(EditKind.RESET),
        Edit(EditKind.GIFT, value=YES),
        Edit(EditKind.JOIN, value="s:1"),
    ]
)
STEPS = st.lists(
    st.tuples(
        st.one_of(st.tuples(KINDS, st.sampled_from(sorted(SHOP))), st.tuples(st.just(EventType.EDIT), EDITS)),
        st.sampled_from(["v1", "v2", "v3"]),
        st.sampled_from(["c:ann", "s:1"]),
    ),
    max_size=40,
)


@given(STEPS)
def test_replaying_a_log_gives_the_same_profile_and_affinities_stay_in_bounds(steps: list) -> None:  # type: ignore[type-arg]
    log = Log()
    for (kind, what), visit, who in steps:
        log.add(kind, what.to_text() if isinstance(what, Edit) else what, visit=visit, who=who)
    first, second = log.state(), log.state()
    views = [json.dumps(asdict(view_of(state, "c:ann", "v1", LATER)), default=sorted) for state in (first, second)]
    assert views[0] == views[1]
    profile = first.shoppers.find("c:ann")
    if profile is not None:
        for field in ("category", "brand", "colour"):
            values = [value for interest in profile.interests for value in interest.fields.get(field, ())]
            assert all(-1.0 < profile.affinity(field, value, LATER) < 1.0 for value in values)
