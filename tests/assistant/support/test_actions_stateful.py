"""Whatever is asked in whatever order: an order is cancelled exactly where its owner confirmed that very proposal."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path

import sqlalchemy as sa
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from assistant.errors import Refused
from assistant.store import open_store
from assistant.store.tables import confirmations, orders, proposals, refunds
from assistant.support.order_rows import update_order
from assistant.support.rules import ARROWS, advance
from assistant.turn import OrderStatus, Principal
from tests.assistant.support.shop import AS_MARA, AS_OTTO, GUEST, Shop, order
from tests.fakes.clock import ManualClock

NUMBERS = (20001, 20002, 20003)
OWNERS = {20001: AS_MARA, 20002: AS_MARA, 20003: AS_OTTO}
who = st.sampled_from([AS_MARA, AS_OTTO, GUEST])
numbers = st.sampled_from(NUMBERS)


class Cancelling(RuleBasedStateMachine):
    """Shoppers propose, confirm and decline, own and others' things; the shop packs and ships; time passes."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.store = open_store(Path(self.folder.name))
        self.shop = Shop(self.store, ManualClock())
        self.proposed: dict[str, int] = {}
        self.clicked: set[tuple[str, str]] = set()

    @initialize()
    def orders_are_placed(self) -> None:
        self.shop.has_orders({"C-1": (order(20001), order(20002)), "C-2": (order(20003),)})

    @rule(principal=who, number=numbers)
    def propose(self, principal: Principal, number: int) -> None:
        with contextlib.suppress(Refused):
            proposal = self.shop.actions.propose_cancel(principal, f"A-{number}")
            assert OWNERS[number] == principal
            self.proposed[proposal.id] = number

    @rule(principal=who, data=st.data(), key=st.sampled_from(["a", "b", "c"]))
    def confirm(self, principal: Principal, data: st.DataObject, key: str) -> None:
        proposal_id = data.draw(st.sampled_from([*sorted(self.proposed), "forged"]))
        with contextlib.suppress(Refused):
            self.shop.actions.confirm(principal, proposal_id, idempotency_key=key)
            assert OWNERS[self.proposed[proposal_id]] == principal
            self.clicked.add((proposal_id, principal.session_id))

    @rule(principal=who, data=st.data())
    def decline(self, principal: Principal, data: st.DataObject) -> None:
        proposal_id = data.draw(st.sampled_from([*sorted(self.proposed), "forged"]))
        with contextlib.suppress(Refused):
            self.shop.actions.decline(principal, proposal_id)

    @rule(number=numbers, data=st.data())
    def the_shop_moves_an_order_on(self, number: int, data: st.DataObject) -> None:
        seen = self.shop.orders.get(OWNERS[number], f"A-{number}")
        ways = sorted(ARROWS[seen.status] - {OrderStatus.CANCELLED})
        if ways:
            moved = advance(seen, data.draw(st.sampled_from(ways)), self.shop.clock())
            with self.store.write() as connection:
                assert update_order(connection, moved, seen.version)

    @rule(minutes=st.sampled_from([1, 5, 11]))
    def time_passes(self, minutes: int) -> None:
        self.shop.clock.move(minutes=minutes)

    @invariant()
    def every_cancelled_order_was_confirmed_once_by_its_owner_with_the_same_content(self) -> None:
        with self.store.read() as connection:
            cancelled = set(connection.execute(sa.select(orders.c.id).where(orders.c.status == "cancelled")).scalars())
            confirmed = connection.execute(
                sa.select(proposals.c.id, proposals.c.order_id, proposals.c.content_hash, confirmations.c.content_hash)
                .join(confirmations, confirmations.c.proposal_id == proposals.c.id)
                .where(proposals.c.status == "done")
            ).all()
            rows = connection.execute(sa.select(confirmations.c.proposal_id)).all()
            paid_back = connection.execute(sa.select(refunds.c.order_id, refunds.c.amount_minor)).all()
            books = connection.execute(sa.select(orders.c.id, orders.c.refunded_minor, orders.c.total_minor)).all()
        assert sorted(row.order_id for row in confirmed) == sorted(cancelled)
        assert len(rows) == len(confirmed)
        assert all(row[2] == row[3] for row in confirmed)
        assert {row.id for row in confirmed} <= {proposal_id for proposal_id, _ in self.clicked}
        assert dict(iter(map(tuple, paid_back))) == {row.id: row.refunded_minor for row in books if row.id in cancelled}
        assert all(row.refunded_minor <= row.total_minor for row in books)

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()


Cancelling.TestCase.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)
TestCancelling = Cancelling.TestCase
