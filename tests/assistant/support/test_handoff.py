"""The queue for people, and the floor that only its arrows move."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from assistant.errors import Refused, SessionMissing
from assistant.live import FloorChanged
from assistant.session import Sessions
from assistant.store import open_store
from assistant.store.tables import conversations, hand_overs
from assistant.support.handoff import HandOff
from assistant.turn import Agent, Floor, HandOverFact, Principal
from tests.assistant.support.shop import Shop
from tests.fakes.clock import ManualClock

Place = tuple[Principal, str]
NORA = Agent("a1", "Nora")
OLA = Agent("a2", "Ola", "admin")


def _place(shop: Shop) -> Place:
    session = Sessions(shop.store, shop.clock).open(None)
    return session.principal, session.conversation_id


def _floor(shop: Shop, conversation_id: str) -> str:
    with shop.store.read() as connection:
        here = conversations.c.id == conversation_id
        return str(connection.execute(sa.select(conversations.c.floor).where(here)).scalar_one())


def test_who_asks_first_stands_first(shop: Shop) -> None:
    first, second = _place(shop), _place(shop)
    assert shop.handoff.request(*first, "a broken tent") == HandOverFact(1, "a broken tent")
    assert shop.handoff.request(*second, "a bill") == HandOverFact(2, "a bill")
    assert _floor(shop, first[1]) == "queue"


def test_asking_again_keeps_the_place_and_the_reason(shop: Shop) -> None:
    first, second = _place(shop), _place(shop)
    shop.handoff.request(*first, "a broken tent")
    shop.handoff.request(*second, "a bill")
    assert shop.handoff.request(*first, "hello?") == HandOverFact(1, "a broken tent")
    assert shop.handoff.find(*second) == HandOverFact(2, "a bill")


def test_those_behind_move_up_when_someone_leaves(shop: Shop) -> None:
    first, second = _place(shop), _place(shop)
    shop.handoff.request(*first, "a")
    shop.handoff.request(*second, "b")
    shop.handoff.cancel(*first)
    assert _floor(shop, first[1]) == "assistant"
    assert shop.handoff.find(*first) is None
    assert shop.handoff.find(*second) == HandOverFact(1, "b")
    assert shop.handoff.request(*first, "again") == HandOverFact(2, "again")


def test_who_does_not_wait_cannot_leave(shop: Shop) -> None:
    with pytest.raises(Refused) as refused:
        shop.handoff.cancel(*_place(shop))
    assert str(refused.value) == "You are not waiting for a person."


def test_with_a_person_on_the_floor_nothing_is_queued(shop: Shop) -> None:
    principal, conversation_id = _place(shop)
    shop.handoff.take(conversation_id, NORA)
    with pytest.raises(Refused, match="talking to a person already"):
        shop.handoff.request(principal, conversation_id, "x")
    assert _entries(shop) == [("taken", "a1")]


def test_the_store_itself_holds_no_agents_floor_without_an_agent(shop: Shop) -> None:
    _place(shop)
    with pytest.raises(sa.exc.IntegrityError), shop.store.write() as connection:
        connection.execute(sa.update(conversations).values(floor=Floor.AGENT.value))


def test_a_conversation_of_somebody_else_and_none_at_all_are_answered_in_the_same_words(shop: Shop) -> None:
    (_, theirs), (me, _) = _place(shop), _place(shop)
    told = []
    for conversation_id in (theirs, "no-such-conversation"):
        with pytest.raises(SessionMissing) as missing:
            shop.handoff.request(me, conversation_id, "x")
        told.append(str(missing.value))
        with pytest.raises(SessionMissing):
            shop.handoff.find(me, conversation_id)
        with pytest.raises(SessionMissing):
            shop.handoff.cancel(me, conversation_id)
    assert told[0] == told[1]
    assert _floor(shop, theirs) == "assistant"


def test_of_two_who_take_at_once_one_wins_and_the_other_is_told_who(shop: Shop) -> None:
    place = _place(shop)
    shop.handoff.request(*place, "a bill")
    told: list[str] = []
    won: list[str] = []

    def take(agent: Agent) -> None:
        try:
            shop.handoff.take(place[1], agent)
            won.append(agent.name)
        except Refused as refused:
            told.append(str(refused))

    threads = [threading.Thread(target=take, args=(agent,)) for agent in (NORA, OLA)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert told == [f"{won[0]} is talking with this shopper."]
    assert shop.handoff.floor(*place) == FloorChanged(Floor.AGENT, won[0], None)


def test_taking_twice_is_taking_once(shop: Shop) -> None:
    place = _place(shop)
    shop.handoff.request(*place, "a bill")
    for _ in range(2):
        shop.handoff.take(place[1], NORA)
    assert _entries(shop) == [("taken", "a1")]


def test_a_place_in_the_queue_is_taken_closed_and_given_anew(shop: Shop) -> None:
    place = _place(shop)
    shop.handoff.request(*place, "a bill")
    shop.handoff.take(place[1], NORA)
    shop.handoff.hand_back(place[1], NORA)
    assert shop.handoff.floor(*place) == FloorChanged(Floor.ASSISTANT)
    shop.handoff.request(*place, "another bill")
    assert _entries(shop) == [("closed", "a1"), ("waiting", None)]


def test_an_agent_may_step_in_unasked(shop: Shop) -> None:
    place = _place(shop)
    shop.handoff.take(place[1], NORA)
    assert _entries(shop) == [("taken", "a1")]
    with pytest.raises(Refused, match="Nora is talking"):
        shop.handoff.hand_back(place[1], OLA)
    shop.handoff.relieve(place[1], OLA)
    assert _entries(shop) == [("taken", "a2")]
    assert shop.handoff.floor(*place).agent_name == "Ola"


def test_those_who_wait_move_up_when_one_is_taken(shop: Shop) -> None:
    first, second = _place(shop), _place(shop)
    shop.handoff.request(*first, "a")
    shop.handoff.request(*second, "b")
    shop.handoff.take(first[1], NORA)
    assert shop.handoff.floor(*second) == FloorChanged(Floor.QUEUE, None, 1)


def test_an_unknown_conversation_cannot_be_taken(shop: Shop) -> None:
    for move in (shop.handoff.take, shop.handoff.hand_back, shop.handoff.relieve):
        with pytest.raises(SessionMissing):
            move("no-such-conversation", OLA)


def _entries(shop: Shop) -> list[tuple[str, str | None]]:
    with shop.store.read() as connection:
        query = sa.select(hand_overs.c.status, hand_overs.c.agent_id).order_by(hand_overs.c.seq)
        return [(row.status, row.agent_id) for row in connection.execute(query)]


def test_the_queue_and_the_floor_survive_a_restart(tmp_path: Path, clock: ManualClock) -> None:
    store = open_store(tmp_path, clock)
    session = Sessions(store, clock).open(None)
    promised = HandOff(store, clock).request(session.principal, session.conversation_id, "a bill")
    store.close()
    store = open_store(tmp_path, clock)
    handoff = HandOff(store, clock)
    assert handoff.find(session.principal, session.conversation_id) == promised
    handoff.take(session.conversation_id, NORA)
    store.close()
    store = open_store(tmp_path, clock)
    floor = HandOff(store, clock).floor(session.principal, session.conversation_id)
    assert floor == FloorChanged(Floor.AGENT, "Nora")
    store.close()
