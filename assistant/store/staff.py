"""The staff's file: who may use the desk, their open sessions, and sign-ins that failed lately.

A file of its own beside the shop's database. A running server holds the data folder for itself, but people are added
and shut out while it runs: `aisle users` writes here, and the server reads here on each call. SQLite's own locks order
the two; only making the tables needs a lock of ours, held for that moment.
"""

from __future__ import annotations

from pathlib import Path

import filelock
import sqlalchemy as sa

from assistant.errors import StoreError
from assistant.store.clock import Clock, system_clock
from assistant.store.engine import Store
from assistant.store.tables import UtcTime, Words

FILE = "staff.db"
_WAIT_S = 10.0
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

MIGRATIONS: tuple[tuple[int, tuple[str, ...]], ...] = (
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


def open_staff_store(data: Path, clock: Clock = system_clock) -> Store:
    """Open the staff's file of a data folder, also while a server has the folder; makes what is missing.

    Args:
        data: the folder.
        clock: time of migrations.

    Raises:
        StoreBroken: the file cannot be read; nothing is changed.
        StoreError: the folder cannot be used, or a newer version wrote the file.
    """
    path = data / FILE
    try:
        data.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        with filelock.FileLock(data / "staff.lock", timeout=_WAIT_S):
            return Store(path, None, clock, MIGRATIONS)
    except filelock.Timeout as error:
        raise StoreError("The file of the staff is busy; please try again.") from error
    except OSError as error:
        raise StoreError(
            f"The data folder {data} cannot be used ({error.strerror}); choose another with AISLE_DATA."
        ) from error
