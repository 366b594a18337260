"""Conversations: what was said is kept once, stays one shopper's, and outlives a restart."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from assistant.conversations import Role
from assistant.session import Session
from assistant.store.tables import messages
from assistant.turn import Answer, Floor, Focus, Need, OrdersFact, ProposalStatus, RefusalFact
from retrieval.filters import BrandIn, InStock, PriceRange
from retrieval.results import Sort
from tests.assistant.house import House, said_missing
from tests.assistant.support.shop import order
from tests.fakes.clock import ManualClock

NEED = Need("tent", (PriceRange("USD", max_minor=9000), BrandIn(("Norrfell",)), InStock()), Sort.RATING)
FOCUS = Focus(shown=("tent-1", "tent-2"), product_id="tent-2", asked=("size",), earlier_needs=(Need("boots"),))
ANSWER = Answer("Here are two tents.", (RefusalFact("none", "nothing"),), NEED)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path, ManualClock())
    yield made
    made.store.close()


@pytest.fixture
def visit(house: House) -> Session:
    return house.sessions.open(None)


def test_a_new_conversation_knows_nothing(house: House, visit: Session) -> None:
    loaded = house.conversations.load(visit.principal, visit.conversation_id)
    assert (loaded.messages, loaded.need, loaded.focus, loaded.floor) == ((), Need(), Focus(), Floor.ASSISTANT)


def test_what_was_said_and_what_is_on_the_table_outlive_a_restart(house: House, visit: Session) -> None:
    who, where = visit.principal, visit.conversation_id
    assert house.conversations.append_user(who, where, "m1", "a tent \N{TENT} \ud800")
    house.clock.move(seconds=2)
    assert house.conversations.append_answer(who, where, "m1", ANSWER, need=NEED, focus=FOCUS)
    house.restart()
    loaded = house.conversations.load(who, where)
    assert [(m.message_id, m.role, m.text, m.answer) for m in loaded.messages] == [
        ("m1", Role.SHOPPER, "a tent \N{TENT} \ufffd", None),
        ("m1", Role.ASSISTANT, ANSWER.text, ANSWER),
    ]
    assert (loaded.need, loaded.focus) == (NEED, FOCUS)
    assert (loaded.messages[1].at - loaded.messages[0].at).total_seconds() == 2


def test_a_message_is_kept_once_and_answered_once_also_after_a_restart(house: House, visit: Session) -> None:
    who, where = visit.principal, visit.conversation_id
    assert house.conversations.find_answer(who, where, "m1") is None
    house.conversations.append_user(who, where, "m1", "a tent")
    assert house.conversations.find_answer(who, where, "m1") is None
    house.conversations.append_answer(who, where, "m1", ANSWER, need=NEED, focus=FOCUS)
    house.restart()
    assert not house.conversations.append_user(who, where, "m1", "something else")
    other = Answer("Another.")
    assert not house.conversations.append_answer(who, where, "m1", other, need=Need(), focus=Focus())
    assert house.conversations.find_answer(who, where, "m1") == ANSWER
    loaded = house.conversations.load(who, where)
    assert (len(loaded.messages), loaded.need) == (2, NEED)


def test_the_same_message_id_in_another_conversation_is_another_message(house: House, visit: Session) -> None:
    other = house.sessions.open(None)
    assert house.conversations.append_user(visit.principal, visit.conversation_id, "m1", "a")
    assert house.conversations.append_user(other.principal, other.conversation_id, "m1", "b")


def test_a_double_send_from_many_threads_is_kept_once(house: House, visit: Session) -> None:
    new: list[bool] = []

    def send() -> None:
        new.append(house.conversations.append_user(visit.principal, visit.conversation_id, "m1", "a tent"))

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(new) == [False] * 7 + [True]


def test_a_long_conversation_loads_its_end(house: House, visit: Session) -> None:
    where = {"conversation_id": visit.conversation_id, "role": Role.SHOPPER.value, "at": house.clock()}
    rows = [where | {"seq": n + 1, "message_id": f"m{n}", "text": str(n)} for n in range(205)]
    with house.store.write() as connection:
        connection.execute(sa.insert(messages), rows)
    loaded = house.conversations.load(visit.principal, visit.conversation_id)
    assert [message.text for message in loaded.messages] == [str(number) for number in range(5, 205)]


def test_somebody_elses_conversation_and_none_at_all_are_answered_in_the_same_words(
    house: House, visit: Session
) -> None:
    theirs, me = visit.conversation_id, house.sessions.open(None).principal
    calls: tuple[Callable[[str], object], ...] = (
        lambda where: house.conversations.load(me, where),
        lambda where: house.conversations.append_user(me, where, "m", "x"),
        lambda where: house.conversations.append_answer(me, where, "m", ANSWER, need=NEED, focus=FOCUS),
        lambda where: house.conversations.find_answer(me, where, "m"),
        lambda where: house.conversations.set_need(me, where, NEED),
        lambda where: house.conversations.remove_wish(me, where, "price"),
    )
    for call in calls:
        assert said_missing(lambda: call(theirs)) == said_missing(lambda: call("none"))  # noqa: B023
    assert house.conversations.load(visit.principal, theirs).messages == ()


def test_a_chip_takes_its_wish_away_and_clicking_twice_is_harmless(house: House, visit: Session) -> None:
    who, where = visit.principal, visit.conversation_id
    house.conversations.set_need(who, where, NEED)
    for _ in range(2):
        left = house.conversations.remove_wish(who, where, "brand")
        assert left == Need("tent", (NEED.constraints[0], NEED.constraints[2]), Sort.RATING)
    assert house.conversations.remove_wish(who, where, "text").text == ""
    assert house.conversations.load(who, where).need == Need("", left.constraints, Sort.RATING)


def test_an_old_answer_shows_todays_order_and_proposal(house: House, visit: Session) -> None:
    house.shop.has_orders({"C-1": (order(20001),)})
    signed_in = house.sessions.sign_in(visit.principal, "C-1")
    who, where = signed_in.principal, signed_in.conversation_id
    proposal = house.shop.actions.propose_cancel(who, "A-20001")
    answer = Answer("Shall I?", (OrdersFact((order(20001),)), proposal))
    house.conversations.append_answer(who, where, "m1", answer, need=Need(), focus=Focus())
    house.shop.actions.confirm(who, proposal.id, idempotency_key="k")
    house.restart()
    redrawn = house.conversations.load(who, where).messages[0]
    assert redrawn.answer is not None
    assert redrawn.answer.proposals[0].status is ProposalStatus.DONE
    orders = redrawn.answer.evidence[0]
    assert isinstance(orders, OrdersFact)
    assert orders.orders[0].status.value == "cancelled"
    assert redrawn.notes == ()
