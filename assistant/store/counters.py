"""Numbers that only grow, taken inside a writing transaction: no two rows get the same, and none goes back."""

from __future__ import annotations

import sqlalchemy as sa

from assistant.store.tables import counters


def take(connection: sa.Connection, name: str, how_many: int = 1) -> int:
    """Reserve numbers and return the first.

    Args:
        connection: of a writing transaction.
        name: "decisions", "events", "hand_overs" or "orders".
        how_many: 1 or more; the numbers follow each other.
    """
    taken = (
        sa.update(counters)
        .where(counters.c.name == name)
        .values(value=counters.c.value + how_many)
        .returning(counters.c.value)
    )
    return int(connection.execute(taken).scalar_one()) - how_many + 1
