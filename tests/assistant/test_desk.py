"""The staff's door: the inbox with waiting times, one shopper's own things, and replies by who has the floor."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.errors import Refused, SessionMissing
from assistant.support import passwords
from assistant.support.inbox import InboxRow
from assistant.turn import Agent, Floor
from tests.assistant.desk_house import DeskHouse, open_house

NORA = Agent("a1", "Nora")
OLA = Agent("a2", "Ola", "admin")


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DeskHouse]:
    monkeypatch.setattr(passwords, "_N", 2**4)
    made = open_house(tmp_path)
    yield made
    made.close()


async def _row(house: DeskHouse, conversation_id: str) -> InboxRow:
    return next(row for row in await house.desk.inbox() if row.conversation_id == conversation_id)


async def test_who_waits_longest_stands_first_then_who_talks_then_the_latest(house: DeskHouse) -> None:
    visits = [house.visit() for _ in range(5)]
    for number, visit in enumerate(visits):
        house.says(visit, f"hello {number}", "hi")
        house.clock.move(minutes=1)
    for number in (2, 1):
        house.handoff.request(visits[number].principal, visits[number].conversation_id, "a bill")
        house.clock.move(minutes=1)
    house.handoff.take(visits[3].conversation_id, NORA)
    house.visit()  # has said nothing: nobody's business yet
    rows = await house.desk.inbox()
    assert [row.conversation_id for row in rows] == [visits[n].conversation_id for n in (2, 1, 3, 4, 0)]
    assert [row.floor for row in rows] == [Floor.QUEUE] * 2 + [Floor.AGENT] + [Floor.ASSISTANT] * 2
    assert (rows[0].last_line, rows[0].last_role, rows[0].reason) == ("hi", "assistant", "a bill")


async def test_waiting_begins_with_the_request_and_goes_on_until_the_first_word(house: DeskHouse) -> None:
    visit = house.visit("C-1")
    where = visit.conversation_id
    house.says(visit, "hello", "hi")
    asked = house.clock()
    house.handoff.request(visit.principal, where, "a bill")
    house.clock.move(minutes=3)
    assert (await _row(house, where)).waiting_since == asked
    house.handoff.take(where, NORA)
    assert (await _row(house, where)).waiting_since == asked
    house.clock.move(minutes=1)
    await house.desk.reply(NORA, where, "reply-1", "Here I am.")
    assert (await _row(house, where)).waiting_since is None
    house.clock.move(minutes=1)
    said = house.clock()
    house.says(visit, "thanks")
    house.clock.move(minutes=1)
    house.says(visit, "and one more")
    row = await _row(house, where)
    assert (row.waiting_since, row.customer_name) == (said, "Mara Lindqvist")
    await house.desk.reply(NORA, where, "reply-2", "Gladly.")
    await house.desk.give_back(NORA, where)
    assert (await _row(house, where)).waiting_since is None


async def test_who_is_stepped_in_on_waits_only_once_they_write(house: DeskHouse) -> None:
    visit = house.visit()
    house.says(visit, "hello", "hi")
    house.clock.move(minutes=5)
    await house.desk.take(NORA, visit.conversation_id)
    assert (await _row(house, visit.conversation_id)).waiting_since is None
    house.clock.move(minutes=1)
    house.says(visit, "who is there?")
    assert (await _row(house, visit.conversation_id)).waiting_since == house.clock()


async def test_a_conversation_with_the_assistant_leaves_the_inbox_after_a_day(house: DeskHouse) -> None:
    visit, waiting = house.visit(), house.visit()
    house.says(visit, "hello", "hi")
    house.handoff.request(waiting.principal, waiting.conversation_id, "")
    house.clock.move(hours=25)
    assert [row.conversation_id for row in await house.desk.inbox()] == [waiting.conversation_id]


async def test_an_agent_sees_the_orders_of_the_conversations_own_customer_only(house: DeskHouse) -> None:
    mara, guest = house.visit("C-1"), house.visit()
    proposal = house.shop.actions.propose_cancel(mara.principal, "A-20001")
    house.shop.actions.propose_cancel(house.visit("C-2").principal, "A-20002")
    case = await house.desk.open(mara.conversation_id)
    assert case.customer
    assert (case.customer.id, [order.id for order in case.orders]) == ("C-1", ["A-20001"])
    assert case.proposals == (proposal,)
    assert "A-20002" not in repr(case)
    other = await house.desk.open(guest.conversation_id)
    assert (other.customer, other.orders, other.proposals) == (None, (), ())


async def test_a_conversation_whose_visit_has_ended_shows_no_customer(house: DeskHouse) -> None:
    mara = house.visit("C-1")
    house.says(mara, "hello", "hi")
    house.sessions.sign_out(mara.principal)
    case = await house.desk.open(mara.conversation_id)
    assert (case.customer, case.orders, case.here) == (None, (), False)
    assert [message.text for message in case.messages] == ["hello", "hi"]


async def test_an_agent_is_told_that_the_shopper_has_begun_another_conversation(house: DeskHouse) -> None:
    visit = house.visit()
    await house.desk.take(NORA, visit.conversation_id)
    assert (await house.desk.open(visit.conversation_id)).here
    house.sessions.start_conversation(visit.principal)
    assert not (await house.desk.open(visit.conversation_id)).here


async def test_only_who_has_the_floor_speaks(house: DeskHouse) -> None:
    visit = house.visit()
    where = visit.conversation_id
    house.handoff.request(visit.principal, where, "")
    with pytest.raises(Refused, match="Take over first"):
        await house.desk.reply(NORA, where, "reply-1", "hello")
    await house.desk.take(NORA, where)
    with pytest.raises(Refused, match="Nora is talking"):
        await house.desk.reply(OLA, where, "reply-2", "hello")
    with pytest.raises(Refused, match="Nora is talking"):
        await house.desk.take(OLA, where)
    await house.desk.relieve(OLA, where)
    with pytest.raises(Refused, match="Ola is talking"):
        await house.desk.reply(NORA, where, "reply-3", "hello")
    await house.desk.reply(OLA, where, "reply-4", "  hello\u202e\x00 ")
    await house.desk.reply(OLA, where, "reply-4", "hello")
    with pytest.raises(Refused, match="Ola is talking"):
        await house.desk.give_back(NORA, where)
    await house.desk.give_back(OLA, where)
    (message,) = (await house.desk.open(where)).messages
    assert (message.role, message.who, message.text, message.seq) == ("agent", "Ola", "hello", 1)


@pytest.mark.parametrize(("text", "code"), [("", "empty"), (" \u200b\n", "empty"), ("x" * 4001, "too_long")])
async def test_nothing_and_too_much_are_not_said(house: DeskHouse, text: str, code: str) -> None:
    visit = house.visit()
    await house.desk.take(NORA, visit.conversation_id)
    with pytest.raises(Refused) as refused:
        await house.desk.reply(NORA, visit.conversation_id, "reply-1", text)
    assert refused.value.code == code


async def test_what_is_not_there_is_said(house: DeskHouse) -> None:
    for call in (
        house.desk.open("none"),
        house.desk.take(NORA, "none"),
        house.desk.relieve(OLA, "none"),
        house.desk.give_back(NORA, "none"),
        house.desk.reply(NORA, "none", "reply-1", "hello"),
    ):
        with pytest.raises(SessionMissing):
            await call


async def test_floor_queue_and_replies_outlive_a_restart(house: DeskHouse) -> None:
    first, second = house.visit(), house.visit()
    house.handoff.request(first.principal, first.conversation_id, "a")
    house.handoff.request(second.principal, second.conversation_id, "b")
    await house.desk.take(NORA, first.conversation_id)
    await house.desk.reply(NORA, first.conversation_id, "reply-1", "hello")
    house.restart()
    rows = {row.conversation_id: row for row in await house.desk.inbox()}
    assert (rows[first.conversation_id].agent_name, rows[first.conversation_id].floor) == ("Nora", Floor.AGENT)
    assert rows[second.conversation_id].floor is Floor.QUEUE
    await house.desk.reply(NORA, first.conversation_id, "reply-2", "still here")
    assert [message.text for message in (await house.desk.open(first.conversation_id)).messages] == [
        "hello",
        "still here",
    ]


async def test_a_shopper_who_begins_anew_or_leaves_waits_no_more(house: DeskHouse) -> None:
    one, other = house.visit(), house.visit("C-1")
    for visit in (one, other):
        house.handoff.request(visit.principal, visit.conversation_id, "")
    house.sessions.start_conversation(one.principal)
    house.sessions.sign_out(other.principal)
    assert [row for row in await house.desk.inbox() if row.floor is not Floor.ASSISTANT] == []
