"""The staff's file: who may use the desk, their open sessions, and sign-ins that failed lately.

A file of its own beside the shop's database. A running server holds the data folder for itself, but people are added
and shut out while it runs: `aisle users` writes here, and the server reads here on each call.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from assistant.store.engine import Migrations
from assistant.store.side import SideFile
from assistant.store.tables import UtcTime, Words

METADATA = sa.MetaData()

staff = sa.Table(
    "staff",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("name", Words, nullable=False),
    sa.Column("name_key", Words, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("password", sa.Text, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("disabled_at", UtcTime, nullable=True),
)

staff_sessions = sa.Table(
    "staff_sessions",
    METADATA,
    sa.Column("token_hash", sa.Text, primary_key=True),
    sa.Column("staff_id", sa.Text, nullable=False),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("seen_at", UtcTime, nullable=False),
)

sign_in_failures = sa.Table(
    "sign_in_failures",
    METADATA,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
)

MIGRATIONS: Migrations = (
    (
        1,
        (
            """
            CREATE TABLE staff (
                id TEXT NOT NULL PRIMARY KEY,
                name TEXT NOT NULL,
                name_key TEXT NOT NULL UNIQUE,
                role TEXT NOT NULL CHECK (role IN ('agent', 'admin')),
                password TEXT NOT NULL,
                created_at TEXT NOT NULL,
                disabled_at TEXT
            )
            """,
            """
            CREATE TABLE staff_sessions (
                token_hash TEXT NOT NULL PRIMARY KEY,
                staff_id TEXT NOT NULL REFERENCES staff (id),
                created_at TEXT NOT NULL,
                seen_at TEXT NOT NULL
            )
            """,
            "CREATE INDEX staff_sessions_of ON staff_sessions (staff_id)",
            "CREATE TABLE sign_in_failures (id TEXT NOT NULL PRIMARY KEY, who TEXT NOT NULL, at TEXT NOT NULL)",
            "CREATE INDEX sign_in_failures_of ON sign_in_failures (who, at)",
        ),
    ),
)

FILE: Final = SideFile("staff", "the staff", MIGRATIONS)
open_staff_store: Final = FILE.open
