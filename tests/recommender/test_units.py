"""Whom trials, caps and shares of traffic count: a known person, else the visit, and a visit keeps its part."""

from __future__ import annotations

from dataclasses import replace

from recommender.decide import Recommender
from recommender.event_log import MemoryEventLog
from recommender.events import Candidate, DecisionContext, Event, EventType
from recommender.profiles.edits import YES, Edit, EditKind, anonymous_key
from recommender.promotion.line_up import LineUp, Served
from recommender.settings import RecommenderSettings
from tests.recommender.shop import ITEMS, NOW, make_context

CANDIDATES = tuple(Candidate(item_id, relevance=0.9) for item_id in ITEMS)


def _context(visit: str, shopper: str, turn: int = 0) -> DecisionContext:
    return replace(make_context(session=visit, shopper=shopper), turn_id=f"t{turn}", seed=turn, now=NOW + turn)


def _agree(recommender: Recommender, visit: str, shopper: str) -> None:
    text = Edit(EditKind.CONSENT, value=YES).to_text()
    recommender.record(Event(f"yes-{visit}", EventType.EDIT, text, shopper, visit, NOW))


def test_a_visit_begins_with_its_first_question_even_if_nothing_was_shown() -> None:
    recommender = Recommender(ITEMS, MemoryEventLog())
    assert recommender.profiles.unit(anonymous_key("s:1"), "s:1") == "s:1"
    _agree(recommender, "s:1", "c:1")
    assert recommender.profiles.unit("c:1", "s:1") == "s:1"
    assert recommender.profiles.unit("c:1", "s:2") == "c:1"


def test_agreeing_and_signing_in_change_no_release_within_a_visit() -> None:
    recommender = Recommender(ITEMS, MemoryEventLog())
    recommender.serve(LineUp(canary=Served("release-2"), share=0.5))
    streams: dict[str, set[str]] = {}
    for number in range(40):
        visit, customer = f"s:{number}", f"c:{number}"
        for turn, key in enumerate((anonymous_key(visit), anonymous_key(visit), customer)):
            if key == customer:
                _agree(recommender, visit, customer)
            decision = recommender.decide(_context(visit, key, turn), CANDIDATES)
            streams.setdefault(visit, set()).add(decision.policy_version)
    assert all(len(versions) == 1 for versions in streams.values())
    assert {"", "release-2"} == set().union(*streams.values())


def test_a_known_person_meets_the_same_release_in_every_visit() -> None:
    recommender = Recommender(ITEMS, MemoryEventLog())
    recommender.serve(LineUp(canary=Served("release-2"), share=0.5))
    for number in range(20):
        versions = {
            recommender.decide(_context(f"s:{number}-{visit}", f"c:{number}"), CANDIDATES).policy_version
            for visit in range(3)
        }
        assert len(versions) == 1


def test_agreeing_gives_no_new_share_of_trials() -> None:
    settings = RecommenderSettings(explored_per_day=3, holdout_share=0.0)
    recommender = Recommender(ITEMS, MemoryEventLog(), settings=settings)

    def tries(shopper: str, first: int) -> int:
        made = [recommender.decide(_context("s:1", shopper, first + turn), CANDIDATES) for turn in range(60)]
        return sum("no_explore:cap" not in decision.guards for decision in made)

    before = tries(anonymous_key("s:1"), 0)
    assert 0 < before < 60
    _agree(recommender, "s:1", "c:ann")
    assert tries("c:ann", 100) == 0


def test_a_restart_knows_what_a_visit_began_as() -> None:
    log = MemoryEventLog()
    recommender = Recommender(ITEMS, log)
    recommender.decide(_context("s:1", anonymous_key("s:1")), CANDIDATES)
    recommender.decide(_context("s:2", "c:ann"), CANDIDATES)
    again = Recommender(ITEMS, log)
    for one in (recommender, again):
        assert one.profiles.unit("c:ann", "s:1") == "s:1"
        assert one.profiles.unit("c:ann", "s:2") == "c:ann"
        assert one.profiles.unit(anonymous_key("s:3"), "s:3") == "s:3"
