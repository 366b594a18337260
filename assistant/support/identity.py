"""Who the shop's customers are, and what belongs to whom.

Who is signed in is decided by the session; who may sign in without proof (the demo shop only) is decided here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from assistant.errors import Refused
from assistant.store import Store
from assistant.store.tables import customers, orders
from assistant.turn import Principal


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer as the shop's books state them.

    Args:
        id: e.g. "C-1007".
        name: e.g. "Mara Lindqvist".
        email: e.g. "mara@example.com".
        joined_at: aware datetime.
        born_on: as the shop has verified it; None where it has not. Nothing that a shopper says counts.
    """

    id: str
    name: str
    email: str
    joined_at: datetime
    born_on: date | None = None


class Customers:
    """Looks up customers."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def find_customer(self, customer_id: str) -> Customer | None:
        """Return a customer or None."""
        with self._store.read() as connection:
            row = connection.execute(sa.select(customers).where(customers.c.id == customer_id)).one_or_none()
        return None if row is None else Customer(*row)

    def find_age(self, principal: Principal, today: date) -> int | None:
        """Return the age in whole years of who is signed in; None where nobody is, or the shop's books do not say."""
        customer = self.find_customer(principal.customer_id) if principal.customer_id else None
        born = customer.born_on if customer else None
        return None if born is None else today.year - born.year - ((today.month, today.day) < (born.month, born.day))

    def all(self, *, limit: int = 50) -> tuple[Customer, ...]:
        """Return customers by name, at most `limit` (for the demo's sign-in list)."""
        with self._store.read() as connection:
            rows = connection.execute(sa.select(customers).order_by(customers.c.name, customers.c.id).limit(limit))
            return tuple(Customer(*row) for row in rows)


def check_sign_in(customer: Customer | None, *, demo: bool) -> Customer:
    """Return the customer where signing in by choosing a name is allowed.

    Args:
        customer: as found; None where there is none.
        demo: whether this is the demo shop; elsewhere nobody signs in without proof.

    Raises:
        Refused: "sign_in_off" or "no_such_customer".
    """
    if not demo:
        raise Refused("sign_in_off", "Signing in by choosing a customer is only possible in the demo shop.")
    if customer is None:
        raise Refused("no_such_customer", "There is no such customer.")
    return customer


def owner_key(principal: Principal) -> str:
    """Return the key under which a principal's own things are kept, e.g. "customer:C-1007" or "session:4f…"."""
    if principal.customer_id is not None:
        return f"customer:{principal.customer_id}"
    return f"session:{principal.session_id}"


def owns_order(principal: Principal) -> sa.ColumnElement[bool]:
    """Return the condition for an order to be the principal's own.

    That is: the customer's orders, and what was ordered as a guest in this very session.
    """
    as_guest = sa.and_(orders.c.customer_id.is_(None), orders.c.session_id == principal.session_id)
    if principal.customer_id is None:
        return as_guest
    return sa.or_(orders.c.customer_id == principal.customer_id, as_guest)
