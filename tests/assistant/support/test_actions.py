"""What moves money happens once, after a person's click, and only as it was proposed."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from assistant.errors import Refused
from assistant.store.tables import confirmations, orders, proposals, refunds
from assistant.support.order_rows import update_order
from assistant.support.rules import advance
from assistant.turn import OrderStatus, Principal, Proposal, ProposalStatus
from tests.assistant.support.shop import AS_MARA, AS_OTTO, GUEST, Shop, order, usd


@pytest.fixture
def proposal(shop: Shop) -> Proposal:
    shop.has_orders({"C-1": (order(20001),), "C-2": (order(20002),)})
    return shop.actions.propose_cancel(AS_MARA, "A-20001")


def _refused(call: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.code, str(refused.value)


def _count(shop: Shop, table: sa.Table) -> int:
    with shop.store.read() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def _move(shop: Shop, order_id: str, to: OrderStatus) -> None:
    seen = next(one for who in (AS_MARA, AS_OTTO) for one in shop.orders.find(who, order_id=order_id))
    with shop.store.write() as connection:
        assert update_order(connection, advance(seen, to, shop.clock()), seen.version)


def test_a_proposal_says_what_will_happen_and_changes_nothing(shop: Shop, proposal: Proposal) -> None:
    assert proposal.kind == "cancel_order"
    assert proposal.title == "Cancel order A-20001"
    assert proposal.after == "Order A-20001 will be cancelled. $44.90 will be paid back."
    assert proposal.amount == usd(4490)
    assert (proposal.expires_at - shop.clock()).total_seconds() == 600
    assert shop.orders.get(AS_MARA, "A-20001") == order(20001)


def test_asking_again_returns_the_open_proposal(shop: Shop, proposal: Proposal) -> None:
    shop.clock.move(minutes=9)
    assert shop.actions.propose_cancel(AS_MARA, "20001") == proposal
    assert _count(shop, proposals) == 1


def test_asking_again_after_it_expired_makes_a_new_one(shop: Shop, proposal: Proposal) -> None:
    shop.clock.move(minutes=10)
    assert shop.actions.propose_cancel(AS_MARA, "20001").id != proposal.id
    found = shop.actions.find(AS_MARA, proposal.id)
    assert found is not None
    assert found.status is ProposalStatus.EXPIRED


def test_a_rule_is_the_answer_where_it_forbids(shop: Shop, proposal: Proposal) -> None:
    _move(shop, "A-20001", OrderStatus.PACKED)
    assert _refused(lambda: shop.actions.propose_cancel(AS_MARA, "A-20001"))[0] == "already_packed"


def test_confirming_cancels_and_pays_back(shop: Shop, proposal: Proposal) -> None:
    done = shop.actions.confirm(AS_MARA, proposal.id, idempotency_key="click-1")
    cancelled = shop.orders.get(AS_MARA, "A-20001")
    assert done.status is ProposalStatus.DONE
    assert (cancelled.status, cancelled.refunded, cancelled.version) == (OrderStatus.CANCELLED, usd(4490), 2)
    assert cancelled.cancelled_at == shop.clock()


@pytest.mark.parametrize("key", ["click-1", "click-2"])
def test_confirming_again_with_the_same_or_another_key_does_nothing_more(
    shop: Shop, proposal: Proposal, key: str
) -> None:
    done = shop.actions.confirm(AS_MARA, proposal.id, idempotency_key="click-1")
    assert shop.actions.confirm(AS_MARA, proposal.id, idempotency_key=key) == done
    assert (_count(shop, refunds), _count(shop, confirmations)) == (1, 1)


def test_thirty_two_threads_confirm_one_proposal_and_it_is_carried_out_once(shop: Shop, proposal: Proposal) -> None:
    results: list[Proposal] = []
    start = threading.Barrier(32)

    def confirm(number: int) -> None:
        start.wait()
        key = f"key-{number % 16}"
        results.append(shop.actions.confirm(AS_MARA, proposal.id, idempotency_key=key))

    threads = [threading.Thread(target=confirm, args=(number,)) for number in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [result.status for result in results] == [ProposalStatus.DONE] * 32
    assert (_count(shop, refunds), _count(shop, confirmations)) == (1, 1)
    assert shop.orders.get(AS_MARA, "A-20001").version == 2


def test_a_key_that_confirmed_one_thing_cannot_confirm_another(shop: Shop, proposal: Proposal) -> None:
    shop.has_orders({"C-1": (order(20003),)})
    other = shop.actions.propose_cancel(AS_MARA, "A-20003")
    shop.actions.confirm(AS_MARA, proposal.id, idempotency_key="click-1")
    assert _refused(lambda: shop.actions.confirm(AS_MARA, other.id, idempotency_key="click-1"))[0] == "key_reused"
    assert shop.orders.get(AS_MARA, "A-20003").status is OrderStatus.PLACED


@pytest.mark.parametrize("stranger", [AS_OTTO, GUEST, Principal("session-m")])
def test_somebody_elses_proposal_and_none_at_all_are_answered_in_the_same_words(
    shop: Shop, proposal: Proposal, stranger: Principal
) -> None:

    def confirm(proposal_id: str) -> tuple[str, str]:
        return _refused(lambda: shop.actions.confirm(stranger, proposal_id, idempotency_key="k"))

    def decline(proposal_id: str) -> tuple[str, str]:
        return _refused(lambda: shop.actions.decline(stranger, proposal_id))

    assert confirm(proposal.id) == confirm("no-such-id")
    assert decline(proposal.id) == decline("no-such-id")
    assert shop.actions.find(stranger, proposal.id) is None
    assert _refused(lambda: shop.actions.propose_cancel(stranger, "A-20001")) == _refused(
        lambda: shop.actions.propose_cancel(stranger, "A-29999")
    )
    assert shop.orders.get(AS_MARA, "A-20001").status is OrderStatus.PLACED


def test_the_same_customer_may_confirm_from_another_device(shop: Shop, proposal: Proposal) -> None:
    elsewhere = Principal("session-phone", "C-1")
    assert shop.actions.confirm(elsewhere, proposal.id, idempotency_key="k").status is ProposalStatus.DONE


def test_an_expired_proposal_cannot_be_confirmed(shop: Shop, proposal: Proposal) -> None:
    shop.clock.move(minutes=10)
    assert _refused(lambda: shop.actions.confirm(AS_MARA, proposal.id, idempotency_key="k"))[0] == "expired"
    assert shop.orders.get(AS_MARA, "A-20001").status is OrderStatus.PLACED


def test_a_declined_proposal_cannot_be_confirmed_but_proposed_anew(shop: Shop, proposal: Proposal) -> None:
    assert shop.actions.decline(AS_MARA, proposal.id).status is ProposalStatus.DECLINED
    assert shop.actions.decline(AS_MARA, proposal.id).status is ProposalStatus.DECLINED
    assert _refused(lambda: shop.actions.confirm(AS_MARA, proposal.id, idempotency_key="k"))[0] == "declined"
    anew = shop.actions.propose_cancel(AS_MARA, "A-20001")
    assert shop.actions.confirm(AS_MARA, anew.id, idempotency_key="k").status is ProposalStatus.DONE


def test_declining_what_is_done_leaves_it_done(shop: Shop, proposal: Proposal) -> None:
    shop.actions.confirm(AS_MARA, proposal.id, idempotency_key="k")
    assert shop.actions.decline(AS_MARA, proposal.id).status is ProposalStatus.DONE


def test_an_order_that_moved_on_is_not_cancelled_and_the_reason_is_given(shop: Shop, proposal: Proposal) -> None:
    _move(shop, "A-20001", OrderStatus.PACKED)
    assert _refused(lambda: shop.actions.confirm(AS_MARA, proposal.id, idempotency_key="k"))[0] == "already_packed"
    assert _count(shop, refunds) == 0


@pytest.mark.parametrize("change", [{"version": 2}, {"refunded_minor": 100}])
def test_an_order_that_changed_is_not_cancelled_on_the_old_terms(
    shop: Shop, proposal: Proposal, change: dict[str, int]
) -> None:
    with shop.store.write() as connection:
        connection.execute(sa.update(orders).where(orders.c.id == "A-20001").values(**change))
    assert _refused(lambda: shop.actions.confirm(AS_MARA, proposal.id, idempotency_key="k"))[0] == "order_changed"
    assert shop.actions.propose_cancel(AS_MARA, "A-20001").id != proposal.id


def test_a_proposal_whose_row_was_tampered_with_is_not_carried_out(shop: Shop, proposal: Proposal) -> None:
    with shop.store.write() as connection:
        connection.execute(sa.update(proposals).values(content_hash="0" * 64))
    assert _refused(lambda: shop.actions.confirm(AS_MARA, proposal.id, idempotency_key="k"))[0] == "order_changed"


def test_an_order_of_nothing_is_cancelled_without_talk_of_money(shop: Shop) -> None:
    shop.has_orders({"C-1": (order(20009, total=usd(0)),)})
    proposal = shop.actions.propose_cancel(AS_MARA, "A-20009")
    assert proposal.after == "Order A-20009 will be cancelled."
    shop.actions.confirm(AS_MARA, proposal.id, idempotency_key="k")
    assert shop.orders.get(AS_MARA, "A-20009").refunded is None
