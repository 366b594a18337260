"""Sessions, conversations and the order of turns: what is one shopper's stays theirs, and outlives a restart."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import sqlalchemy as sa

from assistant.errors import Refused, SessionMissing, TurnRefused
from assistant.session import Conversations, Role, Session, Sessions, TurnQueue
from assistant.store import SqlEventLog, open_store
from assistant.store.answers import Lookups
from assistant.store.tables import sessions as session_table
from assistant.support.lookups import lookups_for
from assistant.support.policies import Policies
from assistant.turn import Answer, Floor, Focus, Need, OrdersFact, Principal, ProposalStatus, RefusalFact
from retrieval.filters import BrandIn, InStock, PriceRange
from retrieval.results import Sort
from tests.assistant.support.shop import Shop, order, product, usd
from tests.fakes.clock import ManualClock

NEED = Need("tent", (PriceRange("USD", max_minor=9000), BrandIn(("Norrfell",)), InStock()), Sort.RATING)
FOCUS = Focus(shown=("tent-1", "tent-2"), product_id="tent-2", asked=("size",), earlier_needs=(Need("boots"),))
ANSWER = Answer("Here are two tents.", (RefusalFact("none", "nothing"),), NEED)


@dataclass
class House:
    """Everything that a conversation needs, over one data folder that can be closed and opened again."""

    folder: Path
    clock: ManualClock

    def __post_init__(self) -> None:
        self.open()

    def open(self) -> None:
        self.store = open_store(self.folder, self.clock)
        self.shop = Shop(self.store, self.clock)
        self.shop.has_orders({})
        self.sessions = Sessions(self.store, self.clock, demo=True)
        self.conversations = Conversations(self.store, self.clock, self.lookups)

    def restart(self) -> None:
        self.store.close()
        self.open()

    def lookups(self, principal: Principal) -> Lookups:
        return lookups_for(
            principal,
            find_product=self.shop.catalogue.get,
            orders=self.shop.orders,
            actions=self.shop.actions,
            policies=Policies(self.folder),
            log=SqlEventLog(self.store),
        )


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path, ManualClock())
    yield made
    made.store.close()


@pytest.fixture
def visit(house: House) -> Session:
    return house.sessions.open(None)


def _said_missing(call: Callable[[], object]) -> str:
    with pytest.raises(SessionMissing) as missing:
        call()
    return str(missing.value)


# ---------------------------------------------------------------- sessions


def test_a_token_opens_the_same_session_again_also_after_a_restart(house: House, visit: Session) -> None:
    assert house.sessions.open(visit.token) == visit
    house.restart()
    assert house.sessions.open(visit.token) == visit


@pytest.mark.parametrize("token", [None, "", "forged", "x" * 100_000, "\ud800", "\0", "' OR 1=1 --"])
def test_no_token_or_an_unknown_one_opens_a_new_session(house: House, visit: Session, token: str | None) -> None:
    opened = house.sessions.open(token)
    assert opened.principal.session_id != visit.principal.session_id
    assert opened.token not in (token, visit.token)
    assert opened.principal.customer_id is None


def test_tokens_are_long_and_only_their_hash_is_kept(house: House, visit: Session) -> None:
    assert len(visit.token) >= 43
    files = b"".join(path.read_bytes() for path in house.folder.iterdir())
    assert visit.token.encode() not in files
    assert visit.principal.session_id not in visit.token


def test_a_session_ends_thirty_days_after_it_was_last_used(house: House, visit: Session) -> None:
    house.clock.move(days=29)
    assert house.sessions.open(visit.token) == visit
    house.clock.move(days=29)
    assert house.sessions.open(visit.token) == visit
    house.clock.move(days=30)
    assert house.sessions.open(visit.token).principal != visit.principal


def test_looking_at_a_page_does_not_write_each_time(house: House, visit: Session) -> None:
    house.clock.move(minutes=59)
    house.sessions.open(visit.token)
    with house.store.read() as connection:
        seen = connection.execute(sa.select(session_table.c.seen_at)).scalar_one()
    assert (house.clock() - seen).total_seconds() == 59 * 60


def test_signing_in_keeps_the_conversation_and_the_cart_and_changes_the_token(house: House, visit: Session) -> None:
    house.shop.sells(product("tent", usd(2000)))
    house.shop.carts.add(visit.principal, "tent-v", 2)
    signed_in = house.sessions.sign_in(visit.principal, "C-1")
    assert signed_in.principal == Principal(visit.principal.session_id, "C-1")
    assert signed_in.conversation_id == visit.conversation_id
    assert house.sessions.open(signed_in.token) == signed_in
    assert house.sessions.open(visit.token).principal.customer_id is None
    assert [line.quantity for line in house.shop.carts.view(signed_in.principal).lines] == [2]


def test_signing_in_as_somebody_else_leaves_nothing_behind(house: House, visit: Session) -> None:
    first = house.sessions.sign_in(visit.principal, "C-1")
    second = house.sessions.sign_in(first.principal, "C-2")
    assert second.principal.customer_id == "C-2"
    assert second.principal.session_id != first.principal.session_id
    _said_missing(lambda: house.conversations.load(second.principal, first.conversation_id))
    assert house.sessions.open(first.token).principal.customer_id is None


def test_signing_in_twice_is_harmless(house: House, visit: Session) -> None:
    first = house.sessions.sign_in(visit.principal, "C-1")
    again = house.sessions.sign_in(first.principal, "C-1")
    assert (again.principal, again.conversation_id) == (first.principal, first.conversation_id)


def test_nobody_signs_in_by_choosing_outside_the_demo(house: House, visit: Session) -> None:
    with pytest.raises(Refused) as refused:
        Sessions(house.store, house.clock).sign_in(visit.principal, "C-1")
    assert refused.value.code == "sign_in_off"
    assert house.sessions.open(visit.token) == visit


def test_an_unknown_customer_or_session_cannot_sign_in(house: House, visit: Session) -> None:
    with pytest.raises(Refused):
        house.sessions.sign_in(visit.principal, "C-9")
    _said_missing(lambda: house.sessions.sign_in(Principal("no-such-session"), "C-1"))


def test_signing_out_starts_anew_and_the_old_token_is_worth_nothing(house: House, visit: Session) -> None:
    signed_in = house.sessions.sign_in(visit.principal, "C-1")
    guest = house.sessions.sign_out(signed_in.principal)
    assert guest.principal.customer_id is None
    assert guest.conversation_id != signed_in.conversation_id
    assert house.sessions.open(signed_in.token).principal.customer_id is None
    _said_missing(lambda: house.conversations.load(guest.principal, signed_in.conversation_id))


def test_a_new_conversation_is_empty_and_opens_next_time(house: House, visit: Session) -> None:
    house.conversations.append_user(visit.principal, visit.conversation_id, "m1", "hello")
    fresh = house.sessions.start_conversation(visit.principal)
    assert house.sessions.open(visit.token).conversation_id == fresh
    assert house.conversations.load(visit.principal, fresh).messages == ()
    assert len(house.conversations.load(visit.principal, visit.conversation_id).messages) == 1


# ---------------------------------------------------------------- conversations


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
    for number in range(205):
        house.conversations.append_user(visit.principal, visit.conversation_id, f"m{number}", str(number))
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
        assert _said_missing(lambda: call(theirs)) == _said_missing(lambda: call("none"))  # noqa: B023
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


# ---------------------------------------------------------------- turns


async def test_turns_of_one_conversation_run_one_after_the_other_in_order() -> None:
    queue, seen = TurnQueue(), list[str]()

    async def turn(name: str) -> None:
        async with queue.turn("c"):
            seen.append(f"{name} begins")
            await asyncio.sleep(0)
            seen.append(f"{name} ends")

    await asyncio.gather(*(turn(name) for name in "abc"))
    assert seen == [f"{name} {what}" for name in "abc" for what in ("begins", "ends")]
    assert len(queue) == 0


async def test_conversations_do_not_wait_for_each_other() -> None:
    queue = TurnQueue()
    async with queue.turn("a"), queue.turn("b"):
        assert len(queue) == 2
    assert len(queue) == 0


async def test_too_many_waiting_turns_are_refused_and_the_others_are_served() -> None:
    queue, gate, served = TurnQueue(max_waiting=2), asyncio.Event(), list[int]()

    async def turn(number: int) -> None:
        async with queue.turn("c"):
            await gate.wait()
            served.append(number)

    waiting = [asyncio.create_task(turn(number)) for number in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(TurnRefused, match="still answering"):
        await turn(3)
    gate.set()
    await asyncio.gather(*waiting)
    assert served == [0, 1, 2]
    await turn(4)
    assert len(queue) == 0


async def test_a_failed_and_a_stopped_turn_let_the_next_one_in() -> None:
    queue = TurnQueue()

    async def fail() -> None:
        async with queue.turn("c"):
            raise ZeroDivisionError

    async def hang() -> None:
        async with queue.turn("c"):
            await asyncio.Event().wait()

    with pytest.raises(ZeroDivisionError):
        await fail()
    running, waiting = asyncio.create_task(hang()), asyncio.create_task(hang())
    await asyncio.sleep(0)
    waiting.cancel()
    running.cancel()
    await asyncio.gather(running, waiting, return_exceptions=True)
    assert len(queue) == 0
    async with queue.turn("c"):
        assert len(queue) == 1
