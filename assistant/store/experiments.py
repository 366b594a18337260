"""The experiments' file: what runs, who started and stopped it, and who was in which arm.

A file of its own beside the shop's database, like that of the staff: a running server holds the data folder for itself,
but an experiment is stopped while it runs. `aisle experiments` writes here, and the server reads here in each turn.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from assistant.store.engine import Migrations
from assistant.store.side import SideFile
from assistant.store.tables import UtcTime, Words

METADATA = sa.MetaData()

experiments = sa.Table(
    "experiments",
    METADATA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("definition", Words, nullable=False),
    sa.Column("started_at", UtcTime, nullable=False),
    sa.Column("stopped_at", UtcTime, nullable=True),
    sa.Column("stopped_because", Words, nullable=True),
)

audit = sa.Table(
    "audit",
    METADATA,
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("experiment", sa.Text, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("who", Words, nullable=False),
    sa.Column("words", Words, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
)

exposures = sa.Table(
    "exposures",
    METADATA,
    sa.Column("experiment", sa.Text, primary_key=True),
    sa.Column("unit_key", sa.Text, primary_key=True),
    sa.Column("arm", sa.Text, nullable=False),
    sa.Column("first_at", sa.Double, nullable=False),
    sa.Column("turns", sa.BigInteger, nullable=False),
    sa.Column("latency_ms", sa.Double, nullable=False),
    sa.Column("searches", sa.BigInteger, nullable=False),
    sa.Column("empty_searches", sa.BigInteger, nullable=False),
    sa.Column("hand_overs", sa.BigInteger, nullable=False),
)

MIGRATIONS: Migrations = (
    (
        1,
        (
            """
            CREATE TABLE experiments (
                name TEXT NOT NULL PRIMARY KEY,
                definition TEXT NOT NULL,
                started_at TEXT NOT NULL,
                stopped_at TEXT,
                stopped_because TEXT
            )
            """,
            """
            CREATE TABLE audit (
                seq INTEGER NOT NULL PRIMARY KEY,
                experiment TEXT NOT NULL,
                action TEXT NOT NULL CHECK (action IN ('start', 'widen', 'stop')),
                who TEXT NOT NULL,
                words TEXT NOT NULL,
                at TEXT NOT NULL
            )
            """,
            """
            CREATE TABLE exposures (
                experiment TEXT NOT NULL REFERENCES experiments (name),
                unit_key TEXT NOT NULL,
                arm TEXT NOT NULL,
                first_at DOUBLE PRECISION NOT NULL,
                turns BIGINT NOT NULL,
                latency_ms DOUBLE PRECISION NOT NULL,
                searches BIGINT NOT NULL,
                empty_searches BIGINT NOT NULL,
                hand_overs BIGINT NOT NULL,
                PRIMARY KEY (experiment, unit_key)
            )
            """,
        ),
    ),
)

FILE: Final = SideFile("experiments", "the experiments", MIGRATIONS)
open_experiment_store: Final = FILE.open
