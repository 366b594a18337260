"""The queue for people, and the floor that only its arrows move."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from assistant.errors import Refused, SessionMissing
from assistant.session import Sessions
from assistant.store import open_store
from assistant.store.tables import conversations, hand_overs
from assistant.support.handoff import ARROWS, HandOff, next_floor
from assistant.turn import Floor, HandOverFact, Principal
from tests.assistant.support.shop import Shop
from tests.fakes.clock import ManualClock

Place = tuple[Principal, str]


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
    with shop.store.write() as connection:
        connection.execute(sa.update(conversations).values(floor=Floor.AGENT.value))
    with pytest.raises(Refused, match="talking to a person already"):
        shop.handoff.request(principal, conversation_id, "x")
    with shop.store.read() as connection:
        assert connection.execute(sa.select(hand_overs)).all() == []


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


@pytest.mark.parametrize("floor", Floor)
@pytest.mark.parametrize("action", ["request", "cancel", "take", "hand_back", "anything"])
def test_the_floor_moves_along_arrows_only(floor: Floor, action: str) -> None:
    if (floor, action) in ARROWS:
        assert next_floor(floor, action) is ARROWS[floor, action]
    else:
        with pytest.raises(Refused) as refused:
            next_floor(floor, action)
        assert refused.value.code == "not_possible_now"


def test_nobody_waits_for_ever_on_a_floor_without_a_way_back() -> None:
    reachable = {Floor.ASSISTANT}
    for _ in Floor:
        reachable |= {after for (before, _), after in ARROWS.items() if before in reachable}
    assert reachable == set(Floor)
    assert {before for (before, _) in ARROWS} == set(Floor)


def test_the_queue_survives_a_restart(tmp_path: Path, clock: ManualClock) -> None:
    store = open_store(tmp_path, clock)
    session = Sessions(store, clock).open(None)
    promised = HandOff(store, clock).request(session.principal, session.conversation_id, "a bill")
    store.close()
    store = open_store(tmp_path, clock)
    assert HandOff(store, clock).find(session.principal, session.conversation_id) == promised
    store.close()
