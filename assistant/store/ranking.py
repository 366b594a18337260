"""What people decide over the ranking: the owner's rules, the kill switch, paid campaigns, and who did what when.

A file of its own beside the shop's database, like that of the staff: a running server holds the data folder for itself,
but rules are changed and the switch is thrown while it runs. Nothing is deleted: rows say who took a rule away.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from assistant.store.engine import Migrations
from assistant.store.side import SideFile
from assistant.store.tables import UtcTime, Words

METADATA = sa.MetaData()


def _ledger(name: str, ended: str) -> sa.Table:
    """A table of what was decided and by whom, and who took it back: see assistant.support.ledger."""
    return sa.Table(
        name,
        METADATA,
        sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("catalogue", Words, nullable=False),
        sa.Column("body", Words, nullable=False),
        sa.Column("added_by", Words, nullable=False),
        sa.Column("added_at", UtcTime, nullable=False),
        sa.Column(f"{ended}_by", Words, key="ended_by", nullable=True),
        sa.Column(f"{ended}_at", UtcTime, key="ended_at", nullable=True),
    )


owner_rules = _ledger("owner_rules", "removed")
campaigns = _ledger("campaigns", "stopped")

ranking_switches = sa.Table(
    "ranking_switches",
    METADATA,
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("catalogue", Words, nullable=False),
    sa.Column("ranking", sa.Text, nullable=False),
    sa.Column("because", Words, nullable=False),
    sa.Column("thrown_by", Words, nullable=False),
    sa.Column("thrown_at", UtcTime, nullable=False),
)

MIGRATIONS: Migrations = (
    (
        1,
        (
            """
            CREATE TABLE owner_rules (
                seq BIGINT NOT NULL PRIMARY KEY,
                catalogue TEXT NOT NULL,
                body TEXT NOT NULL,
                added_by TEXT NOT NULL,
                added_at TEXT NOT NULL,
                removed_by TEXT,
                removed_at TEXT
            )
            """,
            """
            CREATE TABLE ranking_switches (
                seq BIGINT NOT NULL PRIMARY KEY,
                catalogue TEXT NOT NULL,
                ranking TEXT NOT NULL CHECK (ranking IN ('learned', 'default')),
                because TEXT NOT NULL,
                thrown_by TEXT NOT NULL,
                thrown_at TEXT NOT NULL
            )
            """,
        ),
    ),
    (
        2,
        (
            """
            CREATE TABLE campaigns (
                seq BIGINT NOT NULL PRIMARY KEY,
                catalogue TEXT NOT NULL,
                body TEXT NOT NULL,
                added_by TEXT NOT NULL,
                added_at TEXT NOT NULL,
                stopped_by TEXT,
                stopped_at TEXT
            )
            """,
        ),
    ),
)

FILE: Final = SideFile("ranking", "the owner's rules", MIGRATIONS)
open_ranking_store: Final = FILE.open
