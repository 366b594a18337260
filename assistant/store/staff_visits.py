"""In which visits the shop's own people were signed in: without consent, behaviour is logged under the visit alone.

Kept for those whom the owner has named as staff, and for nobody else.
"""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa

from assistant.keys import visit_key
from assistant.store.engine import Store
from assistant.store.tables import orders, sessions, staff_visits


def keep_staff_visit(connection: sa.Connection, session_id: str) -> None:
    """Remember that one of the shop's own people is signed in to a session; a second time changes nothing."""
    row = {"session_key": visit_key(session_id)}
    known = sa.select(staff_visits).where(staff_visits.c.session_key == row["session_key"])
    if connection.execute(known).one_or_none() is None:
        connection.execute(sa.insert(staff_visits).values(row))


def staff_visits_of(store: Store, customer_ids: Collection[str]) -> frozenset[str]:
    """Return keys of visits: those remembered, and what else is known of these customers, open or ordered in."""
    with store.read() as connection:
        found = set(connection.execute(sa.select(staff_visits.c.session_key)).scalars())
        for table in (sessions, orders):
            theirs = sa.select(table.c.session_id).where(table.c.customer_id.in_(sorted(customer_ids)))
            found |= {visit_key(session_id) for session_id in connection.execute(theirs).scalars() if session_id}
    return frozenset(found)
