"""Whatever a stranger asks for, nothing of another customer is in what comes back, and nothing of theirs changes."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.conversations import Conversation, Conversations
from assistant.errors import AisleError
from assistant.session import Sessions
from assistant.store import SqlEventLog, open_store
from assistant.support.lookups import lookups_for
from assistant.support.policies import Policies
from assistant.turn import Answer, CartFact, Focus, Need, Order, OrdersFact, OrderStatus, Principal, Proposal
from tests.assistant.support.shop import AS_OTTO, Shop, order
from tests.fakes.clock import ManualClock

CANARY = "canary-7f3a"
OTTO_ORDER = replace(
    order(20002, OrderStatus.PLACED, title=f"Tent {CANARY}"), carrier=CANARY, tracking_code=f"{CANARY}-track"
)


@dataclass
class Otto:
    """What Otto has, in a shop of his own test."""

    shop: Shop
    conversations: Conversations
    principal: Principal
    conversation_id: str
    proposal: Proposal
    cart: CartFact

    def books(self) -> tuple[Order, Proposal | None, Conversation, CartFact]:
        return (
            self.shop.orders.get(self.principal, "A-20002"),
            self.shop.actions.find(self.principal, self.proposal.id),
            self.conversations.load(self.principal, self.conversation_id),
            self.shop.carts.view(self.principal),
        )


@pytest.fixture(scope="module")
def otto() -> Iterator[Otto]:
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(Path(folder))
        clock = ManualClock()
        shop = Shop(store, clock)
        shop.has_orders({"C-1": (order(20001),), "C-2": (OTTO_ORDER,)})
        conversations = Conversations(
            store,
            clock,
            lambda principal: lookups_for(
                principal,
                find_product=shop.catalogue.get,
                orders=shop.orders,
                actions=shop.actions,
                policies=Policies(Path(folder)),
                log=SqlEventLog(store),
            ),
        )
        sessions = Sessions(store, clock, demo=True)
        visit = sessions.sign_in(sessions.open(None).principal, "C-2")
        proposal = shop.actions.propose_cancel(visit.principal, "A-20002")
        answer = Answer(CANARY, (OrdersFact((OTTO_ORDER,)), proposal))
        where = visit.conversation_id
        conversations.append_user(visit.principal, where, "m1", CANARY)
        conversations.append_answer(visit.principal, where, "m1", answer, need=Need(CANARY), focus=Focus())
        yield Otto(shop, conversations, visit.principal, where, proposal, shop.carts.view(visit.principal))
        store.close()


def _attempts(otto: Otto, me: Principal, text: str, key: str) -> tuple[Callable[[], object], ...]:
    """Every way in, with an id that is Otto's or anything else."""
    shop, talk = otto.shop, otto.conversations
    answer = Answer("mine", (OrdersFact((OTTO_ORDER,)), otto.proposal))
    return (
        lambda: shop.orders.find(me, order_id=text),
        lambda: shop.orders.find(me, text=text, limit=100),
        lambda: shop.orders.find(me, status=OrderStatus.PLACED, limit=100),
        lambda: shop.orders.get(me, text),
        lambda: shop.actions.propose_cancel(me, text),
        lambda: shop.actions.find(me, text),
        lambda: shop.actions.confirm(me, text, idempotency_key=key),
        lambda: shop.actions.decline(me, text),
        lambda: shop.carts.view(me),
        lambda: shop.carts.decisions(me),
        # Leaving before asking: the other way round, a hole in both would hide itself.
        lambda: shop.handoff.cancel(me, text),
        lambda: shop.handoff.find(me, text),
        lambda: shop.handoff.floor(me, text),
        lambda: shop.actions.open(me),
        lambda: shop.handoff.request(me, text, "x"),
        lambda: talk.load(me, text),
        lambda: talk.find_answer(me, text, "m1"),
        lambda: talk.append_user(me, text, key, "x"),
        lambda: talk.append_answer(me, text, key, answer, need=Need(), focus=Focus()),
        lambda: talk.set_need(me, text, Need()),
        lambda: talk.remove_wish(me, text, "text"),
    )


@settings(max_examples=60)
@given(data=st.data())
def test_a_stranger_gets_nothing_and_changes_nothing(otto: Otto, data: st.DataObject) -> None:
    before = otto.books()
    mine = st.sampled_from(
        [
            Principal("session-x"),
            Principal("session-m", "C-1"),
            Principal("C-2"),
            Principal("customer:C-2"),
            Principal("session-x", "c-2"),
            Principal("session-x", "C-2 "),
            Principal("%", "%"),
        ]
    )
    known = ["A-20002", "20002", otto.proposal.id, otto.conversation_id, otto.principal.session_id, CANARY, "%", "A-%"]
    me, text = data.draw(mine), data.draw(st.sampled_from(known) | st.text())
    for attempt in _attempts(otto, me, text, data.draw(st.sampled_from(["k1", "k2", "m1"]))):
        try:
            told = repr(attempt())
        except AisleError as refused:
            told = str(refused)
        # What was asked for may be repeated; anything else of Otto's may not.
        assert CANARY not in told.replace(text, "") or text == CANARY
        assert "A-20002" not in told.replace(text, "")
    assert otto.books() == before


def test_a_stored_answer_with_another_customers_ids_shows_nothing_of_theirs(otto: Otto) -> None:
    """Should a hostile model put another's ids into an answer, drawing it again finds no facts behind them."""
    sessions = Sessions(otto.shop.store, otto.shop.clock)
    visit = sessions.open(None)
    answer = Answer("mine", (OrdersFact((OTTO_ORDER,)), otto.proposal))
    otto.conversations.append_answer(visit.principal, visit.conversation_id, "m1", answer, need=Need(), focus=Focus())
    loaded = otto.conversations.load(visit.principal, visit.conversation_id)
    assert CANARY not in repr(loaded)
    assert otto.proposal.id not in repr(loaded)
    assert otto.shop.orders.get(AS_OTTO, "A-20002").carrier == CANARY
