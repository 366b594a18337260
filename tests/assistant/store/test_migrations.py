"""Migrations run once, in order, each whole or not at all; their tables are those that the code speaks to."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from assistant.errors import StoreError
from assistant.store import Store, open_store
from assistant.store.migrations import MIGRATIONS, migrate
from assistant.store.tables import METADATA
from tests.fakes.clock import ManualClock


def _apply(path: Path, migrations: tuple[tuple[int, tuple[str, ...]], ...], clock: ManualClock) -> list[str]:
    engine = sa.create_engine(f"sqlite:///{path}")
    try:
        with engine.connect() as connection:
            migrate(connection, clock(), migrations)
        return sorted(sa.inspect(engine).get_table_names())
    finally:
        engine.dispose()


def test_numbers_rise_from_one_without_gaps() -> None:
    assert [number for number, _ in MIGRATIONS] == list(range(1, len(MIGRATIONS) + 1))


def _kind(of: sa.types.TypeEngine[object]) -> str:
    if isinstance(of, sa.types.TypeDecorator):
        of = of.impl_instance
    if isinstance(of, sa.LargeBinary | sa.types.NUMERIC) and not isinstance(of, sa.Float):
        # SQLite files what it does not know (BYTEA) under NUMERIC, and keeps bytes in it as they are.
        return "bytes"
    return next(kind.__name__ for kind in (sa.Text, sa.Integer, sa.Float) if isinstance(of, kind))


def test_the_code_speaks_to_exactly_the_tables_and_columns_that_migrations_make(store: Store) -> None:
    with store.read() as connection:
        inspector = sa.inspect(connection)
        made = {
            name: [
                (column["name"], _kind(column["type"]), column["nullable"]) for column in inspector.get_columns(name)
            ]
            for name in inspector.get_table_names()
            if name != "migrations"
        }
    spoken = {
        table.name: [(column.name, _kind(column.type), column.nullable) for column in table.c]
        for table in METADATA.tables.values()
    }
    assert made == spoken


def test_primary_keys_are_the_same_in_code_and_database(store: Store) -> None:
    with store.read() as connection:
        inspector = sa.inspect(connection)
        for table in METADATA.tables.values():
            made = inspector.get_pk_constraint(table.name)["constrained_columns"]
            assert made == [column.name for column in table.primary_key], table.name


def test_a_new_migration_is_applied_to_an_old_database_once(tmp_path: Path, clock: ManualClock) -> None:
    first = (1, ("CREATE TABLE a (x TEXT)",))
    second = (2, ("CREATE TABLE b (x TEXT)",))
    path = tmp_path / "x.db"
    assert _apply(path, (first,), clock) == ["a", "migrations"]
    assert _apply(path, (first, second), clock) == ["a", "b", "migrations"]
    assert _apply(path, (first, second), clock) == ["a", "b", "migrations"]


def test_what_was_said_before_the_desk_is_found_by_its_last_message(tmp_path: Path, clock: ManualClock) -> None:
    path = tmp_path / "aisle.db"
    _apply(path, MIGRATIONS[:1], clock)
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        for name in ("one", "silent"):
            connection.execute(
                sa.text(
                    "INSERT INTO conversations VALUES (:id, 's', 'queue', '{}', '{}', '2026-01-01T00:00:00+00:00')"
                ),
                {"id": name},
            )
        for seq, at in ((1, "2026-01-02"), (2, "2026-01-03")):
            connection.execute(
                sa.text("INSERT INTO messages VALUES ('one', :seq, 'm' || :seq, 'shopper', 'hi', NULL, :at)"),
                {"seq": seq, "at": f"{at}T00:00:00.000000+00:00"},
            )
    engine.dispose()
    store = open_store(tmp_path, clock)
    with store.read() as connection:
        rows = connection.execute(sa.text("SELECT id, floor, agent_id, last_at FROM conversations ORDER BY id")).all()
    store.close()
    assert [tuple(row) for row in rows] == [
        ("one", "queue", None, "2026-01-03T00:00:00.000000+00:00"),
        ("silent", "queue", None, None),
    ]


def test_decisions_of_an_old_database_are_numbered_as_they_came(tmp_path: Path, clock: ManualClock) -> None:
    path = tmp_path / "aisle.db"
    _apply(path, MIGRATIONS[:3], clock)
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.begin() as connection:
        for name in ("a-last", "b-first", "c-silent"):
            connection.execute(sa.text("INSERT INTO decisions VALUES (:id, '{}')"), {"id": name})
        for seq, name in ((1, "b-first"), (2, "a-last"), (3, "b-first")):
            connection.execute(
                sa.text("INSERT INTO events VALUES (:n, 'e' || :n, 'click', 'i', 's', 's', 0.5, :name, 0, 0)"),
                {"n": seq, "name": name},
            )
    engine.dispose()
    store = open_store(tmp_path, clock)
    with store.read() as connection:
        rows = connection.execute(sa.text("SELECT decision_id FROM decisions ORDER BY seq")).scalars().all()
        next_number = connection.execute(sa.text("SELECT value FROM counters WHERE name = 'decisions'")).scalar_one()
    store.close()
    assert [name for name in rows if name != "c-silent"] == ["b-first", "a-last"]
    assert (len(rows), next_number) == (3, 3)


def test_a_database_of_a_newer_version_is_refused_unchanged(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    with store.write() as connection:
        connection.execute(sa.text("INSERT INTO migrations (number, applied_at) VALUES (99, 'later')"))
    store.close()
    before = (tmp_path / "aisle.db").read_bytes()
    with pytest.raises(StoreError, match=r"newer version of Aisle \(database version 99, this one knows"):
        open_store(tmp_path)
    assert (tmp_path / "aisle.db").read_bytes() == before


def test_the_statements_use_no_words_that_only_sqlite_knows() -> None:
    text = " ".join(statement for _, statements in MIGRATIONS for statement in statements).upper()
    for word in ("AUTOINCREMENT", "PRAGMA", "WITHOUT ROWID", "STRICT", "DATETIME", "BLOB", "GLOB", "REPLACE INTO"):
        assert word not in text
