"""Proposals: what only a person's click can carry out, once.

The model may cause a proposal; nothing here is carried out without `confirm`, which the page calls. A proposal fixes
what, which order in which version, and how much money; all of it is checked again in the transaction that acts.
"""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from assistant.errors import Refused
from assistant.store import Clock, Store
from assistant.store.tables import confirmations, orders, proposals, refunds
from assistant.support import once
from assistant.support.identity import owner_key, owns_order
from assistant.support.order_rows import select_orders, update_order
from assistant.support.orders import no_such_order, normal_order_id
from assistant.support.rules import advance, cancel_refund, may_cancel, refund
from assistant.turn import Order, OrderStatus, Principal, Proposal, ProposalStatus
from retrieval.product import Money

LIFETIME = timedelta(minutes=10)
CANCEL = "cancel_order"


class Actions:
    """Makes, carries out and declines proposals."""

    def __init__(self, store: Store, clock: Clock, locale: str = "en_US") -> None:
        self._store = store
        self._clock = clock
        self._locale = locale

    def propose_cancel(self, principal: Principal, order_id: str) -> Proposal:
        """Propose to cancel one of the principal's own orders; changes nothing of the order.

        Returns:
            The proposal; the one that is still open where this was proposed before.

        Raises:
            Refused: "no_such_order", or the rule that forbids it, e.g. "already_shipped".
        """
        now = self._clock()
        with self._store.write() as connection:
            order = _own_order(connection, principal, normal_order_id(order_id))
            if order is None:
                raise no_such_order(principal)
            if reason := may_cancel(order):
                raise Refused(reason.code, reason.message)
            amount = cancel_refund(order)
            same = sa.and_(
                proposals.c.order_id == order.id, proposals.c.kind == CANCEL, proposals.c.status == ProposalStatus.OPEN
            )
            row = connection.execute(sa.select(proposals).where(same)).mappings().one_or_none()
            if row and row["expires_at"] > now and row["content_hash"] == _hash(CANCEL, order, amount):
                return _proposal(row, now)
            connection.execute(sa.update(proposals).where(same).values(status=ProposalStatus.EXPIRED.value))
            new = self._cancel_row(order, amount, now)
            connection.execute(sa.insert(proposals).values(new))
        return _proposal(new, now)

    def find(self, principal: Principal, proposal_id: str) -> Proposal | None:
        """Return a proposal about one of the principal's own orders as it stands now, or None."""
        with self._store.read() as connection:
            row = _own_row(connection, principal, proposal_id)
        return None if row is None else _proposal(row, self._clock())

    def open(self, principal: Principal) -> tuple[Proposal, ...]:
        """Return the proposals about the principal's own orders that wait for an answer, newest first."""
        now = self._clock()
        query = sa.select(proposals).join(orders, orders.c.id == proposals.c.order_id).where(owns_order(principal))
        waiting = query.where(proposals.c.status == ProposalStatus.OPEN.value, proposals.c.expires_at > now)
        with self._store.read() as connection:
            rows = connection.execute(waiting.order_by(proposals.c.created_at.desc())).mappings()
            return tuple(_proposal(row, now) for row in rows)

    def confirm(self, principal: Principal, proposal_id: str, *, idempotency_key: str) -> Proposal:
        """Carry out a proposal: exactly once, however often and from wherever it is confirmed.

        Args:
            principal: from the session; the order must be theirs.
            proposal_id: as shown.
            idempotency_key: chosen by the client, one for each click.

        Returns:
            The proposal, DONE.

        Raises:
            Refused: "no_such_proposal", "declined", "expired", "order_changed", "key_reused", or the rule that forbids
                it by now; nothing is changed then.
        """
        now, owner = self._clock(), owner_key(principal)
        request = once.content_hash({"confirm": proposal_id})
        with self._store.write() as connection:
            row = _own_row(connection, principal, proposal_id)
            if row is None:
                raise _no_such_proposal()
            known = once.find_result(connection, owner, idempotency_key, request)
            if known is None:
                once.remember(connection, owner, idempotency_key, request_hash=request, result_id=proposal_id, now=now)
            proposal = _proposal(row, now)
            if proposal.status is ProposalStatus.DONE:
                return proposal
            _check_open(proposal)
            _cancel(connection, row, owner, now)
            done = _own_row(connection, principal, proposal_id)
        return _proposal(done or row, now)

    def decline(self, principal: Principal, proposal_id: str) -> Proposal:
        """Turn a proposal down; one that is done stays done.

        Raises:
            Refused: "no_such_proposal".
        """
        now = self._clock()
        with self._store.write() as connection:
            row = _own_row(connection, principal, proposal_id)
            if row is None:
                raise _no_such_proposal()
            if _proposal(row, now).status is not ProposalStatus.OPEN:
                return _proposal(row, now)
            declined = ProposalStatus.DECLINED.value
            connection.execute(sa.update(proposals).where(proposals.c.id == proposal_id).values(status=declined))
        return _proposal({**row, "status": declined}, now)

    def _cancel_row(self, order: Order, amount: Money, now: datetime) -> dict[str, Any]:
        back = f" {amount.format(self._locale)} will be paid back." if amount.amount_minor else ""
        return {
            "id": secrets.token_urlsafe(16),
            "kind": CANCEL,
            "order_id": order.id,
            "order_version": order.version,
            "title": f"Cancel order {order.id}",
            "before_text": f"Order {order.id} is placed and not packed yet.",
            "after_text": f"Order {order.id} will be cancelled.{back}",
            "amount_minor": amount.amount_minor,
            "currency": amount.currency,
            "content_hash": _hash(CANCEL, order, amount),
            "status": ProposalStatus.OPEN.value,
            "created_at": now,
            "expires_at": now + LIFETIME,
        }


def _cancel(connection: sa.Connection, row: Any, owner: str, now: datetime) -> None:
    """Cancel the order of a proposal, with everything that belongs to it, in the caller's transaction."""
    order = select_orders(connection, orders.c.id == row["order_id"], 1)[0]
    if reason := may_cancel(order):
        raise Refused(reason.code, reason.message)
    amount = cancel_refund(order)
    content = _hash(row["kind"], order, amount)
    cancelled = refund(advance(order, OrderStatus.CANCELLED, now), amount)
    if content != row["content_hash"] or not update_order(connection, cancelled, order.version):
        raise Refused("order_changed", f"Order {order.id} has changed since this was proposed; please ask again.")
    proposal_id = row["id"]
    connection.execute(
        sa.insert(confirmations).values(proposal_id=proposal_id, content_hash=content, owner=owner, at=now)
    )
    connection.execute(
        sa.insert(refunds).values(
            order_id=order.id,
            kind=row["kind"],
            proposal_id=proposal_id,
            amount_minor=amount.amount_minor,
            currency=amount.currency,
            at=now,
        )
    )
    done = ProposalStatus.DONE.value
    connection.execute(sa.update(proposals).where(proposals.c.id == proposal_id).values(status=done))


def _hash(kind: str, order: Order, amount: Money) -> str:
    return once.content_hash(
        {
            "kind": kind,
            "order": order.id,
            "version": order.version,
            "amount_minor": amount.amount_minor,
            "currency": amount.currency,
        }
    )


def _check_open(proposal: Proposal) -> None:
    if proposal.status is ProposalStatus.DECLINED:
        raise Refused("declined", "This was turned down; please ask again if you have changed your mind.")
    if proposal.status is ProposalStatus.EXPIRED:
        raise Refused("expired", "This offer has expired; please ask again.")


def _no_such_proposal() -> Refused:
    return Refused("no_such_proposal", "There is no such offer; please ask again.")


def _own_order(connection: sa.Connection, principal: Principal, order_id: str) -> Order | None:
    found = select_orders(connection, sa.and_(owns_order(principal), orders.c.id == order_id), 1)
    return found[0] if found else None


def _own_row(connection: sa.Connection, principal: Principal, proposal_id: str) -> Any:
    """The row of a proposal whose order is the principal's own, or None."""
    query = sa.select(proposals).join(orders, orders.c.id == proposals.c.order_id)
    mine = sa.and_(proposals.c.id == proposal_id, owns_order(principal))
    return connection.execute(query.where(mine)).mappings().one_or_none()


def _proposal(row: Any, now: datetime) -> Proposal:
    status = ProposalStatus(row["status"])
    if status is ProposalStatus.OPEN and row["expires_at"] <= now:
        status = ProposalStatus.EXPIRED
    return Proposal(
        id=row["id"],
        kind=row["kind"],
        order_id=row["order_id"],
        title=row["title"],
        before=row["before_text"],
        after=row["after_text"],
        amount=None if row["amount_minor"] is None else Money(row["amount_minor"], row["currency"]),
        expires_at=row["expires_at"],
        status=status,
    )
