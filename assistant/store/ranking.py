"""What people decide over the ranking: the owner's rules, the kill switch, paid campaigns, and who did what when.

A file of its own beside the shop's database, like that of the staff: a running server holds the data folder for itself,
but rules are changed and the switch is thrown while it runs. Nothing is deleted: rows say who took a rule away.
"""

from __future__ import annotations

from pathlib import Path

import filelock
import sqlalchemy as sa

from assistant.errors import StoreError
from assistant.store.clock import Clock, system_clock
from assistant.store.engine import Store
from assistant.store.tables import UtcTime, Words

FILE = "ranking.db"
_WAIT_S = 10.0
METADATA = sa.MetaData()

owner_rules = sa.Table(
    "owner_rules",
    METADATA,
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("catalogue", Words, nullable=False),
    sa.Column("body", Words, nullable=False),
    sa.Column("added_by", Words, nullable=False),
    sa.Column("added_at", UtcTime, nullable=False),
    sa.Column("removed_by", Words, nullable=True),
    sa.Column("removed_at", UtcTime, nullable=True),
)

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

campaigns = sa.Table(
    "campaigns",
    METADATA,
    sa.Column("seq", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("catalogue", Words, nullable=False),
    sa.Column("body", Words, nullable=False),
    sa.Column("added_by", Words, nullable=False),
    sa.Column("added_at", UtcTime, nullable=False),
    sa.Column("stopped_by", Words, nullable=True),
    sa.Column("stopped_at", UtcTime, nullable=True),
)

MIGRATIONS: tuple[tuple[int, tuple[str, ...]], ...] = (
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


def open_ranking_store(data: Path, clock: Clock = system_clock) -> Store:
    """Open the file of rules and switch of a data folder, also while a server has the folder; makes what is missing.

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
        with filelock.FileLock(data / "ranking.lock", timeout=_WAIT_S):
            return Store(path, None, clock, MIGRATIONS)
    except filelock.Timeout as error:
        raise StoreError("The file of the owner's rules is busy; please try again.") from error
    except OSError as error:
        raise StoreError(
            f"The data folder {data} cannot be used ({error.strerror}); choose another with AISLE_DATA."
        ) from error
