"""Numbered migrations: each is applied once, in order, in a transaction of its own, and never edited afterwards.

A new one is a module m000N_<what>.py with STATEMENTS in SQL that SQLite and Postgres both understand, and one line
here.
"""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from assistant.errors import StoreError
from assistant.store.migrations import (
    m0001_start,
    m0002_desk,
    m0003_purchases,
    m0004_decisions,
    m0005_behaviour,
)

MIGRATIONS: tuple[tuple[int, tuple[str, ...]], ...] = (
    (1, m0001_start.STATEMENTS),
    (2, m0002_desk.STATEMENTS),
    (3, m0003_purchases.STATEMENTS),
    (4, m0004_decisions.STATEMENTS),
    (5, m0005_behaviour.STATEMENTS),
)

_TABLE = "CREATE TABLE IF NOT EXISTS migrations (number BIGINT NOT NULL PRIMARY KEY, applied_at TEXT NOT NULL)"


def migrate(connection: sa.Connection, now: datetime, migrations: tuple[tuple[int, tuple[str, ...]], ...]) -> None:
    """Bring the database to the newest version.

    Args:
        connection: outside any transaction.
        now: recorded as the time of each migration.
        migrations: (number, statements), numbers rising from 1.

    Raises:
        StoreError: the database was written by a newer version of Aisle; nothing is changed.
    """
    with connection.begin():
        connection.execute(sa.text(_TABLE))
        done = connection.execute(sa.text("SELECT MAX(number) FROM migrations")).scalar() or 0
    newest = migrations[-1][0]
    if done > newest:
        raise StoreError(
            f"This data folder was written by a newer version of Aisle (database version {done}, this one knows "
            f"{newest}); install the newer version, or use another data folder."
        )
    for number, statements in migrations:
        if number <= done:
            continue
        with connection.begin():
            for statement in statements:
                connection.execute(sa.text(statement))
            connection.execute(
                sa.text("INSERT INTO migrations (number, applied_at) VALUES (:number, :at)"),
                {"number": number, "at": now.isoformat()},
            )
