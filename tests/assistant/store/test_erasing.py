from __future__ import annotations

import json

import pytest
import sqlalchemy as sa

from assistant.store import SqlEventLog, Store
from assistant.store.erasing import erase_behaviour
from assistant.store.tables import decisions, events
from recommender.decide import Recommender
from recommender.events import Candidate, Event, EventType
from recommender.profiles.edits import NO, YES, Edit, EditKind
from tests.recommender.shop import ITEMS, NOW, make_context


def edit(number: int, kind: EditKind, value: str = "", who: str = "c:ann") -> Event:
    return Event(f"edit-{number}", EventType.EDIT, Edit(kind, "", value).to_text(), who, "v1", NOW + number)


def fill(store: Store, consent: str = YES) -> Recommender:
    """Ann clicks as a guest and signs in; Bob clicks too."""
    recommender = Recommender(ITEMS, SqlEventLog(store))
    recommender.record(edit(0, EditKind.CONSENT, consent))
    for who, visit in (("s:1", "v1"), ("c:ann", "v1"), ("c:bob", "v2")):
        context = make_context("search", shopper=who, session=visit, query="a secret wish")
        decision = recommender.decide(context, [Candidate(item_id) for item_id in ITEMS])
        item = decision.items[0]
        key = decision.decision_id
        recommender.record(Event(f"click-{key}", EventType.CLICK, item.item_id, who, visit, NOW + 9, key, 0))
    recommender.record(edit(1, EditKind.JOIN, "s:1"))
    recommender.record(edit(2, EditKind.AVOID, "leather"))
    return recommender


def everything(store: Store) -> str:
    with store.read() as connection:
        rows = [tuple(row) for table in (events, decisions) for row in connection.execute(sa.select(table)).all()]
    return json.dumps(rows)


def test_nothing_leads_back_to_the_shopper_and_others_are_left_alone(store: Store) -> None:
    before = fill(store)
    popular = {item_id: before._state.popularity.read(item_id, NOW + 10) for item_id in ITEMS}
    erased = erase_behaviour(store, "c:ann")
    assert erased.keys == {"c:ann", "s:1"}
    assert (erased.decisions, erased.edits) == (2, 2)
    text = everything(store)
    assert '"s:1"' not in text
    # Bob's own words stay; of Ann only her choice about a profile is left.
    assert text.count("a secret wish") == 1
    assert text.count("c:ann") == 1
    after = Recommender(ITEMS, SqlEventLog(store))
    assert len(after._state.shoppers) == 1
    assert {item_id: after._state.popularity.read(item_id, NOW + 10) for item_id in ITEMS} == pytest.approx(popular)


@pytest.mark.parametrize("consent", [YES, NO])
def test_the_last_choice_about_a_profile_stays(store: Store, consent: str) -> None:
    fill(store, consent)
    erase_behaviour(store, "c:ann")
    again = Recommender(ITEMS, SqlEventLog(store))
    assert again.profiles.consent("c:ann") is (consent == YES)


def test_the_page_and_the_next_start_agree(store: Store) -> None:
    recommender = fill(store)
    erased = erase_behaviour(store, "c:ann")
    recommender.profiles.forget(erased.keys, erased.sessions)
    fresh = Recommender(ITEMS, SqlEventLog(store))
    for one in (recommender, fresh):
        view = one.profiles.view("c:ann", "v1", NOW + 10)
        assert (view.entries, view.short_term.viewed) == ((), ())


def test_a_second_erasure_finds_nothing(store: Store) -> None:
    fill(store)
    erase_behaviour(store, "c:ann")
    again = erase_behaviour(store, "c:ann")
    assert (again.events, again.decisions, again.edits) == (0, 0, 0)
