"""A visit keeps its questions, and what it begins with is learned."""

from __future__ import annotations

from assistant.starters import Starter
from assistant.starting import N_SHOWN, Starting
from assistant.turn import Principal
from recommender.event_log import MemoryEventLog
from recommender.events import EventType
from recommender.selling.starters import StarterBandit

POOL = tuple(Starter(f"starter:{name}", f"Show me {name}") for name in ("tents", "boots", "mugs", "lamps", "ropes"))
GUEST = Principal("a" * 32)


class _House:
    def __init__(self) -> None:
        self.log, self.at = MemoryEventLog(), 1_000.0
        self.starting = Starting(StarterBandit(self.log), lambda: self.at, seed=7, explore=lambda: True)

    def events(self, kind: EventType) -> list[str]:
        return [event.item_id for _, event in self.log.events() if event.type is kind]


def test_a_visit_keeps_its_questions_for_a_while() -> None:
    house = _House()
    first = house.starting.show(GUEST, "page", POOL)
    assert len(first) == N_SHOWN
    assert house.starting.show(GUEST, "page", POOL) == first
    assert len(house.events(EventType.IMPRESSION)) == N_SHOWN, "one showing is counted once"
    house.at += 3_600
    house.starting.show(GUEST, "page", POOL)
    assert len(house.events(EventType.IMPRESSION)) == 2 * N_SHOWN


def test_a_new_catalogue_gives_new_questions() -> None:
    house = _House()
    house.starting.show(GUEST, "page", POOL)
    other = (Starter("starter:hats", "Show me hats"),)
    assert house.starting.show(GUEST, "page", other) == other


def test_what_a_visit_begins_with_is_learned_once() -> None:
    house = _House()
    first = house.starting.show(GUEST, "widget", POOL)[0].text
    assert house.starting.knows(GUEST, first)
    assert not house.starting.knows(GUEST, "something else")
    assert not house.starting.knows(Principal("b" * 32), first)
    house.starting.begun(GUEST, first)
    house.starting.begun(GUEST, first)
    house.starting.begun(GUEST, "something else")
    house.starting.begun(Principal("b" * 32), first)
    assert house.events(EventType.CLICK) == [next(one.id for one in POOL if one.text == first)]


def test_a_shop_that_is_opening_shows_none() -> None:
    house = _House()
    assert house.starting.show(GUEST, "page", ()) == ()
    assert house.events(EventType.IMPRESSION) == []
